"""Registering: from what a person hands in to sealed rows, one transaction for each batch."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

from django.db import connection, transaction

from fairport.audit.events import Actor, Subject
from fairport.audit.operations import NewEvent, append_events
from fairport.domain.codes import (
    ACCESS_CODE_BYTES,
    REGISTRATION_NUMBER_BYTES,
    access_code_from,
    normalise_code,
    registration_number_from,
)
from fairport.domain.eligibility import Verdict, can_lead
from fairport.notifications.operations import queue_message
from fairport.programmes.closing import is_closed
from fairport.programmes.queries import LoadedPolicy, NoPolicyInForce, policy_in_force
from fairport.registrations.answers import answer_once
from fairport.registrations.attempts import (
    TooManyDocumentRefusals,
    address_bucket,
    record_failures,
    refuse_if_used_up,
)
from fairport.registrations.contexts import contact_context, secret_context, traveler_context
from fairport.registrations.events import RegistrationSubmitted, SignalRaised
from fairport.registrations.identity import document_index, name_index
from fairport.registrations.interpreting import seal_interpreter
from fairport.registrations.locks import lock_all_names, lock_names
from fairport.registrations.models import IntegritySignal, Registration, RegistrationStatus, SignalKind, Traveler
from fairport.registrations.rows import insert_rows
from fairport.registrations.submission import (
    DocumentInUse,
    FieldProblem,
    NewTraveler,
    Receipt,
    Submission,
    SubmissionInvalid,
    receipt_as_json,
    receipt_from_json,
    submission_as_json,
)
from fairport.registrations.validation import Problem, judge_submission, normalise_submission, registration_day
from fairport.sealing.blind_index import blind_index
from fairport.sealing.box import seal_bytes, seal_json
from fairport.sealing.models import DataKey
from fairport.sealing.operations import new_data_key

# Nobody types thirty wrong documents in an hour; somebody who asks which documents are registered does.
DOCUMENT_REFUSALS_AN_HOUR: Final = 30
_BATCH: Final = 2000
_SLUG: Final = re.compile(r"[a-z0-9-]{1,64}")


@dataclass(slots=True)
class _NewFile:
    """The rows of one registration before they are stored."""

    registration: Registration
    data_key: DataKey
    travelers: list[Traveler]
    documents: dict[bytes, Traveler]
    receipt: Receipt


def submit_registration(
    *, submission: Submission, at: datetime, actor: Actor, idempotency_key: str | None, address: str | None = None
) -> Receipt:
    """Registers a group: judges, seals and stores it, with one event and a message, in one transaction.

    The same `idempotency_key` gives the first receipt again for 24 hours, also when both come at once. `address` is the
    network address that document refusals are counted for. Raises SubmissionInvalid, ChildAlone, GroupTooLarge,
    NotEligible, DocumentInUse, IdempotencyConflict or TooManyDocumentRefusals; then nothing is kept.
    """
    submission = normalise_submission(submission)
    bucket = None
    if address is not None and any(traveler.document_number for traveler in submission.travelers):
        bucket = address_bucket(kind="document", address=address)

    def work() -> dict[str, object]:
        if bucket is not None:
            refuse_if_used_up(bucket=bucket, limit=DOCUMENT_REFUSALS_AN_HOUR, at=at, refusal=TooManyDocumentRefusals)
        loaded = _policy_for(submission, at)
        verdict = judge_submission(submission=submission, policy=loaded.policy, at=at)
        new = _prepare(submission=submission, verdict=verdict, loaded=loaded, registered_at=at)
        # Namesakes who register at the same moment would not see each other, so they take turns.
        lock_names([bytes(traveler.name_index) for traveler in new.travelers])
        _store([new], actor=actor, at=at)
        queue_message(
            template="registration_received",
            dedupe_key=f"registration_received:{new.registration.pk}",
            language=submission.language,
            email=submission.email,
            context={"registration_number": new.registration.number},
            data_key=new.data_key,
            at=at,
        )
        return receipt_as_json(new.receipt)

    try:
        if idempotency_key is None:
            with transaction.atomic():
                return receipt_from_json(work())
        request = submission_as_json(submission)
        return receipt_from_json(answer_once(key=idempotency_key, request=request, at=at, work=work))
    except DocumentInUse:
        if bucket is not None:
            record_failures(limits={bucket: DOCUMENT_REFUSALS_AN_HOUR}, at=at, refusal=TooManyDocumentRefusals)
        raise


def insert_registrations(
    *, submissions: Sequence[Submission], registered_at: Sequence[datetime], at: datetime, actor: Actor
) -> list[Receipt]:
    """Registers many groups at once, each with its own time of registration, for demonstrations and transfers.

    Nobody else can register meanwhile. Everything is judged and sealed as in `submit_registration`; `registered_at` are
    the moments, not after `at`, at which the groups registered. All or nothing: raises what `submit_registration`
    raises, but `DocumentInUse` without the positions.
    """
    receipts: list[Receipt] = []
    policies: dict[tuple[str, date], LoadedPolicy] = {}
    with transaction.atomic():
        lock_all_names()
        for start in range(0, len(submissions), _BATCH):
            files = []
            moments = registered_at[start : start + _BATCH]
            for raw, moment in zip(submissions[start : start + _BATCH], moments, strict=True):
                submission = normalise_submission(raw)
                day = (submission.programme, moment.astimezone(UTC).date())
                loaded = policies.get(day) or policies.setdefault(day, _policy_for(submission, moment))
                verdict = judge_submission(submission=submission, policy=loaded.policy, at=moment)
                files.append(_prepare(submission=submission, verdict=verdict, loaded=loaded, registered_at=moment))
            _store(files, actor=actor, at=at)
            receipts.extend(new.receipt for new in files)
    return receipts


def access_code_index(code: str) -> bytes:
    """The keyed hash by which a registration is found from its access code, however that was typed."""
    return blind_index(purpose="access-code", value=normalise_code(code))


def claim_documents(*, programme: str, documents: dict[bytes, Traveler]) -> None:
    """Claims documents (keyed hash → traveler) for active registrations; the unique constraint decides a race.

    Raises DocumentInUse with the travelers' positions, counted from 0.
    """
    if not documents:
        return
    # In the order of the hashes, so that two groups with the same two documents do not wait in a circle.
    ordered = sorted(documents)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO registrations_documentclaim (programme_id, document_index, traveler_id)
            SELECT %s, claim.document_index, claim.traveler_id
            FROM unnest(%s::bytea[], %s::uuid[]) WITH ORDINALITY AS claim (document_index, traveler_id, place)
            ORDER BY claim.place
            ON CONFLICT DO NOTHING RETURNING document_index
            """,
            [programme, ordered, [documents[index].pk for index in ordered]],
        )
        claimed = {bytes(row[0]) for row in cursor.fetchall()}
    refused = [documents[index].position for index in ordered if index not in claimed]
    if refused:
        raise DocumentInUse(tuple(sorted(refused)))


def _policy_for(submission: Submission, at: datetime) -> LoadedPolicy:
    try:
        if not _SLUG.fullmatch(submission.programme):
            raise NoPolicyInForce
        if is_closed(programme=submission.programme, at=at):
            raise SubmissionInvalid((FieldProblem("programme", Problem.PROGRAMME_CLOSED),))
        return policy_in_force(programme=submission.programme, on=at.astimezone(UTC).date())
    except NoPolicyInForce as error:
        raise SubmissionInvalid((FieldProblem("programme", Problem.PROGRAMME_UNKNOWN),)) from error


def _prepare(*, submission: Submission, verdict: Verdict, loaded: LoadedPolicy, registered_at: datetime) -> _NewFile:
    today = registration_day(submission=submission, policy=loaded.policy, at=registered_at)
    data_key = new_data_key()
    access_code = access_code_from(secrets.token_bytes(ACCESS_CODE_BYTES))
    entry_secret = secrets.token_bytes(32)
    registration = Registration(
        number=registration_number_from(secrets.token_bytes(REGISTRATION_NUMBER_BYTES)),
        programme_id=submission.programme,
        policy_version_id=loaded.version_id,
        language=submission.language,
        status=RegistrationStatus.WAITING,
        registered_at=registered_at,
        size=len(submission.travelers),
        ports=list(submission.ports),
        data_key=data_key,
        access_code_index=access_code_index(access_code),
        last_sign_of_life_at=registered_at,
    )
    contact = {
        "email": submission.email,
        "phone": submission.phone,
        "country": submission.country,
        "state": submission.state,
    }
    registration.sealed_contact = seal_json(data_key=data_key, context=contact_context(registration.pk), value=contact)
    if submission.interpreter is not None:
        registration.sealed_interpreter = seal_interpreter(registration, data_key, submission.interpreter)
    registration.sealed_entry_secret = seal_bytes(
        data_key=data_key, context=secret_context(registration.pk), value=entry_secret
    )
    travelers = []
    documents = {}
    for position, (person, found) in enumerate(zip(submission.travelers, verdict.found, strict=True)):
        traveler = _new_traveler(registration, data_key, position, person, found, today)
        travelers.append(traveler)
        if person.document_number is not None:
            documents[document_index(nationality=person.nationality, number=person.document_number)] = traveler
    receipt = Receipt(
        registration_id=registration.pk,
        registration_number=registration.number,
        access_code=access_code,
        entry_secret=entry_secret.hex(),
        registered_at=registered_at,
        status=registration.status,
        size=registration.size,
    )
    return _NewFile(registration, data_key, travelers, documents, receipt)


def _new_traveler(
    registration: Registration,
    data_key: DataKey,
    position: int,
    person: NewTraveler,
    found: frozenset[str],
    today: date,
) -> Traveler:
    traveler = Traveler(
        registration=registration,
        position=position,
        registered_at=registration.registered_at,
        adult=can_lead(person.birth_date, today),
        name_index=name_index(
            given_names=person.given_names,
            family_names=person.family_names,
            birth_date=person.birth_date,
            nationality=person.nationality,
        ),
    )
    traveler.sealed = seal_json(
        data_key=data_key,
        context=traveler_context(traveler.pk),
        value={
            "given_names": person.given_names,
            "family_names": person.family_names,
            "birth_date": person.birth_date.isoformat(),
            "nationality": person.nationality,
            "document_number": person.document_number,
            "criteria": sorted(found),
        },
    )
    return traveler


def _store(files: Sequence[_NewFile], *, actor: Actor, at: datetime) -> None:
    _avoid_taken_numbers(files)
    insert_rows(DataKey, [new.data_key for new in files])
    insert_rows(Registration, [new.registration for new in files])
    travelers = [traveler for new in files for traveler in new.travelers]
    insert_rows(Traveler, travelers)
    for programme, documents in _documents_by_programme(files):
        claim_documents(programme=programme, documents=documents)
    events = [
        NewEvent(_submitted(new.registration), registration_subject(new.registration), new.data_key) for new in files
    ]
    keys = {new.registration.pk: new.data_key for new in files}
    signals = find_namesakes(travelers, at)
    IntegritySignal.objects.bulk_create(signals)
    for signal in signals:
        assert signal.traveler is not None
        registration = signal.traveler.registration
        details = SignalRaised(kind=signal.kind, traveler=str(signal.traveler_id), other=str(signal.other_id))
        events.append(NewEvent(details, registration_subject(registration), keys[registration.pk]))
    append_events(events=events, actor=actor, at=at)


def registration_subject(registration: Registration) -> Subject:
    """What events about a registration are about."""
    return Subject("registration", str(registration.pk))


def _submitted(registration: Registration) -> RegistrationSubmitted:
    return RegistrationSubmitted(
        number=registration.number,
        programme=registration.programme_id,
        policy_version=registration.policy_version_id,
        registered_at=registration.registered_at.astimezone(UTC).isoformat(),
        size=registration.size,
        ports=tuple(registration.ports),
        language=registration.language,
    )


def _documents_by_programme(files: Iterable[_NewFile]) -> list[tuple[str, dict[bytes, Traveler]]]:
    found: dict[str, dict[bytes, Traveler]] = {}
    for new in files:
        claimed = found.setdefault(new.registration.programme_id, {})
        if claimed.keys() & new.documents.keys():
            raise DocumentInUse(())
        claimed.update(new.documents)
    return list(found.items())


def find_namesakes(travelers: Sequence[Traveler], at: datetime) -> list[IntegritySignal]:
    """One signal for each new traveler whose name index an earlier file has: the earliest such traveler."""
    indexes = [bytes(traveler.name_index) for traveler in travelers]
    programmes = {traveler.registration.programme_id for traveler in travelers}
    known = Traveler.objects.filter(
        name_index__in=indexes, left_at__isnull=True, registration__programme_id__in=programmes
    ).order_by("registered_at", "id")
    others: dict[tuple[str, bytes], list[tuple[uuid.UUID, uuid.UUID]]] = {}
    for index, programme, registration_id, traveler_id in known.values_list(
        "name_index", "registration__programme_id", "registration_id", "id"
    ):
        others.setdefault((programme, bytes(index)), []).append((registration_id, traveler_id))
    signals = []
    for traveler in travelers:
        namesakes = others[traveler.registration.programme_id, bytes(traveler.name_index)]
        elsewhere = [found for registration_id, found in namesakes if registration_id != traveler.registration_id]
        if elsewhere:
            signals.append(
                IntegritySignal(kind=SignalKind.NAMESAKE, traveler=traveler, other_id=elsewhere[0], raised_at=at)
            )
    return signals


def _avoid_taken_numbers(files: Sequence[_NewFile]) -> None:
    """Draws a new number where one is taken; with forty random bits that is rare, and the constraint still decides."""
    seen: set[str] = set()
    taken = set(
        Registration.objects.filter(number__in=[new.registration.number for new in files]).values_list(
            "number", flat=True
        )
    )
    for new in files:
        while new.registration.number in taken or new.registration.number in seen:
            new.registration.number = registration_number_from(secrets.token_bytes(REGISTRATION_NUMBER_BYTES))
            new.receipt = replace(new.receipt, registration_number=new.registration.number)
        seen.add(new.registration.number)
