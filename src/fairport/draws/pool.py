"""Where a programme's entries and places come from: `draws` itself knows neither registrations nor slots.

A room that has people waiting for places registers one provider from its app's `ready()`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple, Protocol

from fairport.audit.events import Actor
from fairport.domain.policy import Policy


class ProgrammeNotDrawn(Exception):
    """No room gives out places of this programme by a draw."""

    code = "programme_not_drawn"


# A million of them are made at a freeze, which is four times as quick for a tuple as for a frozen dataclass.
class Candidate(NamedTuple):
    """A group that waits for places, as the pool file will have it.

    `subject_id` is the provider's own key, `registered` the Monday of the week of registration, `ports` in the
    applicant's order. The entry secret gives the group's id in this draw.
    """

    subject_id: uuid.UUID
    entry_secret: bytes
    size: int
    tier: int
    weight: int
    registered: date
    ports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A group that waits, but whose file cannot be opened, so that it has no entry id and cannot take part."""

    subject_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ReservedCell:
    """Places of one band that the provider has reserved for the draw; `key` is the provider's own, a JSON key.

    `capacity` is the band's whole size, `free` what the draw may give out; people, both.
    """

    key: str
    port: str
    timezone: str
    date: date
    band: time
    capacity: int
    free: int


@dataclass(frozen=True, slots=True)
class HeldRainCheck:
    """A rain-check that the previous draw gave or left; `size` is the largest group that it is good for."""

    subject_id: uuid.UUID
    size: int


@dataclass(frozen=True, slots=True)
class DrawnOffer:
    """A place drawn for a group of `size`, in the reserved cell of that port, local day and band."""

    entry_pk: int
    subject_id: uuid.UUID
    size: int
    port: str
    date: date
    band: time


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a run gave out, to be settled by the provider in the run's transaction.

    `reserved` maps every cell's key to the places that were reserved in it at the freeze.
    """

    programme: str
    draw_id: str
    policy: Policy
    at: datetime
    actor: Actor
    offers: Sequence[DrawnOffer]
    rain_checks: Sequence[uuid.UUID]
    reserved: Mapping[str, int]


class PoolProvider(Protocol):
    """All calls are made in the draw's own transaction and under the programme's lock."""

    def serves(self, *, programme: str) -> bool:
        """Whether this provider's people and places are drawn for the programme."""

    def reserve_cells(self, *, policy: Policy, draw_time: datetime, at: datetime) -> Sequence[ReservedCell]:
        """Takes every place that the draw may give out, so that nothing else can."""

    def count_candidates(self, *, policy: Policy) -> int:
        """About how many `read_candidates` will give; for progress only."""

    def read_candidates(self, *, policy: Policy, at: datetime) -> Iterable[Candidate | LeftOut]:
        """Everyone who waits, in any order."""

    def note_left_out(self, *, draw_id: str, left_out: Sequence[LeftOut], at: datetime, actor: Actor) -> None:
        """Tells for good whom a draw was frozen without."""

    def judge_rain_checks(
        self, *, held: Sequence[HeldRainCheck], sizes: Mapping[uuid.UUID, int]
    ) -> Mapping[uuid.UUID, str]:
        """The rain-checks that end, with the reason (`withdrawn`, `grown` or `offered`); the others are kept.

        `sizes` are the sizes of the candidates; whoever is not in it does not take part.
        """

    def settle(self, *, settlement: Settlement) -> set[uuid.UUID]:
        """Turns what was drawn into offers, marks rain-checks and frees the rest.

        Returns the subjects whose offer was void: they withdrew, or were placed, since the freeze.
        """


_providers: list[PoolProvider] = []


def register_pool_provider(provider: PoolProvider) -> None:
    """Called once from an app's `ready()`."""
    _providers.append(provider)


def provider_for(*, programme: str) -> PoolProvider:
    """The provider that serves the programme. Raises ProgrammeNotDrawn."""
    for provider in _providers:
        if provider.serves(programme=programme):
            return provider
    raise ProgrammeNotDrawn(f"Nobody's places are drawn in a programme {programme}.")
