"""The pass: what an officer at the port needs to see, and nothing more."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fairport.applicant.pages import SeeOther
from fairport.applicant.session import applicant_only
from fairport.applicant.status_page import appointment_view
from fairport.appointments.passes import make_pass, qr_svg, read_pass
from fairport.appointments.queries import current_appointment
from fairport.registrations.models import Registration
from fairport.registrations.queries import open_contact


@applicant_only
@require_safe
def show_pass(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The signed pass of the appointment; without one, back to the status page."""
    appointment = current_appointment(registration_id=registration.pk)
    if appointment is None:
        return SeeOther(reverse("status"))
    signed = make_pass(appointment=appointment)
    context = {
        "appointment": appointment_view(appointment, open_contact(registration=registration).state),
        "initials": read_pass(signed).initials,
        "qr": qr_svg(signed),
    }
    return render(request, "applicant/pass.html", context)
