"""The cases that the gate's page is held to as well (tests/journeys/test_the_gate_judges.py): one file for both."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fairport.appointments.passes import PassClaims, PassForged, PassMalformed, PassTruncated, verify_pass
from fairport.domain.codes import CodeKind, format_code, is_well_formed
from fairport.domain.gate import Booking, PassAnswer, judge_booking, judge_unlisted

VECTORS = json.loads((Path(__file__).with_name("vectors") / "judging.json").read_text(encoding="utf-8"))
LIST: dict[str, Any] = VECTORS["list"]
KEYS = {key_id: Ed25519PublicKey.from_public_bytes(b64decode(raw)) for key_id, raw in LIST["keys"].items()}
TODAY = date.fromisoformat(LIST["day"])


def instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def judge(text: str, programme: str, at: datetime) -> PassAnswer:
    claims: PassClaims | None = None
    if is_well_formed(text, CodeKind.CONFIRMATION_NUMBER):
        number = format_code(text, CodeKind.CONFIRMATION_NUMBER)
    else:
        try:
            claims = verify_pass(text=text, public_keys=KEYS)
        except PassTruncated:
            return PassAnswer.TRUNCATED
        except PassMalformed:
            return PassAnswer.UNREADABLE
        except PassForged:
            return PassAnswer.FORGED
        number = claims.confirmation_number
    group = next((group for group in LIST["groups"] if group["number"] == number), None)
    if group is None:
        if claims is None:
            return PassAnswer.NOT_LISTED
        return judge_unlisted(port=claims.port, day=claims.date, here=LIST["port"], today=TODAY)
    band = next(band for band in LIST["bands"] if band["id"] == group["band"])
    booking = Booking(
        port=LIST["port"],
        programme=band["programme"],
        day=TODAY,
        starts_at=instant(band["starts_at"]),
        ends_at=instant(band["ends_at"]),
        state=group["state"],
    )
    return judge_booking(booking=booking, ports=(LIST["port"],), programme=programme or None, today=TODAY, at=at)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_server_judges_like_the_vectors(case: dict[str, Any]) -> None:
    assert judge(case["text"], case["programme"], instant(case["at"])) == case["answer"]


def test_every_answer_of_a_device_is_among_them() -> None:
    # A device cannot know that a number is nobody's.
    assert {case["answer"] for case in VECTORS["cases"]} == set(PassAnswer) - {PassAnswer.UNKNOWN}
