"""The public pages: places, draws, their files, and that nobody needs a script or waits for a query a row."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.domain.bundle import verify_bundles
from fairport.domain.policy import Policy
from fairport.draws.models import Draw
from fairport.draws.queries import LATE_FILES, files_of_draw, read_file
from fairport.ports.models import AppointmentSlot, PortOfEntry
from tests.factories.draws import DRAW_TIME, freeze, hold_draw
from tests.factories.programme import NOW, open_programme
from tests.factories.submissions import register
from tests.factories.suspensions import close_port

pytestmark = pytest.mark.django_db
PAGE_BUDGET = 10 * 1024


@pytest.fixture(autouse=True)
def static_files_as_they_are(settings: Any) -> None:
    """Nothing needs to be collected before a test."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def set_to(at: datetime) -> None:
        monkeypatch.setattr("fairport.transparency.views.now", lambda: at)

    set_to(NOW)
    return set_to


@pytest.fixture(autouse=True)
def policy(db: None, set_clock: Callable[[datetime], None]) -> Policy:
    return open_programme()


@pytest.fixture
def drawn() -> Draw:
    """Three groups, drawn."""
    for _ in range(3):
        register()
    return hold_draw()


def address(draw: Draw) -> str:
    return f"/draws/{draw.draw_id.replace('/', '_')}"


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    assert len(gzip.compress(response.content)) < PAGE_BUDGET
    return response.content.decode()


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_places_of_every_port_with_what_is_made_up_marked(client: Client) -> None:
    page = text_of(client, "/ports")
    assert page.count("<table") == PortOfEntry.objects.count() == 7
    assert page.count("Example values") == 5
    assert "Wednesday, January 18, 2023" in page
    assert ">180</td>" in page


def test_a_suspended_port_says_so(client: Client) -> None:
    close_port("LAR", at=NOW)
    assert text_of(client, "/ports").count("Closed for now") == 1


def test_places_take_the_same_queries_at_any_number(client: Client, set_clock: Callable[[datetime], None]) -> None:
    many = queries_of(client, "/ports")
    set_clock(NOW + timedelta(days=13))
    assert queries_of(client, "/ports") == many <= 8


def test_without_places_or_draws_the_pages_say_so(client: Client, set_clock: Callable[[datetime], None]) -> None:
    set_clock(NOW + timedelta(days=60))
    assert "There are no places now." in text_of(client, "/ports")
    assert "There was no draw yet." in text_of(client, "/draws")


def test_the_list_of_draws_takes_the_same_queries_at_any_number(client: Client, drawn: Draw) -> None:
    one = queries_of(client, "/draws")
    hold_draw(day=1)
    hold_draw(day=2)
    assert queries_of(client, "/draws") == one
    assert text_of(client, "/draws").count("<tr>") == 4


def test_a_frozen_draw_keeps_its_random_number_and_who_takes_part(client: Client) -> None:
    register()
    draw = freeze()
    page = text_of(client, address(draw))
    assert "Not known before the draw." in page
    assert f'href="{address(draw)}/manifest.json"' in page
    assert f'href="{address(draw)}/pool.txt"' not in page
    assert client.get(f"{address(draw)}/pool.txt").status_code == 404


def test_a_draw_that_was_run_shows_the_seed_and_that_it_does_not_bind_the_operator(client: Client, drawn: Draw) -> None:
    page = text_of(client, address(drawn))
    result = read_file(draw_id=drawn.draw_id, name="result.json").decode()
    seed = result.split('"seed":"')[1].split('"')[0]
    assert seed in page
    assert "This draw does not bind the operator" in page
    assert "Groups that were offered a place" in page
    for file in files_of_draw(draw_id=drawn.draw_id):
        assert file.sha256 in page


def test_public_files_come_byte_for_byte(client: Client, drawn: Draw) -> None:
    for file in files_of_draw(draw_id=drawn.draw_id):
        response = client.get(f"{address(drawn)}/{file.name}")
        if file.name in LATE_FILES:
            assert response.status_code == 404
        else:
            assert hashlib.sha256(response.content).hexdigest() == file.sha256
            assert response["Content-Disposition"].startswith("attachment")


def test_the_archive_verifies_once_all_is_public(
    client: Client, drawn: Draw, tmp_path: Path, set_clock: Callable[[datetime], None]
) -> None:
    def names() -> list[str]:
        response = client.get(f"{address(drawn)}/bundle.tar.gz")
        assert response.status_code == 200
        with tarfile.open(fileobj=io.BytesIO(response.content)) as archive:
            archive.extractall(tmp_path, filter="data")
            return [Path(name).name for name in archive.getnames()]

    assert set(names()) == {"params.json", "manifest.json", "beacon.json", "result.json"}
    set_clock(DRAW_TIME + timedelta(days=16))
    assert len(names()) == 7
    (report,) = verify_bundles([tmp_path / drawn.draw_id.replace("/", "_")])
    assert report.draw_id == drawn.draw_id


@pytest.mark.parametrize(
    "path",
    [
        "/draws/title-42-exemption_2023-01-17",
        "/draws/nothing",
        "/draws/%00",
        "/draws/title-42-exemption_2023-01-18/nothing.txt",
        "/draws/title-42-exemption_2023-01-18/..%2Fpool.txt",
        "/draws/nothing/bundle.tar.gz",
    ],
)
def test_what_is_not_there_is_not_found(client: Client, drawn: Draw, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "abc", "99999999999999999999"])
def test_any_page_number_shows_a_page(client: Client, drawn: Draw, page: str) -> None:
    assert client.get(f"/draws?page={page}").status_code == 200


@pytest.mark.parametrize("path", ["/ports", "/draws"])
def test_pages_are_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_places_that_came_too_late_for_a_draw_are_not_counted_twice(client: Client) -> None:
    AppointmentSlot.objects.filter(port="SDG", date="2023-01-19").update(
        held=F("capacity"), passed_to_walk_in=F("capacity"), walk_in_reserve=F("walk_in_reserve") + F("capacity")
    )
    page = text_of(client, "/ports")
    row = page.split('id="SDG"')[1].split("Thursday, January 19, 2023")[1].split("</tr>")[0]
    assert re.findall(r">(\d+)</td>", row) == ["180", "0", "0", "198"]
