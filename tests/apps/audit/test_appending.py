"""Appending many events at once: each row has its own subject, details and commitment, under its own id."""

from __future__ import annotations

import hashlib
import json

import pytest

from fairport.audit.events import WORKER
from fairport.audit.models import Event, EventDetails, UnsequencedEvent
from fairport.audit.opening import SALT_BYTES, open_salted
from fairport.audit.operations import append_events
from fairport.sealing.operations import create_data_key
from tests.factories.events import AT, append

pytestmark = pytest.mark.django_db


def test_each_event_of_a_batch_stands_under_the_id_that_is_returned() -> None:
    key = create_data_key()
    ids = append(300, data_key=key)
    rows = {row.pk: row for row in EventDetails.objects.select_related("event__details__data_key", "data_key")}
    assert len(set(ids)) == 300
    for number, event_id in enumerate(ids):
        row = rows[event_id]
        assert (row.event.name, row.event.subject_id, row.event.at) == ("something_happened", str(number), AT)
        assert row.data_key_id == key.pk
        salted = open_salted(row.event)
        assert salted is not None
        assert json.loads(salted[SALT_BYTES:])["details"] == {"number": number}
        assert hashlib.sha256(salted).digest() == bytes(row.event.commitment)


def test_a_batch_is_queued_for_the_sequencer_whole() -> None:
    ids = append(300)
    assert set(UnsequencedEvent.objects.values_list("event_id", flat=True)) == set(ids)


def test_no_events_are_no_rows() -> None:
    assert append_events(events=[], actor=WORKER, at=AT) == []
    assert not Event.objects.exists()
