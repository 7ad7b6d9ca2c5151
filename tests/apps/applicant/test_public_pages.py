"""Pages for everybody: light, from one host only, in one language at a time."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

import fairport
from fairport.accounts.access import Access
from fairport.applicant import urls
from fairport.registrations.models import SafeguardingCase
from fairport.registrations.queries import read_safeguarding_case
from tests.apps.applicant.conftest import Visit
from tests.apps.applicant.walking import FIRST_KEY, Walker, main_text

pytestmark = pytest.mark.django_db
STATIC = Path(fairport.__file__).parent / "static"
FIRST_VISIT = 60_000
LATER_PAGE = 10_000


class Links(HTMLParser):
    """Everything that a browser asks for by itself, and every address on the page."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.addresses: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.addresses += [given[name] for name in ("href", "src", "action", "srcset", "data") if name in given]
        if tag in ("script", "img", "source", "video", "audio", "iframe") and "src" in given:
            self.loaded.append(given["src"])
        if tag == "link":
            self.loaded.append(given["href"])
        if (tag == "script" and "src" not in given) or tag == "style":
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]


def links_of(response: Any) -> Links:
    links = Links()
    links.feed(response.content.decode())
    return links


def weight(content: bytes) -> int:
    return len(gzip.compress(content, 6))


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_a_first_visit_weighs_less_than_60_kb_with_everything(client: Client, language: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get("/")
    files = [STATIC / address.removeprefix("/static/") for address in links_of(page).loaded]
    assert files and all(file.is_file() for file in files)
    styles = re.findall(r"url\(\"?([^\")]+)\"?\)", (STATIC / "fairport.css").read_text(encoding="utf-8"))
    pictures = [STATIC / name for name in styles if not name.startswith("data:")]
    total = weight(page.content) + sum(weight(file.read_bytes()) for file in {*files, *pictures})
    assert total < FIRST_VISIT


def test_every_page_is_light_and_asks_no_other_host(walker: Walker) -> None:
    pages = {name: walker.look(name) for name in ("home", "help", "privacy", "accessibility", "status")}
    pages["language"] = walker.look("register_language")
    walker.up_to("review")
    for name in ("location", "travelers", "ports", "contact", "review", "large_group", "child"):
        pages[name] = walker.look(f"register_{name}")
    pages["traveler"] = walker.look("register_traveler", FIRST_KEY)
    pages["reasons"] = walker.look("register_reasons", FIRST_KEY)
    pages["remove"] = walker.look("register_remove", FIRST_KEY)
    walker.submit()
    pages["done"] = walker.look("register_done")
    for name, page in pages.items():
        assert page.status_code == 200, name
        assert weight(page.content) < LATER_PAGE, name
        links = links_of(page)
        assert not [address for address in links.addresses if re.match(r"(?:[a-z]+:)?//", address)], name
        assert not links.inline, name
        assert "Ana" not in " ".join(links.addresses), name


def test_the_status_pages_are_light_too(visit: Visit) -> None:
    visit.draw()
    for path in ("/status", "/status/decline", "/status/withdraw"):
        page = visit.look(path)
        assert page.status_code == 200
        assert weight(page.content) < LATER_PAGE
        assert not links_of(page).inline


@pytest.mark.parametrize("path", ["/", "/help", "/privacy", "/accessibility", "/status", "/register/child"])
def test_a_public_page_needs_no_programme(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_without_a_programme_nobody_can_register(client: Client) -> None:
    assert client.get("/register/language").status_code == 404


def test_the_first_page_says_what_matters(client: Client) -> None:
    words = main_text(client.get("/"))
    for text in ("Everything is free", "There is a draw every day", "Register", "I have an access code"):
        assert text in words


@pytest.mark.parametrize("path", ["/", "/help", "/privacy", "/accessibility"])
def test_a_page_that_is_only_read_takes_no_post(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_every_address_of_the_applicant_says_who_may_call_it() -> None:
    views = {pattern.name: pattern.callback for pattern in urls.urlpatterns}
    assert not [name for name, view in views.items() if not isinstance(getattr(view, "access", None), Access)]
    guarded = {name for name, view in views.items() if view.access.who == "applicant"}
    steps = ("confirm", "decline", "cancel", "withdraw", "undo", "renew", "ports")
    assert guarded == {
        "pass",
        "own_draw_lines",
        "log_receipt",
        "record",
        "record_file",
        "record_paper",
        *(f"status_{step}" for step in steps),
    }
    assert get_resolver().reverse("pass") == "pass"


def test_a_child_s_case_is_opened_once_and_sealed(client: Client) -> None:
    told = {"name": "Luis", "whereabouts": "Casa Migrante, Tijuana", "contact": ""}
    response = client.post("/register/child", told)
    assert (response.status_code, response["Location"]) == (303, "/register/child/done")
    case = SafeguardingCase.objects.get()
    for _reload in range(2):
        assert case.number in main_text(client.get("/register/child/done"))
    assert SafeguardingCase.objects.count() == 1
    assert read_safeguarding_case(case=case) == told
    assert b"Luis" not in bytes(case.sealed)


def test_a_child_s_case_number_is_told_to_that_browser_only(client: Client) -> None:
    assert client.get("/register/child/done")["Location"] == "/register/child"
