"""The small parts that all files of a draw share: errors, hex, times, and JSON read strictly.

Source: docs/draw.md, "The files". Python's own ``json`` accepts more than the format does (keys twice, floats, NaN,
endless nesting), and two verifiers that accept different things can be told different stories.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

MAX_NESTING: Final = 8
MAX_INTEGER: Final = 2**53 - 1
"""Integers must be exact in every language, JavaScript too."""

LONGEST_REASON: Final = 600

PORT: Final = re.compile(r"[A-Z0-9]{2,4}")
_HEX: Final = re.compile(r"[0-9a-f]*")
_SLUG_PATH: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BAND: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class DrawFileError(ValueError):
    """A file of a draw breaks the format. ``line`` counts from 1 where the file has lines. ``code`` is stable."""

    code = "draw_file_invalid"

    def __init__(self, file: str, reason: str, *, line: int | None = None) -> None:
        where = file if line is None else f"{file}, line {line}"
        # A reason may repeat what a stranger wrote: no line ends, no codes for the terminal, and not without end.
        self.reason = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in reason[:LONGEST_REASON])
        super().__init__(f"{where}: {self.reason}")
        self.file = file
        self.line = line


class Fields:
    """The keys of one JSON object: exactly the expected ones, each read with its type."""

    def __init__(self, value: object, expected: frozenset[str], *, file: str, name: str = "") -> None:
        self._file = file
        self._name = name
        if not isinstance(value, dict):
            raise DrawFileError(file, f"{name or 'the document'} must be an object")
        for key in sorted(expected - value.keys()):
            raise DrawFileError(file, f"the key {self._key(key)} is missing")
        for key in sorted(value.keys() - expected):
            raise DrawFileError(file, f"the key {self._key(key)} is not allowed")
        self._values: dict[str, object] = value

    def raw(self, key: str) -> object:
        """Return a value as it came."""
        return self._values[key]

    def text(self, key: str) -> str:
        """Return a string."""
        value = self._values[key]
        if not isinstance(value, str):
            raise self.error(key, "must be a string")
        return value

    def integer(self, key: str, *, low: int, high: int = MAX_INTEGER) -> int:
        """Return an integer from ``low`` through ``high``."""
        value = self._values[key]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            bounds = f"of at least {low}" if high == MAX_INTEGER else f"from {low} to {high}"
            raise self.error(key, f"must be an integer {bounds}")
        return value

    def hex(self, key: str, *, digits: int) -> str:
        """Return lower-case hex of a fixed length."""
        value = self.text(key)
        if not is_hex(value, digits=digits):
            raise self.error(key, f"must be {digits} lower-case hex digits")
        return value

    def slug_path(self, key: str) -> str:
        """Return a draw id or programme."""
        value = self.text(key)
        if not is_slug_path(value):
            raise self.error(key, "must be lower-case words joined by - and /, at most 64 characters")
        return value

    def instant(self, key: str) -> dt.datetime:
        """Return a time in UTC."""
        try:
            return parse_instant(self.text(key))
        except ValueError as error:
            raise self.error(key, str(error)) from None

    def array(self, key: str) -> list[object]:
        """Return a list."""
        value = self._values[key]
        if not isinstance(value, list):
            raise self.error(key, "must be a list")
        return value

    def error(self, key: str, reason: str) -> DrawFileError:
        """Return an error about one key, to be raised."""
        return DrawFileError(self._file, f"{self._key(key)} {reason}")

    def _key(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key


def parse_json(raw: bytes, *, file: str) -> object:
    """Parse one JSON file of a bundle.

    UTF-8 without BOM, LF only and at the end, no key twice, nesting at most 8, integers only and below 2^53, strings
    of valid Unicode. Raises :class:`DrawFileError`.
    """

    def refuse(reason: str) -> DrawFileError:
        return DrawFileError(file, reason)

    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise refuse("is not UTF-8 text") from None
    if text.startswith("\ufeff"):
        raise refuse("begins with a byte order mark")
    if "\r" in text or not text.endswith("\n"):
        raise refuse("must have LF line ends, also after the last line")
    if _nesting(text) > MAX_NESTING:
        raise refuse(f"is nested deeper than {MAX_NESTING} levels")
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_object_without_repeats(refuse),
            parse_int=_small_integer(refuse),
            parse_float=_refusing(refuse, "has a number that is not an integer"),
            parse_constant=_refusing(refuse, "has a number that is not an integer"),
        )
    except json.JSONDecodeError as error:
        raise refuse(f"is not JSON (line {error.lineno}, column {error.colno})") from None
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise refuse("has a string that is not valid Unicode") from None
    return value


def is_hex(value: str, *, digits: int) -> bool:
    """Say whether a string is lower-case hex of that length."""
    return len(value) == digits and _HEX.fullmatch(value) is not None


def is_slug_path(value: str) -> bool:
    """Say whether a string can be a draw id or the name of a programme."""
    return len(value) <= 64 and _SLUG_PATH.fullmatch(value) is not None


def parse_instant(text: str) -> dt.datetime:
    """Parse ``YYYY-MM-DDTHH:MM:SSZ``. Raises ``ValueError`` with a reason."""
    if not _TIME.fullmatch(text):
        raise ValueError("must be a time such as 2023-01-17T23:15:00Z")
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"names a time that does not exist, {text}") from None


def format_instant(at: dt.datetime) -> str:
    """Write an aware instant as ``YYYY-MM-DDTHH:MM:SSZ``. Raises ``ValueError`` if it has a fraction of a second."""
    if at.microsecond:
        raise ValueError("times in a draw are whole seconds")
    return at.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"


def parse_day(text: str) -> dt.date:
    """Parse ``YYYY-MM-DD``. Raises ``ValueError`` with a reason."""
    if not _DAY.fullmatch(text):
        raise ValueError("must be a date such as 2023-02-01")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"names a day that does not exist, {text}") from None


def parse_band(text: str) -> dt.time:
    """Parse ``HH:MM``. Raises ``ValueError`` with a reason."""
    if not _BAND.fullmatch(text):
        raise ValueError("must be a time of day such as 08:00")
    return dt.time.fromisoformat(text)


def format_band(band: dt.time) -> str:
    """Write a band's local start as ``HH:MM``."""
    return f"{band:%H:%M}"


def format_json(value: Mapping[str, Any]) -> bytes:
    """Write a JSON file on one line: params.json and manifest.json have no canonical form, their bytes are hashed."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8") + b"\n"


def format_compact_json(value: Mapping[str, Any]) -> bytes:
    """Write beacon.json or result.json: no spaces, keys in the given order, LF at the end."""
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def split_lines(raw: bytes, *, file: str) -> list[bytes]:
    """Split a file of ASCII lines, each ended by LF; an empty file has none. Raises :class:`DrawFileError`."""
    if not raw:
        return []
    if not raw.isascii():
        line = next(number for number, part in enumerate(raw.split(b"\n"), 1) if not part.isascii())
        raise DrawFileError(file, "has a character outside ASCII", line=line)
    if b"\r" in raw:
        raise DrawFileError(file, "must have LF line ends, without CR", line=raw[: raw.index(b"\r")].count(b"\n") + 1)
    lines = raw.split(b"\n")
    if lines.pop() != b"":
        raise DrawFileError(file, "must end with LF", line=len(lines) + 1)
    return lines


def _nesting(text: str) -> int:
    # Before parsing: a deep document would exhaust the parser's stack.
    depth = deepest = 0
    in_string = escaped = False
    for character in re.finditer(r'[\[\]{}"\\]|(?<=\\).', text, re.DOTALL):
        sign = character.group()
        if in_string:
            if escaped:
                escaped = False
            elif sign == "\\":
                escaped = True
            elif sign == '"':
                in_string = False
        elif sign == '"':
            in_string = True
        elif sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


_Refuse = Callable[[str], DrawFileError]


def _object_without_repeats(refuse: _Refuse) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise refuse(f"has the key {key!r} twice in one object")
            found[key] = value
        return found

    return build


def _small_integer(refuse: _Refuse) -> Callable[[str], int]:
    def parse(digits: str) -> int:
        if digits == "-0":
            raise refuse("has the number -0")
        if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
            raise refuse("has an integer of 2^53 or more")
        return int(digits)

    return parse


def _refusing(refuse: _Refuse, reason: str) -> Callable[[str], None]:
    def parse(_: str) -> None:
        raise refuse(reason)

    return parse
