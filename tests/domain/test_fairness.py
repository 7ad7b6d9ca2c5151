"""A large family has the same chance as a single person, which is what rain-checks are for.

A programme is played over many days with fixed seeds. Who gets an offer leaves and somebody of the same size takes the
place, so the mix of sizes stays; the chance of a size is its offers for each of its entries and days.
"""

import datetime as dt
import hashlib
import random
from collections import Counter

import pytest

from fairport.domain import allocation as allocation_module
from fairport.domain.draw import Cell, Params, Pool, RainCheck, allocate
from tests.domain.building import DAY, MONDAY, params, previous_draw

PORTS = ("AAA", "BBB", "CCC", "DDD")
DAYS = 1500
# 96 single persons and 16 groups of each size from 2 to 12.
SIZES = [1] * 96 + [size for size in range(2, 13) for _ in range(16)]


def cells(capacity: int) -> tuple[Cell, ...]:
    return tuple(Cell(port, DAY, dt.time(hour), capacity, capacity) for port in PORTS for hour in (8, 11, 14))


def chances(*, share: tuple[int, int], capacity: int) -> dict[int, float]:
    """Play the programme and return each size's chance relative to a single person's."""
    choose = random.Random(f"{share} {capacity}")
    order = choose.sample(SIZES, len(SIZES))
    raw_ids = sorted(hashlib.sha256(b"%d" % number).digest()[:16] for number in range(len(order)))
    position_of = {raw_id.hex(): position for position, raw_id in enumerate(raw_ids)}
    registered = [MONDAY + dt.timedelta(weeks=choose.randrange(4)) for _ in order]
    ports = [tuple(choose.sample(PORTS, choose.randint(1, 4))) for _ in order]
    pool = Pool(
        ids=raw_ids, sizes=order, tiers=[1] * len(order), weights=[1] * len(order), registered=registered, ports=ports
    )
    today: Params = params(cells(capacity), seniority_share=share, previous=previous_draw())
    rain_checks: tuple[RainCheck, ...] = ()
    carry = 0
    offers: Counter[int] = Counter()
    for day in range(DAYS):
        used = params(
            today.cells, seniority_share=share, seniority_carry=carry, previous=previous_draw(), rain_checks=rain_checks
        )
        found = allocate(pool, used, hashlib.sha256(b"%d" % day).digest())
        carry = found.carry_next
        rain_checks = tuple(RainCheck(holder, holder, port) for holder, port in found.rain_checks_next)
        for line in found.lines:
            if line.outcome == "offer":
                position = position_of[line.id]
                offers[order[position]] += 1
                registered[position] = MONDAY + dt.timedelta(weeks=4 + day // 7)
                ports[position] = tuple(choose.sample(PORTS, choose.randint(1, 4)))
    counts = Counter(order)
    single = offers[1] / counts[1]
    return {size: offers[size] / counts[size] / single for size in sorted(counts)}


@pytest.mark.parametrize("share", [(0, 1), (1, 2)])
def test_the_chance_of_every_size_is_that_of_a_single_person(share: tuple[int, int]) -> None:
    found = chances(share=share, capacity=12)
    assert sorted(found) == list(range(1, 13))
    assert all(0.9 <= chance <= 1.1 for chance in found.values()), found


def test_without_rain_checks_large_families_lose_a_fifth_and_more(monkeypatch: pytest.MonkeyPatch) -> None:
    # The control: who does not fit is passed over, and the next smaller group takes the place.
    monkeypatch.setattr(allocation_module._PortPlaces, "close_first_large_enough", lambda *_: False)
    found = chances(share=(0, 1), capacity=12)
    assert min(found.values()) < 0.8, found
    assert found[12] < 0.8, found
