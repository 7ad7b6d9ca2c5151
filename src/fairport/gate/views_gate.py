"""The gate's page, with a network and without one."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.checkin.closed import words_of
from fairport.checkin.days import follow_day
from fairport.checkin.operations import Judgement, OtherPort
from fairport.checkin.places import today_at
from fairport.checkin.problems import TEXTS as ARRIVAL_TEXTS
from fairport.checkin.times import write_band, write_clock, write_day, write_slot
from fairport.checkin.views_port import allows_scanning
from fairport.checkin.words import ANSWERS
from fairport.clock.queries import now
from fairport.domain.gate import PassAnswer
from fairport.gate import operations, parsing, queries
from fairport.gate.forms import GateForm
from fairport.gate.looking import Gate, check_at_gate
from fairport.gate.models import ScanOutcome
from fairport.gate.problems import TEXTS
from fairport.gate.words import ADMITTING_ANSWERS, CONFLICTS
from fairport.ports.models import PortOfEntry
from fairport.ports.queries import list_ports
from fairport.programmes.queries import NoPolicyInForce, policy_in_force
from fairport.programmes.titles import Title, title_of

# All that the page without a network is made of, besides its own text.
OFFLINE_FILES: Final = (
    "page.js",
    "icon.svg",
    "img/correct8.svg",
    "img/correct8-alt.svg",
    "office/gate.js",
    "office/scan.js",
    "office/zxing_reader.wasm",
)


@staff(*PORT_ROLES)
@allows_scanning
@require_http_methods(["GET", "HEAD", "POST"])
def gate(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Scan or type, one big answer, and who of the group is here. A POST, so that no number stands in an address."""
    sent = request.POST if request.method == "POST" else request.GET
    own = member.ports(*PORT_ROLES)
    code = sent.get("port") or own[0]
    if code not in own:
        return refuse_staff(request, member, code=OtherPort.code)
    form = GateForm(request.POST) if request.method == "POST" else None
    if form is not None and not form.is_valid():
        return _render_gate(request, member, code, form=form)
    text = form.cleaned_data["code"] if form is not None else ""
    device = form.cleaned_data["device"] if form is not None else None
    return _render_gate(request, member, code, text=text, device=device)


@staff(*PORT_ROLES)
@allows_scanning
@require_POST
def arrival(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Who is here, from the page without JavaScript; then the page for the next group."""
    code = request.POST.get("port", "")
    if code and code not in member.ports(*PORT_ROLES):
        return refuse_staff(request, member, code=OtherPort.code)
    try:
        scan = parsing.scan_of_form(posted=request.POST, officer=member.user, at=now())
    except parsing.ScanMalformed as refusal:
        return refuse_staff(request, member, code=refusal.code, text=TEXTS[refusal.code], status=400)
    if not scan.whole_group and not scan.travelers:
        return _render_gate(request, member, code, text=scan.text, device=scan.device, problem="nobody_chosen")
    result = operations.receive_scan(scan=scan, officer=member.user, at=now())
    say = messages.warning if result.outcome == ScanOutcome.CONFLICT else messages.success
    say(request, describe_result(result))
    programme = request.POST.get("programme", "")
    query = urlencode({"port": code} | ({"programme": programme} if programme else {}))
    return HttpResponseRedirect(f"{reverse('office_gate')}?{query}")


@staff(*PORT_ROLES)
@allows_scanning
@require_safe
def offline(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The page that a device keeps for when there is no network. Nothing in it is about anybody: it is the same for all
    staff of ports, and fills itself from the sealed list.
    """
    page = _page(member)
    style = "fairport.rtl.css" if request_is_bidi() else "fairport.css"
    files = [staticfiles_storage.url(name) for name in (style, *OFFLINE_FILES)]
    context = page | {"form": GateForm(), "files": " ".join(files), "for_device": True}
    return render(request, "gate/offline.html", context)


@staff(*PORT_ROLES)
@require_safe
def worker(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The service worker, from below its own scope: it can reach the gate's pages only."""
    script = Path(settings.STATICFILES_DIRS[0]) / "office" / "gate-worker.js"
    response = HttpResponse(script.read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = reverse("office_gate")
    return response


def describe_result(result: operations.ScanResult) -> str:
    """What came of an arrival, in a sentence or two."""
    parts = []
    if result.recorded:
        said = ngettext("%d traveler has arrived.", "%d travelers have arrived.", result.recorded)
        parts.append(said % result.recorded)
    if result.kind is not None:
        parts += [_("This contradicts the record. A supervisor looks at it."), str(CONFLICTS[result.kind])]
    elif not result.recorded:
        parts.append(_("This was recorded before. Nothing was changed."))
    return " ".join(parts)


def request_is_bidi() -> bool:
    """Whether the page's language is written from right to left."""
    return (get_language() or "en").split("-")[0] in {code.split("-")[0] for code in settings.LANGUAGES_BIDI}


def _render_gate(
    request: HttpRequest,
    member: StaffMember,
    code: str,
    *,
    form: GateForm | None = None,
    text: str = "",
    device: uuid.UUID | None = None,
    problem: str = "",
) -> HttpResponse:
    """The page for a port: with a form that was refused, with the answer about `text`, or empty."""
    sent = request.POST if request.method == "POST" else request.GET
    ports, at = {port.code: port for port in list_ports()}, now()
    programmes = queries.programmes_of_day(port=code, day=today_at(port=ports[code], at=at))
    programme = sent.get("programme") if sent.get("programme") in programmes else None
    answer = None
    if text:
        place = Gate(code, programme, device)
        answer = _answer(member, check_at_gate(text=text, gate=place, officer=member.user, at=at), code, text)
    context = {
        # The field is empty for the next group.
        "form": form or GateForm(initial={"port": code, "programme": programme or "", "device": device}),
        "answer": answer,
        "port": ports[code],
        "programme": programme or "",
        "other_ports": [ports[other] for other in member.ports(*PORT_ROLES) if other != code],
        "programmes": _programme_choices(programmes) if len(programmes) > 1 else [],
        "conflicts": queries.count_open_conflicts(ports=[code]),
        "problems": [ARRIVAL_TEXTS[problem]] if problem else [],
        "problem_codes": [problem] if problem else [],
        **_day(ports[code]),
        **_page(member),
    }
    status = 400 if problem or form is not None else 200
    return render_office(request, member, "gate/gate.html", context, status=status)


def _day(port: PortOfEntry) -> dict[str, Any]:
    at = now()
    today = today_at(port=port, at=at)
    bands = follow_day(port=port.code, day=today, at=at)
    return {
        "today": write_day(today),
        "clock": write_clock(at, port.timezone),
        "now_milliseconds": int(at.timestamp() * 1000),
        "bands": [{"row": band, "time": write_band(band.band_start, band.band_end)} for band in bands],
        "figures": {
            name: sum(getattr(band, name) for band in bands) for name in ("expected", "arrived", "late", "missed")
        },
    }


def _page(member: StaffMember) -> dict[str, Any]:
    """What the page's script needs: every answer once, as a pattern for the answers that it gives by itself."""
    patterns = [_pattern(answer) for answer in PassAnswer]
    return {"patterns": patterns, "user_number": member.user.pk, "conflict_words": CONFLICTS, "problem_words": TEXTS}


def _pattern(answer: PassAnswer) -> dict[str, Any]:
    state, words, text = ANSWERS[answer]
    return {
        "code": answer.value,
        "state": state,
        "words": words,
        "text": text,
        "is_pattern": True,
        "admits": answer in ADMITTING_ANSWERS,
    }


def _answer(member: StaffMember, judgement: Judgement, port: str, text: str) -> dict[str, Any]:
    answer = _pattern(judgement.answer) | {"is_pattern": False, "scanned": text, "scan": uuid.uuid4()}
    appointment = judgement.appointment
    if appointment is None:
        return answer | {"admits": False}
    # A port that was closed is another reason than people's own.
    answer |= dict(zip(("state", "words", "text"), words_of(judgement.answer, appointment), strict=True))
    answer |= {"port": appointment.slot.port, "when": write_slot(appointment.slot)}
    if appointment.slot.port_id != port:
        return answer | {"admits": False, "is_elsewhere": True}
    travelers = queries.gate_travelers(appointment=appointment)
    remaining = [traveler for traveler in travelers if not traveler.here]
    return answer | {
        "number": appointment.confirmation_number,
        "size": appointment.people,
        "expected": judgement.expected,
        "initials": travelers[0].initials if travelers else "",
        "remaining": remaining,
        "interpreter": appointment.registration.sealed_interpreter is not None,
        "missed": judgement.answer == PassAnswer.OTHER_DAY and appointment.state == "no_show",
        "admits": answer["admits"] and bool(remaining),
        "href": reverse("office_case", args=[appointment.pk]),
    }


def _programme_choices(slugs: list[str]) -> list[tuple[str, Title]]:
    return [(slug, _programme_title(slug)) for slug in slugs]


def _programme_title(slug: str) -> Title:
    try:
        policy = policy_in_force(programme=slug, on=now().date()).policy
    except NoPolicyInForce:
        return Title(slug, "en")
    return title_of(policy, language=get_language())
