"""A negative is in no count and no share until a second officer agreed; until then what held before it counts."""

from __future__ import annotations

from datetime import timedelta

from fairport.checkin.models import Verdict
from fairport.checkin.operations import record_arrival, record_determination, review_determination
from fairport.oversight.models import CriterionCount
from fairport.oversight.operations import count_criteria
from fairport.oversight.rates import units_by_port
from tests.apps.checkin.conftest import Group
from tests.cast import Cast
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group
from tests.factories.programme import NOW

LATER = NOW + timedelta(days=30)
REASON = "Nothing of what was claimed could be found today."


def counts() -> set[tuple[str, str, int, int]]:
    rows = CriterionCount.objects.exclude(claimed=0, found=0)
    return set(rows.values_list("criterion", "outcome", "claimed", "found"))


def decided(outcome: str) -> tuple[int, int]:
    """At San Diego: how many decisions, and how many of them had this outcome."""
    (named,) = units_by_port(outcome=outcome, since=NOW, until=LATER)
    return named.unit.total, named.unit.count


def test_only_what_is_in_effect_is_counted(cast: Cast) -> None:
    registration_id = register_group(1, ports=("SDG",))
    hold_draw()
    appointment = confirm(registration_id, at=DRAW_TIME)
    group = Group(appointment, appointment.slot.starts_at + timedelta(hours=1))
    (check_in,) = record_arrival(
        appointment_id=appointment.pk,
        traveler_ids=[group.travelers[0].pk],
        officer=cast.officer,
        at=group.in_band,
    )

    def decide(outcome: str, officer: object, replaces: object = None) -> object:
        return record_determination(
            check_in_id=check_in.pk,
            outcome=outcome,
            criterion=None,
            reason=REASON,
            officer=officer,  # type: ignore[arg-type]
            at=group.in_band,
            replaces=replaces,  # type: ignore[arg-type]
        ).pk

    first = decide("referred", cast.officer)
    assert count_criteria(at=LATER) == 1
    returned = decide("not_exempted", cast.supervisor, first)
    assert count_criteria(at=LATER) == 0
    review_determination(
        determination_id=returned,  # type: ignore[arg-type]
        verdict=Verdict.DISAGREED,
        reason=REASON,
        reviewer=cast.officer,
        at=group.in_band,
    )
    second = decide("not_exempted", cast.supervisor, returned)
    assert count_criteria(at=LATER) == 0
    assert counts() == {("no_housing", "referred", 1, 0)}
    assert decided("referred") == (1, 1)

    review_determination(
        determination_id=second,  # type: ignore[arg-type]
        verdict=Verdict.AGREED,
        reason="",
        reviewer=cast.second_officer,
        at=group.in_band,
    )

    assert count_criteria(at=LATER) == 1
    assert counts() == {("no_housing", "not_exempted", 1, 0)}
    assert (decided("referred"), decided("not_exempted")) == ((1, 0), (1, 1))
