"""The public pages: places by port and day, and every draw with its files."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fairport.accounts.access import public
from fairport.applicant.ending import ending_of
from fairport.applicant.views_home import programme_facts
from fairport.clock.queries import now
from fairport.draws.models import Draw
from fairport.draws.queries import find_draw, list_draws
from fairport.programmes.queries import list_programmes
from fairport.transparency.addresses import address_of, draw_id_of
from fairport.transparency.bundles import FileNotPublic, pack_public_files, read_public_file
from fairport.transparency.example import EXAMPLE
from fairport.transparency.figures import draw_details, draw_row, places_by_port

DRAWS_A_PAGE = 30


@public
@require_safe
def ports(request: HttpRequest) -> HttpResponse:
    """Places by port and day: how many there are, how many are taken."""
    programme = next((programme.slug for programme in list_programmes()), "")
    at = now()
    context = {
        "ports": places_by_port(programme=programme, at=at),
        "ending": ending_of(programme=programme, at=at),
    }
    return render(request, "transparency/ports.html", context)


@public
@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """All draws, the latest first."""
    at = now()
    paginator = Paginator(list_draws(), DRAWS_A_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "rows": [draw_row(draw=draw, at=at) for draw in page],
    }
    return render(request, "transparency/draws.html", context)


@public
@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """How places are given out, for everyone."""
    return render(request, "transparency/how.html", {**programme_facts(), "example": EXAMPLE})


@public
@require_safe
def draw(request: HttpRequest, address: str) -> HttpResponse:
    """One draw: what was fixed before, what came out, and how to check it."""
    return render(request, "transparency/draw.html", draw_details(draw=_draw_at(address), at=now()))


@public
@require_safe
def draw_file(request: HttpRequest, address: str, name: str) -> HttpResponse:
    """One public file of a draw, byte for byte."""
    found = _draw_at(address)
    try:
        content = read_public_file(draw_id=found.draw_id, name=name, at=now())
    except FileNotPublic as error:
        raise Http404 from error
    kind = "application/json" if name.endswith(".json") else "text/plain; charset=utf-8"
    return _download(content, kind, f"{address_of(found.draw_id)}_{name}")


@public
@require_safe
def draw_bundle(request: HttpRequest, address: str) -> HttpResponse:
    """All public files of a draw in one archive."""
    found = _draw_at(address)
    archive = pack_public_files(draw=found, at=now())
    return _download(archive, "application/gzip", f"{address_of(found.draw_id)}.tar.gz")


def _draw_at(address: str) -> Draw:
    found = find_draw(draw_id=draw_id_of(address))
    if found is None:
        raise Http404
    return found


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
