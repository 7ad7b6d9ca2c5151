"""What tiers and tickets do to how long groups wait: the draw's own code, played day after day.

`python -m tests.domain.tier_simulation` prints the table of docs/policy.md. Seeds are fixed: everyone gets the same.
"""

import datetime as dt
import hashlib
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from fairport.domain.draw import Cell, Pool, RainCheck, allocate
from fairport.domain.policy import load_policy
from fairport.domain.standing import ONE_TIER, Standing, TierRule, TierRules, standing
from tests.domain.building import DAY, MONDAY, POLICY_FILE, params, previous_draw

TRIAL_FILE = POLICY_FILE.parent / "trial" / "title-42-most-vulnerable-first.toml"
DAYS, WARM_UP = 420, 120
# Forty-eight places a day in four bands. As many people come as found a place, so that the queue keeps its length.
CELLS = tuple(Cell("AAA", DAY, dt.time(hour), 12, 12) for hour in (8, 10, 13, 15))
SIZES = (1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 7)
# Groups that wait at the beginning: some three weeks of places.
WAITING_AT_FIRST = 384
FIRST_SHARE = (1, 2)

RULES: dict[str, TierRules] = {
    "one tier for all (the founding policy)": ONE_TIER,
    "the trial policy": load_policy(TRIAL_FILE.read_bytes()).tiers,
    "three strict tiers": TierRules(
        Standing(3, 1),
        (TierRule(frozenset({"threat"}), Standing(1, 1)), TierRule(frozenset({"no_housing"}), Standing(2, 1))),
    ),
    "tickets only (8, 4 and 1)": TierRules(
        Standing(1, 1),
        (TierRule(frozenset({"threat"}), Standing(1, 8)), TierRule(frozenset({"no_housing"}), Standing(1, 4))),
    ),
}
KINDS = ("threat", "no_housing", "")


@dataclass(frozen=True)
class Waits:
    """Days from registration to a place, of the groups of one kind: the median, and what nine of ten stay below."""

    median: float
    nine_of_ten: float
    placed: int


@dataclass
class _Group:
    number: int
    size: int
    kind: str
    since: int


def play(rules: TierRules, *, verified: float, share: tuple[int, int] = FIRST_SHARE) -> dict[str, Waits]:
    """Plays the programme. `verified` is the share of groups with a fact, half of them of each kind.

    Returns the waits of those who verified a threat, no housing, or nothing (the empty text).
    """
    choose = random.Random("the same people in every policy")
    count = 0

    def arriving(day: int) -> _Group:
        nonlocal count
        count += 1
        drawn = choose.random()
        kind = "threat" if drawn < verified / 2 else "no_housing" if drawn < verified else ""
        return _Group(count, choose.choice(SIZES), kind, day)

    groups = [arriving(-choose.randrange(21)) for _ in range(WAITING_AT_FIRST)]
    waits: defaultdict[str, list[int]] = defaultdict(list)
    rain_checks: tuple[RainCheck, ...] = ()
    carry, owed = 0, 0
    for day in range(DAYS):
        while owed > 0:
            newcomer = arriving(day)
            owed -= newcomer.size
            groups.append(newcomer)
        by_id = {_id_of(group): group for group in groups}
        ids = sorted(by_id)
        used = params(
            CELLS, seniority_share=share, seniority_carry=carry, previous=previous_draw(), rain_checks=rain_checks
        )
        found = allocate(_pool([by_id[raw] for raw in ids], ids, rules), used, hashlib.sha256(b"%d" % day).digest())
        carry = found.carry_next
        rain_checks = tuple(RainCheck(holder, holder, port) for holder, port in found.rain_checks_next)
        gone = {by_id[bytes.fromhex(line.id)].number for line in found.lines if line.outcome == "offer"}
        owed += sum(group.size for group in groups if group.number in gone)
        if day >= WARM_UP:
            for group in groups:
                if group.number in gone:
                    waits[group.kind].append(day - group.since)
        groups = [group for group in groups if group.number not in gone]
    # Who still waits at the end would make the slow look quick if they were left out.
    for group in groups:
        if group.since >= WARM_UP:
            waits[group.kind].append(DAYS - group.since)
    return {kind: _summary(waits[kind]) for kind in KINDS if waits[kind]}


def row(name: str, *, verified: float, share: tuple[int, int] = FIRST_SHARE) -> str:
    """One line of the table."""
    found = play(RULES[name], verified=verified, share=share)
    cells = [f"{found[kind].median:.0f} ({found[kind].nine_of_ten:.0f})" for kind in KINDS]
    return f"| {verified:.0%} | {share[0]}/{share[1]} | {name} | {' | '.join(cells)} |"


def table() -> str:
    """The comparison as the documentation has it."""
    lines = [
        "| verified | by seniority | rules | danger or illness | housing or age | nothing verified |",
        "| --- | --- | --- | --- | --- | --- |",
        *(row(name, verified=portion) for portion in (0.1, 0.3, 0.6) for name in RULES),
        *(row(name, verified=0.6, share=(0, 1)) for name in RULES),
    ]
    return "\n".join(lines)


def _id_of(group: _Group) -> bytes:
    return hashlib.sha256(b"group %d" % group.number).digest()[:16]


def _pool(groups: Sequence[_Group], ids: list[bytes], rules: TierRules) -> Pool:
    given = [standing(facts={group.kind} - {""}, rules=rules) for group in groups]
    first = MONDAY + dt.timedelta(weeks=4)
    return Pool(
        ids=ids,
        sizes=[group.size for group in groups],
        tiers=[one.tier for one in given],
        weights=[one.weight for one in given],
        registered=[first + dt.timedelta(weeks=group.since // 7) for group in groups],
        ports=[("AAA",)] * len(groups),
    )


def _summary(days: list[int]) -> Waits:
    tenths = quantiles(days, n=10, method="inclusive")
    return Waits(median=tenths[4], nine_of_ten=tenths[8], placed=len(days))


if __name__ == "__main__":
    print(table())
