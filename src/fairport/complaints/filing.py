"""What the sender of a complaint does: file it, read it with its code, write more."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import F, Max

from fairport.audit.events import APPLICANT, Subject
from fairport.audit.operations import append_event
from fairport.complaints.content import (
    NewComplaint,
    Said,
    check_complaint,
    check_words,
    new_words,
    open_words,
    seal_complaint,
)
from fairport.complaints.events import ComplaintFiled, ComplaintWordsAdded
from fairport.complaints.floods import is_flood, note_wrong_code
from fairport.complaints.models import Complaint, ComplaintState, ComplaintWords
from fairport.domain.codes import (
    COMPLAINT_CODE_BYTES,
    CodeKind,
    complaint_code_from,
    is_well_formed,
    normalise_code,
)
from fairport.registrations.operations import answer_once
from fairport.sealing.blind_index import blind_index
from fairport.sealing.operations import create_data_key

WORDS_A_DAY: Final = 20


class WrongComplaintCode(Exception):
    """No complaint has this code. Says nothing more, whatever is wrong with it."""

    code = "wrong_complaint_code"


class ComplaintGone(Exception):
    """The complaint was erased, as announced; nothing can be read or added any more."""

    code = "complaint_gone"


class TooManyWords(Exception):
    """The sender wrote as often as is possible within a day."""

    code = "too_many_words"


@dataclass(frozen=True, slots=True)
class OwnComplaint:
    """A complaint as its sender reads it: nothing of who answered. `said` is empty once it was erased."""

    kind: str
    port: str | None
    state: str
    outcome: str
    filed_at: datetime
    closed_at: datetime | None
    erased_at: datetime | None
    said: tuple[Said, ...]


def file_complaint(*, complaint: NewComplaint, address: str, token: str | None, at: datetime) -> str:
    """Takes a complaint and returns its code, which is told only here and kept only by the sender.

    The same `token` (of a form, or an Idempotency-Key) gives the first code again for 24 hours. `address` is the
    network address, counted for an hour and stored with nothing. Not to be called inside a transaction, which would
    take the count back. Raises ComplaintInvalid, TooManyComplaints, IdempotencyConflict.
    """
    check_complaint(complaint)
    in_flood = is_flood(address=address, at=at)

    def work() -> str:
        code = complaint_code_from(secrets.token_bytes(COMPLAINT_CODE_BYTES))
        _store(complaint, code, in_flood, at)
        return code

    if token is None:
        with transaction.atomic():
            return work()
    code: str = answer_once(key=token, request={"complaint": asdict(complaint)}, at=at, work=work)
    return code


def read_own_complaint(*, code: str, address: str, at: datetime) -> OwnComplaint:
    """The complaint of a code, typed in any style. Raises WrongComplaintCode, TooManyComplaintCodes."""
    row = find_by_code(code=code, address=address, at=at)
    return OwnComplaint(
        kind=row.kind,
        port=row.port_id,
        state=row.state,
        outcome=row.outcome,
        filed_at=row.filed_at,
        closed_at=row.closed_at,
        erased_at=row.erased_at,
        said=() if row.erased_at is not None else tuple(open_words(row)),
    )


def add_words(*, code: str, words: str, address: str, token: str | None, at: datetime) -> None:
    """Adds what the sender has to say; a closed complaint opens again. The same `token` adds it once.

    Raises ComplaintInvalid, ComplaintGone, TooManyWords, WrongComplaintCode, TooManyComplaintCodes,
    IdempotencyConflict.
    """
    check_words(words)
    row = find_by_code(code=code, address=address, at=at)

    def work() -> bool:
        _add(row, words, at)
        return True

    if token is None:
        with transaction.atomic():
            work()
    else:
        answer_once(key=token, request={"complaint": str(row.pk), "words": words}, at=at, work=work)


def find_by_code(*, code: str, address: str, at: datetime) -> Complaint:
    """The row of a code. Raises WrongComplaintCode, TooManyComplaintCodes. Not to be called inside a transaction."""
    if is_well_formed(code, CodeKind.COMPLAINT_CODE):
        # The database compares hashes under a key that no caller knows, so its timing tells nothing about the code.
        row = Complaint.objects.select_related("data_key").filter(code_index=_code_index(code)).first()
        if row is not None:
            return row
    note_wrong_code(address=address, at=at)
    raise WrongComplaintCode


def complaint_subject(row: Complaint) -> Subject:
    """What the events of a complaint are about."""
    return Subject("complaint", str(row.pk))


def next_position(row: Complaint) -> int:
    """The place of the next words; the caller holds the row's lock."""
    last = ComplaintWords.objects.filter(complaint=row).aggregate(last=Max("position"))["last"]
    return 1 if last is None else last + 1


def _code_index(code: str) -> bytes:
    return blind_index(purpose="complaint-code", value=normalise_code(code))


def _store(complaint: NewComplaint, code: str, in_flood: bool, at: datetime) -> None:
    row = Complaint(
        number=_next_number(),
        kind=complaint.kind,
        port_id=complaint.port or None,
        language=complaint.language,
        in_flood=in_flood,
        data_key=create_data_key(),
        code_index=_code_index(code),
        filed_at=at,
        changed_at=at,
    )
    row.sealed = seal_complaint(row, complaint)
    row.save(force_insert=True)
    new_words(row, text=complaint.words, author_id=None, position=1, at=at).save(force_insert=True)
    append_event(
        event=ComplaintFiled(kind=row.kind, port=row.port_id),
        subject=complaint_subject(row),
        actor=APPLICANT,
        at=at,
        data_key=row.data_key,
    )


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('complaints_number')")
        number: int = cursor.fetchone()[0]
    return number


def _add(found: Complaint, words: str, at: datetime) -> None:
    row = Complaint.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=found.pk)
    if row.erased_at is not None:
        raise ComplaintGone
    today = ComplaintWords.objects.filter(complaint=row, author__isnull=True, written_at__gt=at - timedelta(days=1))
    if today.count() >= WORDS_A_DAY:
        raise TooManyWords
    new_words(row, text=words, author_id=None, position=next_position(row), at=at).save(force_insert=True)
    reopened = row.state == ComplaintState.CLOSED
    Complaint.objects.filter(pk=row.pk).update(
        state=ComplaintState.OPEN, outcome="", closed_at=None, changed_at=at, version=F("version") + 1
    )
    append_event(
        event=ComplaintWordsAdded(reopened=reopened),
        subject=complaint_subject(row),
        actor=APPLICANT,
        at=at,
        data_key=row.data_key,
    )
