"""Access codes: any style of typing, limited wrong tries, and nobody locked out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairport.domain.codes import access_code_from
from fairport.domain.policy import Policy
from fairport.domain.transitions import Event
from fairport.registrations.models import CodeFailure
from fairport.registrations.operations import (
    TooManyAttempts,
    WrongCode,
    change_status,
    purge_expired,
    sign_in_with_code,
)
from fairport.registrations.queries import get_registration
from tests.factories.programme import NOW
from tests.factories.submissions import register

pytestmark = pytest.mark.django_db
SHELTER = "192.0.2.10"


def wrong_code(number: int) -> str:
    """A well-formed code that nobody has; numbers under 32 begin differently."""
    return access_code_from(number.to_bytes(12, "big"))


@pytest.mark.parametrize("style", [str, str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
def test_the_code_opens_the_registration_in_any_style(policy: Policy, style: object) -> None:
    receipt = register()
    found = sign_in_with_code(code=style(receipt.access_code), address=SHELTER, at=NOW)  # type: ignore[operator]
    assert found.pk == receipt.registration_id


@pytest.mark.parametrize("code", ["", "12345", "x" * 5000, "\x00", "0" * 20, "🙂" * 20])
def test_a_malformed_code_is_wrong_and_counts_for_the_address_only(policy: Policy, code: str) -> None:
    with pytest.raises(WrongCode):
        sign_in_with_code(code=code, address=SHELTER, at=NOW)
    assert CodeFailure.objects.get().failures == 1


def test_one_wrong_character_is_wrong(policy: Policy) -> None:
    code = register().access_code
    other = ("Z" if code[0] != "Z" else "Y") + code[1:]
    with pytest.raises(WrongCode):
        sign_in_with_code(code=other, address=SHELTER, at=NOW)


def test_a_shelter_that_used_up_its_tries_still_gets_in_with_right_codes(policy: Policy) -> None:
    receipt = register()
    for number in range(60):
        with pytest.raises(WrongCode):
            sign_in_with_code(code=wrong_code(number), address=SHELTER, at=NOW)
    with pytest.raises(TooManyAttempts) as refused:
        sign_in_with_code(code=wrong_code(99), address=SHELTER, at=NOW + timedelta(minutes=20))
    assert refused.value.retry_after_seconds == 40 * 60
    assert sign_in_with_code(code=receipt.access_code, address=SHELTER, at=NOW).pk == receipt.registration_id
    with pytest.raises(WrongCode):
        sign_in_with_code(code=wrong_code(100), address="192.0.2.11", at=NOW)
    with pytest.raises(WrongCode):
        sign_in_with_code(code=wrong_code(101), address=SHELTER, at=NOW + timedelta(hours=1))


def test_one_beginning_of_a_code_is_limited_wherever_the_tries_come_from(policy: Policy) -> None:
    # The first five symbols of these are the same: only the higher bits differ.
    codes = [access_code_from((number << 80).to_bytes(12, "big")) for number in range(1, 13)]
    assert len({code[:5] for code in codes}) == 1
    for number, code in enumerate(codes[:10]):
        with pytest.raises(WrongCode):
            sign_in_with_code(code=code, address=f"198.51.100.{number}", at=NOW)
    with pytest.raises(TooManyAttempts):
        sign_in_with_code(code=codes[11], address="198.51.100.200", at=NOW)


def test_failures_keep_no_address_and_no_code_and_go_after_a_day(policy: Policy) -> None:
    with pytest.raises(WrongCode):
        sign_in_with_code(code=wrong_code(1), address=SHELTER, at=NOW)
    buckets = [bytes(row.bucket) for row in CodeFailure.objects.all()]
    assert len(buckets) == 2 and all(len(bucket) == 32 for bucket in buckets)
    assert purge_expired(at=NOW + timedelta(hours=23)) == 0
    assert purge_expired(at=NOW + timedelta(hours=24)) == 2


def test_a_wrong_code_costs_the_same_statements_as_another(policy: Policy) -> None:
    register()
    counts = set()
    for code in (wrong_code(1), wrong_code(2), "not a code"):
        with CaptureQueriesContext(connection) as queries, pytest.raises(WrongCode):
            sign_in_with_code(code=code, address=SHELTER, at=NOW)
        counts.add(len(queries))
    assert counts == {2}


def test_signing_in_is_a_sign_of_life_while_waiting_and_renews_nothing_that_lapsed(policy: Policy) -> None:
    receipt = register()
    later = NOW + timedelta(days=29)
    assert sign_in_with_code(code=receipt.access_code, address=SHELTER, at=later).last_sign_of_life_at == later
    assert get_registration(registration_id=receipt.registration_id).last_sign_of_life_at == later
    change_status(registration_id=receipt.registration_id, event=Event.LAPSED, at=later)
    again = sign_in_with_code(code=receipt.access_code, address=SHELTER, at=later + timedelta(days=9))
    assert (again.status, again.last_sign_of_life_at) == ("lapsed", later)
