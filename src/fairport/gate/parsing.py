"""What a device sends, read strictly: a scan that does not fit is refused by itself and stays on the device."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.http import QueryDict

from fairport.accounts.models import User
from fairport.domain.gate import PassAnswer
from fairport.gate.models import ScanAction
from fairport.gate.scanning import IncomingScan

MOST_SCANS: Final = 100
MOST_CHARACTERS: Final = 400
MOST_TRAVELERS: Final = 50
# A clock may be wrong by years; beyond this it is not a clock.
_LATEST: Final = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp() * 1000)


class ScanMalformed(Exception):
    """What was sent is not a scan."""

    code = "scan_malformed"


class TooManyScans(Exception):
    """More scans in one request than a device sends at once."""

    code = "too_many_scans"


def read_scans(body: bytes) -> list[Any]:
    """The list under `scans` of a JSON object; what is in it is not read yet. Raises ScanMalformed, TooManyScans."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ScanMalformed("This is not JSON.") from error
    scans = sent.get("scans") if isinstance(sent, dict) else None
    if not isinstance(scans, list):
        raise ScanMalformed("There is no list of scans.")
    if len(scans) > MOST_SCANS:
        raise TooManyScans(f"At most {MOST_SCANS} scans at once.")
    return scans


def read_scan(sent: Any) -> IncomingScan:
    """One scan. Times are milliseconds, as a browser counts them. Raises ScanMalformed."""
    if not isinstance(sent, dict):
        raise ScanMalformed("A scan is an object.")
    whole = sent.get("whole_group", False)
    offline = sent.get("offline", False)
    travelers = sent.get("travelers", [])
    if not isinstance(whole, bool) or not isinstance(offline, bool) or not isinstance(travelers, list):
        raise ScanMalformed("A scan has another form.")
    if len(travelers) > MOST_TRAVELERS or (whole and travelers):
        raise ScanMalformed("Either the whole group is here, or some travelers are.")
    try:
        action, answer = ScanAction(_text(sent, "action", 8)), PassAnswer(_text(sent, "answer", 16))
    except ValueError as error:
        raise ScanMalformed("This action or answer is unknown.") from error
    return IncomingScan(
        id=_id(sent.get("id")),
        device=_id(sent["device"]) if sent.get("device") else None,
        port=_text(sent, "port", 4),
        officer_id=_number(sent, "user", low=1, high=2**53),
        text=_text(sent, "text", MOST_CHARACTERS),
        action=action,
        answer=answer,
        device_time=_instant(_number(sent, "device_time", low=0, high=_LATEST)),
        offset=timedelta(milliseconds=_number(sent, "offset", low=-_LATEST, high=_LATEST)),
        listed_at=_instant(_number(sent, "listed_at", low=0, high=_LATEST)) if sent.get("listed_at") else None,
        travelers=tuple(_id(value) for value in travelers) if action == ScanAction.ARRIVAL else (),
        whole_group=whole and action == ScanAction.ARRIVAL,
        offline=offline,
    )


def scan_of_form(*, posted: QueryDict, officer: User, at: datetime) -> IncomingScan:
    """The arrival that a page without JavaScript sends. Raises ScanMalformed."""
    now = int(at.timestamp() * 1000)
    return read_scan(
        {
            "id": posted.get("scan"),
            "device": posted.get("device"),
            "port": posted.get("port"),
            "user": officer.pk,
            "text": posted.get("text"),
            "action": ScanAction.ARRIVAL,
            "answer": posted.get("answer"),
            "device_time": now,
            "offset": 0,
            "whole_group": "whole" in posted,
            "travelers": [] if "whole" in posted else posted.getlist("travelers"),
        }
    )


def _text(sent: Mapping[str, Any], name: str, longest: int) -> str:
    value = sent.get(name)
    # PostgreSQL keeps no NUL, and a lone surrogate has no bytes.
    if not isinstance(value, str) or not 0 < len(value) <= longest or "\0" in value or not _is_writable(value):
        raise ScanMalformed(f"{name} is missing or too long.")
    return value


def _is_writable(value: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def _id(value: Any) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise ScanMalformed("An id is missing.") from error


def _number(sent: Mapping[str, Any], name: str, *, low: int, high: int) -> int:
    value = sent.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ScanMalformed(f"{name} is missing or out of bounds.")
    return int(value)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
