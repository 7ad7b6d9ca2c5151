"""A port's day in figures: who came, who of a group is missing, who is late, who missed it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Sum

from fairport.appointments.models import Appointment, AppointmentState
from fairport.appointments.places import rules_of
from fairport.checkin.models import CheckIn
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import RegistrationStatus


@dataclass(frozen=True, slots=True)
class BandOfDay:
    """A band in figures, counted in people but for `groups`.

    `people` = `arrived` + `expected` + `late` + `missed`. Until the end of the band whoever is not here is expected,
    then late, and once the grace is over missed. `rest` is the part of these three in groups of whom somebody is here.
    """

    slot_id: int
    band_start: time
    band_end: time
    groups: int = 0
    people: int = 0
    arrived: int = 0
    rest: int = 0
    expected: int = 0
    late: int = 0
    missed: int = 0


def follow_day(*, port: str, day: date, at: datetime) -> list[BandOfDay]:
    """The bands of a port's local day, in order; a constant number of queries, however many groups there are."""
    slots = list(AppointmentSlot.objects.filter(port_id=port, date=day).order_by("band_start", "id"))
    grace = {programme: _grace(programme, at) for programme in {slot.programme for slot in slots}}
    # A withdrawn registration keeps its place for a day, but nobody is expected.
    booked = (
        Appointment.objects.filter(slot__port_id=port, slot__date=day)
        .exclude(state=AppointmentState.CANCELLED)
        .exclude(registration__status=RegistrationStatus.WITHDRAWN)
    )
    found: dict[int, BandOfDay] = {slot.pk: BandOfDay(slot.pk, slot.band_start, slot.band_end) for slot in slots}
    came: dict[int, int] = {slot.pk: 0 for slot in slots}
    rows = booked.values_list("slot_id", "state").annotate(groups=Count("id"), everybody=Sum(F("size") + F("added")))
    for slot_id, state, groups, people in rows:
        band = found[slot_id]
        band = replace(band, groups=band.groups + groups, people=band.people + people)
        if state == AppointmentState.NO_SHOW:
            band = replace(band, missed=band.missed + people)
        elif state == AppointmentState.ARRIVED:
            came[slot_id] = people
        found[slot_id] = band
    arrivals = CheckIn.objects.filter(appointment__in=booked).values_list("appointment__slot_id").annotate(Count("id"))
    for slot_id, people in arrivals:
        found[slot_id] = replace(found[slot_id], arrived=people, rest=max(came[slot_id] - people, 0))
    return [_place_missing(found[slot.pk], slot, at, grace[slot.programme]) for slot in slots]


def _place_missing(band: BandOfDay, slot: AppointmentSlot, at: datetime, grace: timedelta) -> BandOfDay:
    missing = max(band.people - band.arrived - band.missed, 0)
    if at < slot.ends_at:
        return replace(band, expected=missing)
    if at < slot.ends_at + grace:
        return replace(band, late=missing)
    return replace(band, missed=band.missed + missing)


def _grace(programme: str, at: datetime) -> timedelta:
    return rules_of(programme=programme, at=at).arrival_grace
