"""POST /office/gate/scans, the day list, and the pages about what came of it."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.audit.events import Subject
from fairport.audit.queries import list_events
from fairport.checkin.models import CheckIn
from fairport.gate.models import GateConflict, GateScan
from fairport.gate.operations import receive_scan
from fairport.sealing.operations import erase_data_key
from tests.apps.checkin.conftest import Group
from tests.apps.gate.conftest import LEFT_GATE, RIGHT_GATE, scan_of, take_list_along
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock


def as_json(group: Group, cast: Cast, **changes: Any) -> dict[str, Any]:
    moment = int(group.in_band.timestamp() * 1000)
    fields = {
        "id": str(uuid.uuid4()),
        "device": str(LEFT_GATE),
        "port": "SDG",
        "user": cast.officer.pk,
        "text": group.appointment.confirmation_number,
        "action": "arrival",
        "answer": "right",
        "travelers": [str(traveler.pk) for traveler in group.travelers],
        "whole_group": False,
        "device_time": moment,
        "offset": 0,
        "listed_at": moment - 3_600_000,
        "offline": True,
    }
    told = fields | changes
    if isinstance(told["listed_at"], int) and told["listed_at"] < 10**14:
        take_list_along("SDG", cast.officer.pk, datetime.fromtimestamp(told["listed_at"] / 1000, UTC))
    return told


def send(browser: Client, *scans: Any) -> list[dict[str, Any]]:
    answer = browser.post("/office/gate/scans", json.dumps({"scans": scans}), content_type="application/json")
    assert answer.status_code == 200
    return answer.json()["results"]  # type: ignore[no-any-return]


@pytest.fixture
def browser(cast: Cast, group: Group, clock: StandingClock) -> Client:
    """San Diego's officer, twenty minutes after the family came."""
    clock.at = group.in_band + timedelta(minutes=20)
    return signed_in(cast.officer)


def test_each_scan_is_answered_by_its_id(cast: Cast, group: Group, browser: Client) -> None:
    first = as_json(group, cast)
    elsewhere = as_json(group, cast, device=str(RIGHT_GATE))
    forged = as_json(group, cast, action="look", text="FP1:AAAA", answer="truncated", travelers=[])
    foreign = as_json(group, cast, user=cast.second_officer.pk)
    results = send(browser, first, elsewhere, forged, foreign, {"id": "?"}, first)

    assert [(result["status"], result["code"]) for result in results] == [
        ("recorded", ""),
        ("conflict", "used_twice"),
        ("seen", ""),
        ("refused", "scan_of_other_officer"),
        ("refused", "scan_malformed"),
        ("already_recorded", ""),
    ]
    assert [result["id"] for result in results] == [
        first["id"],
        elsewhere["id"],
        forged["id"],
        foreign["id"],
        "?",
        first["id"],
    ]
    assert (CheckIn.objects.count(), GateScan.objects.count(), GateConflict.objects.count()) == (3, 3, 1)


def test_an_empty_list_asks_for_time_and_user(cast: Cast, browser: Client, clock: StandingClock) -> None:
    answer = browser.post("/office/gate/scans", '{"scans": []}', content_type="application/json").json()

    assert answer == {"now": int(clock.at.timestamp() * 1000), "user": cast.officer.pk, "results": []}


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"scans": {}}', "[" * 5000, '{"scans": "x"}', b"\xff\xfe"])
def test_what_is_no_list_is_refused_whole(browser: Client, body: str) -> None:
    answer = browser.post("/office/gate/scans", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "scan_malformed")


def test_too_many_at_once_are_refused_whole(cast: Cast, group: Group, browser: Client) -> None:
    body = json.dumps({"scans": [{}] * 101})
    answer = browser.post("/office/gate/scans", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_scans")


@pytest.mark.parametrize(
    "change",
    [
        {"id": "7"},
        {"id": None},
        {"device": "x"},
        {"port": 5},
        {"port": ""},
        {"user": "1"},
        {"user": True},
        {"text": ""},
        {"text": "x" * 401},
        {"text": "a\0b"},
        {"text": "\ud800"},
        {"action": "leave"},
        {"answer": "perhaps"},
        {"travelers": "all"},
        {"travelers": [1]},
        {"travelers": ["x"] * 51},
        {"whole_group": "yes"},
        {"whole_group": True},
        {"device_time": "now"},
        {"device_time": -1},
        {"device_time": 1e300},
        {"device_time": float("nan")},
        {"offset": None},
        {"offset": float("inf")},
        {"listed_at": 10**17},
        {"offline": 1},
    ],
    ids=str,
)
def test_a_scan_of_another_form_is_refused_by_itself(
    cast: Cast, group: Group, browser: Client, change: dict[str, Any]
) -> None:
    good = as_json(group, cast)
    results = send(browser, as_json(group, cast) | change, good)

    assert [result["status"] for result in results] == ["refused", "recorded"]
    assert results[0]["code"] == "scan_malformed"


def test_an_offset_of_centuries_is_only_a_wrong_clock(cast: Cast, group: Group, browser: Client) -> None:
    results = send(browser, as_json(group, cast, offset=7_000_000_000_000))

    assert results[0]["status"] == "recorded"
    assert GateScan.objects.get().clock_doubtful


def test_a_role_that_was_taken_back_keeps_the_scan_on_the_device(cast: Cast, group: Group, browser: Client) -> None:
    results = send(browser, as_json(group, cast, port="ELP"))

    assert [(result["status"], result["code"]) for result in results] == [("refused", "other_port")]


def test_the_day_list_holds_little_and_its_loading_is_told(
    cast: Cast, group: Group, browser: Client, clock: StandingClock
) -> None:
    answer = browser.post("/office/gate/list", {"port": "SDG", "device": str(LEFT_GATE)})
    listed = answer.json()

    assert answer["Cache-Control"] == "no-store"
    (entry,) = listed["groups"]
    assert entry.keys() == {"id", "number", "size", "band", "state", "interpreter", "travelers"}
    assert [traveler.keys() for traveler in entry["travelers"]] == [{"id", "initials", "adult", "here"}] * 3
    assert listed["expires_at"] - listed["now"] <= 8 * 3_600_000
    assert listed["user"] == cast.officer.pk
    event = list_events(subject=Subject("port", "SDG"))[-1]
    assert (event.name, event.actor_id) == ("gate.day_list_loaded", str(cast.officer.pk))
    assert event.details is not None
    assert (event.details["groups"], event.details["device"]) == (1, str(LEFT_GATE))


def test_the_list_ends_with_the_ports_day(cast: Cast, group: Group, browser: Client, clock: StandingClock) -> None:
    clock.at = group.in_band.replace(hour=7, minute=30) + timedelta(days=1)  # 23:30 at San Diego
    listed = browser.post("/office/gate/list", {"port": "SDG", "device": str(LEFT_GATE)}).json()

    assert listed["day"] == str(group.appointment.slot.date)
    assert listed["expires_at"] - listed["now"] == 30 * 60_000


@pytest.mark.parametrize(("fields", "status"), [({"port": "ELP"}, 403), ({"device": "x"}, 400), ({"port": "XXX"}, 403)])
def test_no_list_of_another_port(browser: Client, fields: dict[str, str], status: int) -> None:
    answer = browser.post("/office/gate/list", {"port": "SDG", "device": str(LEFT_GATE)} | fields)

    assert answer.status_code == status
    assert list_events(subject=Subject("port", "SDG")) == []


def test_only_staff_of_the_port_take_its_list_send_scans_and_record(
    cast: Cast, group: Group, clock: StandingClock
) -> None:
    clock.at = group.in_band + timedelta(minutes=20)
    allowed = {"officer", "second_officer", "supervisor", "second_supervisor"}
    for name, user in cast.everybody().items():
        browser = signed_in(user)
        listed = browser.post("/office/gate/list", {"port": "SDG", "device": str(LEFT_GATE)})
        scan = as_json(group, cast, user=user.pk, action="look", travelers=[])
        sent = browser.post("/office/gate/scans", json.dumps({"scans": [scan]}), content_type="application/json")
        fields = {"scan": scan["id"], "text": scan["text"], "answer": "right", "port": "SDG", "whole": "yes"}
        recorded = browser.post("/office/gate/arrival", fields | {"scan": str(uuid.uuid4())})
        if name in allowed:
            assert (listed.status_code, sent.json()["results"][0]["status"], recorded.status_code) == (200, "seen", 302)
        else:
            assert (listed.status_code, recorded.status_code) == (403, 403), name
            assert sent.status_code == 403 or sent.json()["results"][0]["code"] == "other_port", name
    assert {scan.officer for scan in GateScan.objects.all()} == {cast.everybody()[name] for name in allowed}


def test_many_groups_on_the_list_take_no_more_queries_than_few(cast: Cast, browser: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = browser.post("/office/gate/list", {"port": "SDG", "device": str(LEFT_GATE)})
        assert answer.status_code == 200
        return len(captured)

    few = queries()
    make_group_on_the_same_day()
    assert queries() == few


def make_group_on_the_same_day() -> None:
    from fairport.appointments.models import Appointment

    first = Appointment.objects.get()
    second = make_second_group()
    Appointment.objects.filter(pk=second.appointment.pk).update(slot=first.slot)


def make_second_group() -> Group:
    from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group

    registration_id = register_group(2, ports=("SDG",))
    hold_draw(day=1)
    appointment = confirm(registration_id, at=DRAW_TIME + timedelta(days=1, hours=1))
    return Group(appointment, appointment.slot.starts_at)


def test_the_list_of_scans_filters_sorts_and_keeps_its_queries(cast: Cast, group: Group, browser: Client) -> None:
    def page(query: str = "") -> tuple[list[str], int]:
        with CaptureQueriesContext(connection) as captured:
            answer = browser.get(f"/office/gate/scans?port=SDG{query}")
        assert answer.status_code == 200
        return [scan["row"].answer for scan in answer.context["scans"]], len(captured)

    send(browser, as_json(group, cast))
    _one, few = page()
    for minutes, answer in ((5, "early"), (6, "late")):
        moment = int((group.in_band + timedelta(minutes=minutes)).timestamp() * 1000)
        send(browser, as_json(group, cast, action="look", answer=answer, travelers=[], device_time=moment))
        send(browser, as_json(group, cast, device=str(RIGHT_GATE), device_time=moment, answer="used"))
    shown, many = page()

    assert many == few
    assert sorted(shown) == ["early", "late", "right", "used", "used"]
    assert page("&order=oldest")[0][0] == "right"
    assert page("&outcome=conflict")[0] == ["used", "used"]
    assert page("&day=2001-01-01")[0] == []
    assert browser.get("/office/gate/scans?port=SDG&day=yesterday").status_code == 400


def test_the_worker_reaches_the_gate_only(browser: Client) -> None:
    answer = browser.get("/office/gate/worker.js")

    assert answer["Service-Worker-Allowed"] == "/office/gate"
    assert answer["Content-Type"].startswith("text/javascript")


def test_the_page_that_is_kept_is_about_nobody(cast: Cast, group: Group, browser: Client) -> None:
    html = browser.get("/office/gate/offline").content.decode()

    assert cast.officer.full_name not in html
    assert group.appointment.confirmation_number not in html
    assert "csrfmiddlewaretoken" not in html
    assert html == signed_in(cast.second_supervisor).get("/office/gate/offline").content.decode()


@pytest.fixture
def conflict(cast: Cast, group: Group) -> GateConflict:
    """The same family at two gates."""
    at = group.in_band + timedelta(minutes=20)
    receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=at)
    receive_scan(scan=scan_of(group, cast, device=RIGHT_GATE), officer=cast.officer, at=at)
    return GateConflict.objects.get()


WORDS = "The second group had a photo of the pass. They were sent away."


def test_a_supervisor_closes_a_conflict_in_words(cast: Cast, conflict: GateConflict, clock: StandingClock) -> None:
    supervisor = signed_in(cast.supervisor)
    path = f"/office/gate/conflicts/{conflict.pk}"
    assert "Used at two gates" in supervisor.get("/office/gate/conflicts").content.decode()
    answer = supervisor.post(path, {"words": WORDS}, follow=True)

    assert "The conflict is closed." in answer.content.decode()
    conflict.refresh_from_db()
    assert (conflict.closed_by, conflict.closed_at) == (cast.supervisor, clock.at)
    assert WORDS in supervisor.get(path).content.decode()
    assert "Used at two gates" in supervisor.get("/office/gate/conflicts?closed=yes").content.decode()
    appointment = conflict.scan.appointment
    assert appointment is not None
    *_before, closed, read = list_events(subject=Subject("registration", str(appointment.registration_id)))
    assert (closed.name, closed.actor_id) == ("gate.conflict_closed", str(cast.supervisor.pk))
    assert (read.name, read.actor_id) == ("gate.conflict_read", str(cast.supervisor.pk))


def test_a_conflict_of_an_erased_group_is_closed_and_read(
    cast: Cast, group: Group, conflict: GateConflict, clock: StandingClock
) -> None:
    erase_data_key(data_key_id=group.appointment.registration.data_key_id, at=clock.at)
    supervisor = signed_in(cast.supervisor)
    path = f"/office/gate/conflicts/{conflict.pk}"
    assert supervisor.post(path, {"words": WORDS}).status_code == 302
    assert WORDS in supervisor.get(path).content.decode()


@pytest.mark.parametrize(("words", "code"), [("", 400), ("too short", 400), ("x" * 4001, 400), ("a\0" * 20, 400)])
def test_without_good_words_it_stays_open(
    cast: Cast, conflict: GateConflict, clock: StandingClock, words: str, code: int
) -> None:
    answer = signed_in(cast.supervisor).post(f"/office/gate/conflicts/{conflict.pk}", {"words": words})

    assert answer.status_code == code
    conflict.refresh_from_db()
    assert conflict.closed_at is None


def test_the_second_supervisor_learns_of_the_first(cast: Cast, conflict: GateConflict, clock: StandingClock) -> None:
    path = f"/office/gate/conflicts/{conflict.pk}"
    signed_in(cast.supervisor).post(path, {"words": WORDS})
    answer = signed_in(cast.second_supervisor).post(path, {"words": "Something else altogether, later."})

    assert answer.status_code == 409
    assert "<code>conflict_closed</code>" in answer.content.decode()
    assert WORDS in answer.content.decode()


def test_only_a_supervisor_of_the_port_closes_it(cast: Cast, conflict: GateConflict, clock: StandingClock) -> None:
    allowed = {"supervisor", "second_supervisor"}
    for name, user in cast.everybody().items():
        if name in allowed:
            continue
        answer = signed_in(user).post(f"/office/gate/conflicts/{conflict.pk}", {"words": WORDS})
        assert answer.status_code == 403, name
    assert Client().post(f"/office/gate/conflicts/{conflict.pk}", {"words": WORDS}).status_code == 302
    conflict.refresh_from_db()
    assert conflict.closed_at is None


def test_officers_of_the_port_only_read_it(cast: Cast, conflict: GateConflict, clock: StandingClock) -> None:
    html = signed_in(cast.officer).get(f"/office/gate/conflicts/{conflict.pk}").content.decode()

    assert "A supervisor of this port closes it." in html
    assert signed_in(cast.other_officer).get(f"/office/gate/conflicts/{conflict.pk}").status_code == 403


def test_an_open_conflict_stands_on_the_gates_page(cast: Cast, conflict: GateConflict, clock: StandingClock) -> None:
    assert "Scans contradict the record" in signed_in(cast.officer).get("/office/gate").content.decode()
    signed_in(cast.supervisor).post(f"/office/gate/conflicts/{conflict.pk}", {"words": WORDS})
    assert "Scans contradict the record" not in signed_in(cast.officer).get("/office/gate").content.decode()
