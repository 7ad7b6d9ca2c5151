"""What the ombuds office does with a complaint: open it, answer it, close it, open it again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from fairport.accounts.models import PORT_ROLES, User
from fairport.accounts.queries import get_staff_member
from fairport.audit.events import WORKER, EventDetails, staff
from fairport.audit.operations import append_event
from fairport.complaints.content import Said, check_words, new_words, open_beside, open_words
from fairport.complaints.events import ComplaintAnswered, ComplaintErased, ComplaintOpened, ComplaintReopened
from fairport.complaints.filing import ComplaintGone, complaint_subject, next_position
from fairport.complaints.floods import forget_windows
from fairport.complaints.models import Complaint, ComplaintOutcome, ComplaintState
from fairport.registrations.identity import normalise_name
from fairport.sealing.operations import erase_data_key


class OwnMatter(Exception):
    """The complaint is about the reader, or about a port where the reader works: somebody else deals with it."""

    code = "own_matter"


class ComplaintChanged(Exception):
    """Somebody else, or the sender, changed the complaint meanwhile."""

    code = "complaint_changed"


class OutcomeUnknown(Exception):
    """There is no outcome of this name."""

    code = "complaint_outcome_unknown"


class NotClosed(Exception):
    """Only a closed complaint can be opened again."""

    code = "complaint_not_closed"


@dataclass(frozen=True, slots=True)
class OpenComplaint:
    """A complaint with everything in it."""

    row: Complaint
    when: str
    reach: str
    said: tuple[Said, ...]


@transaction.atomic
def open_complaint(*, complaint_id: uuid.UUID, reader: User, at: datetime) -> OpenComplaint:
    """Everything about a complaint, and an event that says who read it.

    The caller made sure that `reader` is of the ombuds office. Raises OwnMatter, ComplaintGone, Complaint.DoesNotExist.
    """
    row = Complaint.objects.select_related("data_key", "port").get(pk=complaint_id)
    opened = _opened(row, reader)
    _tell(row, ComplaintOpened(), reader, at)
    return opened


@transaction.atomic
def answer_complaint(
    *, complaint_id: uuid.UUID, words: str, outcome: str, version: int, author: User, at: datetime
) -> None:
    """Answers the sender; with an `outcome` (a ComplaintOutcome, else empty) it also closes the complaint.

    `version` is the one that the author saw. Raises OwnMatter, ComplaintGone, ComplaintChanged, OutcomeUnknown,
    ComplaintInvalid, Complaint.DoesNotExist.
    """
    check_words(words)
    if outcome and outcome not in ComplaintOutcome.values:
        raise OutcomeUnknown
    row = _locked(complaint_id, version)
    _opened(row, author)
    new_words(row, text=words, author_id=author.pk, position=next_position(row), at=at).save(force_insert=True)
    Complaint.objects.filter(pk=row.pk).update(
        state=ComplaintState.CLOSED if outcome else ComplaintState.ANSWERED,
        outcome=outcome,
        closed_at=at if outcome else None,
        changed_at=at,
        version=F("version") + 1,
    )
    _tell(row, ComplaintAnswered(outcome=outcome), author, at)


@transaction.atomic
def reopen_complaint(*, complaint_id: uuid.UUID, version: int, author: User, at: datetime) -> None:
    """Puts a closed complaint back into the queue.

    Raises OwnMatter, ComplaintGone, ComplaintChanged, NotClosed, Complaint.DoesNotExist.
    """
    row = _locked(complaint_id, version)
    _opened(row, author)
    if row.state != ComplaintState.CLOSED:
        raise NotClosed
    Complaint.objects.filter(pk=row.pk).update(
        state=ComplaintState.OPEN, outcome="", closed_at=None, changed_at=at, version=F("version") + 1
    )
    _tell(row, ComplaintReopened(), author, at)


def forget_complaints(*, kept_for: timedelta, at: datetime) -> int:
    """Erases the keys of complaints that were closed `kept_for` ago or earlier, and the counts of past hours.

    Each in a transaction of its own, so that one that is being reopened does not hold the others up. Returns how many
    complaints.
    """
    forget_windows(at=at)
    due = Complaint.objects.filter(erased_at__isnull=True, closed_at__lte=at - kept_for)
    return sum(_forget(complaint_id, at - kept_for, at) for complaint_id in due.values_list("pk", flat=True))


@transaction.atomic
def _forget(complaint_id: uuid.UUID, closed_by: datetime, at: datetime) -> bool:
    row = Complaint.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=complaint_id)
    if row.erased_at is not None or row.closed_at is None or row.closed_at > closed_by:
        return False
    # Sealed under the service's key: under its own, nobody could read any more that it was erased.
    append_event(event=ComplaintErased(), subject=complaint_subject(row), actor=WORKER, at=at)
    erase_data_key(data_key_id=row.data_key_id, at=at)
    Complaint.objects.filter(pk=row.pk).update(erased_at=at, version=F("version") + 1)
    return True


def _locked(complaint_id: uuid.UUID, version: int) -> Complaint:
    row = Complaint.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=complaint_id)
    if row.version != version:
        raise ComplaintChanged
    return row


def _opened(row: Complaint, reader: User) -> OpenComplaint:
    if row.erased_at is not None:
        raise ComplaintGone
    when, reach = open_beside(row)
    said = tuple(open_words(row))
    _refuse_own_matter(row, said, reader)
    return OpenComplaint(row, when, reach, said)


def _refuse_own_matter(row: Complaint, said: tuple[Said, ...], reader: User) -> None:
    member = get_staff_member(user=reader)
    if row.port_id is not None and member.role_at(row.port_id, *PORT_ROLES) is not None:
        raise OwnMatter
    own = set(normalise_name(reader.full_name).split())
    for words in said:
        if words.author is None and own and own <= set(normalise_name(words.text).split()):
            raise OwnMatter


def _tell(row: Complaint, event: EventDetails, author: User, at: datetime) -> None:
    append_event(event=event, subject=complaint_subject(row), actor=staff(author.pk), at=at, data_key=row.data_key)
