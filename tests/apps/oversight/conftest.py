from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

import pytest

import fairport.config.urls  # noqa: F401  (all views are imported before the clock is put in their place)
from fairport.accounts.models import User
from fairport.appointments.models import Appointment
from fairport.checkin.models import CheckIn, Determination, DeterminationReview, Outcome, Verdict
from fairport.oversight.detecting import Thresholds
from fairport.registrations.models import Traveler
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW

LIMITS = Thresholds(contacts=3, documents=2, filed=3)
_serial = itertools.count()


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Every test here may open a page."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    return StandingClock(monkeypatch, NOW)


def add_decisions(
    appointment: Appointment, officer: User, *, port: str = "SDG", at: datetime = NOW, **outcomes: int
) -> None:
    """Determinations in clear numbers only, such as `exempted=5`, about travelers whom nobody opens."""
    registration = appointment.registration
    for outcome, count in outcomes.items():
        travelers = Traveler.objects.bulk_create(
            [
                Traveler(
                    registration=registration,
                    position=1000 + next(_serial),
                    registered_at=NOW,
                    adult=True,
                    sealed=b"",
                    name_index=b"",
                    left_at=NOW,
                )
                for _ in range(count)
            ]
        )
        check_ins = CheckIn.objects.bulk_create(
            [
                CheckIn(
                    appointment=appointment,
                    traveler=traveler,
                    port_id=port,
                    officer=officer,
                    arrived_at=at,
                    recorded_at=at,
                )
                for traveler in travelers
            ]
        )
        is_negative = outcome == Outcome.NOT_EXEMPTED
        determinations = Determination.objects.bulk_create(
            [
                Determination(
                    check_in=check_in,
                    outcome=outcome,
                    sealed=b"",
                    officer=officer,
                    decided_at=at,
                    needs_review=is_negative,
                )
                for check_in in check_ins
            ]
        )
        if is_negative:
            another = User.objects.exclude(pk=officer.pk).order_by("pk")[0]
            DeterminationReview.objects.bulk_create(
                [
                    DeterminationReview(
                        determination=each, verdict=Verdict.AGREED, sealed=b"", reviewer=another, reviewed_at=at
                    )
                    for each in determinations
                ]
            )


def shown_rows(response: Any) -> list[Any]:
    """The rows of a page."""
    return list(response.context["rows"])
