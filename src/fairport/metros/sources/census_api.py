"""The Census API: asked by key in batches, with retries, and kept on disk with the date of the answer.

The key is part of the address, so no address is ever logged or shown.
"""

import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import polars as pl
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter
from tenacity.wait import wait_base

from fairport.metros.errors import NoKey, NotAnAnswer, Unreachable, YearMissing
from fairport.metros.labels import COUNTRY_TABLE, NATIVITY_TABLE, resolve_columns
from fairport.metros.sources.summary_files import labels_of_variables
from fairport.metros.tables import SourceTables, build_tables, margin_of

CENSUS_API = "https://api.census.gov/data"
KEY_SIGNUP = "https://api.census.gov/data/key_signup.html"
AREA = "metropolitan statistical area/micropolitan statistical area"
# The API takes at most 50 variables at once, and NAME is one.
BATCH = 49
TRIES = 5
TIMEOUT_SECONDS = 60
Progress = Callable[[int, int], None]


class _TryAgain(Exception):
    """The server is busy or did not answer."""


@dataclass(frozen=True)
class _Api:
    client: httpx.Client
    base: str
    key: str | None
    wait: wait_base


def fetch_tables(
    *,
    year: int,
    key: str | None,
    cache: Path,
    base: str = CENSUS_API,
    wait: wait_base | None = None,
    on_progress: Progress | None = None,
) -> SourceTables:
    """Return the figures of a year, from the cache if they were fetched before.

    `on_progress` is told (requests done, requests in all). `wait` is the pause between tries.

    Raises:
        NoKey: the API answers with a page about its key.
        YearMissing: it has no such year.
        NotAnAnswer: it answers with something that is no table.
        Unreachable: it does not answer.
        MetrosError: the figures are refused, see `resolve_columns` and `build_tables`.
    """
    kept = cache / f"acs5-{year}.json"
    answer = _from_cache(kept)
    if answer is None:
        # httpx writes each address, and so the key, to its log.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        with httpx.Client(timeout=TIMEOUT_SECONDS, headers={"User-Agent": "fairport"}) as client:
            api = _Api(client, base, key, wait or wait_exponential_jitter(initial=1, max=30))
            answer = _fetch(api, year, on_progress or (lambda _done, _total: None))
        _to_cache(kept, answer)
    rows = answer["rows"]
    values = pl.DataFrame(
        {name: [row[place] for row in rows] for place, name in enumerate(answer["header"])},
        schema=dict.fromkeys(answer["header"], pl.String),
    )
    return build_tables(
        year=year,
        source="api",
        dated=date.fromisoformat(answer["dated"]) if answer["dated"] else None,
        columns=resolve_columns(answer["labels"]),
        names=values.select("cbsa_code", "name"),
        values=values.drop("name"),
    )


def default_cache() -> Path:
    """Return the user's cache folder."""
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "fairport" / "metros"


def _fetch(api: _Api, year: int, on_progress: Progress) -> dict[str, Any]:
    labels: dict[str, str] = {}
    for table in (NATIVITY_TABLE, COUNTRY_TABLE):
        content, _dated = _get(api, f"{year}/acs/acs5/groups/{table}.json", {})
        labels |= {code: label for code, label in labels_of_variables(content).items() if code.startswith(f"{table}_")}
    codes = [name for code in resolve_columns(labels).codes() for name in (code, margin_of(code))]
    batches = list(batched_codes(codes))
    names: dict[str, str] = {}
    figures: dict[str, list[str | None]] = {}
    dated: date | None = None
    on_progress(0, len(batches))
    for number, batch in enumerate(batches, start=1):
        content, dated = _get(api, f"{year}/acs/acs5", {"get": ",".join(["NAME", *batch]), "for": f"{AREA}:*"})
        part = _read_table(content, batch)
        if number == 1:
            names = {code: name for code, (name, _figures) in part.items()}
            figures = {code: [] for code in part}
        if part.keys() != names.keys():
            raise NotAnAnswer("The Census API gave different areas in two parts of one table: try again.")
        for code, (_name, more) in part.items():
            figures[code] += more
        on_progress(number, len(batches))
    used = {code: label for code, label in labels.items() if code.endswith("E")}
    return {
        "dated": dated.isoformat() if dated else None,
        "labels": used,
        "header": ["cbsa_code", "name", *codes],
        "rows": [[code, names[code], *figures[code]] for code in names],
    }


def batched_codes(codes: list[str]) -> list[list[str]]:
    """Return the codes in parts that the API takes at once."""
    return [codes[begin : begin + BATCH] for begin in range(0, len(codes), BATCH)]


def _read_table(content: object, batch: list[str]) -> dict[str, tuple[str, list[str | None]]]:
    """Code of the area → its name and the figures in the batch's order."""
    broken = NotAnAnswer("The Census API's answer is no table of the columns that were asked for.")
    if not isinstance(content, list) or not content or not all(isinstance(row, list) for row in content):
        raise broken
    header, *rows = content
    if any(name not in header for name in ("NAME", AREA, *batch)) or any(len(row) != len(header) for row in rows):
        raise broken
    places = [header.index(name) for name in batch]
    return {
        str(row[header.index(AREA)]): (
            str(row[header.index("NAME")]),
            [None if row[place] is None else str(row[place]) for place in places],
        )
        for row in rows
    }


def _get(api: _Api, path: str, query: dict[str, str]) -> tuple[object, date | None]:
    """The parsed answer and its date; busy servers are asked again."""
    retrying = Retrying(
        retry=retry_if_exception_type(_TryAgain), wait=api.wait, stop=stop_after_attempt(TRIES), reraise=True
    )
    try:
        response = retrying(_ask, api, path, query)
    except _TryAgain as problem:
        # Without the cause: its text holds the address, and so the key.
        raise Unreachable(f"The Census API does not answer ({problem}); try again later.") from None
    _refuse_pages(response, api.key)
    if response.status_code == 404:
        raise YearMissing("The Census API has no five-year figures for that year.")
    if response.status_code != 200:
        said = " ".join(response.text.split())[:200]
        raise NotAnAnswer(
            f"The Census API refused the question with status {response.status_code}: {_without(api.key, said)}"
        )
    try:
        content = response.json()
    except ValueError:
        raise NotAnAnswer("The Census API's answer is cut off or no JSON: try again.") from None
    stamp = response.headers.get("Date")
    return content, parsedate_to_datetime(stamp).date() if stamp else None


def _ask(api: _Api, path: str, query: dict[str, str]) -> httpx.Response:
    try:
        response = api.client.get(f"{api.base}/{path}", params={**query, **({"key": api.key} if api.key else {})})
    except httpx.TimeoutException:
        raise _TryAgain("no answer in time") from None
    except httpx.TransportError as error:
        raise _TryAgain(_without(api.key, str(error) or type(error).__name__)) from None
    if response.status_code == 429 or response.status_code >= 500:
        raise _TryAgain(f"status {response.status_code}")
    return response


def _refuse_pages(response: httpx.Response, key: str | None) -> None:
    """Without a key, or with a wrong one, the API sends people to a page."""
    is_page = response.text.lstrip()[:1] == "<" or "html" in response.headers.get("Content-Type", "")
    if response.status_code == 404 or not (response.is_redirect or is_page):
        return
    about_key = "key" in response.headers.get("Location", "").lower() or "key" in response.text.lower()
    if not key:
        raise NoKey(f"The Census API answers with a page, as it wants a key: get one free at {KEY_SIGNUP}.")
    if about_key:
        raise NoKey(f"The Census API answers with a page, as it does not know the key: get one free at {KEY_SIGNUP}.")
    raise NotAnAnswer("The Census API answers with a page instead of figures: try again later.")


def _without(key: str | None, text: str) -> str:
    return text.replace(key, "…") if key else text


def _from_cache(path: Path) -> dict[str, Any] | None:
    try:
        answer = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        # A copy that is cut off is worth as much as none.
        return None
    return answer if isinstance(answer, dict) and {"dated", "labels", "header", "rows"} <= answer.keys() else None


def _to_cache(path: Path, answer: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(answer), encoding="utf-8")
    unfinished.replace(path)
