"""Every address declares who may call it, and the office's pages keep to what they declare."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from fairport.accounts.access import Access, staff
from fairport.accounts.actions import ACTIONS
from fairport.accounts.models import Role
from fairport.accounts.pages import DESTINATIONS
from fairport.config.api import ROUTERS
from tests.cast import Cast, signed_in

ROLES_OF = {
    "officer": Role.PORT_OFFICER,
    "other_officer": Role.PORT_OFFICER,
    "supervisor": Role.SUPERVISOR,
    "scheduler": Role.SCHEDULER,
    "operator": Role.OPERATOR,
    "auditor": Role.AUDITOR,
    "ombuds": Role.OMBUDS,
    "vetting_officer": Role.VETTING_OFFICER,
    "second_officer": Role.PORT_OFFICER,
    "second_supervisor": Role.SUPERVISOR,
    "second_scheduler": Role.SCHEDULER,
    "second_operator": Role.OPERATOR,
    "nobody": None,
}
# What a visit may leave behind without having done anything.
PASSING = {"django_session", "accounts_cache"}


@dataclass(frozen=True)
class Address:
    """One address of the product, with what its view declares."""

    route: str
    name: str
    access: Access | None

    @property
    def path(self) -> str:
        """An example of the address, for something that does not exist."""
        route = re.sub(r"<uuid:\w+>", str(uuid.UUID(int=7)), self.route)
        return "/" + re.sub(r"<int:\w+>", "424242", re.sub(r"<(str|path|slug):\w+>", "x", route))


def addresses() -> Iterator[Address]:
    def walk(patterns: list[Any], prefix: str) -> Iterator[Address]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            else:
                assert isinstance(pattern, URLPattern)
                yield Address(route, pattern.name or "", getattr(pattern.callback, "access", None))

    yield from walk(get_resolver().url_patterns, "")


ADDRESSES = list(addresses())
OFFICE = [address for address in ADDRESSES if address.access is not None and address.access.who == "staff"]


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Pages are opened here."""


def test_the_walk_finds_the_product() -> None:
    routes = {address.route for address in ADDRESSES}
    assert {"healthz", "office/check", "status", "api/v1/registrations"} <= routes
    assert len(OFFICE) > 12


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.route or "/")
def test_an_address_declares_who_may_call_it(address: Address) -> None:
    assert isinstance(address.access, Access), f"/{address.route} does not say who may call it"
    assert (address.access.who == "staff") == bool(address.access.roles)


def test_every_call_of_the_interface_declares_who_may_make_it() -> None:
    silent = [
        f"{method} {path}"
        for router in ROUTERS
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
        if not isinstance(getattr(operation.view_func, "access", None), Access)
    ]
    assert not silent


def test_everything_under_office_is_for_staff_or_for_signing_in() -> None:
    for address in ADDRESSES:
        assert address.access is not None
        assert address.route.startswith("office/") == (address.access.who in ("staff", "sign_in")), address.route


@pytest.mark.parametrize("address", OFFICE, ids=lambda address: address.route)
def test_who_can_do_what_has_words_for_each_address_of_the_office(address: Address) -> None:
    """Add a line to fairport/accounts/actions.py: what people do there, in a few words."""
    assert address.name in ACTIONS, f"/{address.route} ({address.name}) has no words in accounts/actions.py"


def test_who_can_do_what_names_nothing_that_is_gone() -> None:
    assert ACTIONS.keys() <= {address.name for address in OFFICE}


def test_a_role_must_be_named() -> None:
    with pytest.raises(ValueError, match="role"):
        staff()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", OFFICE, ids=lambda address: address.route)
def test_who_is_not_signed_in_is_sent_to_sign_in(address: Address, method: str, client: Client, db: None) -> None:
    response = getattr(client, method)(address.path)

    assert response.status_code == 302
    assert response["Location"].startswith(f"{reverse('account_login')}?next=/office/")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", OFFICE, ids=lambda address: address.route)
def test_only_the_declared_roles_come_in(address: Address, cast: Cast) -> None:
    assert address.access is not None
    for (name, user), method in itertools.product(cast.everybody().items(), ("get", "post")):
        before = row_counts()
        response = getattr(signed_in(user), method)(address.path)

        if ROLES_OF[name] in address.access.roles:
            # Nothing has this id or code, and not every page takes both methods; but nobody is turned away.
            assert response.status_code in (200, 302, 400, 404, 405), (name, method)
            assert not response.get("Location", "").startswith(reverse("account_login"))
        else:
            assert response.status_code == 403, (name, method)
            assert "<code>role_missing</code>" in response.content.decode()
            assert row_counts() == before
        if response.status_code != 404:
            assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ROLES_OF)
def test_the_first_page_and_the_navigation_open_for_their_role(name: str, cast: Cast) -> None:
    browser = signed_in(cast.everybody()[name])
    first = browser.get("/office/")
    if name == "nobody":
        assert first.status_code == 403
        return
    page = browser.get(first["Location"])
    assert page.status_code == 200
    shown = {link["href"] for link in page.context["office_links"]}
    assert shown == {
        reverse(destination.url_name) for destination in DESTINATIONS if ROLES_OF[name] in destination.roles
    }
    assert all(browser.get(href).status_code == 200 for href in shown)


def test_the_navigation_names_each_page_once() -> None:
    names = [destination.url_name for destination in DESTINATIONS]
    assert len(names) == len(set(names))


def row_counts() -> dict[str, int]:
    """Rows of every table that a refused visit must not touch."""
    tables = sorted(set(connection.introspection.table_names()) - PASSING)
    with connection.cursor() as cursor:
        # One statement for all: this is asked for each address, person and method.
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables))
        return dict(cursor.fetchall())
