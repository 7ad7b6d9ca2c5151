"""The calls with an access code: the state, and each way through the state table."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairport.appointments.models import Offer
from fairport.appointments.operations import tick
from fairport.domain.policy import Policy
from fairport.registrations.submission import Receipt
from tests.apps.api.conftest import Api, Clock
from tests.apps.api.problems import problem_of
from tests.factories.draws import DRAW_TIME, hold_draw
from tests.factories.programme import NOW
from tests.factories.submissions import make_child, make_traveler, register

pytestmark = pytest.mark.django_db
ME = "/registrations/me"


@pytest.fixture
def receipt(policy: Policy) -> Receipt:
    return register(travelers=(make_traveler(), make_child()))


@pytest.fixture
def offered(receipt: Receipt, clock: Clock) -> Receipt:
    """The group with an offer, a minute after the draw."""
    hold_draw()
    clock.at = DRAW_TIME + timedelta(minutes=1)
    return receipt


def test_a_waiting_group_sees_its_people_and_its_wait(api: Api, receipt: Receipt, clock: Clock) -> None:
    register(at=NOW + timedelta(hours=1))
    clock.at = NOW + timedelta(days=3)
    response = api.get(ME, code=receipt.access_code)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    state = response.json()
    assert state["registration_number"] == receipt.registration_number
    assert (state["status"], state["size"], state["ports"]) == ("waiting", 2, ["SDG", "CLX"])
    assert [person["given_names"] for person in state["travelers"]][1] == "Léa"
    assert state["travelers"][1]["criteria"] == ["under_21"]
    assert (state["offer"], state["appointment"], state["draws"]) == (None, None, [])
    assert state["wait"] == {"days": 3, "percentile": 50, "estimate_days": [1, 1]}


def test_an_offer_is_confirmed_and_becomes_a_pass(api: Api, offered: Receipt) -> None:
    state = api.get(ME, code=offered.access_code).json()
    assert state["status"] == "offered"
    assert state["offer"]["expires_at"] == "2023-01-19T17:00:00Z"
    assert state["offer"].keys() >= {"id", "port", "date", "band_start", "expires_at"}
    assert [draw["outcome"] for draw in state["draws"]] == ["offer"]
    assert state["wait"] is None
    confirmed = api.post(f"{ME}/confirm", code=offered.access_code)
    assert confirmed.status_code == 200
    state = confirmed.json()
    assert (state["status"], state["offer"]) == ("confirmed", None)
    assert state["appointment"]["pass"]
    assert state["appointment"]["port"] in ("SDG", "CLX")
    assert len(state["appointment"]["band_start"]) == 5
    assert api.get(ME, code=offered.access_code).json() == state


def test_confirming_twice(api: Api, offered: Receipt) -> None:
    api.post(f"{ME}/confirm", code=offered.access_code)
    problem_of(api.post(f"{ME}/confirm", code=offered.access_code), 409, "offer_closed")


def test_a_repeat_with_the_same_key_gets_the_first_answer(api: Api, offered: Receipt) -> None:
    key = str(uuid.uuid4())
    offer = str(Offer.objects.get().pk)
    first = api.post(f"{ME}/confirm", {"offer_id": offer}, code=offered.access_code, key=key)
    again = api.post(f"{ME}/confirm", {"offer_id": offer}, code=offered.access_code, key=key)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    problem_of(api.post(f"{ME}/cancel", code=offered.access_code, key=key), 409, "idempotency_conflict")


def test_a_refusal_is_not_kept_under_its_key(api: Api, receipt: Receipt, clock: Clock) -> None:
    key = str(uuid.uuid4())
    problem_of(api.post(f"{ME}/confirm", code=receipt.access_code, key=key), 409, "transition_refused")
    hold_draw()
    clock.at = DRAW_TIME + timedelta(minutes=1)
    assert api.post(f"{ME}/confirm", code=receipt.access_code, key=key).status_code == 200


def test_confirming_after_the_offer_expired_whatever_the_worker_did(api: Api, offered: Receipt, clock: Clock) -> None:
    clock.at = DRAW_TIME + timedelta(hours=23)
    problem_of(api.post(f"{ME}/confirm", code=offered.access_code), 409, "offer_expired")
    tick(at=clock.at)
    problem_of(api.post(f"{ME}/confirm", code=offered.access_code), 409, "offer_expired")
    assert api.get(ME, code=offered.access_code).json()["status"] == "lapsed"


def test_confirming_somebody_elses_offer(api: Api, receipt: Receipt, clock: Clock) -> None:
    other = register()
    hold_draw()
    clock.at = DRAW_TIME + timedelta(minutes=1)
    theirs = str(Offer.objects.get(registration_id=other.registration_id).pk)
    for offer in (theirs, str(uuid.uuid4())):
        response = api.post(f"{ME}/confirm", {"offer_id": offer}, code=receipt.access_code)
        problem_of(response, 404, "offer_not_found")
    assert set(Offer.objects.values_list("state", flat=True)) == {"open"}


def test_declining_cancelling_and_renewing(api: Api, offered: Receipt, clock: Clock) -> None:
    code = offered.access_code
    assert api.post(f"{ME}/decline", code=code).json()["status"] == "waiting"
    assert api.post(f"{ME}/renew", code=code).json()["status"] == "waiting"
    problem_of(api.post(f"{ME}/cancel", code=code), 409, "nothing_to_cancel")
    hold_draw(day=1)
    clock.at = DRAW_TIME + timedelta(days=1, minutes=1)
    assert api.post(f"{ME}/confirm", code=code).json()["status"] == "confirmed"
    cancelled = api.post(f"{ME}/cancel", code=code).json()
    assert (cancelled["status"], cancelled["appointment"]) == ("waiting", None)


def test_withdrawing_and_taking_it_back(api: Api, receipt: Receipt, clock: Clock) -> None:
    code = receipt.access_code
    state = api.post(f"{ME}/withdraw", code=code).json()
    assert (state["status"], state["undo_until"]) == ("withdrawn", "2023-01-19T17:00:00Z")
    problem_of(api.post(f"{ME}/withdraw", code=code), 409, "transition_refused")
    assert api.post(f"{ME}/undo-withdrawal", code=code).json()["status"] == "waiting"
    problem_of(api.post(f"{ME}/undo-withdrawal", code=code), 409, "transition_refused")
    api.post(f"{ME}/withdraw", code=code)
    clock.at = NOW + timedelta(hours=24)
    problem_of(api.post(f"{ME}/undo-withdrawal", code=code), 409, "undo_too_late")


def test_a_lapsed_group_renews_unless_its_document_is_elsewhere(api: Api, policy: Policy, clock: Clock) -> None:
    first = register(travelers=(make_traveler(document_number="LAPSED1"),))
    clock.at = NOW + policy.renewal_period
    tick(at=clock.at)
    assert api.get(ME, code=first.access_code).json()["status"] == "lapsed"
    register(at=clock.at, travelers=(make_traveler(document_number="LAPSED1"),))
    problem_of(api.post(f"{ME}/renew", code=first.access_code), 409, "document_in_use")


@pytest.mark.parametrize(
    "body", [{"offer_id": "nothing"}, {"offer": str(uuid.uuid4())}, {"offer_id": 5}, [], "confirm"]
)
def test_a_body_that_does_not_fit(api: Api, offered: Receipt, body: object) -> None:
    problem_of(api.post(f"{ME}/confirm", body, code=offered.access_code), 422, "invalid")


CALLS = ["", "/confirm", "/decline", "/cancel", "/withdraw", "/undo-withdrawal", "/renew"]


@pytest.mark.parametrize("call", CALLS)
def test_every_call_needs_an_access_code(api: Api, receipt: Receipt, call: str) -> None:
    send = api.post if call else api.get
    for code, refusal in ((None, "access_code_required"), ("AAAAA-BBBBB-CCCCC-DDDDD", "wrong_code")):
        response = send(f"{ME}{call}", code=code)  # type: ignore[operator]
        problem_of(response, 401, refusal)
        assert response["WWW-Authenticate"].startswith("Bearer")
    assert api.get(ME, code=receipt.access_code).json()["status"] == "waiting"


def test_another_scheme_is_no_access_code(api: Api, receipt: Receipt) -> None:
    response = api.get(ME, Authorization=f"Basic {receipt.access_code}")
    problem_of(response, 401, "access_code_required")


def test_wrong_codes_are_limited_and_right_ones_still_get_in(api: Api, receipt: Receipt) -> None:
    for _ in range(60):
        problem_of(api.get(ME, code="wrong"), 401, "wrong_code")
    response = api.get(ME, code="wrong")
    problem_of(response, 429, "too_many_attempts")
    assert 0 < int(response["Retry-After"]) <= 3600
    assert api.get(ME, code=receipt.access_code).status_code == 200


def test_the_state_takes_the_same_queries_whatever_its_size(api: Api, policy: Policy, clock: Clock) -> None:
    counts = []
    for size, days in ((1, 0), (12, 2)):
        receipt = register(travelers=tuple(make_traveler() for _ in range(size)), at=NOW + timedelta(days=days))
        clock.at = NOW + timedelta(days=days)
        with CaptureQueriesContext(connection) as queries:
            assert api.get(ME, code=receipt.access_code).json()["size"] == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
