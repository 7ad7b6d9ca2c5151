"""All that happened to a group, in one list: its steps, draws, messages, decisions, and who opened the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fairport.audit.queries import ToldEvent, list_events
from fairport.checkin.files import REASONS
from fairport.checkin.models import Outcome, Verdict
from fairport.checkin.times import write_moment
from fairport.checkin.words import ACTORS, ANSWERS, CHANNELS, DRAW_OUTCOMES, EVENTS, ROLES
from fairport.draws.queries import draws_of_subject
from fairport.facts import files as facts
from fairport.notifications.queries import messages_of_file
from fairport.notifications.texts import TEXTS
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration

# Far more than anybody can have been in: a draw a day.
DRAWS_SHOWN: Final = 1000


class TimelineKind(StrEnum):
    STEP = "steps"
    DRAW = "draws"
    MESSAGE = "messages"
    PORT = "port"
    DECISION = "decisions"
    OPENING = "openings"


_KINDS: Final = {
    "pass": TimelineKind.PORT,
    "arrival": TimelineKind.PORT,
    "determination": TimelineKind.DECISION,
    "registration.determined": TimelineKind.DECISION,
    "file": TimelineKind.OPENING,
    "facts": TimelineKind.DECISION,
    "traveler": TimelineKind.DECISION,
}

_OPENED_FOR: Final[Mapping[str, Any]] = {**facts.REASONS, **REASONS, "signal": gettext_lazy("A signal was looked at")}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened, in words. Of staff only the role is told, where it is known."""

    at: datetime
    kind: TimelineKind
    words: str
    detail: str
    who: str


def read_timeline(*, registration: Registration, zone: str, ports: Mapping[str, str]) -> list[TimelineEntry]:
    """Everything, oldest first; times within a text are in `zone`, `ports` gives names by code.

    Three sources and as many queries, however long it is. Nothing of a message is opened, and what cannot be opened any
    more is still told by its name.
    """
    entries = [
        *_draws(registration, ports),
        *(_event(event, zone, ports) for event in list_events(subject=registration_subject(registration))),
        *_messages(registration, zone),
    ]
    # Stable: of one moment the draw comes first, then what was told of it, then the messages about it.
    return sorted(entries, key=lambda entry: entry.at)


def _draws(registration: Registration, ports: Mapping[str, str]) -> Iterator[TimelineEntry]:
    for draw in draws_of_subject(subject_id=registration.pk, limit=DRAWS_SHOWN):
        words = _("Draw {draw}: {outcome}").format(draw=draw.draw_id, outcome=DRAW_OUTCOMES[draw.outcome or ""])
        detail = ports.get(draw.port, draw.port or "")
        yield TimelineEntry(draw.draw_time, TimelineKind.DRAW, words, detail, str(ACTORS["worker"]))


def _messages(registration: Registration, zone: str) -> Iterator[TimelineEntry]:
    for row in messages_of_file(data_key=registration.data_key):
        text = TEXTS.get(row.template)
        words = _("{channel}: {message}").format(
            channel=CHANNELS.get(row.channel, row.channel), message=row.template if text is None else text.subject
        )
        state = str(row.get_state_display())
        if row.sent_at is not None:
            state = _("{state}, {moment}").format(state=state, moment=write_moment(row.sent_at, zone))
        yield TimelineEntry(row.created_at, TimelineKind.MESSAGE, words, state, str(ACTORS["worker"]))


def _event(event: ToldEvent, zone: str, ports: Mapping[str, str]) -> TimelineEntry:
    kind = _KINDS.get(event.name) or _KINDS.get(event.name.partition(".")[0], TimelineKind.STEP)
    details, who = event.details, str(ACTORS.get(event.actor_kind, event.actor_kind))
    if details is None:
        detail = _("The details cannot be read any more.")
    else:
        detail = _detail(event.name, details, zone, ports)
        if details.get("role") in ROLES:
            who = str(ROLES[details["role"]])
    return TimelineEntry(event.at, kind, str(EVENTS.get(event.name, event.name)), detail, who)


def _detail(name: str, details: Mapping[str, Any], zone: str, ports: Mapping[str, str]) -> str:
    """What an event says beyond its name; empty for most."""
    port = ports.get(details.get("port", ""), details.get("port", ""))
    match name:
        case "registration.submitted":
            size = details["size"]
            return ngettext("%d traveler", "%d travelers", size) % size
        case "offer.made":
            moment = write_moment(datetime.fromisoformat(details["starts_at"]), zone)
            return _("{port}, {moment}").format(port=port, moment=moment)
        case "offer.confirmed":
            return str(details["confirmation_number"])
        case "pass.checked":
            words = {str(answer): text[1] for answer, text in ANSWERS.items()}
            return _join(words.get(details["answer"], details["answer"]), port)
        case "arrival.recorded":
            count = len(details["travelers"])
            return ngettext("%d traveler", "%d travelers", count) % count
        case "determination.recorded":
            waits = _("waits for a second look") if details.get("needs_review") else ""
            return _join(Outcome(details["outcome"]).label, waits)
        case "determination.reviewed":
            return str(Verdict(details["verdict"]).label)
        case "file.opened":
            return _join(_OPENED_FOR.get(details["reason"], details["reason"]), port)
    return ""


def _join(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part)
