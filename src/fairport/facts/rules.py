"""Who may verify what: asked again at every step, from what is stored and not from the page."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from fairport.accounts.models import PORT_ROLES
from fairport.accounts.queries import StaffMember
from fairport.domain.transitions import Status
from fairport.facts.models import VerifiedFact
from fairport.registrations.models import Registration
from fairport.registrations.queries import OpenTraveler

# While there may be another draw; afterwards an officer decides about the person themselves.
OPEN_STATUSES: Final = (Status.WAITING, Status.OFFERED, Status.CONFIRMED, Status.LAPSED, Status.NO_SHOW)
RENEWABLE_WITHIN: Final = timedelta(days=30)
"""A fact can be verified again that much before it ends."""
SHORTEST_WORDS: Final = 10
LONGEST_WORDS: Final = 1000


class OtherPort(Exception):
    """The officer has no role at any of the group's ports."""

    code = "other_port"


class FileClosed(Exception):
    """The registration is withdrawn, or the group is at the port or decided about."""

    code = "fact_file_closed"


class NotInGroup(Exception):
    """The traveler is not, or not any more, in this registration."""

    code = "not_in_group"


class NotClaimed(Exception):
    """The traveler has not given this reason, nor does it follow from their birth date."""

    code = "fact_not_claimed"


class NothingChosen(Exception):
    """No criterion was named."""

    code = "fact_none_chosen"


class AlreadyVerified(Exception):
    """The same holds for this traveler and will for another month."""

    code = "fact_already_verified"


class WordsUnfit(Exception):
    """What the officer wrote is shorter or longer than it may be."""

    code = "fact_words_unfit"


def words_context(traveler_id: uuid.UUID) -> str:
    """The place that an officer's sealed words are bound to."""
    return f"verified-fact:{traveler_id}"


def port_and_role(*, member: StaffMember, registration: Registration) -> tuple[str, str]:
    """The first of the group's ports at which somebody is an officer or supervisor, and as which. Raises OtherPort."""
    for port in registration.ports:
        role = member.role_at(port, *PORT_ROLES)
        if role is not None:
            return port, role
    raise OtherPort("You have no role at any of this group's ports.")


def refuse_closed(*, registration: Registration) -> None:
    """Raises FileClosed."""
    if registration.status not in OPEN_STATUSES:
        raise FileClosed(f"A registration that is {registration.status} has no more draws.")


def traveler_in(*, travelers: Sequence[OpenTraveler], traveler_id: uuid.UUID) -> OpenTraveler:
    """The traveler of this id. Raises NotInGroup."""
    for person in travelers:
        if person.id == traveler_id:
            return person
    raise NotInGroup("This traveler is not in this group.")


def refuse_unfit(*, person: OpenTraveler, criteria: Sequence[str], at: datetime) -> None:
    """Raises NothingChosen, NotClaimed, AlreadyVerified."""
    if not criteria:
        raise NothingChosen("No criterion was chosen.")
    if not set(criteria) <= set(person.criteria):
        raise NotClaimed("This traveler has not claimed this.")
    if VerifiedFact.objects.filter(
        traveler_id=person.id,
        criterion__in=criteria,
        withdrawn_at__isnull=True,
        valid_until__gt=at + RENEWABLE_WITHIN,
    ).exists():
        raise AlreadyVerified("This is verified already.")


def fit_words(words: str) -> str:
    """The words without space around them. Raises WordsUnfit."""
    words = words.strip()
    if not SHORTEST_WORDS <= len(words) <= LONGEST_WORDS:
        raise WordsUnfit("The words are too short or too long.")
    return words
