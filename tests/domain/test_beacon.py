"""Quicknet's calendar, and a beacon that must be the promised one."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.beacon import (
    BeaconRefused,
    DrandBeacon,
    DrandCommitment,
    LocalBeacon,
    check_beacon,
    commit_locally,
    format_beacon,
    parse_beacon,
    round_at,
    time_of_round,
)
from fairport.domain.draw_format import DrawFileError
from tests.domain.building import repeatable

GENESIS = dt.datetime(2023, 8, 23, 15, 9, 27, tzinfo=dt.UTC)
SECRET = bytes(range(32))


def test_rounds_begin_at_genesis_and_come_every_three_seconds() -> None:
    assert time_of_round(1) == GENESIS
    assert time_of_round(1000) == GENESIS + dt.timedelta(seconds=2997)
    with pytest.raises(ValueError, match="count from 1"):
        time_of_round(0)


def test_the_round_is_the_first_that_is_not_before_the_instant() -> None:
    assert round_at(GENESIS - dt.timedelta(days=1)) == 1
    assert [round_at(GENESIS + dt.timedelta(seconds=seconds)) for seconds in range(5)] == [1, 2, 2, 2, 3]
    assert round_at(GENESIS + dt.timedelta(seconds=3, microseconds=1)) == 3


@repeatable
@given(seconds=st.integers(0, 10**9))
def test_a_round_and_its_time_agree(seconds: int) -> None:
    at = GENESIS + dt.timedelta(seconds=seconds)
    number = round_at(at)
    assert time_of_round(number) >= at
    assert number == 1 or time_of_round(number - 1) < at


def test_a_signature_is_always_checked() -> None:
    beacon, commitment = DrandBeacon(7, b"\1" * 48), DrandCommitment(7)
    asked = []

    def verifier(round_number: int, signature: bytes) -> bool:
        asked.append((round_number, signature))
        return True

    check_beacon(commitment=commitment, beacon=beacon, verifier=verifier)
    assert asked == [(7, b"\1" * 48)]
    with pytest.raises(BeaconRefused) as refused:
        check_beacon(commitment=commitment, beacon=beacon, verifier=None)
    assert refused.value.code == "beacon_not_checked"
    with pytest.raises(BeaconRefused) as refused:
        check_beacon(commitment=commitment, beacon=beacon, verifier=lambda *_: False)
    assert refused.value.code == "beacon_bad_signature"


@pytest.mark.parametrize(
    ("commitment", "beacon", "code"),
    [
        (DrandCommitment(7), DrandBeacon(8, b"\1" * 48), "beacon_wrong_round"),
        (DrandCommitment(7), LocalBeacon(SECRET), "beacon_wrong_kind"),
        (commit_locally(SECRET), DrandBeacon(7, b"\1" * 48), "beacon_wrong_kind"),
        (commit_locally(SECRET), LocalBeacon(bytes(32)), "beacon_wrong_secret"),
    ],
)
def test_another_beacon_than_the_promised_one_is_refused(commitment, beacon, code) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BeaconRefused) as refused:
        check_beacon(commitment=commitment, beacon=beacon, verifier=lambda *_: True)
    assert refused.value.code == code


def test_a_local_secret_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commit_locally(b"short")


@pytest.mark.parametrize("beacon", [LocalBeacon(SECRET), DrandBeacon(7, b"\1" * 48)])
def test_the_file_has_one_form(beacon: LocalBeacon | DrandBeacon) -> None:
    raw = format_beacon(beacon)
    assert parse_beacon(raw) == beacon
    for other in (raw[:-1], raw + b"\n", raw.replace(b":", b": ", 1), b" " + raw, raw.upper()):
        with pytest.raises(DrawFileError, match=r"beacon\.json"):
            parse_beacon(other)


def test_wrong_randomness_is_found() -> None:
    raw = format_beacon(DrandBeacon(7, b"\1" * 48))
    digit = raw[-5:-4]
    with pytest.raises(DrawFileError, match="not the SHA-256 of the signature"):
        parse_beacon(raw[:-5] + (b"0" if digit != b"0" else b"1") + raw[-4:])
