"""What must hold whatever happened: every place that is held has a reason, and only those."""

from __future__ import annotations

from django.db.models import Q, Sum

from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.ports.models import AppointmentSlot


def assert_places_add_up() -> None:
    """For each slot: held = reserved by a draw + open offers + appointments not cancelled + passed to walk-ins."""
    offers = dict(
        Offer.objects.filter(state=OfferState.OPEN)
        .values_list("slot")
        .annotate(Sum("size"))
        .values_list("slot", "size__sum")
    )
    appointments = dict(
        Appointment.objects.filter(~Q(state=AppointmentState.CANCELLED))
        .values_list("slot")
        .annotate(Sum("size"))
        .values_list("slot", "size__sum")
    )
    for slot in AppointmentSlot.objects.all():
        expected = slot.reserved + offers.get(slot.pk, 0) + appointments.get(slot.pk, 0) + slot.passed_to_walk_in
        assert slot.held == expected, f"{slot}: {slot.held} held, {expected} accounted for"
        assert slot.held <= slot.capacity
