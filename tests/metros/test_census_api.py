"""The Census API: batches, retries, the cache, and every answer that is no table."""

import json
import logging
from pathlib import Path

import pytest
from tenacity import wait_none

from fairport.metros.errors import MetrosError, NoKey, NotAnAnswer, Unreachable, YearMissing
from fairport.metros.sources.census_api import TRIES, fetch_tables
from fairport.metros.tables import SourceTables
from tests.metros.census import Answer, StubApi, golden_areas, serving

SECRET = "secret-key-0123456789"
FIRST_TABLE = 2  # requests 0 and 1 are for the labels
MISSING_KEY = b"<html><head><title>Missing Key</title></head><body>A valid <em>key</em> must be included.</body></html>"


def api_with(before: dict[int, Answer] | None = None) -> StubApi:
    answers = before or {}
    return StubApi(golden_areas(), key=SECRET, before=answers.get)


def fetch(api: StubApi, cache: Path, *, key: str | None = SECRET) -> SourceTables:
    return fetch_tables(year=2020, key=key, cache=cache, base=api.address, wait=wait_none())


def test_variables_are_asked_for_in_batches_of_fifty(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with serving(api_with()) as api:
        fetch_tables(
            year=2020,
            key=SECRET,
            cache=tmp_path,
            base=api.address,
            on_progress=lambda done, total: told.append((done, total)),
        )

    sizes = [target.split("get=")[1].split("&")[0].count("%2C") + 1 for target in api.requests[FIRST_TABLE:]]
    assert max(sizes) == 50
    assert told == [(done, len(sizes)) for done in range(len(sizes) + 1)]


def test_the_second_time_the_cache_answers_with_the_date_of_the_first(tmp_path: Path) -> None:
    with serving(api_with()) as api:
        first = fetch(api, tmp_path)
        asked = len(api.requests)
        second = fetch(api, tmp_path, key=None)

    assert len(api.requests) == asked
    assert first.dated is not None
    assert second.dated == first.dated
    assert second.births.equals(first.births)
    assert SECRET not in "".join(path.read_text() for path in tmp_path.iterdir())


def test_a_cache_that_was_cut_off_is_asked_for_again(tmp_path: Path) -> None:
    with serving(api_with()) as api:
        whole = fetch(api, tmp_path)
        kept = tmp_path / "acs5-2020.json"
        kept.write_text(kept.read_text()[:1000])

        assert fetch(api, tmp_path).areas.equals(whole.areas)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(status: int, tmp_path: Path) -> None:
    busy: Answer = (status, "text/plain", b"later", {})
    with serving(api_with({FIRST_TABLE: busy, FIRST_TABLE + 1: busy})) as api:
        assert fetch(api, tmp_path).areas.height == 15


def test_a_server_that_stays_busy_is_given_up(tmp_path: Path) -> None:
    api = StubApi([], key=SECRET, before=lambda _number: (503, "text/plain", b"", {}))
    with serving(api), pytest.raises(Unreachable, match="status 503"):
        fetch(api, tmp_path)

    assert len(api.requests) == TRIES


def test_nobody_at_the_address(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        fetch_tables(year=2020, key=SECRET, cache=tmp_path, base="http://127.0.0.1:9/data", wait=wait_none())


def test_without_a_key_the_redirect_to_a_page_is_explained(tmp_path: Path) -> None:
    with serving(api_with()) as api, pytest.raises(NoKey, match="key_signup"):
        fetch(api, tmp_path, key=None)


def test_with_a_wrong_key_the_page_is_explained(tmp_path: Path) -> None:
    page: Answer = (200, "text/html", MISSING_KEY, {})
    with serving(api_with({FIRST_TABLE: page})) as api, pytest.raises(NoKey, match="does not know the key"):
        fetch(api, tmp_path)


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        ((200, "text/html", b"<html>Down for repairs</html>", {}), NotAnAnswer, "a page instead of figures"),
        ((200, "application/json", b'[["NAME","B05002_001E"', {}), NotAnAnswer, "cut off"),
        ((200, "application/json", b'{"error": "no"}', {}), NotAnAnswer, "no table"),
        ((200, "application/json", b'[["NAME"]]', {}), NotAnAnswer, "no table"),
        ((204, "application/json", b"", {}), NotAnAnswer, "status 204"),
        ((400, "text/plain", b"error: unknown variable 'B05006_999E'", {}), NotAnAnswer, "unknown variable"),
        ((404, "text/html", b"<html>404</html>", {}), YearMissing, "no five-year figures"),
    ],
)
def test_an_answer_that_is_no_table(answer: Answer, error: type[MetrosError], says: str, tmp_path: Path) -> None:
    with serving(api_with({FIRST_TABLE: answer})) as api, pytest.raises(error, match=says):
        fetch(api, tmp_path)

    assert not list(tmp_path.iterdir())


def test_a_batch_without_one_area_is_refused(tmp_path: Path) -> None:
    short = StubApi(golden_areas()[:-1], key=SECRET)
    with serving(api_with()) as api:
        api.before = lambda number: short.answer(api.requests[-1]) if number == FIRST_TABLE + 2 else None
        with pytest.raises(NotAnAnswer, match="different areas"):
            fetch(api, tmp_path)


def test_the_key_is_in_no_log_and_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    echo: Answer = (400, "text/plain", f"error: bad request with key={SECRET}".encode(), {})
    caplog.set_level(logging.INFO)
    with serving(api_with({FIRST_TABLE + 3: echo})) as api, pytest.raises(NotAnAnswer) as refused:
        fetch(api, tmp_path)

    assert SECRET in "".join(api.requests)
    assert SECRET not in str(refused.value)
    assert SECRET not in caplog.text
    assert refused.value.__cause__ is None


def test_numbers_may_come_unquoted(tmp_path: Path) -> None:
    with serving(api_with()) as api:
        api.before = lambda number: unquoted(api) if number == FIRST_TABLE else None
        tables = fetch(api, tmp_path)

    assert tables.areas["population"].max() == 19_261_570


def unquoted(api: StubApi) -> Answer:
    """The stub's own answer with numbers instead of texts."""
    inner = StubApi(api.areas, key=api.key)
    status, kind, body, headers = inner.answer(api.requests[-1])
    header, *rows = json.loads(body)
    plain = [[int(cell) if cell.lstrip("-").isdigit() and len(cell) != 5 else cell for cell in row] for row in rows]
    return status, kind, json.dumps([header, *plain]).encode(), headers
