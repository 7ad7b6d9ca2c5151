"""The pages of the ranking: the shipped fifteen, a server's own folder, and what is asked for wrongly."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test import Client

from fairport.metros.charts import WIDTHS
from tests.metros.web.building import MIAMI

pytestmark = pytest.mark.django_db
PAGE_BUDGET = 10_000
FIRST_VISIT = 60_000
FRAME = 15_000 + 2_000 + 1_000
"""Style sheet, script and icon at their own budgets (tests/structure/test_assets.py)."""


def text_of(client: Client, path: str, *, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    assert len(gzip.compress(response.content)) < PAGE_BUDGET
    return unescape(response.content.decode())


def ranks_and_names(page: str) -> list[tuple[int, str]]:
    found = re.findall(r'<tr><td class="fp-number">(\d+)</td><th scope="row"><a [^>]*>([^<]+)</a>', page)
    return [(int(rank), name) for rank, name in found]


def pictures(page: str) -> list[str]:
    return re.findall(r'(?:src|srcset)="(/data/metros/[^"]+)"', page)


def test_the_published_fifteen_are_there_at_once_in_their_order(client: Client) -> None:
    page = text_of(client, "/data/metros")
    listed = ranks_and_names(page)
    assert [rank for rank, _name in listed] == list(range(1, 16))
    assert listed[0][1] == "Miami-Fort Lauderdale-Pompano Beach, FL"
    assert [name.split("-")[0] for _rank, name in listed[-2:]] == ["Dallas", "Sacramento"]
    for figure in ("40.9%", "2,504,666", "6,129,858", "Dominican Republic", "2016-2020"):
        assert figure in page
    assert "published without margins" in page


def test_the_articles_national_figures_stand_on_the_page(client: Client) -> None:
    page = text_of(client, "/data/metros")
    table = page[page.index('id="national"') :]
    for figure in ("14.8%", "4.7%", "13.7%", "13.5%", "24.8%", "12.2%", "22.7%", "22.4%", "2.2%", "1.6%", "over 25%"):
        assert figure in table
    assert "China and India" in table


@pytest.mark.parametrize("cohort", ["small", "midsize", "micro"])
def test_without_a_folder_the_other_sizes_say_how_to_get_data(client: Client, cohort: str) -> None:
    page = text_of(client, f"/data/metros?cohort={cohort}")
    assert "There are no data here for this." in page
    assert "fairport metros --source api --year 2020" in page
    assert f'<option value="{cohort}" selected>' in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("cohort=huge", "There is no size “huge”."),
        ("state=ZZ", "No area in these figures is in a state “ZZ”."),
        ("state=Narnia", "is in a state “Narnia”."),
        ("country=Atlantis", "“Atlantis” is the most common country of birth in no area"),
        ("year=1999", "There are no figures of “1999” here."),
        ("year=%00x", "There are no figures of “x” here."),
    ],
)
def test_what_does_not_exist_is_refused_and_what_was_typed_stays(client: Client, query: str, message: str) -> None:
    page = text_of(client, f"/data/metros?{query}", status=400)
    assert message in page
    typed = query.split("=")[1].replace("%00", "")
    assert re.search(rf'<option value="{typed}"[^>]* selected', page)
    assert "<title>Error:" in page


def test_what_was_typed_is_never_markup(client: Client) -> None:
    response = client.get("/data/metros?cohort=<script>alert(1)</script>")
    assert response.status_code == 400
    assert b"<script>alert" not in response.content


def test_capitals_do_not_matter(client: Client) -> None:
    listed = ranks_and_names(text_of(client, "/data/metros?state=ca&country=MEXICO&cohort=Large"))
    assert [rank for rank, _name in listed] == [3, 7, 10, 15]


def test_an_unknown_area_says_so(client: Client) -> None:
    for code in ("99999", "abc", "3310", "٣٣١٠٠", "%3Cb%3E"):
        response = client.get(f"/data/metros/{code}")
        assert response.status_code == 404
        assert b"There are no figures for this area here" in response.content
        assert b"<b>" not in response.content


def test_a_published_area_has_its_page(client: Client) -> None:
    page = text_of(client, f"/data/metros/{MIAMI}")
    assert "40.9%" in page
    assert "Cuba" in page
    assert "There are no data here for this." in page


def test_a_folder_brings_every_size_margins_and_what_cannot_be_told_apart(client: Client, with_folder: None) -> None:
    large = text_of(client, "/data/metros")
    assert [rank for rank, _name in ranks_and_names(large)] == list(range(1, 16))
    assert "±" in large
    assert "No clear difference from rank 15" in large
    assert "San Juan-Bayamón-Caguas, PR" in large
    small = text_of(client, "/data/metros?cohort=small")
    assert [name for _rank, name in ranks_and_names(small)] == ["Las Cruces, NM", "Champaign-Urbana, IL"]
    micro = text_of(client, "/data/metros?cohort=micro")
    assert "Española, NM" in micro
    assert "Concord" not in large + small + micro
    assert "2019-2023" in large


def test_the_published_fifteen_come_out_of_a_folder_exactly(client: Client, settings: Any, census_folder: Path) -> None:
    shipped = ranks_and_names(text_of(client, "/data/metros"))
    settings.METROS_DIR = str(census_folder)
    assert ranks_and_names(text_of(client, "/data/metros?year=2023")) == shipped


def test_an_areas_page_has_countries_change_and_years_with_their_gap(client: Client, with_folder: None) -> None:
    page = text_of(client, f"/data/metros/{MIAMI}")
    assert re.findall(r'<tr><th scope="row">\s*([A-Z][^<]+?)\s*</th>', page) == [
        "Cuba",
        "Philippines",
        "United Kingdom",
    ]
    assert "In the five years 2016-2020 the share was 38.8%" in page
    assert "This is a clear change." in page
    assert re.search(r'2020</th><td colspan="3">no figures', page)
    assert re.search(r'2006</th><td class="fp-number">[\d.]+%</td><td class="fp-number">2 of 3', page)
    assert "Other South Eastern Asia" not in page


def test_neighbours_that_cannot_be_told_apart_are_named(client: Client, with_folder: None) -> None:
    page = text_of(client, "/data/metros/19100")
    assert "The margins are too wide to say whether these areas are really ahead or behind:" in page
    assert "Sacramento-Roseville-Folsom, CA" in page


def test_countries_are_named_in_the_readers_language_and_places_keep_theirs(client: Client, with_folder: None) -> None:
    client.cookies["fairport_language"] = "es"
    page = text_of(client, f"/data/metros/{MIAMI}")
    assert "Filipinas" in page
    assert '<bdi lang="en">Miami-Fort Lauderdale-Pompano Beach, FL</bdi>' in page
    assert "Reino Unido" in page


@pytest.mark.parametrize("path", ["/data/metros", f"/data/metros/{MIAMI}", "/data/metros?cohort=small"])
def test_a_first_visit_fits_its_budget_with_all_charts(client: Client, with_folder: None, path: str) -> None:
    response = client.get(path)
    page = unescape(response.content.decode())
    sizes = [len(gzip.compress(client.get(address).content)) for address in pictures(page)]
    assert sizes
    assert len(gzip.compress(response.content)) + sum(sizes) + FRAME < FIRST_VISIT


def test_charts_are_kept_until_their_content_changes(client: Client, with_folder: None) -> None:
    for path in ("/data/metros", f"/data/metros/{MIAMI}"):
        for address in pictures(text_of(client, path)):
            response = client.get(address)
            assert response.status_code == 200
            assert response["Content-Type"] == "image/svg+xml"
            assert "immutable" in response["Cache-Control"]
            assert response.content.startswith(b"<svg")
            stale = client.get(re.sub("v=[0-9a-f]+", "v=0", address))
            assert stale["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "address",
    [
        "/data/metros/charts/bars-huge.svg",
        "/data/metros/charts/pie-narrow.svg",
        "/data/metros/charts/bars-narrow.svg?lang=xx",
        "/data/metros/charts/bars-narrow.svg?state=ZZ",
        "/data/metros/charts/bars-narrow.svg?cohort=small",
        f"/data/metros/{MIAMI}/charts/years-narrow.svg",
        f"/data/metros/{MIAMI}/charts/map-narrow.svg",
        "/data/metros/99999/charts/births-narrow.svg",
        "/data/metros/files/ranking.exe",
        "/data/metros/files/other.csv",
        "/data/metros/files/ranking.csv?cohort=small",
    ],
)
def test_charts_and_files_that_do_not_exist(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_every_chart_comes_in_both_widths(client: Client) -> None:
    page = text_of(client, "/data/metros")
    for width in WIDTHS:
        assert any(f"bars-{width}.svg" in address for address in pictures(page))


def test_files_say_what_the_page_says(client: Client, with_folder: None) -> None:
    def content(kind: str) -> bytes:
        response = client.get(f"/data/metros/files/ranking.{kind}?cohort=large&state=CA")
        assert response["Content-Disposition"] == f'attachment; filename="fairport-metros-2023-large.{kind}"'
        return bytes(response.content)

    codes = ["41940", "31080", "41860", "41740", "40140", "40900"]
    assert [row["cbsa_code"] for row in csv.DictReader(io.StringIO(content("csv").decode()))] == codes
    assert [row["cbsa_code"] for row in json.loads(content("json"))["areas"]] == codes
    assert pl.read_parquet(io.BytesIO(content("parquet")))["cbsa_code"].to_list() == codes
    assert "San Jose" in content("html").decode()
    assert content("png").startswith(b"\x89PNG")


def test_a_broken_folder_is_told_and_not_shown(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.METROS_DIR = str(tmp_path)
    page = text_of(client, "/data/metros", status=503)
    assert "file_missing" in page
    assert str(tmp_path) not in page
    assert client.get("/data/metros/charts/bars-narrow.svg").status_code == 503


def test_the_list_of_open_data_leads_to_all_of_it(client: Client) -> None:
    page = text_of(client, "/data")
    for address in ("/data/metros", "/ports", "/draws", "/api/v1/openapi.json"):
        assert f'href="{address}"' in page


@pytest.mark.parametrize("path", ["/data", "/data/metros", f"/data/metros/{MIAMI}", "/data/metros/files/ranking.csv"])
def test_pages_are_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_a_server_that_shows_no_ranking_loads_nothing_for_it() -> None:
    program = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'fairport.config.settings'\n"
        "import django; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "print([name for name in ('polars', 'altair', 'vl_convert') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
