"""How vectors/judging.json was made; the file is frozen.

`MAKE_VECTORS=1 python -m pytest tests/apps/gate/test_vectors_as_made.py` writes it anew.
"""

from __future__ import annotations

import json
import os
from base64 import b32decode, b32encode, b64encode
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairport.appointments.passes import PassClaims, sign_pass
from fairport.domain.codes import confirmation_number_from
from fairport.sealing.keyring import SigningKey

FILE = Path(__file__).with_name("vectors") / "judging.json"
OURS = SigningKey("0a1b2c3d", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OLDER = SigningKey("11111111", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
THEIRS = SigningKey("0a1b2c3d", Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34))))
UNKNOWN = SigningKey("ffffffff", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
DAY = date(2026, 11, 24)
FOUNDING, OTHER = "title-42-exemption", "another-programme"


def milliseconds(hour: int, minute: int = 0) -> int:
    """A moment of the day at San Diego, eight hours behind UTC."""
    return int(datetime(2026, 11, 24, hour + 8, minute, tzinfo=UTC).timestamp() * 1000)


def number(name: str) -> str:
    return confirmation_number_from(name.encode().ljust(6, b"."))


def signed(name: str, key: SigningKey = OURS, **changes: Any) -> str:
    fields: dict[str, Any] = {
        "confirmation_number": number(name),
        "port": "SDG",
        "date": DAY,
        "band_start": time(8),
        "band_end": time(12),
        "size": 3,
        "initials": "ÑG",
    }
    return sign_pass(claims=PassClaims(**fields | changes), key=key)


def key_text(key: SigningKey) -> str:
    return b64encode(key.private.public_key().public_bytes_raw()).decode()


GROUPS = {"booked": 1, "arrived": 1, "no_show": 1, "cancelled": 1, "other": 2}
LIST = {
    "port": "SDG",
    "day": DAY.isoformat(),
    "keys": {OURS.id: key_text(OURS), OLDER.id: key_text(OLDER)},
    "bands": [
        {"id": 1, "programme": FOUNDING, "starts_at": milliseconds(8), "ends_at": milliseconds(12)},
        {"id": 2, "programme": OTHER, "starts_at": milliseconds(8), "ends_at": milliseconds(12)},
    ],
    "groups": [
        {"number": number(name), "band": band, "state": "booked" if name == "other" else name}
        for name, band in GROUPS.items()
    ],
}


def cases() -> list[dict[str, Any]]:
    whole = signed("booked")
    typed = number("booked")

    def case(name: str, text: str, answer: str, at: int = milliseconds(9), programme: str = "") -> dict[str, Any]:
        return {"name": name, "text": text, "at": at, "programme": programme, "answer": answer}

    changed = whole[:60] + ("A" if whole[60] != "A" else "B") + whole[61:]
    return [
        case("a pass in its band", whole, "right"),
        case("signed with an older key", signed("booked", OLDER), "right"),
        case("in small letters and with blanks", f"  {whole.lower()[:50]} {whole.lower()[50:]}\n", "right"),
        case("at the first moment of the band", whole, "right", milliseconds(8)),
        case("before the band", whole, "early", milliseconds(8) - 1),
        case("at the end of the band", whole, "late", milliseconds(12)),
        case("the number alone", typed, "right"),
        case("a number in small letters without its dash", typed.lower().replace("-", ""), "right"),
        case("a number with dashes of another kind", typed.replace("-", " \u2013 \u2212 "), "right"),
        case("a number in full width", "".join(chr(ord(sign) + 0xFEE0) for sign in typed), "right"),
        case("a number with a letter O for zero and an l for one", typed.replace("0", "o").replace("1", "l"), "right"),
        case("a number with one sign wrong", ("Z" if typed[0] != "Z" else "Y") + typed[1:], "unreadable"),
        case("a number that is not on the list", number("nobody"), "not_listed"),
        case("somebody of the group is here", signed("arrived"), "used"),
        case("counted as missed", signed("no_show"), "missed"),
        case("given up", signed("cancelled"), "cancelled"),
        case("given up, and for another programme", signed("cancelled"), "cancelled", programme=OTHER),
        case("of another programme", whole, "other_programme", programme=OTHER),
        case("of another programme, before its band", whole, "other_programme", milliseconds(7), OTHER),
        case("of this gate's programme", signed("other"), "right", programme=OTHER),
        case("used, and for another programme", signed("arrived"), "used", programme=OTHER),
        case("well signed, here and today, not on the list", signed("newer"), "not_listed"),
        case("of another day", signed("newer", date=date(2026, 11, 23)), "other_day"),
        case("of another port", signed("newer", port="ELP"), "other_port"),
        case("of another port and another day", signed("newer", port="ELP", date=date(2026, 11, 25)), "other_port"),
        case("signed with another key under our id", signed("booked", THEIRS), "forged"),
        case("signed with a key of an unknown id", signed("booked", UNKNOWN), "forged"),
        case("changed in the middle", changed, "forged"),
        case("without initials", signed("booked", initials=""), "right"),
        case("with long initials", signed("booked", initials="ÑÑÑÑÑÑÑÑ"), "right"),
        case("of the last day that fits", signed("newer", date=date(2199, 6, 6)), "other_day"),
        *[case(f"cut after {length} signs", whole[:length], "truncated") for length in (4, 5, 6, 7, 9, 11, 40, 140)],
        case("with padding", f"{whole}======", "truncated"),
        case("with a sign that base 32 lacks", f"{whole[:30]}1{whole[31:]}", "truncated"),
        case("with a letter beyond ASCII", f"{whole[:30]}É{whole[31:]}", "truncated"),
        case("with spare bits", _with_spare_bits(), "truncated"),
        case("of another version", _of_version(2), "unreadable"),
        case("too long", "FP1:" + "A" * 200, "unreadable"),
        case("nothing", "", "unreadable"),
        case("an address", "https://example.org/FP1:", "unreadable"),
        case("another code", "FP2:AAAA", "unreadable"),
        case("a byte order mark before it", f"\ufeff{whole}", "unreadable"),
        case("an old separator before it", f"\x1c{whole}", "right"),
    ]


def _with_spare_bits() -> str:
    # Two initials of one byte make 91 bytes: the last sign of their 146 has bits that carry nothing.
    text = signed("booked", initials="AB")
    return text[:-1] + chr(ord(text[-1]) + 1)


def _of_version(version: int) -> str:
    encoded = signed("booked")[4:]
    content = bytearray(b32decode(encoded + "=" * (-len(encoded) % 8)))
    content[0] = version
    return "FP1:" + b32encode(bytes(content)).decode().rstrip("=")


def test_the_vectors_are_what_is_made_here() -> None:
    text = json.dumps({"list": LIST, "cases": cases()}, ensure_ascii=True, indent=1) + "\n"
    if os.environ.get("MAKE_VECTORS"):
        FILE.write_text(text, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == text
