"""A programme's policy: what it is and how a file becomes one.

Policy is data (domain, section 3, row 5): a dated, published TOML file that is parsed once, validated whole and never
edited. :func:`load_policy` reports every problem of a file at once, so that its author corrects it in one go.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from fairport.domain.policy_file import read_policy
from fairport.domain.policy_values import (
    ALL_WEEKDAYS,
    CRITERIA,
    DERIVED_CRITERIA,
    DrawRules,
    ExceptionalRules,
    FactRules,
    LocationRule,
    Policy,
    PolicyBand,
    PolicyError,
    PolicyPort,
    PolicyProblem,
)

__all__ = [
    "ALL_WEEKDAYS",
    "CRITERIA",
    "DERIVED_CRITERIA",
    "DrawRules",
    "ExceptionalRules",
    "FactRules",
    "LocationRule",
    "Policy",
    "PolicyBand",
    "PolicyError",
    "PolicyPort",
    "PolicyProblem",
    "check_versions",
    "load_policy",
    "policy_in_force",
]


def load_policy(raw: bytes) -> Policy:
    """Parse and validate a policy file.

    Raises :class:`PolicyError` with all problems.
    """
    try:
        document = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise PolicyError([PolicyProblem("", "not_utf8", "The file is not UTF-8 text.")]) from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError([PolicyProblem("", "not_toml", f"The file is not TOML: {error}.")]) from None
    return read_policy(document, sha256=hashlib.sha256(raw).hexdigest())


def check_versions(policies: Sequence[Policy]) -> None:
    """Refuse versions that cannot stand beside each other.

    Within a programme no two may share a version name or a first day, and one with a stated end must end before the
    next begins. One without an end gives way to the next. Raises :class:`PolicyError`.
    """
    problems: list[PolicyProblem] = []
    ordered = sorted(policies, key=lambda policy: (policy.programme, policy.effective_from, policy.version))
    names: set[tuple[str, str]] = set()
    for policy in ordered:
        name = (policy.programme, policy.version)
        if name in names:
            message = f"Version {policy.version} of {policy.programme} exists already and never changes."
            problems.append(PolicyProblem("version", "version_exists", message))
        names.add(name)
    for earlier, later in pairwise(ordered):
        if earlier.programme != later.programme:
            continue
        until = earlier.effective_until
        if earlier.effective_from == later.effective_from or (until is not None and until >= later.effective_from):
            message = (
                f"Version {later.version} takes effect on {later.effective_from}, when version {earlier.version} "
                f"({earlier.effective_from} to {until or 'the next version'}) is still in force."
            )
            problems.append(PolicyProblem("effective_from", "versions_overlap", message))
    if problems:
        raise PolicyError(problems)


def policy_in_force(policies: Sequence[Policy], *, on: date) -> Policy | None:
    """Return the version of one programme that holds on a day, or None.

    ``policies`` are versions of one programme that passed :func:`check_versions`.
    """
    begun = [policy for policy in policies if policy.effective_from <= on]
    if not begun:
        return None
    latest = max(begun, key=lambda policy: policy.effective_from)
    return None if latest.effective_until is not None and latest.effective_until < on else latest
