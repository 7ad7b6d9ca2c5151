"""The public pages in the pseudo-language: every text between ⟦ and ⟧, names, numbers and codes apart."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from fairport.accounts.access import Access
from fairport.accounts.models import User
from fairport.applicant.places import MEXICAN_STATES
from fairport.appointments.models import Offer
from fairport.appointments.operations import confirm_offer, withdraw
from fairport.audit.events import APPLICANT, WORKER
from fairport.clock.queries import now
from fairport.draws.operations import freeze_draw, run_draw
from fairport.ports.models import PortOfEntry
from fairport.registrations.interpreters import NAMES as LANGUAGE_NAMES
from tests.apps.applicant.walking import CONTACT, FIRST_KEY, TRAVELER, Walker
from tests.cast import Cast, signed_in
from tests.factories.programme import PROGRAMME, open_programme
from tests.factories.submissions import register

PROJECT = Path(__file__).resolve().parents[2]
PSEUDO = "ar-xb"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Never shown as words: code for machines, and what a person or a published list calls itself.
SILENT = {"script", "style", "bdi", "code", "svg"}
SPOKEN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "placeholder", "title"}
# The service's own name, the names of languages in themselves, and signs of art that no language translates.
ALLOWED = {"Fairport", "English", "Español", "Pseudo", "UTC", "JSON", "JavaScript", "QR"}


class Page(HTMLParser):
    """Collects what a page shows or speaks, brackets included."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lang = self.dir = ""
        self.shown = ""
        self.spoken: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang, self.dir = values["lang"], values["dir"]
        if tag not in VOID:
            # What says of itself that it is English is a name that stays English for every reader.
            is_name = "fp-code" in values.get("class", "") or values.get("lang") == "en"
            self._open.append("code" if is_name else tag)
        self.spoken += [value for name, value in values.items() if name in SPOKEN_ATTRIBUTES]
        if tag == "input" and values.get("type") in ("submit", "button"):
            self.spoken.append(values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag not in VOID:
            self._open.pop()
        self.shown += " "

    def handle_data(self, data: str) -> None:
        if not SILENT.intersection(self._open):
            self.shown += data


def words_outside(text: str) -> list[str]:
    """Words in Latin letters that stand in no bracket."""
    depth, outside = 0, ""
    for sign in text:
        depth += (sign == "⟦") - (sign == "⟧")
        outside += sign if depth == 0 else " "
    # Codes, numbers, addresses and names of files are no words.
    outside = re.sub(r"\S*(?:\d|\w[._/@:]\w)\S*", " ", outside)
    return [word for word in re.findall(r"[A-Za-zÀ-ÿ]{2,}", outside) if word not in ALLOWED]


def pages(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[tuple[str, Access]]:
    """The addresses without variable parts, each with who may call it."""
    for entry in (resolver or get_resolver()).url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from pages(entry, address)
        elif isinstance(entry, URLPattern) and "<" not in address and hasattr(entry.callback, "access"):
            yield address, entry.callback.access


@pytest.fixture(scope="session")
def pseudo_locale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the generated language."""
    folder = tmp_path_factory.mktemp("locale")
    command = [sys.executable, str(PROJECT / "tools" / "make_pseudo_language.py"), str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture
def pseudo(pseudo_locale: Path, settings: Any, plain_static: None) -> None:
    """The pseudo-language is offered, in a demonstration."""
    settings.LANGUAGES = [*django_settings.LANGUAGES, (PSEUDO, "[!! Pseudo !!]")]
    settings.LOCALE_PATHS = [pseudo_locale, *django_settings.LOCALE_PATHS]
    settings.DEMO = True


@pytest.fixture
def reader(pseudo: None, db: None) -> Client:
    """A browser set to the pseudo-language; the founding programme is open."""
    open_programme(at=now())
    return in_pseudo(Client())


def in_pseudo(client: Client) -> Client:
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = PSEUDO
    return client


def untranslated(response: Any) -> list[str]:
    """Words of a page that nobody translated; ports, states and what was typed keep their names."""
    page = Page(response.content.decode())
    assert (page.lang, page.dir) == (PSEUDO, "rtl")
    assert "⟦" in page.shown
    known = names()
    return [word for text in (page.shown, *page.spoken) for word in words_outside(text) if word not in known]


def names() -> set[str]:
    own_names = [name for port in PortOfEntry.objects.all() for name in (port.code, port.name, port.address)]
    own_names += ["Tijuana Mexicali Nogales Ciudad Juárez Nuevo Laredo Reynosa Matamoros"]
    own_names += [str(name) for name in MEXICAN_STATES.values()] + list(TRAVELER.values()) + list(CONTACT.values())
    own_names += list(User.objects.values_list("full_name", flat=True))
    # Languages stand in their own names, so that who reads no other one finds theirs.
    own_names += LANGUAGE_NAMES.values()
    return set(re.findall(r"[A-Za-zÀ-ÿ]{2,}", " ".join(own_names)))


def test_every_public_page_is_translated_and_runs_right_to_left(reader: Client) -> None:
    seen, gaps = [], {}
    for address, access in pages():
        if access.who not in ("public", "demo", "sign_in"):
            continue
        response = reader.get(address)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            seen.append(address)
            if words := untranslated(response):
                gaps[address] = words
    assert gaps == {}
    assert {"/", "/help", "/privacy", "/accessibility", "/demo/messages", "/status"} <= set(seen)


def test_the_page_of_a_wrong_address_is_translated(reader: Client) -> None:
    response = reader.get("/nothing/here")
    assert response.status_code == 404
    assert untranslated(response) == []


def test_the_form_its_errors_and_its_receipt_are_translated(reader: Client) -> None:
    walker = Walker(reader)
    gaps = {}

    def check(name: str, response: Any) -> None:
        if words := untranslated(response):
            gaps[name] = words

    assert walker.language(PSEUDO).status_code == 303
    steps: list[tuple[str, tuple[str, ...], Callable[[], Any]]] = [
        ("register_location", (), walker.location),
        ("register_traveler", (FIRST_KEY,), lambda: walker.traveler(birth_date_year="1986")),
        ("register_reasons", (FIRST_KEY,), lambda: walker.reasons("threat")),
        ("register_travelers", (), walker.everyone),
        ("register_ports", (), walker.ports),
        ("register_contact", (), walker.contact),
        ("register_review", (), walker.submit),
    ]
    for name, args, answer in steps:
        check(name, walker.look(name, *args))
        wrong = walker.send(name, {"email": "x", "phone": "x"}, *args)
        if wrong.status_code != 303:
            check(f"{name}, wrong", wrong)
        assert answer().status_code == 303, name
    check("receipt", walker.look("register_done"))
    assert gaps == {}


def test_the_pages_of_a_registration_are_translated_in_every_state(reader: Client) -> None:
    at = now()
    code = register(at=at, language=PSEUDO).access_code
    gaps = {}

    def check(name: str, response: Any) -> None:
        assert response.status_code == 200, name
        if words := untranslated(response):
            gaps[name] = words

    assert reader.post("/status", {"code": "0000-WRONG"}).status_code >= 400
    assert reader.post("/status", {"code": code}).status_code == 303
    check("waiting", reader.get("/status"))
    draw = freeze_draw(programme=PROGRAMME, at=at, actor=WORKER)
    run_draw(draw_id=draw.draw_id, at=at, actor=WORKER)
    check("draw", reader.get(f"/draws/{draw.draw_id.replace('/', '_')}"))
    check("offered", reader.get("/status"))
    offer = Offer.objects.get()
    check("decline", reader.get("/status/decline", {"offer": str(offer.pk)}))
    confirm_offer(registration_id=offer.registration_id, offer_id=offer.pk, at=at, actor=APPLICANT)
    for name in ("status", "pass", "status/cancel", "status/withdraw"):
        check(f"confirmed: {name}", reader.get(f"/{name}"))
    withdraw(registration_id=offer.registration_id, at=at, actor=APPLICANT)
    check("withdrawn", reader.get("/status"))
    assert gaps == {}


def test_every_page_of_the_office_is_translated(pseudo: None, cast: Cast) -> None:
    seen, gaps = [], {}
    for name, user in cast.everybody().items():
        client = in_pseudo(signed_in(user))
        for address, access in pages():
            if access.who != "staff":
                continue
            response = client.get(address)
            if response.status_code in (200, 403) and response["Content-Type"].startswith("text/html"):
                seen.append(address)
                if words := untranslated(response):
                    gaps[f"{address} for {name}"] = words
    assert gaps == {}
    assert "/office/messages" in seen


def test_a_text_outside_the_brackets_is_found() -> None:
    html = '<html lang="ar-xb" dir="rtl"><p>⟦ا <a>لينك</a> Tijuana⟧ Hello</p><bdi>Josefa</bdi><img alt="A map"></html>'
    page = Page(html)
    assert words_outside(page.shown) == ["Hello"]
    assert [words_outside(text) for text in page.spoken] == [["map"]]
