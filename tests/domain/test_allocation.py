"""The allocation: what must hold for every pool, and the rules one by one."""

import datetime as dt
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from fairport.domain.allocation import Allocation, quotas
from fairport.domain.draw import AllocationLine, Params, PoolEntry, RainCheck, allocate
from tests.domain.building import MONDAY, cell, entry, entry_id_of, params, previous_draw, repeatable
from tests.domain.reference import allocate_literally

SEED = b"\7" * 32
PORTS = ["AAA", "BBB", "CC"]


@st.composite
def draws(draw: st.DrawFn) -> tuple[list[PoolEntry], Params, bytes]:
    """A pool of up to 40 entries, up to 12 cells full, empty and in between, some rain-checks, and a seed."""
    count = draw(st.integers(0, 40))
    entries = [
        entry(
            number,
            size=draw(st.integers(1, 12)),
            tier=draw(st.sampled_from([1, 1, 1, 0, 2])),
            weight=draw(st.sampled_from([1, 1, 1, 2, 5])),
            registered=MONDAY + dt.timedelta(weeks=draw(st.integers(0, 5))),
            ports=draw(st.lists(st.sampled_from([*PORTS, "ZZZZ"]), min_size=1, max_size=4, unique=True)),
        )
        for number in range(count)
    ]
    places = st.tuples(st.sampled_from(PORTS), st.integers(0, 1), st.integers(8, 9))
    cells = []
    for port, day, hour in draw(st.lists(places, max_size=12, unique=True)):
        capacity = draw(st.integers(0, 30))
        free = draw(st.one_of(st.just(capacity), st.integers(0, capacity)))
        cells.append(cell(port, day=day, hour=hour, capacity=capacity, free=free))
    holders = draw(st.lists(st.integers(0, max(count - 1, 0)), max_size=min(count, 5), unique=True))
    share = draw(st.sampled_from([(0, 1), (1, 2), (1, 1), (2, 5)]))
    found = params(
        cells,
        seniority_share=share,
        seniority_carry=draw(st.integers(0, share[1] - 1)),
        previous=previous_draw(),
        rain_checks=tuple(
            RainCheck(entry_id_of(1000 + number), entry_id_of(number), draw(st.sampled_from([*PORTS, "ZZZZ"])))
            for number in holders
        ),
    )
    return entries, found, draw(st.binary(min_size=32, max_size=32))


@repeatable
@given(drawn=draws())
def test_no_cell_is_exceeded_and_no_group_is_split(drawn: tuple[list[PoolEntry], Params, bytes]) -> None:
    entries, used, seed = drawn
    allocation = allocate(entries, used, seed)
    by_id = {one.id: one for one in entries}
    ids = [line.id for line in allocation.lines]
    assert ids == sorted(set(ids))
    taken: Counter[tuple[str, dt.date | None, dt.time | None]] = Counter()
    for line in allocation.lines:
        if line.outcome == "offer":
            taken[line.port, line.date, line.band] += by_id[line.id].size
            if line.step != "R":
                assert line.port in by_id[line.id].ports
        else:
            assert line.date is line.band is None
    free = {(one.port, one.date, one.band): one.free for one in used.cells}
    for place, people in taken.items():
        assert people <= free[place]  # type: ignore[index]


@settings(repeatable, max_examples=200)
@given(drawn=draws())
def test_it_is_what_the_specification_says_literally(drawn: tuple[list[PoolEntry], Params, bytes]) -> None:
    entries, used, seed = drawn
    allocation = allocate(entries, used, seed)
    lines, carry, cutoffs, rain_checks = allocate_literally(entries, used, seed)
    assert list(allocation.lines) == lines
    assert allocation.carry_next == carry
    assert dict(allocation.cutoffs) == cutoffs
    assert list(allocation.rain_checks_next) == rain_checks


@repeatable
@given(drawn=draws(), random=st.randoms(use_true_random=False))
def test_the_order_of_the_entries_does_not_matter(drawn: tuple[list[PoolEntry], Params, bytes], random) -> None:  # type: ignore[no-untyped-def]
    entries, used, seed = drawn
    shuffled = entries.copy()
    random.shuffle(shuffled)
    first, second = allocate(entries, used, seed), allocate(shuffled, used, seed)
    assert first.lines == second.lines
    assert list(first.lottery_ranks) == list(second.lottery_ranks)
    assert sorted(first.lottery_ranks) == list(range(1, len(entries) + 1))


@repeatable
@given(drawn=draws())
def test_quotas_add_up_to_the_share(drawn: tuple[list[PoolEntry], Params, bytes]) -> None:
    _, used, _ = drawn
    a, b = used.seniority_share
    found, carry = quotas(used)
    places = sum(one.free for one in used.cells if not one.is_remainder)
    assert sum(found.values()) * b + carry == a * places + used.seniority_carry
    assert 0 <= carry < b


def outcomes(allocation: Allocation) -> dict[str, tuple[str, str]]:
    return {line.id: (line.step, line.outcome) for line in allocation.lines}


def test_an_empty_pool_and_no_cells() -> None:
    assert allocate([], params([cell()]), SEED).lines == ()
    assert allocate([entry(1)], params([]), SEED).lines == ()


def test_a_group_that_cannot_fit_closes_the_cell_and_gets_a_rain_check() -> None:
    entries = [entry(1, size=8, tier=0), entry(2, size=8, tier=1), entry(3, size=1, tier=2)]
    allocation = allocate(entries, params([cell()], seniority_share=(0, 1)), SEED)
    # The last one would have fitted, but nobody passes.
    assert outcomes(allocation) == {entry_id_of(1): ("L", "offer"), entry_id_of(2): ("L", "rain-check")}
    assert allocation.rain_checks_next == ((entry_id_of(2), "AAA"),)
    assert dict(allocation.cutoffs) == {"AAA": 1}


def test_a_cell_too_small_for_the_group_is_not_closed() -> None:
    entries = [entry(1, size=8, tier=0), entry(2, size=5, tier=1)]
    allocation = allocate(entries, params([cell(capacity=5)], seniority_share=(0, 1)), SEED)
    assert outcomes(allocation) == {entry_id_of(2): ("L", "offer")}


def test_a_rain_check_opens_remainders_and_nothing_else_does() -> None:
    remainder = cell(capacity=20, free=3)
    entries = [entry(1, size=3), entry(2, size=1)]
    without = params([remainder], previous=previous_draw())
    assert allocate(entries, without, SEED).lines == ()
    kept = RainCheck(entry_id_of(99), entry_id_of(1), "AAA")
    allocation = allocate(entries, params([remainder], previous=previous_draw(), rain_checks=(kept,)), SEED)
    assert outcomes(allocation) == {entry_id_of(1): ("R", "offer")}


def test_a_rain_check_is_for_its_port_even_if_the_entry_does_not_list_it_any_more() -> None:
    kept = RainCheck(entry_id_of(99), entry_id_of(1), "BBB")
    used = params([cell("AAA"), cell("BBB")], previous=previous_draw(), rain_checks=(kept,))
    (line,) = allocate([entry(1, ports=["AAA"])], used, SEED).lines
    assert (line.step, line.port) == ("R", "BBB")


def test_a_rain_check_that_is_kept_closes_no_cell() -> None:
    first, holder, last = entry(1, size=5, tier=0), entry(2, size=12, tier=1), entry(3, size=7, tier=2)
    kept = RainCheck(entry_id_of(99), holder.id, "BBB")
    cells = [cell("AAA", capacity=12)]
    with_one = params(cells, seniority_share=(0, 1), previous=previous_draw(), rain_checks=(kept,))
    assert outcomes(allocate([first, holder, last], with_one, SEED)) == {
        first.id: ("L", "offer"),
        holder.id: ("R", "rain-check"),
        last.id: ("L", "offer"),
    }
    without = params(cells, seniority_share=(0, 1))
    assert outcomes(allocate([first, holder, last], without, SEED)) == {
        first.id: ("L", "offer"),
        holder.id: ("L", "rain-check"),
    }


def test_an_offer_ends_a_rain_check() -> None:
    holder = entry(1, size=2)
    kept = RainCheck(entry_id_of(99), holder.id, "BBB")
    allocation = allocate([holder], params([cell()], previous=previous_draw(), rain_checks=(kept,)), SEED)
    assert outcomes(allocation) == {holder.id: ("S", "offer")}
    assert allocation.rain_checks_next == ()


def test_the_oldest_is_not_passed_in_the_seniority_step() -> None:
    old = entry(1, size=9, registered=MONDAY)
    young = entry(2, size=1, registered=MONDAY + dt.timedelta(weeks=1))
    # The oldest does not fit: the day's quota ends there, and the younger one goes to the lottery.
    allocation = allocate([old, young], params([cell(capacity=8)], seniority_share=(1, 1)), SEED)
    assert outcomes(allocation) == {young.id: ("L", "offer")}


def test_the_last_group_may_pass_a_small_quota() -> None:
    family = entry(1, size=12)
    allocation = allocate([family], params([cell(capacity=12)], seniority_share=(1, 12)), SEED)
    assert outcomes(allocation) == {family.id: ("S", "offer")}


def test_the_carry_gives_a_small_port_its_quota_in_time() -> None:
    cells = [cell(port, capacity=1) for port in ("AAA", "BBB", "CCC", "DDD")]
    found, carry = quotas(params(cells, seniority_share=(1, 2)))
    assert list(found.values()) == [0, 1, 0, 1]
    assert carry == 0
    found, carry = quotas(params(cells[:1], seniority_share=(1, 2), seniority_carry=1))
    assert (list(found.values()), carry) == ([1], 0)


def test_ports_are_tried_in_the_applicants_order_and_days_from_the_first() -> None:
    used = params([cell("AAA", day=1), cell("BBB", day=0), cell("BBB", day=1)], seniority_share=(0, 1))
    one = entry(1, ports=["BBB", "AAA"])
    (line,) = allocate([one], used, SEED).lines
    assert line == AllocationLine(one.id, "L", "offer", "BBB", dt.date(2023, 2, 1), dt.time(8))


def test_a_heavier_entry_comes_earlier_more_often() -> None:
    heavy, light = entry(1, weight=3), entry(2)
    used = params([cell(capacity=1)], seniority_share=(0, 1))
    seeds = [number.to_bytes(32, "big") for number in range(400)]
    winners = Counter(allocate([heavy, light], used, seed).lines[0].id for seed in seeds)
    # Three tickets against one: 300 of 400, within four standard errors.
    assert 265 <= winners[heavy.id] <= 335


def test_a_port_that_nobody_knows_is_passed_over() -> None:
    used = params([cell("AAA")], seniority_share=(0, 1))
    both, unknown = entry(1, ports=["ZZZ", "AAA"]), entry(2, ports=["ZZZ"])
    allocation = allocate([both, unknown], used, SEED)
    assert [(line.id, line.port) for line in allocation.lines] == [(both.id, "AAA")]
