"""Programmes, policy, ports, places, draws, and whether an appointment is real."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairport.appointments.models import Appointment
from fairport.appointments.operations import cancel_appointment
from fairport.audit.events import APPLICANT
from fairport.domain.policy import Policy
from fairport.draws.models import DrawFile
from fairport.registrations.submission import Receipt
from tests.apps.api.conftest import Api, Clock
from tests.apps.api.problems import problem_of
from tests.factories.draws import DRAW_TIME, confirm, freeze, hold_draw
from tests.factories.programme import NOW, POLICY_FILE, PROGRAMME
from tests.factories.submissions import make_child, make_traveler, register
from tests.factories.suspensions import close_port

pytestmark = pytest.mark.django_db


def queries_of(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def test_programmes_are_named_in_the_language_of_the_reader(api: Api, policy: Policy) -> None:
    (english,) = api.get("/programmes", **{"Accept-Language": "en"}).json()
    (spanish,) = api.get("/programmes", **{"Accept-Language": "es"}).json()
    assert english["slug"] == PROGRAMME
    assert (english["title"], spanish["title"]) == (policy.title["en"], policy.title["es"])
    assert english["policy_sha256"] == policy.sha256


def test_the_policy_can_be_checked_against_its_hash(api: Api, policy: Policy) -> None:
    answer = api.get(f"/programmes/{PROGRAMME}/policy").json()
    assert answer["source"].encode() == POLICY_FILE.read_bytes()
    assert hashlib.sha256(answer["source"].encode()).hexdigest() == answer["sha256"]
    assert answer["rules"]["draw"]["confirmation_window_hours"] == 23
    assert (answer["effective_from"], answer["effective_until"]) == ("2023-01-12", None)


@pytest.mark.parametrize("slug", ["title-43", "a%00b", "x" * 300])
def test_the_policy_of_no_programme(api: Api, policy: Policy, slug: str) -> None:
    problem_of(api.get(f"/programmes/{slug}/policy"), 404, "programme_unknown")


def test_ports_have_their_zone_and_place(api: Api, policy: Policy) -> None:
    ports = {port["code"]: port for port in api.get("/ports").json()}
    assert ports.keys() == {"BRO", "ELP", "HID", "LAR", "NOG", "CLX", "SDG"}
    assert ports["NOG"]["timezone"] == "America/Phoenix"
    assert (ports["SDG"]["capacity_source"], ports["BRO"]["capacity_source"]) == ("reported", "demonstration")
    assert ports["SDG"]["suspended"] is False


def test_a_closed_port_says_so_from_its_first_moment_to_its_last(api: Api, policy: Policy, clock: Clock) -> None:
    close_port("SDG", at=NOW + timedelta(hours=1), ends_at=NOW + timedelta(hours=3))

    def suspended(hours: int) -> bool:
        clock.at = NOW + timedelta(hours=hours)
        answer: bool = next(port for port in api.get("/ports").json() if port["code"] == "SDG")["suspended"]
        return answer

    assert [suspended(hours) for hours in range(5)] == [False, True, True, False, False]


def test_a_look_at_the_headers_only(api: Api, policy: Policy) -> None:
    response = api.client.head("/api/v1/ports")
    assert (response.status_code, response.content) == (200, b"")
    assert int(response["Content-Length"]) == len(api.get("/ports").content)


def test_ports_not_in_effect_yet_are_not_listed(api: Api, policy: Policy, clock: Clock) -> None:
    clock.at = NOW - timedelta(days=30)
    assert api.get("/ports").json() == []


def test_places_of_one_port_and_day(api: Api, policy: Policy) -> None:
    slots = api.get(f"/slots?programme={PROGRAMME}&port=SDG&from=2023-01-20&to=2023-01-20").json()
    assert sum(slot["capacity"] for slot in slots) == 180
    assert (
        slots[0].items()
        >= {
            "port": "SDG",
            "date": "2023-01-20",
            "band_start": "08:00",
            "band_end": "11:00",
            "capacity": 60,
            "held": 0,
            "free": 60,
        }.items()
    )


def test_places_held_are_not_free(api: Api, policy: Policy) -> None:
    register(travelers=(make_traveler(), make_child()))
    hold_draw()
    slots = api.get("/slots").json()
    assert sum(slot["held"] for slot in slots) >= 2
    assert all(slot["free"] == slot["capacity"] - slot["held"] for slot in slots)


def test_the_list_of_places_takes_the_same_queries_at_any_size(api: Api, policy: Policy) -> None:
    few = queries_of(lambda: api.get("/slots?from=2023-01-20&to=2023-01-20"))
    many = queries_of(lambda: api.get("/slots"))
    assert few == many <= 5


@pytest.mark.parametrize(
    ("query", "status", "code", "field"),
    [
        ("?port=XXX", 422, "invalid", ("port", "port_unknown")),
        ("?port=%00", 422, "invalid", ("port", "field_invalid")),
        ("?from=yesterday", 422, "invalid", ("from", "field_invalid")),
        ("?from=2023-01-01&to=2023-12-31", 422, "invalid", ("to", "range_too_long")),
        ("?programme=none", 404, "programme_unknown", None),
    ],
)
def test_places_asked_for_in_a_wrong_way(
    api: Api, policy: Policy, query: str, status: int, code: str, field: tuple[str, str] | None
) -> None:
    assert problem_of(api.get(f"/slots{query}"), status, code) == ([field] if field else [])


def test_the_end_of_the_calendar_is_no_error(api: Api, policy: Policy) -> None:
    assert api.get("/slots?from=9999-12-31").json() == []


def test_a_frozen_draw_shows_what_it_committed_to(api: Api, policy: Policy) -> None:
    register()
    freeze()
    (listed,) = api.get("/draws").json()
    assert (listed["state"], listed["beacon"], listed["binds_operator"]) == ("frozen", "local", False)
    details = api.get(f"/draws/{listed['draw_id'].replace('/', '_')}").json()
    assert details["draw_id"] == f"{PROGRAMME}/2023-01-18"
    assert details["outcomes"] == {}
    assert {file["name"]: file["public"] for file in details["files"]} == {
        "pool.txt": False,
        "params.json": True,
        "manifest.json": True,
    }


def test_a_draw_that_was_run_shows_its_outcomes_and_when_all_of_it_is_public(
    api: Api, policy: Policy, clock: Clock
) -> None:
    register()
    draw = hold_draw()
    path = f"/draws/{draw.draw_id.replace('/', '_')}"
    details = api.get(path).json()
    assert (details["state"], details["outcomes"], details["entries"]) == ("run", {"offer": 1}, 1)
    assert details["places"] > 0
    hashes = {file["name"]: file["sha256"] for file in details["files"]}
    assert hashes == dict(DrawFile.objects.values_list("name", "sha256"))
    clock.at = NOW + timedelta(days=40)
    assert all(file["public"] for file in api.get(path).json()["files"])


def test_the_list_of_draws_takes_the_same_queries_at_any_size(api: Api, policy: Policy) -> None:
    register()
    hold_draw()
    one = queries_of(lambda: api.get("/draws"))
    hold_draw(day=1)
    hold_draw(day=2)
    assert queries_of(lambda: api.get("/draws")) == one
    assert len(api.get(f"/draws?programme={PROGRAMME}").json()) == 3
    assert api.get("/draws?programme=other").json() == []


@pytest.mark.parametrize("draw", ["title-42-exemption_2023-01-18", "nothing", "a%00b", "title-42-exemption-2023-01-18"])
def test_no_such_draw(api: Api, policy: Policy, draw: str) -> None:
    problem_of(api.get(f"/draws/{draw}"), 404, "draw_not_found")


@pytest.fixture
def number(policy: Policy, clock: Clock) -> str:
    """The number of a confirmed appointment of Marie (born 17 May 1990) and her child."""
    receipt: Receipt = register(travelers=(make_traveler(birth_date=date(1990, 5, 17)), make_child()))
    hold_draw()
    clock.at = DRAW_TIME + timedelta(minutes=5)
    return confirm(receipt.registration_id, at=clock.at).confirmation_number


def ask(api: Api, number: str, birth_date: str) -> Any:
    response = api.post("/appointments/check", {"confirmation_number": number, "birth_date": birth_date})
    assert response.status_code == 200
    return response.json()


def test_an_appointment_is_valid_for_whoever_of_the_group_asks(api: Api, number: str) -> None:
    assert ask(api, number, "1990-05-17") == {"valid": True}
    assert ask(api, number.lower().replace("-", " "), "2015-08-02") == {"valid": True}
    assert ask(api, number, "1990-05-18") == {"valid": False}
    assert ask(api, "00000-00000", "1990-05-17") == {"valid": False}
    assert ask(api, "x" * 900, "1990-05-17") == {"valid": False}


def test_after_five_tries_a_day_the_answer_is_false(api: Api, number: str, clock: Clock) -> None:
    for day in range(1, 6):
        assert ask(api, number, f"1990-05-0{day}") == {"valid": False}
    assert ask(api, number, "1990-05-17") == {"valid": False}
    clock.at += timedelta(days=1)
    assert ask(api, number, "1990-05-17") == {"valid": True}


def test_a_cancelled_appointment_is_not_valid(api: Api, number: str, policy: Policy) -> None:
    appointment = Appointment.objects.get()
    cancel_appointment(registration_id=appointment.registration_id, at=DRAW_TIME + timedelta(hours=1), actor=APPLICANT)
    assert ask(api, number, "1990-05-17") == {"valid": False}


@pytest.mark.parametrize("body", [{}, {"confirmation_number": "x"}, {"birth_date": "1990-05-17"}])
def test_a_check_with_something_missing(api: Api, policy: Policy, body: dict[str, str]) -> None:
    problem_of(api.post("/appointments/check", body), 422, "invalid")


def test_the_archive_of_a_draw(api: Api, policy: Policy) -> None:
    register()
    draw = hold_draw()
    response = api.get(f"/draws/{draw.draw_id.replace('/', '_')}/bundle.tar.gz")
    assert (response.status_code, response["Content-Type"]) == (200, "application/gzip")
    with tarfile.open(fileobj=io.BytesIO(response.content)) as archive:
        assert len(archive.getnames()) == 4
    problem_of(api.get("/draws/nothing/bundle.tar.gz"), 404, "draw_not_found")
