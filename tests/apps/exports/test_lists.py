"""What is taken out of the system: who may, what is in it, and that it leaves a trace."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.audit.events import Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.checkin.models import Outcome
from fairport.checkin.operations import record_arrival
from fairport.registrations.models import Registration
from fairport.sealing.operations import erase_data_key
from tests.apps.checkin.conftest import Group
from tests.apps.checkin.looking import decide, look
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group

DAY = "/office/exports/day"
COUNTS = "/office/exports/encounters?first=2023-01&last=2023-01"
AT_SAN_DIEGO = {"officer", "second_officer", "supervisor", "second_supervisor"}
COUNTERS = {"operator", "second_operator", "auditor"}


def rows_of(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200, response.content.decode()
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


@pytest.mark.parametrize("form", ["csv", "pdf"])
def test_only_the_port_takes_its_day(cast: Cast, clock: StandingClock, form: str) -> None:
    took = {
        name: signed_in(user).get(f"{DAY}?port=SDG&form={form}").status_code for name, user in cast.everybody().items()
    }
    assert {name for name, status in took.items() if status == 200} == AT_SAN_DIEGO
    assert set(took.values()) == {200, 403}
    assert Event.objects.filter(name="list.exported").count() == len(AT_SAN_DIEGO)
    assert Client().get(f"{DAY}?port=SDG&form={form}").status_code == 302


def test_only_operators_and_auditors_take_the_counts(cast: Cast, clock: StandingClock) -> None:
    took = {name: signed_in(user).get(COUNTS).status_code for name, user in cast.everybody().items()}
    assert {name for name, status in took.items() if status == 200} == COUNTERS
    assert set(took.values()) == {200, 403}
    assert Client().get(COUNTS).status_code == 302


def test_the_list_holds_initials_and_no_names(cast: Cast, group: Group, clock: StandingClock) -> None:
    record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[group.travelers[0].pk],
        officer=cast.officer,
        at=clock.at,
    )
    response = signed_in(cast.officer).get(f"{DAY}?port=SDG&form=csv")
    (row,) = rows_of(response)
    assert row["confirmation_number"] == group.appointment.confirmation_number
    assert (row["people"], row["arrived"], row["state"]) == ("3", "1", "arrived")
    assert row["day"] == group.appointment.slot.date.isoformat()
    assert row["initials"]
    assert "Ana" not in response.content.decode()
    event = list_events(subject=Subject("port", "SDG"))[-1]
    assert (event.name, event.details["form"], event.details["groups"]) == ("list.exported", "csv", 1)  # type: ignore[index]


def test_the_paper_has_tags(cast: Cast, clock: StandingClock) -> None:
    response = signed_in(cast.officer).get(f"{DAY}?port=SDG&form=pdf")
    assert response.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in response.content


@pytest.mark.parametrize("form", ["csv", "pdf"])
def test_a_day_without_anybody_is_a_list_too(cast: Cast, clock: StandingClock, form: str) -> None:
    assert signed_in(cast.officer).get(f"{DAY}?port=SDG&day=2023-01-19&form={form}").status_code == 200


def test_whoever_was_erased_stands_in_the_list_without_initials(cast: Cast, group: Group, clock: StandingClock) -> None:
    erase_data_key(data_key_id=Registration.objects.get().data_key_id, at=clock.at)
    (row,) = rows_of(signed_in(cast.officer).get(f"{DAY}?port=SDG&form=csv"))
    assert (row["initials"], row["people"]) == ("", "3")


@pytest.mark.parametrize("query", ["port=SDG&form=xls", "port=XXX&form=csv", "port=SDG&form=csv&day=soon", "form=csv"])
def test_a_wrong_question_gets_the_form_again(cast: Cast, clock: StandingClock, query: str) -> None:
    assert signed_in(cast.officer).get(f"{DAY}?{query}").status_code == 400
    assert not Event.objects.filter(name="list.exported").exists()


@pytest.mark.parametrize(
    "query",
    ["", "first=2023-01", "first=2023-13&last=2023-13", "first=2023-02&last=2023-01", "first=2010-01&last=2023-01"],
)
def test_wrong_months_get_the_form_again(cast: Cast, clock: StandingClock, query: str) -> None:
    assert signed_in(cast.auditor).get(f"/office/exports/encounters?{query}").status_code == 400
    assert not Event.objects.filter(name="encounters.exported").exists()


def test_a_larger_day_takes_no_more_queries(cast: Cast, plain_static: None, monkeypatch: pytest.MonkeyPatch) -> None:
    registrations = [register_group(2, ports=("SDG",)) for _number in range(4)]
    hold_draw()
    first = confirm(registrations[0], at=DRAW_TIME + timedelta(hours=1))
    StandingClock(monkeypatch, first.slot.starts_at)
    browser = signed_in(cast.officer)

    def groups_and_queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            rows = rows_of(browser.get(f"{DAY}?port=SDG&form=csv"))
        return len(rows), len(captured)

    few = groups_and_queries()
    for registration_id in registrations[1:]:
        confirm(registration_id, at=DRAW_TIME + timedelta(hours=1))
    assert groups_and_queries() == (4, few[1])
    assert few[0] == 1


def test_who_is_in_effect_is_counted(cast: Cast, group: Group, clock: StandingClock) -> None:
    check_ins = record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[traveler.pk for traveler in group.travelers],
        officer=cast.officer,
        at=clock.at,
    )
    decide(check_ins[0], cast, outcome=Outcome.EXEMPTED, criterion="threat")
    negative = decide(check_ins[1], cast, outcome=Outcome.NOT_EXEMPTED, criterion=None)
    decide(check_ins[2], cast, outcome=Outcome.REFERRED, criterion=None)
    auditor = signed_in(cast.auditor)

    before = auditor.get(COUNTS)
    assert [(row["title_of_authority"], row["encounter_count"]) for row in rows_of(before)] == [("Title 8", "1")]
    look(negative, cast)
    after = auditor.get(COUNTS)

    assert [(row["demographic"], row["title_of_authority"]) for row in rows_of(after)] == [
        ("FMUA", "Title 42"),
        ("FMUA", "Title 8"),
    ]
    assert {row["month_abbv"] for row in rows_of(after)} == {"JAN"}
    assert after["X-Fairport-Referred"] == "1"
    assert rows_of(auditor.get("/office/exports/encounters?first=2023-02&last=2023-03")) == []
    assert Event.objects.filter(name="encounters.exported").count() == 3
