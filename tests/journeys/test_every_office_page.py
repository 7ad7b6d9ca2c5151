"""Everybody of the staff looks at every page that their role opens, and each page is fit for everybody.

From the first page on they follow the office's own links. Every page is checked once at a desk in English, and once on
a phone in a right-to-left language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Browser

from fairport.accounts.demo import DEMO_ACCOUNTS
from tests.journeys.families import marias_family
from tests.journeys.holding import go_to_the_port, look, register_by_api
from tests.journeys.office import SAN_DIEGO, check, open_file, record_arrival, sign_in_staff
from tests.journeys.product import Product
from tests.journeys.visitor import DESKTOP, PHONE, PSEUDO, Visitor, visiting

# More pages of a role than this are the same pages of other things.
MOST_PAGES = 120
# Forms are sent to these, and files come from them; what is shown there belongs to another page.
NOT_LOOKED_AT = re.compile(
    r"\.(csv|json|pdf|tar\.gz)$|/export|/download|sign-out|/scans|day-list|worker|^/office/draws/"
)


class Reader(Visitor):
    """Somebody who reads names of people and places among the texts: those are in no language of ours."""

    def _untranslated(self) -> list[str]:
        return []


def office_routes() -> dict[str, str]:
    """Route → name of every office address."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            else:
                yield route, pattern.name or ""

    return {route: name for route, name in walk(get_resolver().url_patterns, "") if route.startswith("office/")}


def route_of(address: str) -> str | None:
    """The route of an address of the office, or None for what is no page of it."""
    parts = urlsplit(address)
    if not parts.path.startswith("/office/") or NOT_LOOKED_AT.search(parts.path) or parts.query:
        return None
    try:
        return str(resolve(parts.path).route)
    except Resolver404:
        return None


def read_everything(visitor: Visitor, seen: dict[str, str]) -> None:
    """Follows the links from the page on; `seen` maps the routes that were looked at to an address of each."""
    waiting, met = [], set()
    for _page in range(MOST_PAGES):
        for address in visitor.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)"):
            route = route_of(address)
            if address.startswith(visitor.address) and route is not None and route not in met:
                met.add(route)
                waiting.append(urlsplit(address).path)
        while waiting and route_of(waiting[0]) in seen:
            waiting.pop(0)
        if not waiting:
            return
        path = waiting.pop(0)
        seen[str(route_of(path))] = path
        visitor.open(path)


@pytest.fixture(scope="module")
def busy_port(product: Product, browser: Browser) -> None:
    """A family that arrived, in the demonstration with whatever else happened in it."""
    code = register_by_api(product, marias_family(ports=("SDG",)))
    product.draw()
    product.call("POST", "/registrations/me/confirm", {}, code=code)
    appointment = look(product, code)["appointment"]
    go_to_the_port(product, appointment)
    with visiting(browser, address=product.address) as officer:
        sign_in_staff(officer, product, SAN_DIEGO)
        check(officer, appointment["confirmation_number"])
        open_file(officer)
        record_arrival(officer)
        # The reason to open files is asked once a session, and the session goes on.
        product.signed_in[SAN_DIEGO] = officer.page.context.cookies()


@pytest.mark.parametrize(
    ("language", "window"), [("en", DESKTOP), (PSEUDO, PHONE)], ids=["at a desk", "right to left on a phone"]
)
def test_every_page_of_the_office_is_fit_for_everybody(
    product: Product,
    browser: Browser,
    busy_port: None,
    pseudo_catalogues: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    window: dict[str, int],
) -> None:
    monkeypatch.setattr("tests.journeys.visitor.Visitor", Reader)
    seen: dict[str, str] = {}
    # One of each role: the second people see the same pages.
    for account in {account.role: account for account in reversed(DEMO_ACCOUNTS)}.values():
        with visiting(browser, address=product.address, window=window) as visitor:
            sign_in_staff(visitor, product, account.email)
            visitor.page.context.add_cookies(
                [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": product.address}]
            )
            visitor.language = language
            visitor.open("/office/")
            read_everything(visitor, seen)
    names = office_routes()
    print("\n".join(sorted(f"{names.get(route, '?'):<40} {path}" for route, path in seen.items())))
    assert len(seen) > 25
