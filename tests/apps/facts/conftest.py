from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

import fairport.config.urls  # noqa: F401  (all views are imported before the clock is put in their place)
from fairport.accounts.models import User
from fairport.approvals.models import Proposal
from fairport.approvals.operations import approve
from fairport.facts.models import Place, VerifiedFact
from fairport.facts.operations import confirm_facts
from fairport.registrations.models import Registration, Traveler
from tests.cast import Cast
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW
from tests.factories.submissions import make_child, make_traveler, register

WORDS = "A doctor’s letter of 12 January, with a stamp."
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Family:
    """A pregnant woman, her mother of 75, and a child; they want San Diego first, then Calexico."""

    registration: Registration

    @property
    def travelers(self) -> list[Traveler]:
        return list(Traveler.objects.filter(registration=self.registration))

    @property
    def lead(self) -> uuid.UUID:
        return self.travelers[0].pk

    @property
    def grandmother(self) -> uuid.UUID:
        return self.travelers[1].pk


def make_family(**changes: Any) -> Family:
    travelers = changes.pop("travelers", None) or (
        make_traveler(criteria=frozenset({"pregnancy", "no_housing"})),
        make_traveler(given_names="Rose", birth_date=date(1947, 3, 1), criteria=frozenset()),
        make_child(),
    )
    receipt = register(travelers=travelers, **changes)
    return Family(Registration.objects.get(pk=receipt.registration_id))


def confirm(family: Family, officer: User, *, at: datetime = NOW, **changes: Any) -> Proposal:
    values: dict[str, Any] = {
        "traveler_id": family.lead,
        "criteria": ["pregnancy"],
        "where": Place.DESK,
        "words": WORDS,
    } | changes
    return confirm_facts(registration_id=family.registration.pk, officer=officer, at=at, **values)


def verify(family: Family, cast: Cast, *, at: datetime = NOW, **changes: Any) -> list[VerifiedFact]:
    """Confirmed by the officer, approved by the supervisor an hour later."""
    proposal = confirm(family, cast.officer, at=at, **changes)
    approve(proposal_id=proposal.pk, approver=cast.supervisor, at=at + HOUR)
    return list(VerifiedFact.objects.filter(proposal=proposal))


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Every test here may open a page."""


@pytest.fixture
def family(cast: Cast) -> Family:
    return make_family()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    return StandingClock(monkeypatch, NOW)
