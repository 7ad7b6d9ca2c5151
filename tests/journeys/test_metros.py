"""A journalist looks up metropolitan areas: on a phone and a desktop, in three languages, with and without scripts."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Visit
from tests.journeys.product import Product
from tests.journeys.test_on_a_slow_link import FIRST_PAGE, Meter
from tests.journeys.visitor import DESKTOP, LOCALE, PHONE, PSEUDO, Visitor, visiting, words
from tests.metros.web.building import MIAMI, write_folder

# Names of places stay English; file formats and the names of files are no words.
ENGLISH = "CSV JSON PARQUET HTML PNG openapi json api metros data"


@pytest.fixture(scope="module")
def newsroom(pseudo_catalogues: Path) -> Iterator[Product]:
    """A server whose folder has two vintages."""
    with tempfile.TemporaryDirectory(prefix="fairport-") as folder:
        var = Path(folder)
        (var / "locale").symlink_to(pseudo_catalogues)
        census = write_folder(var / "census")
        with Product(var, FAIRPORT_PSEUDO_LANGUAGE="1", FAIRPORT_METROS_DIR=str(census)).running() as running:
            yield running


@pytest.fixture
def journalist(
    request: pytest.FixtureRequest, browser: Browser, newsroom: Product, pseudo_catalogues: Path
) -> Iterator[Visitor]:
    language, window, scripts = request.param
    catalogues = pseudo_catalogues if language == PSEUDO else LOCALE
    options = {"language": language, "window": window, "scripts": scripts, "catalogues": catalogues}
    with visiting(browser, address=newsroom.address, **options) as visitor:
        visitor.names |= set(words(ENGLISH))
        yield visitor


READERS = [
    pytest.param((language, window, scripts), id=f"{language} {window['width']} {'with' if scripts else 'no'} scripts")
    for language, window, scripts in (
        ("en", DESKTOP, True),
        ("en", PHONE, False),
        ("es", PHONE, True),
        ("es", DESKTOP, False),
        (PSEUDO, PHONE, True),
        (PSEUDO, DESKTOP, True),
        (PSEUDO, PHONE, False),
    )
]


def keep_english_names(visitor: Visitor) -> None:
    """What the page itself marks as English is no gap in the translation."""
    visitor.page.wait_for_load_state("networkidle")
    visitor.names |= set(words(" ".join(visitor.page.locator("main [lang=en], main option").all_inner_texts())))


def look_at_charts(visitor: Visitor, at_least: int) -> None:
    """Every chart is there, says something to who does not see it, and fits its place."""
    charts = visitor.page.locator("img.fp-chart")
    assert charts.count() >= at_least
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        assert chart.get_attribute("alt")
        assert chart.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
        assert chart.evaluate("image => image.clientWidth") <= visitor.page.viewport_size["width"]  # type: ignore[index]


def open_with_names(visitor: Visitor, path: str) -> None:
    """Opens a page once for the English names on it, then looks at it closely."""
    visitor.page.goto(f"{visitor.address}{path}")
    keep_english_names(visitor)
    visitor.check()


@pytest.mark.parametrize("journalist", READERS, indirect=True)
def test_from_the_open_data_to_one_area(journalist: Visitor) -> None:
    journalist.open("/data")
    open_with_names(journalist, "/data/metros")
    assert "40.9" in journalist.main_text
    look_at_charts(journalist, 3)
    open_with_names(journalist, "/data/metros?cohort=micro")
    assert "Española, NM" in journalist.main_text
    open_with_names(journalist, f"/data/metros/{MIAMI}")
    assert journalist.heading == "Miami-Fort Lauderdale-Pompano Beach, FL"
    look_at_charts(journalist, 2)
    assert journalist.sees("This is a clear change.")


@pytest.mark.parametrize("journalist", READERS[:1], indirect=True)
def test_the_filter_and_the_table_work_with_the_keyboard(journalist: Visitor) -> None:
    journalist.open("/data/metros")
    journalist.choose("State", "CA")
    journalist.choose("Most common country of birth", "Mexico")
    journalist.press("Show")
    table = journalist.page.get_by_role("region", name=journalist.text("All figures"))
    assert re.findall(r"(?m)^\d+", table.inner_text())[:4] == ["3", "7", "10", "15"]
    table.focus()
    assert table.evaluate("region => document.activeElement === region")
    with journalist.page.expect_download() as arriving:
        journalist.page.get_by_role("link", name="CSV").click()
    assert arriving.value.suggested_filename == "fairport-metros-2023-large.csv"


@pytest.mark.parametrize("journalist", [READERS[2]], indirect=True)
def test_what_does_not_exist_is_refused_in_the_readers_language(journalist: Visitor) -> None:
    journalist.open("/data/metros?state=Narnia")
    assert "Narnia" in journalist.main_text
    assert journalist.page.get_by_role("alert").count() == 1
    journalist.open("/data/metros/00000")
    assert journalist.sees("There are no figures for this area here")


def test_without_a_folder_the_published_fifteen_are_shown(visit: Visit) -> None:
    for language in ("en", "es", PSEUDO):
        visitor = visit(language=language, window=PHONE)
        visitor.names |= set(words(ENGLISH))
        for path in ("/data/metros", "/data/metros?cohort=small", f"/data/metros/{MIAMI}"):
            open_with_names(visitor, path)


def test_the_first_visit_is_small_with_a_full_folder(browser: Browser, newsroom: Product) -> None:
    for path in ("/data/metros", f"/data/metros/{MIAMI}"):
        with visiting(browser, address=newsroom.address, window=PHONE) as visitor:
            meter = Meter(visitor)
            visitor.page.goto(f"{visitor.address}{path}", wait_until="networkidle")
            assert 0 < meter.read() <= FIRST_PAGE
