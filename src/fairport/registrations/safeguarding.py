"""A child who came alone: a case for people who are trained to help."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from fairport.audit.events import APPLICANT, Subject
from fairport.audit.operations import append_event
from fairport.domain.codes import CONFIRMATION_NUMBER_BYTES, confirmation_number_from
from fairport.registrations.events import SafeguardingCaseOpened
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


def read_safeguarding_case(*, case: SafeguardingCase) -> Any:
    """What was written in a case."""
    return open_json(data_key=case.data_key, context=_context(case), box=bytes(case.sealed))


def _context(case: SafeguardingCase) -> str:
    return f"safeguarding:{case.pk}"
