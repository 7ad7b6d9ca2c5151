"""What a programme's policy is made of. Import these names from :mod:`fairport.domain.policy`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from fairport.domain.standing import TierRules

CRITERIA: Final = (
    "physical_illness",
    "mental_illness",
    "disability",
    "pregnancy",
    "no_housing",
    "threat",
    "under_21",
    "over_70",
)
"""The vulnerability criteria a policy can use. Source: design, section 6, "Criteria codes"."""

DERIVED_CRITERIA: Final = frozenset({"under_21", "over_70"})
"""Criteria that follow from the birth date; nobody can claim them."""

ALL_WEEKDAYS: Final = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class LocationRule:
    """Where applicants may be. ``states`` are ISO 3166-2 codes of ``country``; nothing is checked if not enabled."""

    enabled: bool
    country: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyBand:
    """A stretch of a port's day, in the port's local time, on some weekdays (ISO: Monday is 1, Sunday 7).

    ``capacity`` counts people in the draw's places; ``walk_in_reserve`` people beside it. ``end`` is not in the band.
    """

    start: time
    end: time
    capacity: int
    walk_in_reserve: int
    weekdays: tuple[int, ...] = ALL_WEEKDAYS


@dataclass(frozen=True, slots=True)
class PolicyPort:
    """A port of entry from ``opens_on`` through ``closes_on`` (both included; None: open-ended).

    ``timezone`` is the port's IANA zone, ``traveler_timezone`` the one across the line. ``latitude`` and
    ``longitude`` are WGS 84 degrees. ``capacity_source`` is ``reported`` or ``demonstration``.
    """

    code: str
    name: str
    timezone: str
    traveler_timezone: str
    latitude: float
    longitude: float
    address: str
    opens_on: date
    closes_on: date | None
    capacity_source: str
    bands: tuple[PolicyBand, ...]


@dataclass(frozen=True, slots=True)
class DrawRules:
    """How the daily draw works. Source: design, section 2, "Draw and places".

    ``time_utc`` is the moment of the draw, the freeze comes ``freeze_lead`` before. ``seniority_share`` is a fraction
    (a, b) in lowest terms. ``largest_group`` counts travelers. After ``declines_before_lottery_only`` declined offers
    a registration takes part in the lottery but no more by seniority.
    """

    time_utc: time
    freeze_lead: timedelta
    confirmation_window: timedelta
    minimum_notice: timedelta
    horizon_days: int
    seniority_share: tuple[int, int]
    largest_group: int
    declines_before_lottery_only: int


@dataclass(frozen=True, slots=True)
class FactRules:
    """How long a verified fact holds: ``valid_for``, or what ``valid_for_criterion`` has for its criterion."""

    valid_for: timedelta
    valid_for_criterion: Mapping[str, timedelta]

    def validity_of(self, criterion: str) -> timedelta:
        """Return how long a fact about a criterion holds from its approval on."""
        return self.valid_for_criterion.get(criterion, self.valid_for)


@dataclass(frozen=True, slots=True)
class ExceptionalRules:
    """How many people two officials may place outside the draw, in one port and ISO week; 0: nobody."""

    people_per_port_and_week: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One dated version of a programme's policy, immutable; ``sha256`` is that of the file's bytes.

    In force from ``effective_from`` through ``effective_until`` (both included). Without an end it holds until the
    next version takes effect: see :func:`fairport.domain.policy.policy_in_force`. ``under_age`` and ``over_age`` are
    years: under_21 means fewer completed years than the first, over_70 more than the second.
    """

    programme: str
    version: str
    title: Mapping[str, str]
    effective_from: date
    effective_until: date | None
    criteria: tuple[str, ...]
    under_age: int
    over_age: int
    location: LocationRule
    ports: tuple[PolicyPort, ...]
    draw: DrawRules
    renewal_period: timedelta
    renewal_reminder: timedelta
    arrival_grace: timedelta
    withdrawal_undo: timedelta
    languages: tuple[str, ...]
    tiers: TierRules
    facts: FactRules
    exceptional: ExceptionalRules
    sha256: str


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """What is wrong: where (``ports[0].bands[1].capacity``), a stable code, and a plain sentence."""

    path: str
    code: str
    message: str


class PolicyError(Exception):
    """A policy was refused; ``problems`` has every reason, in the order of the file."""

    code = "policy_invalid"

    def __init__(self, problems: Sequence[PolicyProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "\n".join(": ".join(filter(None, (problem.path, problem.message))) for problem in self.problems)
        )
