"""The pass: what an officer needs to see, and nothing more."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from fairport.appointments.models import Appointment
from tests.apps.applicant.conftest import Visit
from tests.apps.applicant.walking import main_text

pytestmark = pytest.mark.django_db


def test_the_pass(visit: Visit) -> None:
    visit.act("confirm", offer=visit.draw().pk)
    page = visit.look("/pass")
    words = main_text(page)
    # The lead traveler is called Marie … Désir.
    assert re.search(r"Initials of the lead traveler M\w*\.? ?\w*D", words)
    assert Appointment.objects.get().confirmation_number in words
    assert "San Diego" in words and "This pass is free" in words and "January 21, 2023" in words
    assert "<svg" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    for secret in ("Désir", "Marie", "1990", visit.receipt.registration_number, visit.receipt.access_code):
        assert secret not in words


def test_without_an_appointment_there_is_none(visit: Visit) -> None:
    assert visit.look("/pass")["Location"] == "/status"
    visit.draw()
    assert visit.look("/pass")["Location"] == "/status"


def test_a_withdrawn_appointment_has_none(visit: Visit) -> None:
    visit.act("confirm", offer=visit.draw().pk)
    visit.act("withdraw")
    assert visit.look("/pass")["Location"] == "/status"


def test_without_a_code_there_is_none(client: Client, db: None) -> None:
    assert client.get("/pass")["Location"] == "/status"
