"""Other ports than those chosen at the beginning, while the group waits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from fairport.audit.events import Actor
from fairport.audit.operations import append_event
from fairport.registrations.events import PortsChosen
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration, RegistrationStatus


class PortsFixed(Exception):
    """The group has a place, or is in no draw: there is nothing to choose for."""

    code = "ports_fixed"


@transaction.atomic
def choose_ports(*, registration_id: uuid.UUID, ports: Sequence[str], at: datetime, actor: Actor) -> Registration:
    """Gives a waiting group other ports, in its order, from the next freeze on; nothing else of it changes.

    `ports` are valid for the programme (`validation.validate_submission`). The same ports again change nothing. Raises
    PortsFixed.
    """
    rows = Registration.objects.select_for_update(of=("self",)).select_related("data_key")
    registration = rows.get(pk=registration_id)
    if registration.status != RegistrationStatus.WAITING:
        raise PortsFixed("Ports are chosen while the group waits.")
    if registration.ports == list(ports):
        return registration
    registration.ports = list(ports)
    registration.save(update_fields=["ports"])
    append_event(
        event=PortsChosen(ports=tuple(ports)),
        subject=registration_subject(registration),
        actor=actor,
        at=at,
        data_key=registration.data_key,
    )
    return registration
