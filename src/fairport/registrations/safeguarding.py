"""A child who came alone: a case for people who are trained to help."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from fairport.accounts.models import User
from fairport.audit.events import APPLICANT, Subject, staff
from fairport.audit.operations import append_event
from fairport.domain.codes import CONFIRMATION_NUMBER_BYTES, confirmation_number_from
from fairport.registrations.events import SafeguardingCaseOpened, SafeguardingCaseRead
from fairport.registrations.models import SafeguardingCase
from fairport.sealing.box import open_json, seal_json
from fairport.sealing.operations import create_data_key


@transaction.atomic
def open_safeguarding_case(*, content: Any, language: str, at: datetime) -> str:
    """Opens a case with what was written, any JSON value, sealed under a key of its own. Returns the case number."""
    number = f"SC-{confirmation_number_from(secrets.token_bytes(CONFIRMATION_NUMBER_BYTES))}"
    case = SafeguardingCase(number=number, data_key=create_data_key(), language=language, opened_at=at)
    case.sealed = seal_json(data_key=case.data_key, context=_context(case), value=content)
    case.save(force_insert=True)
    append_event(
        event=SafeguardingCaseOpened(number=number),
        subject=Subject("safeguarding_case", str(case.pk)),
        actor=APPLICANT,
        at=at,
        data_key=case.data_key,
    )
    return number


@transaction.atomic
def open_and_take_case(*, case_id: uuid.UUID, reader: User, at: datetime) -> tuple[SafeguardingCase, Any]:
    """The case with what was written in it; its first reader takes it. Who read it, and when, is told each time.

    The caller made sure that `reader` may. Raises SafeguardingCase.DoesNotExist.
    """
    case = SafeguardingCase.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=case_id)
    taken = case.taken_at is None
    if taken:
        case.taken_at, case.taken_by = at, reader
        case.save(update_fields=["taken_at", "taken_by"])
    append_event(
        event=SafeguardingCaseRead(number=case.number, taken=taken),
        subject=Subject("safeguarding_case", str(case.pk)),
        actor=staff(reader.pk),
        at=at,
        data_key=case.data_key,
    )
    return case, read_safeguarding_case(case=case)


def list_safeguarding_cases() -> QuerySet[SafeguardingCase]:
    """All cases, the ones that nobody took first, then the latest first; still sealed."""
    cases = SafeguardingCase.objects.select_related("taken_by")
    return cases.order_by(F("taken_at").asc(nulls_first=True), "-opened_at")


def read_safeguarding_case(*, case: SafeguardingCase) -> Any:
    """What was written in a case."""
    return open_json(data_key=case.data_key, context=_context(case), box=bytes(case.sealed))


def _context(case: SafeguardingCase) -> str:
    return f"safeguarding:{case.pk}"
