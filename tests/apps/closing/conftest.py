from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

import fairport.config.urls  # noqa: F401  (all views are imported before the clock is put in their place)
from fairport.approvals.operations import approve
from fairport.audit.events import OPERATOR
from fairport.closing.operations import announce, propose_confirmation
from fairport.programmes.models import Closure
from tests.cast import Cast
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW, PROGRAMME

LAST_DAY = date(2023, 3, 1)
# Half an hour after midnight in San Diego, where that day ends last.
OVER = NOW.replace(month=3, day=2, hour=8, minute=30)
WORDS = {"en": "The law has changed.", "es": "La ley ha cambiado."}
REASON = "The order of the court takes effect."


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, plain_static: None) -> StandingClock:
    return StandingClock(monkeypatch, NOW)


def announced(**changes: Any) -> Closure:
    arguments: dict[str, Any] = {
        "programme": PROGRAMME,
        "last_day": LAST_DAY,
        "words": WORDS,
        "at": NOW,
        "actor": OPERATOR,
    }
    return announce(**arguments | changes)


@pytest.fixture
def confirmed(cast: Cast) -> Callable[[], Closure]:
    """Announces the end and makes it final, by two operators."""

    def confirm() -> Closure:
        closure = announced()
        proposal = propose_confirmation(
            programme=PROGRAMME, reason=REASON, proposer=cast.operator, at=NOW + timedelta(hours=1)
        )
        approve(proposal_id=proposal.pk, approver=cast.second_operator, at=NOW + timedelta(hours=2))
        closure.refresh_from_db()
        return closure

    return confirm
