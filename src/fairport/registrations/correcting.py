"""Who is who was fixed at submission; an officer corrects it with a reason, and what it was stays in the event.

Source: design, section 2, "Who is who".
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from fairport.audit.events import Actor, EventDetails
from fairport.audit.operations import NewEvent, append_events
from fairport.domain.eligibility import BirthDateRefused, TravelerFacts, can_lead, criteria_of, validate_birth_date
from fairport.domain.policy import Policy
from fairport.notifications.operations import queue_message
from fairport.programmes.queries import policy_of_version
from fairport.registrations.contexts import traveler_context
from fairport.registrations.countries import COUNTRY_CODES
from fairport.registrations.events import SignalRaised, TravelerCorrected
from fairport.registrations.filing import claim_documents, find_namesakes, registration_subject
from fairport.registrations.identity import document_index, name_index, normalise_document
from fairport.registrations.locks import lock_names
from fairport.registrations.models import ACTIVE_STATUSES, DocumentClaim, IntegritySignal, Registration, Traveler
from fairport.registrations.queries import OpenTraveler, open_contact, open_travelers
from fairport.registrations.submission import FieldProblem, NewTraveler
from fairport.registrations.validation import Problem, is_document, name_problem, normalise_traveler
from fairport.sealing.box import seal_json

IDENTITY: Final = ("given_names", "family_names", "birth_date", "nationality", "document_number")
"""What is fixed at submission, in the order of the form."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as their document or their family writes it."""

    given_names: str
    family_names: str
    birth_date: date
    nationality: str
    document_number: str | None


@dataclass(frozen=True, slots=True)
class Corrector:
    """Who corrects, as the event tells it."""

    actor: Actor
    role: str
    port: str


class CorrectionInvalid(Exception):
    """Something cannot be so, or nothing would change; `problems` name the fields of `Identity`."""

    code = "correction_invalid"

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(", ".join(f"{problem.field}: {problem.code}" for problem in problems))
        self.problems = problems


class NothingToCorrect(Exception):
    """What was typed is what is written already."""

    code = "nothing_to_correct"


class CorrectedMeanwhile(Exception):
    """Somebody else corrected this person since the page was opened."""

    code = "corrected_meanwhile"


def identity_of(person: OpenTraveler) -> Identity:
    """Who somebody is in the file now."""
    return Identity(**{field: getattr(person, field) for field in IDENTITY})


def version_of(*, traveler: Traveler) -> str:
    """Changes with every correction; says nothing about the person."""
    return hashlib.sha256(bytes(traveler.sealed)).hexdigest()[:32]


@transaction.atomic
def correct_identity(
    *, traveler_id: uuid.UUID, identity: Identity, version: str, reason: str, by: Corrector, at: datetime
) -> None:
    """Writes who somebody really is: the sealed file, the index of names and the claim of the document follow.

    `version` is `version_of` what the officer saw. The criteria that follow from the birth date are found anew for the
    day on which the person joined; what was claimed and the seniority stay. One event with the old values, and a
    message that something was corrected. The same document in another active file is refused.
    Raises CorrectedMeanwhile, NothingToCorrect, CorrectionInvalid, DocumentInUse, Traveler.DoesNotExist; SealBroken
    once the person was erased.
    """
    registration_id = Traveler.objects.values_list("registration_id", flat=True).get(pk=traveler_id)
    registration = (
        Registration.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=registration_id)
    )
    traveler = Traveler.objects.get(pk=traveler_id, left_at__isnull=True)
    if version_of(traveler=traveler) != version:
        raise CorrectedMeanwhile("This person was corrected meanwhile.")
    people = open_travelers(registration=registration)
    old = next(person for person in people if person.id == traveler_id)
    new = _normalised(identity)
    before = {field: _as_json(getattr(old, field)) for field in IDENTITY if getattr(old, field) != getattr(new, field)}
    if not before:
        raise NothingToCorrect("Nothing would change.")
    policy = policy_of_version(version_id=registration.policy_version_id).policy
    joined = _day_of_joining(registration, policy, old.registered_at)
    problems = _problems(new, old, people, joined)
    if problems:
        raise CorrectionInvalid(tuple(problems))
    criteria = criteria_of(TravelerFacts(new.birth_date, frozenset(old.criteria)), policy=policy, on=joined)
    traveler.adult = can_lead(new.birth_date, joined)
    _store(registration, traveler, old, new, criteria)
    subject = registration_subject(registration)
    told: list[EventDetails] = [TravelerCorrected(str(traveler_id), before, reason, by.role, by.port)]
    told += _raise_signals(traveler, at)
    append_events(events=[NewEvent(event, subject, registration.data_key) for event in told], actor=by.actor, at=at)
    queue_message(
        template="correction",
        dedupe_key=f"correction:{traveler_id}:{version}",
        language=registration.language,
        email=open_contact(registration=registration).email,
        context={},
        data_key=registration.data_key,
        at=at,
    )


def _normalised(identity: Identity) -> Identity:
    fields = {field: getattr(identity, field) for field in IDENTITY}
    person = normalise_traveler(NewTraveler(criteria=frozenset(), **fields))
    return Identity(**{field: getattr(person, field) for field in IDENTITY})


def _problems(new: Identity, old: OpenTraveler, people: list[OpenTraveler], joined: date) -> list[FieldProblem]:
    problems = []
    for field in ("given_names", "family_names"):
        code = name_problem(getattr(new, field))
        if code is not None:
            problems.append(FieldProblem(field, code))
    try:
        validate_birth_date(new.birth_date, joined)
        if old.position == min(person.position for person in people) and not can_lead(new.birth_date, joined):
            problems.append(FieldProblem("birth_date", Problem.LEAD_UNDER_18))
    except BirthDateRefused as refused:
        problems.append(FieldProblem("birth_date", Problem(refused.code)))
    if new.nationality not in COUNTRY_CODES:
        problems.append(FieldProblem("nationality", Problem.NATIONALITY_UNKNOWN))
    if new.document_number is not None:
        compared = normalise_document(new.document_number)
        others = {
            (person.nationality, normalise_document(person.document_number))
            for person in people
            if person.id != old.id and person.document_number is not None
        }
        if not is_document(new.document_number, compared):
            problems.append(FieldProblem("document_number", Problem.DOCUMENT_INVALID))
        elif (new.nationality, compared) in others:
            problems.append(FieldProblem("document_number", Problem.DOCUMENT_REPEATED))
    return problems


def _day_of_joining(registration: Registration, policy: Policy, moment: datetime) -> date:
    # As at submission: the day at the first port of the group's list.
    zones = {port.code: port.timezone for port in policy.ports}
    zone = zones.get(registration.ports[0], policy.ports[0].timezone)
    return moment.astimezone(ZoneInfo(zone)).date()


def _store(
    registration: Registration, traveler: Traveler, old: OpenTraveler, new: Identity, criteria: Collection[str]
) -> None:
    traveler.name_index = name_index(
        given_names=new.given_names,
        family_names=new.family_names,
        birth_date=new.birth_date,
        nationality=new.nationality,
    )
    traveler.sealed = seal_json(
        data_key=registration.data_key,
        context=traveler_context(traveler.pk),
        value={field: _as_json(getattr(new, field)) for field in IDENTITY}
        | {"criteria": sorted(criteria), "relation": old.relation},
    )
    # Namesakes who register at the same moment would not see this one, so they take turns.
    lock_names([bytes(traveler.name_index)])
    traveler.save(update_fields=["adult", "name_index", "sealed"])
    is_same = (old.nationality, old.document_number) == (new.nationality, new.document_number)
    # A child who was added at the gate may hold no claim, and correcting its name must not ask for one.
    if registration.status in ACTIVE_STATUSES and not is_same:
        DocumentClaim.objects.filter(traveler=traveler).delete()
        if new.document_number is not None:
            index = document_index(nationality=new.nationality, number=new.document_number)
            claim_documents(programme=registration.programme_id, documents={index: traveler})


def _raise_signals(traveler: Traveler, at: datetime) -> list[SignalRaised]:
    """Namesakes under the new name, for a person to look at; a pair that was raised before is not raised again."""
    told = []
    for signal in find_namesakes([traveler], at):
        known = IntegritySignal.objects.filter(kind=signal.kind, traveler=traveler, other_id=signal.other_id)
        if not known.exists():
            signal.save(force_insert=True)
            told.append(SignalRaised(kind=signal.kind, traveler=str(traveler.pk), other=str(signal.other_id)))
    return told


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
