"""From a letter to a mail: the facts in the words, zone and calendar of the person, as plain text and as HTML."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime as format_mail_date
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi, override

from fairport.formkit.locales import babel_locale
from fairport.notifications.models import OutboxMessage
from fairport.notifications.queries import Letter, open_message
from fairport.notifications.texts import CLOSING, DEMONSTRATION, OTHER_CLOCK, TEXTS, Block, Line


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered message. `headers` are complete, the address apart."""

    subject: str
    text: str
    html: str
    headers: Mapping[str, str]


def render(letter: Letter, *, message_id: uuid.UUID, at: datetime) -> Mail:
    """Writes the letter in its person's language. Raises KeyError where a text wants what its context lacks."""
    with override(letter.language):
        facts = _facts(letter)
        text = TEXTS[letter.template]
        blocks = list(_fill([*text.blocks, *CLOSING], facts))
        if settings.DEMO:
            blocks.insert(0, (str(DEMONSTRATION),))
        subject = _line(text.subject, facts)
        html = render_to_string(
            "notifications/message.html",
            {"subject": subject, "blocks": blocks, "language": letter.language, "bidi": get_language_bidi()},
        )
    host = urlsplit(settings.PUBLIC_ADDRESS).hostname or "fairport.invalid"
    headers = {
        # The same for every try, so that a copy is known as one.
        "Message-ID": f"<{message_id}@{host}>",
        "Date": format_mail_date(at.astimezone(UTC)),
        "Content-Language": letter.language,
        "Auto-Submitted": "auto-generated",
    }
    return Mail(subject, "\n\n".join("\n".join(block) for block in blocks) + "\n", html, headers)


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A sent message as it is shown in a demonstration; `mail` is None once its person was erased."""

    message_id: uuid.UUID
    template: str
    language: str
    bidi: bool
    sent_at: datetime
    email: str
    mail: Mail | None


def read_message(row: OutboxMessage) -> ReadMessage:
    """Opens and renders a message that was sent."""
    assert row.sent_at is not None
    email, mail = "", None
    if row.data_key.wrapped is not None:
        letter = open_message(row=row)
        email, mail = letter.email, render(letter, message_id=row.pk, at=row.sent_at)
    with override(row.language):
        bidi = get_language_bidi()
    return ReadMessage(row.pk, row.template, row.language, bidi, row.sent_at, email, mail)


def _fill(blocks: list[Block], facts: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for block in blocks:
        if block is OTHER_CLOCK and "other_day" not in facts:
            continue
        lines = block if isinstance(block, tuple) else (block,)
        yield tuple(_line(line, facts) for line in lines)


def _line(line: Line, facts: Mapping[str, Any]) -> str:
    return str(line % facts)


def _facts(letter: Letter) -> dict[str, Any]:
    context = letter.context
    locale = babel_locale(letter.language)
    facts: dict[str, Any] = {"address": f"{settings.PUBLIC_ADDRESS}/status"}
    facts |= {key: value for key, value in context.items() if not isinstance(value, datetime)}
    if "port_name" in context:
        port, other = ZoneInfo(context["port_timezone"]), ZoneInfo(context["traveler_timezone"])
        starts, ends = context["starts_at"], context["ends_at"]
        facts["port"] = context["port_name"]
        facts["day"], facts["from"] = _day(starts, port, locale), _time(starts, port, locale)
        facts["to"] = _time(ends, port, locale)
        if starts.astimezone(port).utcoffset() != starts.astimezone(other).utcoffset():
            facts["other_day"], facts["other_from"] = _day(starts, other, locale), _time(starts, other, locale)
            facts["other_to"] = _time(ends, other, locale)
        if "moved_from_starts_at" in context:
            before, before_end = context["moved_from_starts_at"], context["moved_from_ends_at"]
            facts["old_day"], facts["old_from"] = _day(before, port, locale), _time(before, port, locale)
            facts["old_to"] = _time(before_end, port, locale)
    if "last_day" in context:
        facts["last_day"] = format_date(date.fromisoformat(context["last_day"]), format="full", locale=locale)
    until = context.get("expires_at") or context.get("undo_until") or context.get("renew_by")
    if until is not None:
        zone = ZoneInfo(context.get("port_timezone") or context["timezone"])
        facts["until"] = f"{_day(until, zone, locale)}, {_time(until, zone, locale)}"
    return facts


def _day(moment: datetime, zone: ZoneInfo, locale: Locale) -> str:
    return format_date(moment.astimezone(zone).date(), format="full", locale=locale)


def _time(moment: datetime, zone: ZoneInfo, locale: Locale) -> str:
    return format_time(moment, format="short", tzinfo=zone, locale=locale)
