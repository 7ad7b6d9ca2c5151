"""Typed readers for the environment: one place says what a value may look like."""

from __future__ import annotations

import os
from pathlib import Path


class SettingError(Exception):
    """An environment variable has a value that cannot be used."""

    code = "setting"


def flag(name: str, *, default: bool = False) -> bool:
    """True for 1/true/yes/on, False for 0/false/no/off or an unset variable with that default."""
    raw = os.environ.get(name)
    if raw is None or raw == "":
        return default
    if raw.lower() in {"1", "true", "yes", "on"}:
        return True
    if raw.lower() in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name} must be 1 or 0, not {raw!r}.")


def text(name: str, *, default: str = "") -> str:
    """The variable's text without surrounding spaces."""
    return os.environ.get(name, default).strip()


def choice(name: str, *, default: str, choices: tuple[str, ...]) -> str:
    """One of the words that the variable may have."""
    value = os.environ.get(name, "").strip() or default
    if value not in choices:
        raise SettingError(f"{name} must be {' or '.join(choices)}, not {value!r}.")
    return value


def integer(name: str, *, default: int, low: int, high: int) -> int:
    """A whole number within [low, high]."""
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError as error:
        raise SettingError(f"{name} must be a whole number, not {raw!r}.") from error
    if not low <= value <= high:
        raise SettingError(f"{name} must be between {low} and {high}, not {value}.")
    return value


def words(name: str, *, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list."""
    raw = os.environ.get(name, "")
    return [part.strip() for part in raw.split(",") if part.strip()] or list(default)


def path(name: str, *, default: Path) -> Path:
    """A file or folder; `~` is the home folder."""
    raw = os.environ.get(name, "").strip()
    return Path(raw).expanduser() if raw else default
