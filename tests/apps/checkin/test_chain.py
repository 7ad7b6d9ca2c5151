"""Which of a traveler's decisions holds: the pure rule, and the same rule in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.checkin.chain import DecisionState, Link, states
from fairport.checkin.effect import effective_determinations
from fairport.checkin.models import CheckIn, Determination, DeterminationReview, Outcome, Verdict
from fairport.checkin.operations import record_arrival
from tests.apps.checkin.conftest import Group
from tests.cast import Cast

links = st.builds(
    lambda needs_review, agreed: Link(needs_review, agreed if needs_review else None),
    st.booleans(),
    st.sampled_from([None, True, False]),
)


@given(st.lists(links, max_size=6))
def test_the_last_complete_decision_holds(chain: list[Link]) -> None:
    found = states(chain)

    complete = [place for place, link in enumerate(chain) if not link.needs_review or link.agreed]
    assert [place for place, state in enumerate(found) if state is DecisionState.EFFECTIVE] == complete[-1:]
    assert all(state is DecisionState.REPLACED for state in found[:-1] if state is not DecisionState.EFFECTIVE)
    assert DecisionState.REPLACED not in found[-1:]


@given(st.lists(links, max_size=6), links)
def test_only_a_complete_decision_takes_the_place_of_one_that_holds(chain: list[Link], later: Link) -> None:
    before, after = states(chain), states([*chain, later])

    if later.is_complete:
        assert after[-1] is DecisionState.EFFECTIVE
        assert DecisionState.EFFECTIVE not in after[:-1]
    else:
        assert [each is DecisionState.EFFECTIVE for each in after] == [
            *(each is DecisionState.EFFECTIVE for each in before),
            False,
        ]


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ([], []),
        ([Link(False)], ["effective"]),
        ([Link(True)], ["proposed"]),
        ([Link(True, True)], ["effective"]),
        ([Link(True, False)], ["returned"]),
        ([Link(True, False), Link(True)], ["replaced", "proposed"]),
        ([Link(False), Link(True)], ["effective", "proposed"]),
        ([Link(False), Link(True, False)], ["effective", "returned"]),
        ([Link(False), Link(True, True)], ["replaced", "effective"]),
        ([Link(False), Link(True, False), Link(False)], ["replaced", "replaced", "effective"]),
    ],
)
def test_examples(chain: list[Link], expected: list[str]) -> None:
    assert states(chain) == expected


CHAINS = [
    [Link(False)],
    [Link(True)],
    [Link(True, True)],
    [Link(True, False)],
    [Link(True, False), Link(True)],
    [Link(False), Link(True)],
    [Link(False), Link(True, False), Link(True)],
    [Link(False), Link(True, True)],
    [Link(False), Link(True, True), Link(True)],
    [Link(False), Link(True, True), Link(True, False), Link(False)],
]


@pytest.mark.parametrize("chain", CHAINS)
def test_the_database_says_the_same(cast: Cast, group: Group, chain: list[Link]) -> None:
    check_in = record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[group.travelers[0].pk],
        officer=cast.officer,
        at=group.in_band,
    )[0]

    expected = write_chain(check_in, chain, cast)

    assert list(effective_determinations().values_list("sequence", flat=True)) == expected


def write_chain(check_in: CheckIn, chain: list[Link], cast: Cast) -> list[int]:
    """Stores a chain as it would have come about; returns the place of the one that holds, if any."""
    previous: Determination | None = None
    for place, link in enumerate(chain):
        at = check_in.arrived_at + timedelta(minutes=place)
        previous = Determination.objects.create(
            check_in=check_in,
            outcome=Outcome.NOT_EXEMPTED if link.needs_review else Outcome.REFERRED,
            sealed=b"",
            officer=cast.officer,
            decided_at=at,
            replaces=previous,
            sequence=place + 1,
            needs_review=link.needs_review,
        )
        if link.agreed is not None:
            DeterminationReview.objects.create(
                determination=previous,
                verdict=Verdict.AGREED if link.agreed else Verdict.DISAGREED,
                sealed=b"",
                reviewer=cast.second_officer,
                reviewed_at=at,
            )
    return [place + 1 for place, state in enumerate(states(chain)) if state is DecisionState.EFFECTIVE]
