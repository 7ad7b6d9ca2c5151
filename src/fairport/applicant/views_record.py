"""The group's own record: to read, to save, to print."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fairport.applicant.places import country_name
from fairport.applicant.record import build_record, sign_record
from fairport.applicant.session import applicant_only
from fairport.applicant.status_page import OUTCOMES, decision_view
from fairport.applicant.times import format_birth_date, format_day, format_day_of, format_moment
from fairport.applicant.verified_reasons import held_reasons
from fairport.appointments.telling import home_timezone
from fairport.checkin.queries import decisions_of
from fairport.checkin.words import CRITERIA
from fairport.clock.queries import now
from fairport.draws.queries import draws_of_subject
from fairport.formkit.pdf import render_pdf
from fairport.placements.models import PlacementReason
from fairport.placements.queries import held_placements
from fairport.registrations.models import Registration
from fairport.registrations.queries import open_contact, open_travelers

DRAWS_ON_PAPER = 30


@applicant_only
@require_safe
def record(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Everything that is held about the group, in words, with the files to take along."""
    return render(request, "applicant/record.html", {"registration": registration, **_page(registration)})


@applicant_only
@require_safe
def record_file(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The signed file, for another service or a lawyer."""
    content = sign_record(build_record(registration=registration, at=now()))
    return _file(content, "application/json", f"{registration.number}_record.json")


@applicant_only
@require_safe
def record_paper(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The same on paper."""
    page = _page(registration)
    data = {
        "title": _("Record of the registration {number}").format(number=registration.number),
        "language": (get_language() or "en").split("-")[0],
        "footer": _("Written by Fairport on {when}").format(when=page["made"]),
        "notes": page["notes"],
        "sections": page["sections"],
    }
    content = render_pdf(template="applicant/record.typ", data=data, at=now())
    return _file(content, "application/pdf", f"{registration.number}_record.pdf")


def _page(registration: Registration) -> dict[str, Any]:
    at, zone = now(), home_timezone(registration)
    contact = open_contact(registration=registration)
    none = _("None")
    draws = draws_of_subject(subject_id=registration.pk, limit=DRAWS_ON_PAPER)
    decisions = [decision_view(decision, zone) for decision in decisions_of(registration=registration)]
    facts = [
        [_("Registration number"), registration.number],
        [_("Registered"), format_moment(registration.registered_at, zone)],
        [_("State"), str(registration.get_status_display())],
        [_("Travelers"), str(registration.size)],
        [_("Ports, best first"), ", ".join(registration.ports)],
        [_("E-mail"), contact.email or none],
        [_("Phone"), contact.phone or none],
        [_("Places you said no to"), str(registration.declines)],
    ]
    return {
        "made": format_moment(at, zone),
        "notes": [
            _("This is everything that we hold about your group. The date when you registered never changes."),
            _("Keep it in a safe place: it holds names and birth dates. It is not a pass, and it opens nothing."),
        ],
        "sections": [
            {"heading": _("Your registration"), "columns": [_("What"), _("Held")], "rows": facts, "empty": ""},
            {
                "heading": _("Travelers"),
                "columns": [_("Name"), _("Born"), _("Nationality"), _("Document"), _("Reasons")],
                "rows": [
                    [
                        f"{person.given_names} {person.family_names}",
                        format_birth_date(person.birth_date),
                        country_name(person.nationality),
                        person.document_number or none,
                        ", ".join(str(CRITERIA[code]) for code in person.criteria) or none,
                    ]
                    for person in open_travelers(registration=registration)
                ],
                "empty": none,
            },
            {
                "heading": _("Your latest draws"),
                "columns": [_("Draw"), _("Your entry"), _("What came out for you")],
                "rows": [
                    [format_day(draw.draw_time.date()), draw.entry_id, str(OUTCOMES[draw.outcome or ""][1])]
                    for draw in draws
                ],
                "empty": _("You were in no draw yet."),
            },
            {
                "heading": _("What was decided"),
                "columns": [_("Name"), _("Decision"), _("The officer’s reason"), _("When")],
                "rows": [
                    [str(one["name"]), str(one["outcome"]), str(one["reason"]), str(one["when"])] for one in decisions
                ],
                "empty": _("Nothing yet."),
            },
            {
                "heading": _("What was verified"),
                "columns": [_("Name"), _("Reason"), _("What was seen"), _("When")],
                "rows": [
                    [
                        reason.traveler,
                        str(CRITERIA[reason.criterion]),
                        "; ".join(filter(None, (reason.words, reason.taken_back_words))),
                        format_day_of(reason.verified_at, zone),
                    ]
                    for reason in held_reasons(registration=registration)
                ],
                "empty": _("Nothing yet."),
            },
            *_placements(registration, zone),
        ],
    }


def _placements(registration: Registration, zone: str) -> list[dict[str, Any]]:
    """Why officials placed the group outside the draw; no section for the many whom nobody placed."""
    rows = [
        [str(PlacementReason(held.reason).label), held.words, format_day_of(held.approved_at, zone)]
        for held in held_placements(registration=registration)
    ]
    columns = [_("Reason"), _("Why, in words"), _("When")]
    heading = _("Placed outside the draw")
    return [{"heading": heading, "columns": columns, "rows": rows, "empty": ""}] if rows else []


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
