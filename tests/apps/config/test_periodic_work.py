"""The worker's own rhythm: what it does by itself, and that each does its work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from procrastinate.contrib.django import app

from fairport.clock.queries import now
from fairport.config import tasks
from fairport.ports.models import AppointmentSlot
from tests.factories.programme import load_programme


def test_everything_periodic_is_known_to_the_worker() -> None:
    app.perform_import_paths()
    known = {name for name, _periodic_id in app.periodic_registry.periodic_tasks}
    assert {"fairport.tick", "fairport.send_due", "fairport.clear_sessions"} <= known


def test_a_long_tick_is_not_queued_up_behind() -> None:
    assert tasks.tick.queueing_lock == tasks.tick.lock == "tick"


@pytest.mark.django_db
def test_the_tick_does_what_is_due_by_the_clock() -> None:
    load_programme(at=now())
    tasks.tick(timestamp=0)
    assert AppointmentSlot.objects.exists()


@pytest.mark.django_db
def test_sessions_that_are_over_are_removed_and_others_stay() -> None:
    for expiry in (timedelta(hours=-1), timedelta(hours=1)):
        session = SessionStore()
        session["applicant_registration"] = "somebody"
        session.set_expiry(expiry)
        session.save()
    tasks.clear_sessions(timestamp=0)
    assert [row.session_key for row in Session.objects.all()] == [session.session_key]
