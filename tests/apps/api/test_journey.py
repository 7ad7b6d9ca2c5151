"""From registration to determination through the JSON interface, with the worker and an officer at their places."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from fairport.appointments.models import Appointment
from fairport.appointments.operations import tick
from fairport.appointments.passes import read_pass
from fairport.audit.models import Event
from fairport.checkin.models import CheckIn
from fairport.checkin.operations import record_arrival, record_determination
from fairport.notifications.models import OutboxMessage
from tests.apps.api.conftest import Api, Clock
from tests.cast import Cast
from tests.factories.draws import DRAW_TIME, FREEZE_TIME

pytestmark = pytest.mark.django_db


def test_a_family_from_registration_to_determination(api: Api, cast: Cast, clock: Clock, body: dict[str, Any]) -> None:
    body["ports"] = ["SDG"]
    registered = api.post("/registrations", body, key="the-first-try-of-this-family").json()
    code = registered["access_code"]

    for moment in (FREEZE_TIME, DRAW_TIME):
        clock.at = moment
        tick(at=moment)
    clock.at = DRAW_TIME + timedelta(hours=2)
    state = api.get("/registrations/me", code=code).json()
    assert state["status"] == "offered"
    draw = api.get(f"/draws/{state['draws'][0]['draw_id'].replace('/', '_')}").json()
    assert (draw["state"], draw["outcomes"]) == ("run", {"offer": 1})

    confirmed = api.post("/registrations/me/confirm", {"offer_id": state["offer"]["id"]}, code=code).json()
    appointment = confirmed["appointment"]
    claims = read_pass(appointment["pass"])
    assert (claims.confirmation_number, claims.port, claims.size) == (appointment["confirmation_number"], "SDG", 2)
    day = appointment["date"]
    slots = {slot["band_start"]: slot for slot in api.get(f"/slots?port=SDG&from={day}&to={day}").json()}
    slot = slots[appointment["band_start"]]
    assert slot["held"] >= 2
    real = {"confirmation_number": appointment["confirmation_number"], "birth_date": "1990-05-17"}
    assert api.post("/appointments/check", real).json() == {"valid": True}

    at_port = datetime.fromisoformat(slot["starts_at"]) + timedelta(minutes=20)
    people = [person["id"] for person in confirmed["travelers"]]
    row = Appointment.objects.get()
    record_arrival(
        appointment_id=row.pk,
        traveler_ids={*row.registration.travelers.values_list("pk", flat=True)},
        officer=cast.officer,
        at=at_port,
    )
    clock.at = at_port
    assert api.get("/registrations/me", code=code).json()["status"] == "arrived"
    for check_in in CheckIn.objects.all():
        record_determination(
            check_in_id=check_in.pk,
            outcome="exempted",
            criterion="no_housing",
            reason="The family has no housing; a letter of the shelter says so.",
            officer=cast.officer,
            at=at_port + timedelta(minutes=30),
        )
    clock.at = at_port + timedelta(hours=1)
    ended = api.get("/registrations/me", code=code).json()
    assert (ended["status"], [person["id"] for person in ended["travelers"]]) == ("determined", people)

    names = set(Event.objects.values_list("name", flat=True))
    assert names >= {"registration.submitted", "draw.frozen", "draw.run", "offer.made", "offer.confirmed"}
    assert {*OutboxMessage.objects.values_list("template", flat=True)} >= {"offer", "confirmation", "determination"}
