"""Everything that changes a registration. Other rooms enter here and by the queries only."""

from __future__ import annotations

from datetime import datetime

from fairport.registrations.answers import answer_once
from fairport.registrations.attempts import DAY, TooManyAttempts, TooManyDocumentRefusals, count_attempt
from fairport.registrations.choosing import PortsFixed, choose_ports
from fairport.registrations.drafts import discard_draft, remove_dead_drafts, save_draft
from fairport.registrations.filing import insert_registrations, submit_registration
from fairport.registrations.interpreting import set_interpreter
from fairport.registrations.joining import ChildInvalid, NewChild, add_child
from fairport.registrations.models import CodeFailure, IdempotentAnswer
from fairport.registrations.patterns import NewPattern, raise_patterns
from fairport.registrations.safeguarding import open_and_take_case, open_safeguarding_case
from fairport.registrations.signing_in import WrongCode, sign_in_with_code
from fairport.registrations.status import (
    change_status,
    close_withdrawal,
    lapse_overdue,
    mark_displaced,
    mark_drawn,
    mark_owed,
    mark_renewal_reminded,
    restore_rain_check,
    set_rain_checks,
)

__all__ = [
    "ChildInvalid",
    "NewChild",
    "NewPattern",
    "PortsFixed",
    "TooManyAttempts",
    "TooManyDocumentRefusals",
    "WrongCode",
    "add_child",
    "answer_once",
    "change_status",
    "choose_ports",
    "close_withdrawal",
    "count_attempt",
    "discard_draft",
    "insert_registrations",
    "lapse_overdue",
    "mark_displaced",
    "mark_drawn",
    "mark_owed",
    "mark_renewal_reminded",
    "open_and_take_case",
    "open_safeguarding_case",
    "purge_expired",
    "raise_patterns",
    "restore_rain_check",
    "save_draft",
    "set_interpreter",
    "set_rain_checks",
    "sign_in_with_code",
    "submit_registration",
]


def purge_expired(*, at: datetime) -> int:
    """Removes drafts, idempotent answers and counted attempts whose time is over. Returns how many rows."""
    answers, _rows = IdempotentAnswer.objects.filter(expires_at__lte=at).delete()
    failures, _rows = CodeFailure.objects.filter(window_start__lte=at - DAY).delete()
    return remove_dead_drafts(at=at) + answers + failures
