"""A child joins a group that is at the port. Source: design, section 2, "Seniority"; domain, section 3, row 4.

A child takes nobody's seniority and is never refused. What a group needs places for in a draw stays within the largest
group that a draw can place (docs/decisions/0045-children-added-at-the-gate.md).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import F
from django.db.models.functions import Least
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.audit.events import Actor
from fairport.audit.operations import NewEvent, append_events
from fairport.domain.eligibility import BirthDateRefused, TravelerFacts, can_lead, criteria_of, validate_birth_date
from fairport.domain.policy import Policy
from fairport.registrations.contexts import traveler_context
from fairport.registrations.countries import COUNTRY_CODES
from fairport.registrations.events import SignalRaised
from fairport.registrations.filing import claim_documents, find_namesakes, registration_subject
from fairport.registrations.identity import document_index, name_index, normalise_document
from fairport.registrations.locks import lock_names
from fairport.registrations.models import IntegritySignal, Registration, SignalKind, Traveler
from fairport.registrations.patterns import NewPattern, raise_patterns
from fairport.registrations.submission import DocumentInUse, NewTraveler
from fairport.registrations.validation import Problem, is_document, name_problem, normalise_traveler
from fairport.sealing.box import seal_json

LARGEST_IN_A_DRAW: Final = 12
"""The limit of `registrations_size_1_to_12`."""

RELATIONS: Final[dict[str, Promise]] = {
    "child": _("Child of the lead traveler"),
    "grandchild": _("Grandchild"),
    "sibling": _("Brother or sister"),
    "niece_nephew": _("Niece or nephew"),
    "in_care": _("In the care of the group"),
}


@dataclass(frozen=True, slots=True)
class NewChild:
    """A child as an officer writes them down. `relation` is one of RELATIONS; the document is optional."""

    given_names: str
    family_names: str
    birth_date: date
    nationality: str
    relation: str
    document_number: str | None = None

    def as_traveler(self) -> NewTraveler:
        """In the one form in which people are kept and compared."""
        return normalise_traveler(
            NewTraveler(
                given_names=self.given_names,
                family_names=self.family_names,
                birth_date=self.birth_date,
                nationality=self.nationality,
                criteria=frozenset(),
                document_number=self.document_number,
            )
        )


class ChildInvalid(Exception):
    """Who the child is was not written down completely; `field` is one of `NewChild`."""

    code = "child_invalid"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


@dataclass(frozen=True, slots=True)
class JoinedChild:
    """Who joined, and whether another active file has the same document."""

    traveler: Traveler
    is_document_contested: bool


def validate_child(*, child: NewChild, today: date) -> NewTraveler:
    """The child as a traveler. `today` is the port's own day. Raises ChildInvalid."""
    person = child.as_traveler()
    for part in ("given_names", "family_names"):
        problem = name_problem(getattr(person, part))
        if problem is not None:
            raise ChildInvalid(part, problem)
    try:
        validate_birth_date(person.birth_date, today)
    except BirthDateRefused as refused:
        raise ChildInvalid("birth_date", Problem(refused.code)) from refused
    if can_lead(person.birth_date, today):
        raise ChildInvalid("birth_date", "child_is_adult")
    if person.nationality not in COUNTRY_CODES:
        raise ChildInvalid("nationality", Problem.NATIONALITY_UNKNOWN)
    number = person.document_number
    if number is not None and not is_document(number, normalise_document(number)):
        raise ChildInvalid("document_number", Problem.DOCUMENT_INVALID)
    if child.relation not in RELATIONS:
        raise ChildInvalid("relation", "relation_unknown")
    return person


def add_child(
    *,
    registration: Registration,
    child: NewChild,
    key: uuid.UUID,
    policy: Policy,
    today: date,
    at: datetime,
    actor: Actor,
) -> JoinedChild:
    """Adds a child to a registration that the caller has locked, as the traveler of id `key`; in its transaction.

    A document that another file has, and a namesake elsewhere, become signals for a person and refuse nobody. The
    caller finds the place and appends the event of the joining. Raises ChildInvalid.
    """
    person = validate_child(child=child, today=today)
    index = name_index(
        given_names=person.given_names,
        family_names=person.family_names,
        birth_date=person.birth_date,
        nationality=person.nationality,
    )
    # Namesakes who come at the same moment would not see each other, so they take turns.
    lock_names([index])
    last = Traveler.objects.filter(registration=registration).order_by("-position").values_list("position", flat=True)
    traveler = Traveler(
        id=key,
        registration=registration,
        position=last[0] + 1,
        registered_at=at,
        adult=False,
        name_index=index,
    )
    found = criteria_of(TravelerFacts(person.birth_date, frozenset()), policy=policy, on=today)
    traveler.sealed = seal_json(
        data_key=registration.data_key,
        context=traveler_context(traveler.pk),
        value={
            "given_names": person.given_names,
            "family_names": person.family_names,
            "birth_date": person.birth_date.isoformat(),
            "nationality": person.nationality,
            "document_number": person.document_number,
            "criteria": sorted(found),
            "relation": child.relation,
        },
    )
    traveler.save(force_insert=True)
    Registration.objects.filter(pk=registration.pk).update(size=Least(F("size") + 1, LARGEST_IN_A_DRAW))
    registration.refresh_from_db(fields=["size"])
    is_contested = False
    if person.document_number is not None:
        document = document_index(nationality=person.nationality, number=person.document_number)
        is_contested = not _claim_if_free(registration, traveler, document)
        if is_contested:
            ports = tuple(registration.ports)
            pattern = NewPattern(kind=SignalKind.DOCUMENT, level=0, size=2, index=document, ports=ports)
            raise_patterns(patterns=[pattern], at=at)
    _signal_namesakes(registration, traveler, actor, at)
    return JoinedChild(traveler, is_contested)


def _claim_if_free(registration: Registration, traveler: Traveler, document: bytes) -> bool:
    try:
        claim_documents(programme=registration.programme_id, documents={document: traveler})
    except DocumentInUse:
        # What another file has stays with that one; the caller tells of it, and nobody is refused.
        return False
    return True


def _signal_namesakes(registration: Registration, traveler: Traveler, actor: Actor, at: datetime) -> None:
    signals = find_namesakes([traveler], at)
    IntegritySignal.objects.bulk_create(signals)
    append_events(
        events=[
            NewEvent(
                SignalRaised(kind=signal.kind, traveler=str(signal.traveler_id), other=str(signal.other_id)),
                registration_subject(registration),
                registration.data_key,
            )
            for signal in signals
        ],
        actor=actor,
        at=at,
    )
