"""Typed reading of a parsed TOML table that collects problems instead of stopping at the first.

A value that is missing or of the wrong type is reported once and read as a harmless stand-in, so that the checks after
it can go on; a policy with any problem is never used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from fairport.domain.policy_values import PolicyProblem


class Table:
    """One table of the file, its path, and the problems found in it and below."""

    def __init__(self, values: Mapping[str, Any], path: str, problems: list[PolicyProblem]) -> None:
        self._values = values
        self._path = path
        self._problems = problems
        self._read: set[str] = set()

    def path(self, key: str) -> str:
        """Return the full path of a key."""
        return f"{self._path}.{key}" if self._path else key

    def problem(self, key: str, code: str, message: str) -> None:
        """Note a problem at a key."""
        self._problems.append(PolicyProblem(self.path(key), code, message))

    @property
    def problem_count(self) -> int:
        """How many problems the whole file has so far."""
        return len(self._problems)

    def has(self, key: str) -> bool:
        """Say whether the key is there."""
        return key in self._values

    def text(self, key: str) -> str:
        """Read a string that is not empty and has no control characters."""
        value = self._take(key, str, "text in quotes")
        if not isinstance(value, str):
            return ""
        if not value.strip():
            self.problem(key, "empty", "This text is empty.")
        elif any(ord(character) < 32 for character in value):
            self.problem(key, "control_character", "This text has a line break or a control character in it.")
        return value

    def integer(self, key: str, *, low: int, high: int, stand_in: int | None = None) -> int:
        """Read an integer from ``low`` through ``high``.

        A wrong one is reported and read as ``stand_in``, which is ``low`` unless another is named.
        """
        value = self._take(key, int, "a whole number")
        if not isinstance(value, int):
            return low if stand_in is None else stand_in
        if not low <= value <= high:
            self.problem(key, "out_of_range", f"This is {value}; it must be from {low} to {high}.")
            return low if stand_in is None else stand_in
        return value

    def number(self, key: str, *, low: float, high: float) -> float:
        """Read a number from ``low`` through ``high``."""
        value = self._take(key, (int, float), "a number")
        if not isinstance(value, (int, float)):
            return low
        if not low <= value <= high:
            self.problem(key, "out_of_range", f"This is {value}; it must be from {low:g} to {high:g}.")
        return float(value)

    def boolean(self, key: str) -> bool:
        """Read true or false."""
        return self._take(key, bool, "true or false") is True

    def day(self, key: str) -> date:
        """Read a date without a time."""
        value = self._take(key, date, "a date such as 2023-01-12")
        return value if isinstance(value, date) else date.min

    def optional_day(self, key: str) -> date | None:
        """Read a date that may be missing."""
        return self.day(key) if self.has(key) else None

    def clock(self, key: str) -> time:
        """Read a time of day in whole minutes."""
        value = self._take(key, time, "a time such as 08:00:00")
        if not isinstance(value, time):
            return time.min
        if value.second or value.microsecond:
            self.problem(key, "not_whole_minutes", "This time must be in whole minutes.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of strings, none twice."""
        value = self._take(key, list, "a list")
        if not isinstance(value, list):
            return ()
        found: list[str] = []
        for item in value:
            if not isinstance(item, str):
                self.problem(key, "wrong_type", f"Every item of this list must be text in quotes; {item!r} is not.")
            elif item in found:
                self.problem(key, "duplicate", f"{item} is in this list twice.")
            else:
                found.append(item)
        return tuple(found)

    def integers(self, key: str) -> tuple[int, ...]:
        """Read a list of integers."""
        value = self._take(key, list, "a list of whole numbers")
        if not isinstance(value, list):
            return ()
        if not all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            self.problem(key, "wrong_type", "Every item of this list must be a whole number.")
            return ()
        return tuple(value)

    def table(self, key: str) -> Table:
        """Read a table below this one."""
        value = self._take(key, dict, f"a section [{self.path(key)}]")
        if not isinstance(value, dict):
            # Its own keys would all be reported missing as well, which says nothing more: keep them out.
            return Table({}, self.path(key), [])
        return Table(value, self.path(key), self._problems)

    def tables(self, key: str) -> list[Table]:
        """Read a list of tables, at least one."""
        value = self._take(key, list, f"a list of sections [[{self.path(key)}]]")
        if not isinstance(value, list):
            return []
        if not value:
            self.problem(key, "empty", "This list is empty; it needs at least one entry.")
        if not all(isinstance(item, dict) for item in value):
            self.problem(key, "wrong_type", f"This must be a list of sections [[{self.path(key)}]].")
            return []
        return [Table(item, f"{self.path(key)}[{index}]", self._problems) for index, item in enumerate(value)]

    def done(self) -> None:
        """Report every key that nothing read."""
        for key in self._values:
            if key not in self._read:
                self.problem(key, "unknown_key", "This key is not known; check its spelling and its section.")

    def _take(self, key: str, kind: type | tuple[type, ...], wanted: str) -> object:
        self._read.add(key)
        if key not in self._values:
            self.problem(key, "missing_key", f"This key is missing; it must be {wanted}.")
            return None
        value = self._values[key]
        # bool is an int and datetime is a date in Python, but not in a policy.
        misfit = isinstance(value, bool) is not (kind is bool) or (isinstance(value, datetime) and kind is date)
        if misfit or not isinstance(value, kind):
            self.problem(key, "wrong_type", f"This must be {wanted}.")
            return None
        return value
