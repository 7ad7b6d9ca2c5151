"""What a programme is called, by its policy, in the reader's language."""

from __future__ import annotations

from typing import NamedTuple

from fairport.domain.policy import Policy


class Title(NamedTuple):
    """A title and the language that it is in."""

    text: str
    language: str


def title_of(policy: Policy, *, language: str | None) -> Title:
    """The title in a language; in English, which every policy has, where that one is missing."""
    wanted = (language or "en").split("-")[0]
    found = wanted if wanted in policy.title else "en"
    return Title(policy.title[found], found)
