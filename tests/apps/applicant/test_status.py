"""The status page: what it shows in each state, every step that can be taken, and what is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from fairport.applicant.problems import text_for
from fairport.applicant.session import KEY
from fairport.appointments.models import Appointment, Offer
from fairport.appointments.operations import tick
from fairport.audit.keys import keys_of
from fairport.audit.models import LogName
from fairport.audit.operations import sequence_log
from fairport.audit.proofs import parse_proof, verify_proof
from fairport.domain.policy import Policy
from fairport.draws.models import DrawEntry
from fairport.ports.models import AppointmentSlot
from tests.apps.applicant.conftest import Clock, Visit
from tests.apps.applicant.walking import Walker, main_text
from tests.factories.programme import NOW
from tests.factories.submissions import make_child, make_traveler

pytestmark = pytest.mark.django_db
Snapshot = Callable[[], dict[str, int]]


def assert_refused(response: Any, code: str, *, status: int = 409) -> None:
    words = main_text(response)
    assert response.status_code == status
    assert code in words
    assert text_for(code) in words


# ---- signing in


def test_the_session_holds_the_registration_s_id_and_nothing_else(visit: Visit) -> None:
    assert visit.client.session[KEY] == str(visit.receipt.registration_id)
    assert not set(visit.client.session.keys()) - {KEY, "_session_expiry"}


def test_the_session_gets_a_new_key_at_sign_in(policy: Policy, clock: Clock, client: Client) -> None:
    visit = Visit(client, clock)
    session = client.session
    session["something"] = "before"
    session.save()
    before = session.session_key
    client.cookies["fairport_session"] = before
    visit.sign_in()
    assert client.session.session_key != before


@pytest.mark.parametrize("spelling", [str.lower, lambda code: code.replace("-", " "), lambda code: f"  {code} "])
def test_a_code_can_be_typed_in_any_style(
    policy: Policy, clock: Clock, client: Client, spelling: Callable[[str], str]
) -> None:
    visit = Visit(client, clock)
    assert visit.sign_in(spelling(visit.receipt.access_code)).status_code == 303


@pytest.mark.parametrize("code", ["AAAAA-AAAAA-AAAAA-AAAAA", "nonsense", "x" * 5000, "é", "FP-AAAA-AAAAA"])
def test_a_wrong_code_gets_one_answer_whatever_is_wrong(
    policy: Policy, clock: Clock, client: Client, snapshot: Snapshot, code: str
) -> None:
    visit = Visit(client, clock)
    before = snapshot()
    response = visit.sign_in(code)
    assert_refused(response, "wrong_code", status=403)
    assert KEY not in client.session
    assert snapshot() == before
    assert visit.look().context["form"].is_bound is False


def test_too_many_wrong_codes_are_slowed_down_and_a_right_one_still_gets_in(
    policy: Policy, clock: Clock, client: Client
) -> None:
    visit = Visit(client, clock)
    answers = [visit.sign_in("nonsense").status_code for _try in range(61)]
    assert answers == [403] * 60 + [429]
    response = visit.sign_in("nonsense")
    assert_refused(response, "too_many_attempts", status=429)
    assert 0 < int(response["Retry-After"]) <= 3600
    assert visit.sign_in().status_code == 303


def test_another_address_is_not_slowed_down(policy: Policy, clock: Clock, client: Client) -> None:
    visit = Visit(client, clock)
    for _try in range(61):
        visit.sign_in("nonsense")
    response = client.post("/status", {"code": "nonsense"}, REMOTE_ADDR="192.0.2.7")
    assert response.status_code == 403


@pytest.mark.parametrize(("proxies", "limited"), [(0, True), (1, False)])
def test_only_a_trusted_proxy_says_where_a_caller_is(
    policy: Policy, clock: Clock, client: Client, settings: Any, proxies: int, limited: bool
) -> None:
    settings.TRUSTED_PROXIES = proxies
    visit = Visit(client, clock)
    codes = [
        client.post("/status", {"code": "nonsense"}, headers={"x-forwarded-for": f"192.0.2.{number}"}).status_code
        for number in range(61)
    ]
    assert (codes[-1] == 429) is limited
    assert visit.status == "waiting"


def test_closing_forgets_the_registration(visit: Visit) -> None:
    assert visit.act("close")["Location"] == "/"
    assert KEY not in visit.client.session
    assert "Access code" in main_text(visit.look())


def test_closing_takes_the_receipt_off_the_device_too(walker: Walker) -> None:
    walker.up_to("done")
    code = walker.look("register_done").context["receipt"].access_code
    assert walker.send("status", {"code": code}).status_code == 303
    walker.send("status_close", {})
    assert walker.look("register_done").status_code == 303


@pytest.mark.parametrize("name", ["confirm", "decline", "cancel", "withdraw", "undo", "renew"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_session_every_step_asks_for_the_code(
    policy: Policy, client: Client, snapshot: Snapshot, name: str, method: str
) -> None:
    before = snapshot()
    response = getattr(client, method)(f"/status/{name}")
    assert (response.status_code, response["Location"]) == (303, "/status")
    assert snapshot() == before


# ---- what it shows


def test_the_day_to_renew_by_is_the_traveler_s_and_not_utc_s(policy: Policy, clock: Clock, client: Client) -> None:
    # Ten in the evening in Tijuana, where it is still the 18th.
    clock.at = datetime(2023, 1, 19, 6, 0, tzinfo=UTC)
    visit = Visit(client, clock)
    visit.sign_in()
    words = main_text(visit.look())
    assert "Friday, February 17, 2023" in words
    assert "February 18" not in words


def test_waiting(visit: Visit) -> None:
    page = visit.look()
    words = main_text(page)
    assert page["Cache-Control"] == "no-store"
    for text in (
        "You are waiting",
        visit.receipt.registration_number,
        "San Diego",
        "Today",
        "You were in no draw yet.",
    ):
        assert text in words
    assert "Désir" not in words and "marie@example.org" not in words


def test_an_offer_in_both_clocks_and_its_draw(policy: Policy, clock: Clock, client: Client) -> None:
    # Nogales keeps its time all year and so does Mexico City: always an hour apart.
    visit = Visit(client, clock, ports=("NOG",), state="MX-DIF", travelers=(make_traveler(), make_child()))
    visit.sign_in()
    slot = visit.draw().slot
    words = main_text(visit.look())
    assert "A place is offered to you" in words and "Nogales" in words
    for zone in ("America/Phoenix", "America/Mexico_City"):
        assert f"{clock_text(slot.starts_at, zone)} to {clock_text(slot.ends_at, zone)}" in words
    # Drawn at 18:00 UTC, kept for 23 hours: 17:00 UTC the next day.
    assert "Thursday, January 19, 2023, 10:00 AM" in words
    assert "Thursday, January 19, 2023, 11:00 AM" in words
    assert "A place was offered to you" in words


def clock_text(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.hour % 12 or 12}:{local:%M %p}"


def test_the_number_of_statements_does_not_grow_with_the_draws(
    visit: Visit, django_assert_max_num_queries: Any
) -> None:
    visit.draw()
    with django_assert_max_num_queries(22):
        visit.look()


# ---- what can be done


def test_confirming_makes_an_appointment(visit: Visit) -> None:
    offer = visit.draw()
    assert visit.act("confirm", offer=offer.pk)["Location"] == "/status"
    words = main_text(visit.look())
    appointment = Appointment.objects.get()
    assert "You have an appointment" in words and appointment.confirmation_number in words
    assert visit.status == "confirmed"


def test_confirming_twice_changes_nothing_more(visit: Visit, snapshot: Snapshot) -> None:
    offer = visit.draw()
    visit.act("confirm", offer=offer.pk)
    before = snapshot()
    assert_refused(visit.act("confirm", offer=offer.pk), "offer_closed")
    assert snapshot() == before
    # A reload of the refused page leads back.
    assert visit.look("/status/confirm")["Location"] == "/status"


def test_confirming_after_the_end_is_refused_whatever_the_expiry_job_did(visit: Visit, snapshot: Snapshot) -> None:
    offer = visit.draw()
    visit.clock.at = offer.expires_at
    before = snapshot()
    assert_refused(visit.act("confirm", offer=offer.pk), "offer_expired")
    assert (visit.status, snapshot()) == ("offered", before)
    tick(at=visit.clock.at)
    assert_refused(visit.act("confirm", offer=offer.pk), "offer_expired")
    assert visit.status == "lapsed"


@pytest.mark.parametrize("offer_id", ["", "nonsense", "4f1f7a52-6c4e-4b0e-9a53-0f8f3f3f2a11"])
def test_confirming_what_is_no_offer(visit: Visit, snapshot: Snapshot, offer_id: str) -> None:
    visit.draw()
    before = snapshot()
    assert_refused(visit.act("confirm", offer=offer_id), "offer_not_found", status=404)
    assert (visit.status, snapshot()) == ("offered", before)


@pytest.mark.parametrize("name", ["confirm", "decline"])
def test_somebody_else_s_offer(policy: Policy, clock: Clock, client: Client, snapshot: Snapshot, name: str) -> None:
    owner = Visit(client, clock)
    stranger = Visit(Client(), clock)
    stranger.sign_in()
    owner.draw()
    offer = Offer.objects.get(registration_id=owner.receipt.registration_id)
    before = snapshot()
    assert_refused(stranger.act(name, offer=offer.pk), "offer_not_found", status=404)
    assert (owner.status, stranger.status, snapshot()) == ("offered", "offered", before)


def test_declining_asks_once_more(visit: Visit) -> None:
    offer = visit.draw()
    question = visit.look("/status/decline")
    assert "Say no to this place?" in main_text(question)
    assert visit.status == "offered"
    assert visit.act("decline", offer=offer.pk)["Location"] == "/status"
    assert visit.status == "waiting"
    assert "Places you said no to" in main_text(visit.look())


def test_cancelling_asks_once_more(visit: Visit) -> None:
    visit.act("confirm", offer=visit.draw().pk)
    assert "Cancel this appointment?" in main_text(visit.look("/status/cancel"))
    assert visit.act("cancel")["Location"] == "/status"
    assert visit.status == "waiting"
    assert_refused(visit.act("cancel"), "nothing_to_cancel")


def test_withdrawing_asks_once_more_and_can_be_undone(visit: Visit) -> None:
    assert "24 hours" in main_text(visit.look("/status/withdraw"))
    assert visit.act("withdraw")["Location"] == "/status"
    words = main_text(visit.look())
    assert visit.status == "withdrawn"
    assert "You can undo this until Thursday, January 19, 2023" in words
    assert visit.look("/status/withdraw")["Location"] == "/status"
    assert visit.act("undo")["Location"] == "/status"
    assert visit.status == "waiting"


def test_undoing_too_late(visit: Visit, snapshot: Snapshot) -> None:
    visit.act("withdraw")
    visit.clock.at += timedelta(hours=24)
    before = snapshot()
    assert_refused(visit.act("undo"), "undo_too_late")
    assert (visit.status, snapshot()) == ("withdrawn", before)
    assert "You can undo this" not in main_text(visit.look())


@pytest.mark.parametrize("name", ["undo", "cancel"])
def test_a_step_that_does_not_fit(visit: Visit, snapshot: Snapshot, name: str) -> None:
    before = snapshot()
    response = visit.act(name)
    assert response.status_code == 409
    assert response.context["problem_codes"][0] in ("transition_refused", "nothing_to_cancel")
    assert (visit.status, snapshot()) == ("waiting", before)


def test_renewing_after_a_lapse_keeps_the_date(visit: Visit) -> None:
    visit.clock.at = NOW + timedelta(days=31)
    tick(at=visit.clock.at)
    words = main_text(visit.look())
    assert visit.status == "lapsed" and "Renew my registration" in words
    assert visit.act("renew")["Location"] == "/status"
    assert visit.status == "waiting"
    assert "January 18, 2023" in main_text(visit.look())


def test_after_a_missed_appointment_the_way_back(visit: Visit) -> None:
    visit.act("confirm", offer=visit.draw().pk)
    visit.clock.at = AppointmentSlot.objects.get(appointments__isnull=False).ends_at + timedelta(hours=2)
    tick(at=visit.clock.at)
    assert visit.status == "no_show"
    assert "Put us in the next draw" in main_text(visit.look())
    visit.act("renew")
    assert visit.status == "waiting"


@pytest.mark.parametrize("name", ["confirm", "withdraw", "renew", "close", "undo", "cancel", "decline"])
def test_a_foreign_page_cannot_act(policy: Policy, clock: Clock, name: str) -> None:
    visit = Visit(Client(enforce_csrf_checks=True), clock)
    session = visit.client.session
    session[KEY] = str(visit.receipt.registration_id)
    session.save()
    visit.client.cookies["fairport_session"] = session.session_key
    assert visit.look().status_code == 200
    response = visit.act(name)
    assert response.status_code == 403
    assert response.context["code"] == "csrf_failed"
    assert visit.status == "waiting"


# ---- the draws


def test_each_draw_says_what_came_out_why_and_gives_the_own_lines(visit: Visit) -> None:
    visit.draw()
    words = main_text(visit.look())
    entry = DrawEntry.objects.get(subject_id=visit.receipt.registration_id)
    assert entry.entry_id in words
    assert "1 groups, " in words
    address = entry.draw_id.replace("/", "_")
    response = visit.look(f"/status/draws/{address}")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    lines = json.loads(response.content)
    assert (lines["draw_id"], lines["pool"]["index"], lines["pool"]["size"]) == (entry.draw_id, 0, 1)
    assert lines["pool"]["line"].startswith(entry.entry_id)
    assert lines["allocation"]["line"].startswith(entry.entry_id)


@pytest.mark.parametrize("address", ["title-42-exemption_1999-01-01", "nothing", "%00"])
def test_of_another_draw_there_are_no_own_lines(visit: Visit, address: str) -> None:
    visit.draw()
    assert visit.look(f"/status/draws/{address}").status_code == 404


def test_the_own_lines_are_for_who_signed_in(visit: Visit, client: Client) -> None:
    offer = visit.draw()
    address = offer.draw_entry.draw_id.replace("/", "_")
    assert Client().get(f"/status/draws/{address}").status_code in (302, 303, 403)


def test_the_proof_of_the_registration_is_there_once_the_log_holds_it(visit: Visit, client: Client) -> None:
    assert "It is ready in a minute" in main_text(visit.look())
    assert visit.look("/status/log-receipt").status_code == 303
    sequence_log(at=NOW)
    assert 'href="/status/log-receipt"' in visit.look().content.decode()
    response = visit.look("/status/log-receipt")
    assert (response["Content-Type"], response["Cache-Control"]) == ("application/json", "no-store")
    proof = json.loads(response.content)
    salt = parse_proof(proof["proof"].encode()).extra
    assert salt is not None
    leaf = hashlib.sha256(salt + proof["payload"].encode()).digest()
    verify_proof(content=proof["proof"].encode(), leaf_data=leaf, keys=keys_of(log=LogName.EVENTS))
    assert json.loads(proof["payload"])["name"] == "registration.submitted"
    assert Client().get("/status/log-receipt").status_code == 303


def test_who_waits_sees_a_range_and_that_it_is_no_promise(visit: Visit) -> None:
    words = main_text(visit.look())
    assert "How long it may still be" in words
    assert "of 100 groups that wait registered after you" in words


def test_a_place_whose_time_is_over_is_not_asked_about_before_the_tick(visit: Visit) -> None:
    offer = visit.draw()
    visit.clock.at = offer.expires_at + timedelta(seconds=1)
    words = main_text(visit.look())
    assert "The time to answer is over" in words
    assert "Say yes or no" not in words and "Yes, we take this place" not in words
