"""Draws held, written out as bundles, and groups brought to a wanted state through them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import F

from fairport.appointments.models import Appointment, Offer, OfferState
from fairport.appointments.operations import confirm_offer
from fairport.audit.events import APPLICANT, WORKER
from fairport.draws.models import Draw
from fairport.draws.operations import freeze_draw, run_draw
from fairport.draws.queries import files_of_draw, read_file
from fairport.ports.models import AppointmentSlot
from tests.factories.programme import NOW, PROGRAMME
from tests.factories.submissions import make_child, make_traveler, register

# The policy's time of the draw on the day of `NOW`.
DRAW_TIME = NOW.replace(hour=18)
FREEZE_TIME = DRAW_TIME - timedelta(minutes=45)


def freeze(*, at: datetime = FREEZE_TIME) -> Draw:
    """The draw of the day, frozen as the worker does it."""
    draw_time = at.replace(hour=18, minute=0, second=0, microsecond=0)
    return freeze_draw(programme=PROGRAMME, at=at, actor=WORKER, draw_time=draw_time)


def hold_draw(*, day: int = 0) -> Draw:
    """The draw of the day `day` days after `NOW`, frozen and run in time."""
    draw = freeze(at=FREEZE_TIME + timedelta(days=day))
    return run_draw(draw_id=draw.draw_id, at=draw.draw_time, actor=WORKER)


def register_group(size: int = 1, *, at: datetime = NOW, **changes: object) -> uuid.UUID:
    """A family of `size` that waits: one adult, else children. Returns the registration's id."""
    travelers = (make_traveler(), *(make_child() for _ in range(size - 1)))
    return register(at=at, travelers=travelers, **changes).registration_id


def fill_bands_before(moment: datetime) -> None:
    """Leaves free places only in bands that later draws can reach too."""
    AppointmentSlot.objects.filter(starts_at__lt=moment).update(held=F("capacity"), passed_to_walk_in=F("capacity"))


def offer_of(registration_id: uuid.UUID) -> Offer:
    """The open offer of a registration."""
    return Offer.objects.select_related("slot").get(registration_id=registration_id, state=OfferState.OPEN)


def offered_group(size: int = 1, **changes: object) -> uuid.UUID:
    """A family that today's draw offered a place; nobody else waits, so everyone gets one."""
    registration_id = register_group(size, **changes)
    hold_draw()
    return registration_id


def confirm(registration_id: uuid.UUID, *, at: datetime) -> Appointment:
    """The open offer of a registration, confirmed by its owner."""
    return confirm_offer(registration_id=registration_id, offer_id=offer_of(registration_id).pk, at=at, actor=APPLICANT)


def write_bundle(draw: Draw, folder: Path) -> Path:
    """The files of a draw in a folder of their own, as they are published."""
    bundle = folder / draw.draw_id.replace("/", "_")
    bundle.mkdir()
    for file in files_of_draw(draw_id=draw.draw_id):
        (bundle / file.name).write_bytes(read_file(draw_id=draw.draw_id, name=file.name))
    return bundle
