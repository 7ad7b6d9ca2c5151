"""The state table of the design, row by row, and everything that is not in it."""

import itertools

import pytest

from fairport.domain.transitions import (
    ALLOWED_STATUS_CHANGES,
    TRANSITIONS,
    Event,
    Status,
    TransitionRefused,
    next_status,
)

ROWS = [
    ("waiting", "drawn", "offered"),
    ("waiting", "placed", "confirmed"),
    ("offered", "confirmed", "confirmed"),
    ("offered", "declined", "waiting"),
    ("offered", "expired", "lapsed"),
    ("offered", "displaced", "waiting"),
    ("waiting", "lapsed", "lapsed"),
    ("waiting", "renewed", "waiting"),
    ("lapsed", "renewed", "waiting"),
    ("confirmed", "cancelled", "waiting"),
    ("confirmed", "displaced", "waiting"),
    ("confirmed", "missed", "no_show"),
    ("no_show", "reinstated", "waiting"),
    ("confirmed", "arrived", "arrived"),
    ("no_show", "found_arrived", "arrived"),
    ("arrived", "determined", "determined"),
    ("arrived", "arrival_undone", "confirmed"),
    ("waiting", "withdrawn", "withdrawn"),
    ("offered", "withdrawn", "withdrawn"),
    ("confirmed", "withdrawn", "withdrawn"),
    ("lapsed", "withdrawn", "withdrawn"),
    ("no_show", "withdrawn", "withdrawn"),
]
BEFORE_ARRIVAL = ["waiting", "offered", "confirmed", "lapsed", "no_show"]


@pytest.mark.parametrize(("status", "event", "target"), ROWS)
def test_a_row_of_the_table(status: str, event: str, target: str) -> None:
    assert next_status(Status(status), Event(event)) is Status(target)


@pytest.mark.parametrize("target", BEFORE_ARRIVAL)
def test_a_withdrawal_is_undone_to_where_the_caller_says(target: str) -> None:
    undone = next_status(Status.WITHDRAWN, Event.WITHDRAWAL_UNDONE, target=Status(target))
    assert undone is Status(target)


def test_undoing_a_withdrawal_needs_a_target() -> None:
    with pytest.raises(ValueError, match="name the target"):
        next_status(Status.WITHDRAWN, Event.WITHDRAWAL_UNDONE)


@pytest.mark.parametrize("target", [Status.ARRIVED, Status.DETERMINED, Status.WITHDRAWN])
def test_a_withdrawal_is_never_undone_beyond_arrival(target: Status) -> None:
    with pytest.raises(TransitionRefused):
        next_status(Status.WITHDRAWN, Event.WITHDRAWAL_UNDONE, target=target)


def test_everything_else_is_refused_with_a_stable_code() -> None:
    allowed = {(status, event) for status, event, _ in ROWS} | {("withdrawn", "withdrawal_undone")}
    refused = [pair for pair in itertools.product(Status, Event) if pair not in allowed]
    assert len(refused) == len(Status) * len(Event) - len(ROWS) - 1
    for status, event in refused:
        with pytest.raises(TransitionRefused) as caught:
            next_status(status, event)
        assert caught.value.code == "transition_refused"


def test_the_database_may_accept_exactly_the_changes_of_the_table() -> None:
    expected = {(status, target) for status, _, target in ROWS if status != target}
    expected |= {("withdrawn", target) for target in BEFORE_ARRIVAL}
    assert expected == ALLOWED_STATUS_CHANGES


def test_what_is_determined_stays() -> None:
    assert not [event for status, event in TRANSITIONS if status is Status.DETERMINED]
