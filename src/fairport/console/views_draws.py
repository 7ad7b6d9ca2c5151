"""The draw console: what is next, who waits, what there is to give out, the odds, and every draw so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import render_office
from fairport.accounts.queries import StaffMember
from fairport.appointments.places import rules_of
from fairport.approvals.operations import AlreadyProposed, ProposalNotAllowed, propose
from fairport.approvals.problems import TEXTS as APPROVAL_TEXTS
from fairport.approvals.queries import open_proposals
from fairport.audit.events import Subject
from fairport.checkin.times import write_day, write_moment
from fairport.clock.queries import now
from fairport.console import queries
from fairport.console.forms_draws import ByHandForm, HistoryForm
from fairport.console.kinds_draws import FROZEN, RUN
from fairport.domain.policy import Policy
from fairport.draws.models import Draw, DrawState
from fairport.draws.queries import frozen_draws
from fairport.programmes.queries import NoPolicyInForce, list_programmes
from fairport.programmes.titles import title_of

PAGE_SIZE: Final = 20
BAR_HEIGHT: Final = 28
BAR_WIDTH: Final = 200
CONSOLE: Final = "office_console"


@staff(Role.OPERATOR, Role.AUDITOR)
@require_safe
def console(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Everything about a programme's draws that can be said without a group."""
    return _render(request, member)


@staff(Role.OPERATOR)
@require_POST
def freeze(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Asks a second operator to make the next list of groups now."""
    policy = _policy(request.POST.get("programme", ""))
    draw_time = queries.next_draw(policy=policy, at=now()).draw_time
    payload = {"programme": policy.programme, "draw_time": draw_time.isoformat()}
    return _propose(request, member, FROZEN, Subject("programme", policy.programme), payload)


@staff(Role.OPERATOR)
@require_POST
def run(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Asks a second operator to run the draw that is under way."""
    policy = _policy(request.POST.get("programme", ""))
    for draw in frozen_draws(programme=policy.programme):
        return _propose(request, member, RUN, Subject("draw", draw.draw_id), {"draw_id": draw.draw_id})
    raise Http404


def _propose(
    request: HttpRequest, member: StaffMember, kind: str, subject: Subject, payload: Mapping[str, str]
) -> HttpResponse:
    form = ByHandForm(request.POST)
    if not form.is_valid():
        return _render(request, member, by_hand=(kind, form), status=400)
    try:
        propose(
            kind=kind,
            subject=subject,
            payload=payload,
            reason=form.cleaned_data["reason"],
            proposer=member.user,
            at=now(),
        )
    except (AlreadyProposed, ProposalNotAllowed) as refusal:
        return _render(request, member, by_hand=(kind, form), refusal=refusal, status=409)
    messages.success(request, _("Proposed. Another operator decides at Approvals."))
    return HttpResponseRedirect(f"{reverse(CONSOLE)}?{urlencode({'programme': request.POST['programme']})}")


def _policy(programme: str) -> Policy:
    try:
        return rules_of(programme=programme, at=now())
    except NoPolicyInForce as error:
        raise Http404 from error


def _render(
    request: HttpRequest,
    member: StaffMember,
    *,
    by_hand: tuple[str, ByHandForm] | None = None,
    refusal: Exception | None = None,
    status: int = 200,
) -> HttpResponse:
    at = now()
    slugs = [programme.slug for programme in list_programmes()]
    asked = request.POST if request.method == "POST" else request.GET
    form = HistoryForm(asked or None, programmes=[(slug, slug) for slug in slugs])
    chosen = {"programme": slugs[0] if slugs else "", "state": "", "order": "latest"}
    if form.is_valid():
        chosen |= {name: value for name, value in form.cleaned_data.items() if value}
    elif form.is_bound and status == 200:
        status = 400
    context: dict[str, Any] = {
        "history_form": form,
        "form": form if by_hand is None else by_hand[1],
        "at": write_moment(at, "UTC"),
        "programme": chosen["programme"],
        "may_act": member.has(Role.OPERATOR),
        "freeze_form": by_hand[1] if by_hand and by_hand[0] == FROZEN else ByHandForm(),
        "run_form": by_hand[1] if by_hand and by_hand[0] == RUN else ByHandForm(),
    }
    if chosen["programme"]:
        context |= _programme(_policy(chosen["programme"]), at) | _history(request, chosen, at)
    if refusal is not None:
        code: str = getattr(refusal, "code", "")
        context |= {"problems": [APPROVAL_TEXTS[code]], "problem_codes": [code]}
    return render_office(request, member, "console/draws.html", context, status=status)


def _programme(policy: Policy, at: datetime) -> dict[str, Any]:
    coming = queries.next_draw(policy=policy, at=at)
    pool, everyone = queries.pool_now(programme=policy.programme)
    names = {port.code: port.name for port in policy.ports}
    odds = queries.odds_by_port(programme=policy.programme)
    frozen = coming.frozen
    places = (
        queries.places_of_next_draw(policy=policy, draw_time=coming.draw_time)
        if frozen is None
        else queries.places_of_frozen(draw=frozen)
    )
    return {
        "title": title_of(policy, language=get_language()),
        "clocks": [
            {"zone": zone, "freeze": write_moment(coming.freeze_at, zone), "draw": write_moment(coming.draw_time, zone)}
            for zone in ("UTC", *coming.zones)
        ],
        "frozen": None if frozen is None else _frozen(frozen, coming.beacon, at),
        "sizes": queries.SIZE_LABELS,
        "pool": [(names.get(count.port, count.port), count) for count in pool],
        "everyone": everyone,
        "places": _matrix(places),
        "odds": [(names.get(one.port, one.port), one) for one in odds],
        "chart": _chart(odds),
        "freeze_proposal": _open(FROZEN, Subject("programme", policy.programme), at),
        "run_proposal": None if frozen is None else _open(RUN, Subject("draw", frozen.draw_id), at),
    }


def _open(kind: str, subject: Subject, at: datetime) -> Any:
    return next(iter(open_proposals(at=at, kind=kind, subject=subject)), None)


def _frozen(draw: Draw, beacon: queries.BeaconState | None, at: datetime) -> dict[str, Any]:
    """A draw under way, with what it waits for in words."""
    kind, state = waiting_state(draw, beacon, at)
    return {
        "draw": draw,
        "kind": kind,
        "state": state,
        "is_due": draw.draw_time <= at,
        "draw_time": write_moment(draw.draw_time, "UTC"),
        "frozen_at": write_moment(draw.frozen_at, "UTC"),
        "round": None if beacon is None else beacon.round,
        "due_at": "" if beacon is None or beacon.due_at is None else write_moment(beacon.due_at, "UTC"),
        "is_fetched": beacon is not None and beacon.is_fetched,
        "is_late": beacon is not None and beacon.is_late,
        "places": sum(draw.reserved.values()),
    }


def waiting_state(draw: Draw, beacon: queries.BeaconState | None, at: datetime) -> tuple[str, str]:
    """The tag of a draw that was not run: what it waits for, and whether that is late."""
    if at < draw.draw_time:
        return "info", _("Frozen: waits for its time")
    if beacon is not None and beacon.is_fetched:
        return "warn", _("Its random number is there: it is run in a moment")
    if beacon is not None and beacon.is_late:
        return "stop", _("Late: round {round} is missing, so the draw waits").format(round=beacon.round)
    if beacon is not None and beacon.round is not None:
        return "warn", _("Waiting for round {round} of the public random number").format(round=beacon.round)
    return "warn", _("Due: it is run in a moment")


def _matrix(places: Mapping[str, Mapping[date, int]]) -> dict[str, Any]:
    days = sorted({day for of_port in places.values() for day in of_port})
    ports = sorted(places)
    return {
        "ports": ports,
        "rows": [(write_day(day), [(port, places[port].get(day, 0)) for port in ports]) for day in days],
        "sums": [(port, sum(places[port].values())) for port in ports],
        "sum": sum(sum(of_port.values()) for of_port in places.values()),
    }


def _chart(odds: Sequence[queries.Odds]) -> dict[str, Any]:
    """The bars of the chart in pixels; the longest one is as wide as there is room."""
    largest = max((one.percent for one in odds), default=0.0) or 1.0
    return {
        "height": BAR_HEIGHT * len(odds),
        "bars": [
            {
                "port": one.port,
                "top": number * BAR_HEIGHT + 4,
                "baseline": number * BAR_HEIGHT + 19,
                "width": round(BAR_WIDTH * one.percent / largest),
                "end": 56 + round(BAR_WIDTH * one.percent / largest) + 6,
                "percent": one.percent,
            }
            for number, one in enumerate(odds)
        ],
    }


PUBLIC: Final[dict[bool, tuple[str, Promise]]] = {
    True: ("ok", gettext_lazy("Yes")),
    False: ("warn", gettext_lazy("Not yet")),
}


def _history(request: HttpRequest, chosen: Mapping[str, str], at: datetime) -> dict[str, Any]:
    rows = queries.history(programme=chosen["programme"], state=chosen["state"], order=chosen["order"])
    paginator = Paginator(rows, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    draws = list(page.object_list)
    public = queries.publications(draw_ids=[draw.draw_id for draw in draws])
    counted = queries.offered_in(draw_ids=[draw.draw_id for draw in draws])
    return {
        "draws": [_row(draw, public[draw.draw_id], counted.get(draw.draw_id), at) for draw in draws],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": urlencode(chosen) + "&",
    }


def _row(draw: Draw, public: queries.Publication, offered: int | None, at: datetime) -> dict[str, Any]:
    if draw.state == DrawState.RUN:
        kind, state = "ok", _("Run")
    else:
        kind, state = waiting_state(draw, queries.beacon_of(draw=draw, at=at), at)
    files = public.files_from
    return {
        "draw": draw,
        "address": draw.draw_id.replace("/", "_"),
        "kind": kind,
        "state": state,
        "draw_time": write_moment(draw.draw_time, "UTC"),
        "places": sum(draw.reserved.values()),
        "offered": offered,
        "in_log": PUBLIC[public.in_log and (public.result_in_log or draw.state != DrawState.RUN)],
        "cosigned": PUBLIC[public.is_cosigned],
        "files": "" if files is None else write_moment(files, "UTC"),
        "files_are_public": files is not None and files <= at,
    }
