"""Somebody pays for every kilobyte: the first page is small, the next ones are smaller, and all come from one place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.families import one_person
from tests.journeys.registering import register
from tests.journeys.visitor import PHONE, Visitor

# Bytes over the line, headers included: the budget of docs/architecture.md, "Pages".
FIRST_PAGE = 60_000
LATER_PAGE = 10_000
PAGES = (
    *("/", "/register/language", "/status", "/help", "/privacy", "/accessibility", "/ports", "/draws"),
    *("/data", "/data/metros", "/data/metros/33100"),
)


class Meter:
    """Counts what comes over the line to one browser window."""

    def __init__(self, visitor: Visitor) -> None:
        self._bytes = 0
        session = visitor.page.context.new_cdp_session(visitor.page)
        session.on("Network.loadingFinished", self._count)
        session.send("Network.enable")

    def _count(self, event: dict[str, Any]) -> None:
        self._bytes += int(event["encodedDataLength"])

    def read(self) -> int:
        """Bytes since the last reading."""
        read, self._bytes = self._bytes, 0
        return read


@pytest.mark.parametrize("path", PAGES)
def test_any_page_may_be_the_first(visit: Visit, path: str) -> None:
    visitor = visit(window=PHONE)
    meter = Meter(visitor)
    visitor.page.goto(f"{visitor.address}{path}", wait_until="networkidle")
    assert 0 < meter.read() <= FIRST_PAGE


def test_each_later_page_is_smaller(visit: Visit) -> None:
    visitor = visit(window=PHONE, scripts=False)
    meter = Meter(visitor)
    visitor.open("/")
    assert meter.read() > 0
    sizes: dict[str, int] = {}
    look = visitor.check

    def measure() -> None:
        look()
        sizes[visitor.path] = meter.read()

    visitor.check = measure  # type: ignore[method-assign]
    register(visitor, one_person())
    assert len(sizes) >= 9
    assert {path: size for path, size in sizes.items() if not 0 < size <= LATER_PAGE} == {}
