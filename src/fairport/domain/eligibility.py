"""Who can register: ages, criteria, place, group.

Source: the reporting of January 2023 (domain, section 1, A) and design, section 2. Ages are computed on the day of the
registration in the calendar of the port's side; the caller chooses that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from fairport.domain.policy_values import CRITERIA, DERIVED_CRITERIA, Policy

ADULT_AGE: Final = 18
OLDEST_AGE: Final = 125
"""No living person is older; the oldest age ever proven is 122 years (Jeanne Calment, 1997)."""


class BirthDateRefused(ValueError):
    """The birth date cannot be true. ``code`` is ``birth_date_in_future`` or ``birth_date_impossible``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class TravelerFacts:
    """What eligibility needs to know of one traveler: birth date and the criteria that they claim."""

    birth_date: date
    claimed: frozenset[str]


@dataclass(frozen=True, slots=True)
class DeclaredLocation:
    """Where the applicant says they are: ISO 3166 country, ISO 3166-2 state. Declared, never measured."""

    country: str
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a group cannot register, with the traveler (index from 0) where it is about one.

    Codes: ``no_criterion``, ``outside_location``, ``child_alone``, ``group_too_large``.
    """

    code: str
    traveler_index: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome: ``reasons`` is empty exactly if ``eligible``.

    ``found`` has, for each traveler, the criteria that count: the claimed ones and those that follow from the age.
    """

    eligible: bool
    reasons: tuple[Reason, ...]
    found: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class ClaimProblem:
    """A claimed criterion that cannot be: ``criterion_not_claimable`` or ``criterion_unknown``."""

    code: str
    criterion: str


def age_on(birth_date: date, on: date) -> int:
    """Return the completed years of age on a day.

    Who was born on 29 February has the birthday on 1 March in common years: a year is complete when it has fully
    passed. Raises :class:`BirthDateRefused` if the birth is after ``on``.
    """
    if birth_date > on:
        raise BirthDateRefused("birth_date_in_future", "The birth date is in the future.")
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def validate_birth_date(birth_date: date, on: date) -> None:
    """Refuse a birth date after ``on`` or more than 125 completed years before it.

    Raises :class:`BirthDateRefused`.
    """
    if age_on(birth_date, on) > OLDEST_AGE:
        raise BirthDateRefused("birth_date_impossible", "Nobody is that old. Check the year of birth.")


def can_lead(birth_date: date, on: date) -> bool:
    """Say whether a person may be the lead traveler: 18 or over."""
    return age_on(birth_date, on) >= ADULT_AGE


def check_claims(claimed: Iterable[str], *, policy: Policy) -> tuple[ClaimProblem, ...]:
    """Return what is wrong with claimed criteria, in the order given.

    The two age criteria follow from the birth date and cannot be claimed; others must be in the policy.
    """
    problems = []
    for criterion in claimed:
        if criterion in DERIVED_CRITERIA:
            problems.append(ClaimProblem("criterion_not_claimable", criterion))
        elif criterion not in CRITERIA or criterion not in policy.criteria:
            problems.append(ClaimProblem("criterion_unknown", criterion))
    return tuple(problems)


def criteria_of(traveler: TravelerFacts, *, policy: Policy, on: date) -> frozenset[str]:
    """Return the criteria of the policy that one traveler meets on a day.

    Raises :class:`BirthDateRefused` if the birth is after ``on``.
    """
    found = set(traveler.claimed - DERIVED_CRITERIA)
    age = age_on(traveler.birth_date, on)
    if age < policy.under_age:
        found.add("under_21")
    if age > policy.over_age:
        found.add("over_70")
    return frozenset(found.intersection(policy.criteria))


def is_accepted_location(location: DeclaredLocation, *, policy: Policy) -> bool:
    """Say whether the policy accepts applicants from a place; everywhere if its location rule is off."""
    rule = policy.location
    return not rule.enabled or (location.country == rule.country and location.state in rule.states)


def assess_eligibility(
    *, policy: Policy, travelers: Sequence[TravelerFacts], on: date, location: DeclaredLocation
) -> Verdict:
    """Decide whether a group can register on a day, with every reason against it.

    A group needs at least one traveler with at least one criterion, at least one traveler of 18 or over, at most the
    policy's largest group, and a place that the policy accepts. Raises ``ValueError`` for an empty group and
    :class:`BirthDateRefused` for a birth after ``on``.
    """
    if not travelers:
        raise ValueError("a group has at least one traveler")
    found = tuple(criteria_of(traveler, policy=policy, on=on) for traveler in travelers)
    reasons = []
    if not is_accepted_location(location, policy=policy):
        reasons.append(Reason("outside_location"))
    if not any(found):
        reasons.append(Reason("no_criterion"))
    if not any(can_lead(traveler.birth_date, on) for traveler in travelers):
        reasons.append(Reason("child_alone"))
    if len(travelers) > policy.draw.largest_group:
        reasons.append(Reason("group_too_large"))
    return Verdict(eligible=not reasons, reasons=tuple(reasons), found=found)
