"""Every message in every language: complete, free, without a name."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils.translation import gettext, override

from fairport.notifications.contexts import CONTEXTS, encode_context
from fairport.notifications.queries import Letter
from fairport.notifications.rendering import Mail, render
from fairport.notifications.texts import TEXTS
from tests.apps.notifications.conftest import ADDRESS, AT, CONTEXT_VALUES, context_for

LANGUAGES = [code for code, _name in django_settings.LANGUAGES]
FREE = "This service is free. Nobody may ask you for money."


def mail_of(template: str, language: str = "en", **changes: Any) -> Mail:
    letter = Letter(template, language, ADDRESS, context_for(template) | changes)
    return render(letter, message_id=uuid.UUID(int=7), at=AT)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str | None] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if name in ("href", "src")]


def test_every_message_declares_what_it_needs() -> None:
    assert TEXTS.keys() == CONTEXTS.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEXTS)
def test_a_message_says_everything_it_must(template: str, language: str, settings: Any) -> None:
    settings.PUBLIC_ADDRESS = "https://fairport.example"
    mail = mail_of(template, language)
    assert mail.subject and "\n" not in mail.subject
    with override(language):
        free = gettext(FREE)
    reader = _Reader()
    reader.feed(mail.html)
    for body in (mail.text, reader.text):
        assert free in body
        assert "https://fairport.example/status" in body
        assert not re.search(r"%\(|%[sd]|\{", body)
    assert reader.links == ["https://fairport.example/status"]
    assert mail.headers["Content-Language"] == language


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEXTS)
def test_every_fact_that_a_message_asks_for_is_declared_and_none_is_a_name(template: str, language: str) -> None:
    encoded = encode_context(template, context_for(template))
    assert not {key for key in encoded if "name" in key or "birth" in key or "email" in key} - {"port_name"}
    assert ADDRESS not in mail_of(template, language).text


@pytest.mark.parametrize("template", TEXTS)
def test_a_subject_tells_neither_port_nor_time(template: str) -> None:
    subject = mail_of(template).subject
    assert CONTEXT_VALUES["port_name"] not in subject
    assert not re.search(r"\d", subject)


@pytest.mark.parametrize("template", [name for name, kind in CONTEXTS.items() if "starts_at" in kind.__annotations__])
def test_a_place_is_told_by_the_clock_of_the_port_and_of_the_traveler(template: str) -> None:
    starts = datetime(2026, 12, 1, 15, 30, tzinfo=UTC)
    changes = {"starts_at": starts, "ends_at": starts + timedelta(hours=2)}
    text = mail_of(template, **changes).text
    assert "Port: El Paso\n" in text
    assert "Tuesday, December 1, 2026" in text
    assert "8:30\u202fAM to 10:30\u202fAM" in text
    assert "9:30\u202fAM to 11:30\u202fAM" in text
    same_clock = mail_of(template, traveler_timezone="America/Ciudad_Juarez", **changes).text
    assert "9:30" not in same_clock
    assert "your side of the border" not in same_clock


def test_the_clocks_apart_only_in_summer_are_told_apart_only_in_summer() -> None:
    zones = {"port_timezone": "America/Chicago", "traveler_timezone": "America/Mexico_City"}
    winter, summer = datetime(2026, 12, 1, 15, tzinfo=UTC), datetime(2026, 7, 1, 15, tzinfo=UTC)
    for starts, differ in ((winter, False), (summer, True)):
        text = mail_of("offer", starts_at=starts, ends_at=starts + timedelta(hours=1), **zones).text
        assert ("your side of the border" in text) is differ


def test_numbers_have_their_plural() -> None:
    assert "For 1 traveler\n" in mail_of("offer", size=1).text
    assert "For 5 travelers\n" in mail_of("offer", size=5).text


def test_spanish_writes_dates_as_in_mexico() -> None:
    text = mail_of("offer", "es", expires_at=datetime(2026, 11, 25, 22, 0, tzinfo=UTC)).text
    assert "miércoles, 25 de noviembre de 2026, 3:00 p.m." in re.sub(r"\s", " ", text).replace("p. m.", "p.m.")


def test_what_comes_from_data_cannot_write_markup() -> None:
    mail = mail_of("offer", port_name="<b>El Paso</b>")
    assert "<b>" not in mail.html
    assert "&lt;b&gt;El Paso" in mail.html


def test_a_missing_fact_is_an_error() -> None:
    letter = Letter("confirmation", "en", ADDRESS, {})
    with pytest.raises(KeyError):
        render(letter, message_id=uuid.UUID(int=7), at=AT)


@pytest.mark.parametrize("demonstration", [True, False])
def test_a_demonstration_says_so_in_its_messages(settings: Any, demonstration: bool) -> None:
    settings.DEMO = demonstration
    assert ("not a government service" in mail_of("offer").text) is demonstration


def test_the_decision_itself_is_not_written_in_a_message() -> None:
    assert not re.search(r"exempt|refer", mail_of("determination").text.lower())
