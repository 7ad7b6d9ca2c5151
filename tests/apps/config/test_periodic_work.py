"""The worker's own rhythm: what it does by itself, and that each does its work."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django import app

from fairport.clock.queries import now
from fairport.config import tasks
from fairport.ports.models import AppointmentSlot
from tests.factories.programme import load_programme


def test_everything_periodic_is_known_to_the_worker() -> None:
    app.perform_import_paths()
    known = {name for name, _periodic_id in app.periodic_registry.periodic_tasks}
    assert {"fairport.tick", "fairport.send_due"} <= known


def test_a_long_tick_is_not_queued_up_behind() -> None:
    assert tasks.tick.queueing_lock == tasks.tick.lock == "tick"


@pytest.mark.django_db
def test_the_tick_does_what_is_due_by_the_clock() -> None:
    load_programme(at=now())
    tasks.tick(timestamp=0)
    assert AppointmentSlot.objects.exists()
