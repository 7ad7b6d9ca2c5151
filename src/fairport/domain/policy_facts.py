"""The optional sections of a policy file that are about verified facts and about places given outside the draw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from fairport.domain.policy_reader import Table
from fairport.domain.policy_values import ExceptionalRules, FactRules
from fairport.domain.standing import (
    DISPLACED_TIER,
    FIRST_TIER,
    LAST_TIER,
    MOST_TICKETS,
    ONE_TIER,
    Standing,
    TierRule,
    TierRules,
)

DAYS_VALID: Final = 365
"""How long a fact holds where a policy does not say."""


def read_tiers(root: Table, criteria: Sequence[str]) -> TierRules:
    """Read ``[tiers]``; without it everyone is in one tier with one ticket."""
    if not root.has("tiers"):
        return ONE_TIER
    before = root.problem_count
    table = root.table("tiers")
    rules = [_rule(each, criteria) for each in table.tables("rules")]
    default = _standing(table.table("default"))
    table.done()
    seen: set[str] = set()
    for rule in rules:
        for again in sorted(seen & rule.any_of):
            message = f"{again} is in an earlier rule, which applies first: name it once."
            table.problem("rules", "criterion_in_two_rules", message)
        seen |= rule.any_of
    # With a stand-in for a value that could not be read, their order says nothing.
    standings = [*(rule.standing for rule in rules), default] if root.problem_count == before else []
    for better, worse in pairwise(standings):
        if better.order >= worse.order:
            message = (
                "The rules must go from the best standing to the worst (a lower tier, or more tickets in the same "
                "one), and the default must be worse than all of them; else a verified fact could cost somebody "
                "their place."
            )
            table.problem("rules", "tiers_out_of_order", message)
            break
    return TierRules(default=default, rules=tuple(rules))


def read_facts(root: Table, criteria: Sequence[str]) -> FactRules:
    """Read ``[facts]``: how long a verified fact holds, in general and for single criteria."""
    if not root.has("facts"):
        return FactRules(valid_for=timedelta(days=DAYS_VALID), valid_for_criterion=MappingProxyType({}))
    table = root.table("facts")
    valid_for = _days(table, "valid_days")
    special: dict[str, timedelta] = {}
    if table.has("valid_days_of"):
        of = table.table("valid_days_of")
        special = {criterion: _days(of, criterion) for criterion in criteria if of.has(criterion)}
        of.done()
    table.done()
    return FactRules(valid_for=valid_for, valid_for_criterion=MappingProxyType(special))


def read_exceptional(root: Table) -> ExceptionalRules:
    """Read ``[exceptional]``; without it nobody is placed outside the draw."""
    if not root.has("exceptional"):
        return ExceptionalRules(people_per_port_and_week=0)
    table = root.table("exceptional")
    people = table.integer("people_per_port_and_week", low=0, high=10_000)
    table.done()
    return ExceptionalRules(people_per_port_and_week=people)


def _rule(table: Table, criteria: Sequence[str]) -> TierRule:
    any_of = table.texts("any_of")
    if not any_of and table.has("any_of"):
        table.problem("any_of", "empty", "A rule must name at least one criterion, or it applies to nobody.")
    for criterion in any_of:
        if criterion not in criteria:
            message = f"{criterion!r} is not among the criteria of this policy, so nobody can have it verified."
            table.problem("any_of", "unknown_criterion", message)
    return TierRule(any_of=frozenset(any_of), standing=_standing(table))


def _standing(table: Table) -> Standing:
    tier = table.integer("tier", low=DISPLACED_TIER, high=LAST_TIER, stand_in=FIRST_TIER)
    if tier == DISPLACED_TIER:
        message = "Tier 0 is kept for groups whose place was taken back; use 1 to 9."
        table.problem("tier", "tier_reserved", message)
    weight = table.integer("weight", low=1, high=MOST_TICKETS)
    table.done()
    return Standing(tier=tier, weight=weight)


def _days(table: Table, key: str) -> timedelta:
    return timedelta(days=table.integer(key, low=1, high=3660))
