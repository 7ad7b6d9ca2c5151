"""The end of a programme: announced with notice, confirmed by two people, taken back by the same ways.

A system that was shut in a day cancelled 30,000 appointments without a word (domain, section 3, row 25). So an end is
announced long before, only a confirmed one takes effect, no booking is ever cancelled by it, and the queue is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from fairport.audit.events import Actor, EventDetails, Subject
from fairport.audit.operations import append_event
from fairport.domain.policy import Policy
from fairport.ports.queries import list_ports
from fairport.programmes.models import Closure, ClosureState, Programme
from fairport.programmes.queries import NoPolicyInForce, list_policy_versions, policy_of_version

# Longer than the longest time between a draw and its appointment, with time left to be told and to ask
# (docs/decisions/0025-closing.md).
SHORTEST_NOTICE: Final = timedelta(days=30)
LONGEST_WORDS: Final = 1000


class ClosureTooSoon(Exception):
    """The last day is less than the notice away."""

    code = "closure_too_soon"


class ClosureWordsMissing(Exception):
    """The reason is missing in a language that the programme is offered in, or too long."""

    code = "closure_words_missing"


class ClosureExists(Exception):
    """The end of the programme is announced already."""

    code = "closure_exists"


class NoClosure(Exception):
    """No end is announced, or this one is in another state by now."""

    code = "no_closure"


class ProgrammeClosed(Exception):
    """The programme has ended: there are no draws and no registrations any more."""

    code = "programme_closed"


@dataclass(frozen=True)
class ClosureAnnounced(EventDetails):
    name: ClassVar[str] = "programme.closure_announced"
    closure: int
    last_day: str


@dataclass(frozen=True)
class ClosureConfirmed(EventDetails):
    """`queue_sha256` is what `closing.queue_digest` gave for the `queue_size` registrations that still waited."""

    name: ClassVar[str] = "programme.closure_confirmed"
    closure: int
    last_day: str
    queue_size: int
    queue_sha256: str


@dataclass(frozen=True)
class ClosureReversed(EventDetails):
    """`was` is the state that it had: `announced` or `confirmed`."""

    name: ClassVar[str] = "programme.closure_reversed"
    closure: int
    was: str


@transaction.atomic
def announce_closure(
    *, programme: str, last_day: date, words: Mapping[str, str], at: datetime, actor: Actor
) -> Closure:
    """Announces that appointments end with `last_day`, the last local day at every port.

    `words` say why, in each language in which Fairport and the programme are offered. From now on no draw gives a place
    after that day; everything else goes on until the end is confirmed and the day is over.
    Raises NoPolicyInForce for an unknown programme, ClosureTooSoon, ClosureWordsMissing, ClosureExists.
    """
    policy = _latest_policy(programme)
    Programme.objects.select_for_update().get(pk=programme)
    if Closure.objects.filter(programme_id=programme, state__in=LIVE).exists():
        raise ClosureExists("The end of this programme is announced already.")
    closed_from = _end_of_day(last_day)
    if closed_from - at < SHORTEST_NOTICE:
        earliest = (at + SHORTEST_NOTICE).astimezone(UTC).date() + timedelta(days=1)
        raise ClosureTooSoon(
            f"People need {SHORTEST_NOTICE.days} days of notice: choose {earliest} or a later day. "
            "A port that is in danger is suspended instead."
        )
    languages = _languages(policy)
    texts = {language: " ".join(words.get(language, "").split()) for language in languages}
    missing = [language for language, text in texts.items() if not 0 < len(text) <= LONGEST_WORDS]
    if missing:
        raise ClosureWordsMissing(
            f"Say why, in {LONGEST_WORDS} characters or fewer, in each language: {', '.join(missing)}."
        )
    closure = Closure.objects.create(
        programme_id=programme, last_day=last_day, closed_from=closed_from, words=texts, announced_at=at
    )
    _tell(closure, ClosureAnnounced(closure=closure.pk, last_day=last_day.isoformat()), actor, at)
    return closure


@transaction.atomic
def confirm_closure(
    *,
    closure_id: int,
    proposed_by_id: int,
    confirmed_by_id: int,
    queue_size: int,
    queue_sha256: str,
    at: datetime,
    actor: Actor,
) -> Closure:
    """Makes an announced end final; two different people by constraint. Raises NoClosure."""
    closure = _lock(closure_id, ClosureState.ANNOUNCED)
    closure.state = ClosureState.CONFIRMED
    closure.proposed_by_id, closure.confirmed_by_id, closure.confirmed_at = proposed_by_id, confirmed_by_id, at
    closure.queue_size, closure.queue_sha256 = queue_size, queue_sha256
    closure.save()
    event = ClosureConfirmed(
        closure=closure.pk,
        last_day=closure.last_day.isoformat(),
        queue_size=queue_size,
        queue_sha256=queue_sha256,
    )
    _tell(closure, event, actor, at)
    return closure


@transaction.atomic
def reverse_closure(*, closure_id: int, was: ClosureState, at: datetime, actor: Actor) -> Closure:
    """Takes an end back that is in state `was`; from now on everything is as before. Raises NoClosure."""
    closure = _lock(closure_id, was)
    closure.state, closure.reversed_at = ClosureState.REVERSED, at
    closure.save(update_fields=["state", "reversed_at"])
    _tell(closure, ClosureReversed(closure=closure.pk, was=was.value), actor, at)
    return closure


LIVE: Final = (ClosureState.ANNOUNCED, ClosureState.CONFIRMED)


def live_closure(*, programme: str) -> Closure | None:
    """The announced or confirmed end of a programme, or None."""
    return Closure.objects.filter(programme_id=programme, state__in=LIVE).first()


def last_day_of(*, programme: str) -> date | None:
    """The last day on which a draw may give places, once an end is announced."""
    closure = live_closure(programme=programme)
    return None if closure is None else closure.last_day


def is_ending(*, programme: str) -> bool:
    """Whether an end is confirmed: nobody loses a place in the queue any more by not being heard from."""
    return Closure.objects.filter(programme_id=programme, state=ClosureState.CONFIRMED).exists()


def is_closed(*, programme: str, at: datetime) -> bool:
    """Whether the programme has ended: an end is confirmed, and its last day is over at every port."""
    return Closure.objects.filter(programme_id=programme, state=ClosureState.CONFIRMED, closed_from__lte=at).exists()


def refuse_closed(*, programme: str, at: datetime) -> None:
    """Raises ProgrammeClosed once the programme has ended."""
    if is_closed(programme=programme, at=at):
        raise ProgrammeClosed("This programme has ended.")


def _latest_policy(programme: str) -> Policy:
    versions = list_policy_versions(programme=programme)
    if not versions:
        raise NoPolicyInForce(f"There is no programme {programme}.")
    return policy_of_version(version_id=versions[-1].pk).policy


def _languages(policy: Policy) -> list[str]:
    offered = [code for code, _name in settings.LANGUAGES]
    return [code for code in policy.languages if code in offered]


def _end_of_day(day: date) -> datetime:
    midnight = datetime.combine(day + timedelta(days=1), time())
    return max(midnight.replace(tzinfo=ZoneInfo(port.timezone)).astimezone(UTC) for port in list_ports())


def _lock(closure_id: int, state: ClosureState) -> Closure:
    closure = Closure.objects.select_for_update().filter(pk=closure_id, state=state).first()
    if closure is None:
        raise NoClosure("The end of this programme is in another state by now. Nothing was changed.")
    return closure


def _tell(closure: Closure, event: EventDetails, actor: Actor, at: datetime) -> None:
    append_event(event=event, subject=Subject("programme", closure.programme_id), actor=actor, at=at)
