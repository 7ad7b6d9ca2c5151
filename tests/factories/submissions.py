"""Groups that register: a family of three from the founding article's time, and ways to vary it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from fairport.audit.events import APPLICANT, Actor
from fairport.registrations.operations import submit_registration
from fairport.registrations.submission import NewTraveler, Receipt, Submission
from tests.factories.programme import NOW, PROGRAMME

_serial = itertools.count(1)


def make_traveler(**changes: Any) -> NewTraveler:
    """An adult with one claimed criterion and a name and document of their own."""
    serial = next(_serial)
    person = NewTraveler(
        given_names=f"Marie {_letters(serial)}",
        family_names="Désir",
        birth_date=date(1990, 5, 17),
        nationality="HT",
        criteria=frozenset({"no_housing"}),
        document_number=f"PP{serial:07}",
    )
    return replace(person, **changes)


def make_child(**changes: Any) -> NewTraveler:
    """A child of seven without documents or claims."""
    return make_traveler(
        **{
            "given_names": "Léa",
            "birth_date": date(2015, 8, 2),
            "criteria": frozenset(),
            "document_number": None,
        }
        | changes
    )


def make_submission(**changes: Any) -> Submission:
    """One adult in Tijuana; `travelers`, `ports` and all other fields can be changed."""
    submission = Submission(
        programme=PROGRAMME,
        language="en",
        ports=("SDG", "CLX"),
        travelers=changes.pop("travelers", None) or (make_traveler(),),
        country="MX",
        state="MX-BCN",
        attestation=True,
        email="marie@example.org",
        phone="+526641234567",
    )
    return replace(submission, **changes)


def register(*, at: datetime = NOW, actor: Actor = APPLICANT, **changes: Any) -> Receipt:
    """A registration in the database, filed by `actor`; the programme must be loaded."""
    return submit_registration(submission=make_submission(**changes), at=at, actor=actor, idempotency_key=None)


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
