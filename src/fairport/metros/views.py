"""The pages of the open data: the list of it, the ranking of metropolitan areas, one area, charts and files."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from fairport.accounts.access import public
from fairport.metros import drawing, pages, served
from fairport.metros.asking import COHORT_LABELS, COHORT_NAMES, RankingForm
from fairport.metros.charts import WIDTHS, Width
from fairport.metros.drawing import Chart
from fairport.metros.errors import MetrosError, NoDataHere
from fairport.metros.formats import Format
from fairport.metros.queries import part_of

if TYPE_CHECKING:
    from fairport.metros.ranking import Ranking

logger = structlog.get_logger(__name__)
View = Callable[..., HttpResponse]
AREAS_A_PAGE: Final = 40
FILE_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "html": "text/html; charset=utf-8",
    "png": "image/png",
}
FOREVER: Final = "public, max-age=31536000, immutable"
# A file made to be kept: its style is inside, and it may load nothing at all.
OWN_PAGE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


def tells_when_unreadable(view: View) -> View:
    """Answers with a page of its own when the files of the server's folder are refused; the log says why."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except MetrosError as error:
            logger.error("metros_files_refused", code=error.code, reason=str(error))
            return render(request, "metros/unreadable.html", {"code": error.code}, status=503)

    return guarded


@public
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What is published, and where."""
    return render(request, "metros/data.html")


@public
@require_safe
@tells_when_unreadable
def ranking(request: HttpRequest) -> HttpResponse:
    """The ranking, or the part of it that is asked for."""
    form = RankingForm(request.GET)
    whole = form.ranking
    context = {
        "form": form,
        "source": pages.source_facts(whole),
        "national": pages.national_facts(),
        "several_years": len(served.years()) > 1,
    }
    if not form.is_valid():
        return render(request, "metros/ranking.html", context, status=400)
    asked = form.asked()
    context |= {"cohort": COHORT_NAMES[asked["cohort"]], "cohort_label": COHORT_LABELS[asked["cohort"]]}
    try:
        part = _part(whole, asked)
    except NoDataHere:
        return render(request, "metros/ranking.html", {**context, "is_missing": True})
    paginator = Paginator(range(part.areas.height), AREAS_A_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    rows = part.areas.slice(page.start_index() - 1, AREAS_A_PAGE) if part.areas.height else part.areas
    context |= {
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": f"{urlencode(asked)}&",
        "rows": [pages.area_row(area) for area in rows.to_dicts()],
        "has_margins": part.areas["share_moe"].null_count() < part.areas.height,
        "files": [
            {"kind": kind, "href": f"{reverse('metros_file', args=[f'ranking.{kind}'])}?{urlencode(asked)}"}
            for kind in FILE_TYPES
        ],
        "charts": pages.ranking_pictures(part, query=asked) if part.areas.height else None,
    }
    return render(request, "metros/ranking.html", context)


@public
@require_safe
@tells_when_unreadable
def area(request: HttpRequest, cbsa_code: str) -> HttpResponse:
    """One area: its place, its countries of birth, its years."""
    form = RankingForm(request.GET)
    facts = pages.area_facts(form.ranking, cbsa_code) if re.fullmatch(r"[0-9]{5}", cbsa_code) else None
    context = {"source": pages.source_facts(form.ranking)}
    if facts is None:
        return render(request, "metros/no_such_area.html", {**context, "typed": cbsa_code[:80]}, status=404)
    return render(request, "metros/area.html", {**context, "area": facts})


@public
@require_safe
@tells_when_unreadable
def chart(request: HttpRequest, name: str) -> HttpResponse:
    """A chart of the ranking as SVG; `name` is bars, map or national with its width."""
    kind, width = _name_and_width(name, ("bars", "map", "national"))
    with override(_language(request)):
        if kind == "national":
            return _drawn(request, drawing.national_bars(), width)
        part = _part_asked(request)
        return _drawn(request, drawing.ranking_bars(part) if kind == "bars" else drawing.ranking_map(part), width)


@public
@require_safe
@tells_when_unreadable
def area_chart(request: HttpRequest, cbsa_code: str, name: str) -> HttpResponse:
    """A chart of one area as SVG; `name` is births or years with its width."""
    kind, width = _name_and_width(name, ("births", "years"))
    with override(_language(request)):
        form = RankingForm(request.GET)
        if form.ranking.areas.filter(form.ranking.areas["cbsa_code"] == cbsa_code).is_empty():
            raise Http404
        if kind == "births":
            return _drawn(request, drawing.country_bars(form.ranking, cbsa_code), width)
        points = pages.year_points(form.ranking, cbsa_code)
        if not points:
            raise Http404
        return _drawn(request, drawing.year_line(points), width)


@public
@require_safe
@tells_when_unreadable
def file(request: HttpRequest, name: str) -> HttpResponse:
    """What the page shows as a file: ranking.csv, .json, .parquet, .html or .png."""
    stem, _dot, kind = name.partition(".")
    if stem != "ranking" or kind not in FILE_TYPES:
        raise Http404
    part = _part_asked(request)
    if part.areas.is_empty():
        raise Http404
    from fairport.metros.outputs import write_output

    content = write_output(part, format=Format(kind))
    told = "-".join(["fairport-metros", str(part.year), *part.areas["cohort"].unique().sort().to_list()])
    response = HttpResponse(content, content_type=FILE_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{told}.{kind}"'
    if kind == "html":
        response["Content-Security-Policy"] = OWN_PAGE_POLICY
    return response


def _part(whole: Ranking, asked: dict[str, str]) -> Ranking:
    return part_of(whole, cohort=asked["cohort"], state=asked.get("state"), country=asked.get("country"))


def _part_asked(request: HttpRequest) -> Ranking:
    """The part that an address asks for; what no page links to does not exist."""
    form = RankingForm(request.GET)
    if not form.is_valid():
        raise Http404
    try:
        return _part(form.ranking, form.asked())
    except NoDataHere as error:
        raise Http404 from error


def _name_and_width(name: str, known: tuple[str, ...]) -> tuple[str, Width]:
    kind, _dash, width = name.partition("-")
    if kind not in known or width not in WIDTHS:
        raise Http404
    return kind, cast(Width, width)


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "en")
    if asked not in dict(settings.LANGUAGES):
        raise Http404
    return asked


def _drawn(request: HttpRequest, found: Chart, width: Width) -> HttpResponse:
    response = HttpResponse(found.draw(width=width, kind="svg"), content_type="image/svg+xml")
    # The address of a chart on a page changes with what is in it.
    response["Cache-Control"] = FOREVER if request.GET.get("v") == found.mark else "no-cache"
    return response
