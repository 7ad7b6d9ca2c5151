"""Codes that people read aloud, copy by hand and type on a phone.

Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O or U, either case, O read as 0 and I or L as 1.
Crockford's own check symbol needs five extra signs that are hard to say, so the last character is a check over
GF(32) instead: it finds every single wrong character and every two characters that changed places.
Source of lengths and groups: design, section 4, "Secrets". Randomness is an argument.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REGISTRATION_NUMBER_BYTES: Final = 5
ACCESS_CODE_BYTES: Final = 12
CONFIRMATION_NUMBER_BYTES: Final = 6
COMPLAINT_CODE_BYTES: Final = 9

_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_REGISTRATION_PREFIX: Final = "FP"


class CodeKind(StrEnum):
    """The four kinds of code; their lengths differ, so none is taken for another."""

    REGISTRATION_NUMBER = "registration_number"
    """``FP-XXXX-XXXXX``: 40 random bits and a check character. Not secret."""
    ACCESS_CODE = "access_code"
    """``XXXXX-XXXXX-XXXXX-XXXXX``: 95 random bits and a check character. Secret, kept only as an HMAC."""
    CONFIRMATION_NUMBER = "confirmation_number"
    """``XXXXX-XXXXX``: 45 random bits and a check character. Printed on the pass."""
    COMPLAINT_CODE = "complaint_code"
    """``XXXXX-XXXXX-XXXXX``: 70 random bits and a check character. Secret, kept only as an HMAC."""


_SYMBOLS: Final = {
    CodeKind.REGISTRATION_NUMBER: 9,
    CodeKind.ACCESS_CODE: 20,
    CodeKind.CONFIRMATION_NUMBER: 10,
    CodeKind.COMPLAINT_CODE: 15,
}


def registration_number_from(random_bytes: bytes) -> str:
    """Return a registration number as shown, from at least :data:`REGISTRATION_NUMBER_BYTES` random bytes."""
    symbols = _symbols_from(random_bytes, REGISTRATION_NUMBER_BYTES, CodeKind.REGISTRATION_NUMBER)
    return format_code(_REGISTRATION_PREFIX + symbols, CodeKind.REGISTRATION_NUMBER)


def access_code_from(random_bytes: bytes) -> str:
    """Return an access code as shown, from at least :data:`ACCESS_CODE_BYTES` random bytes."""
    return format_code(_symbols_from(random_bytes, ACCESS_CODE_BYTES, CodeKind.ACCESS_CODE), CodeKind.ACCESS_CODE)


def confirmation_number_from(random_bytes: bytes) -> str:
    """Return a confirmation number as shown, from at least :data:`CONFIRMATION_NUMBER_BYTES` random bytes."""
    symbols = _symbols_from(random_bytes, CONFIRMATION_NUMBER_BYTES, CodeKind.CONFIRMATION_NUMBER)
    return format_code(symbols, CodeKind.CONFIRMATION_NUMBER)


def complaint_code_from(random_bytes: bytes) -> str:
    """Return the code of a complaint as shown, from at least :data:`COMPLAINT_CODE_BYTES` random bytes."""
    symbols = _symbols_from(random_bytes, COMPLAINT_CODE_BYTES, CodeKind.COMPLAINT_CODE)
    return format_code(symbols, CodeKind.COMPLAINT_CODE)


def normalise_code(text: str) -> str:
    """Return what the person meant: upper case, without spaces and dashes, O as 0 and I or L as 1.

    Full-width and other compatibility forms become plain ones. The result is what is hashed and compared; it need
    not be well formed.
    """
    kept = [
        character
        for character in unicodedata.normalize("NFKC", text).upper()
        if not character.isspace() and unicodedata.category(character) not in ("Pd", "Cf") and character != "\u2212"
    ]
    return "".join(kept).translate(str.maketrans("OIL", "011"))


def is_well_formed(text: str, kind: CodeKind) -> bool:
    """Say whether ``text`` has the length, the alphabet and the check character of ``kind``; any typing style."""
    code = normalise_code(text)
    if kind is CodeKind.REGISTRATION_NUMBER:
        if not code.startswith(_REGISTRATION_PREFIX):
            return False
        code = code[len(_REGISTRATION_PREFIX) :]
    if len(code) != _SYMBOLS[kind] or any(character not in _VALUES for character in code):
        return False
    return _check_character(code[:-1]) == code[-1]


def format_code(text: str, kind: CodeKind) -> str:
    """Return a code, however it was typed, in the groups in which it is shown."""
    code = normalise_code(text)
    if kind is CodeKind.REGISTRATION_NUMBER:
        groups = [code[:2], code[2:6], code[6:]]
    else:
        groups = [code[start : start + 5] for start in range(0, len(code), 5)]
    return "-".join(groups)


def _symbols_from(random_bytes: bytes, needed: int, kind: CodeKind) -> str:
    if len(random_bytes) < needed:
        raise ValueError(f"a {kind} needs {needed} random bytes")
    number = int.from_bytes(random_bytes[:needed], "big")
    symbols = []
    for _ in range(_SYMBOLS[kind] - 1):
        symbols.append(ALPHABET[number & 31])
        number >>= 5
    body = "".join(symbols)
    return body + _check_character(body)


def _check_character(body: str) -> str:
    # Horner's rule at a primitive element of GF(32), x^5 + x^2 + 1. It starts at 1 so that zeros alone are not valid.
    state = 1
    for character in body:
        state = _times_x(state) ^ _VALUES[character]
    return ALPHABET[_times_x(state)]


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ 0b100101 if doubled & 32 else doubled
