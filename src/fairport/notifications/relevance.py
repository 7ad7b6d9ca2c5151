"""Checks that a message still agrees with the record, brought by the rooms that know the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

# Told the message's context and the present moment; False drops the message.
RelevanceCheck = Callable[[Mapping[str, Any], datetime], bool]

_checks: dict[str, RelevanceCheck] = {}


def register_relevance_check(template: str, check: RelevanceCheck) -> None:
    """Asks `check` before each message of that template leaves. Called from an app's `ready()`; one for a template."""
    _checks[template] = check


def is_relevant(template: str, context: Mapping[str, Any], at: datetime) -> bool:
    """Whether the message may still leave; a template without a check always may."""
    check = _checks.get(template)
    return check is None or check(context, at)
