"""The frozen vectors: whoever writes a second implementation must get these too."""

import hashlib
import json
from collections import Counter

from fairport.domain.allocation import quotas
from fairport.domain.beacon import DrandBeacon, DrandCommitment
from fairport.domain.draw import (
    Pool,
    PoolEntry,
    compute_seed,
    entry_id,
    format_allocation,
    format_manifest,
    format_params,
    format_pool,
    merkle_root,
    parse_beacon,
    parse_manifest,
    parse_params,
    parse_pool,
    registered_week,
    run_draw,
)
from fairport.domain.draw_format import parse_day, parse_instant
from fairport.domain.merkle import leaf_hash
from fairport.domain.order import Tickets, chain_and_round, lottery_order, seniority_order, ticket
from tests.domain.building import BY_HAND, VECTORS


def read(name: str) -> bytes:
    return (BY_HAND / name).read_bytes()


def test_the_example_of_the_order() -> None:
    vector = json.loads((VECTORS / "order.json").read_text())
    beacon = DrandBeacon(vector["round"], bytes.fromhex(vector["signature"]))
    assert beacon.randomness.hex() == vector["randomness"]
    lines = [line.encode() for line in vector["pool"]]
    assert leaf_hash(lines[0]).hex() == vector["first_leaf"]
    assert merkle_root(lines).hex() == vector["pool_root"]
    params_sha256 = hashlib.sha256(vector["params"].encode()).digest()
    assert params_sha256.hex() == vector["params_sha256"]
    chain_hash, round_number = chain_and_round(DrandCommitment(vector["round"]))
    seed = compute_seed(
        randomness=beacon.randomness,
        draw_id=vector["draw_id"],
        pool_root=merkle_root(lines),
        n=len(lines),
        params_sha256=params_sha256,
        chain_hash=chain_hash,
        round_number=round_number,
    )
    assert seed.hex() == vector["seed"]
    fields = [line.split(",") for line in vector["pool"]]
    pool = Pool.of(
        PoolEntry(one, int(size), int(tier), int(weight), parse_day(day), tuple(ports.split(";")))
        for one, size, tier, weight, day, ports in fields
    )
    tickets = Tickets(pool=pool, seed=seed)
    order = lottery_order(pool=pool, tickets=tickets)
    assert [pool.ids[position].hex()[:4] for position in order] == vector["lottery_order"]
    assert tickets.best[order[0]].hex() == vector["first_best_ticket"]
    assert hashlib.sha256(b"".join(pool.ids[position] for position in order)).hexdigest() == vector["order_sha256"]


def test_the_bundle_worked_out_by_hand() -> None:
    expected = json.loads(read("expected.json"))
    pool, params, manifest = read("pool.txt"), read("params.json"), read("manifest.json")
    draw = run_draw(pool=pool, params=params, manifest=manifest, beacon=parse_beacon(read("beacon.json")))
    assert draw.allocation_bytes == read("allocation.txt")
    assert draw.result_bytes == read("result.json")
    assert draw.seed.hex() == expected["seed"]
    assert (draw.manifest.n, draw.manifest.people) == (expected["n"], expected["people"])
    lines = draw.allocation.lines
    assert Counter(f"{line.step} {line.outcome}" for line in lines) == expected["lines_by_step_and_outcome"]
    assert [list(pair) for pair in draw.allocation.rain_checks_next] == expected["next_rain_checks"]
    assert dict(draw.allocation.cutoffs) == expected["cutoffs"]
    found, carry = quotas(draw.params)
    assert [[port, day.isoformat(), quota] for (port, day), quota in found.items()] == expected["quotas"]
    assert carry == expected["seniority_carry_next"]
    remainders = [
        [one.port, one.date.isoformat(), f"{one.band:%H:%M}"] for one in draw.params.cells if one.is_remainder
    ]
    assert remainders == expected["remainders"]
    tickets = Tickets(pool=draw.pool, seed=draw.seed)
    for name, order in (
        ("lottery", lottery_order(pool=draw.pool, tickets=tickets)),
        ("seniority", seniority_order(pool=draw.pool, tickets=tickets)),
    ):
        ids = [draw.pool.ids[position] for position in order]
        assert hashlib.sha256(b"".join(ids)).hexdigest() == expected[f"{name}_order_sha256"]
        assert [one.hex() for one in ids[:5]] == expected[f"first_in_{name}_order"]
    ranks = dict(zip((one.hex() for one in draw.pool.ids), draw.allocation.lottery_ranks, strict=True))
    assert [ranks[one] for one in expected["first_in_lottery_order"]] == [1, 2, 3, 4, 5]


def test_the_files_are_written_as_they_were_read() -> None:
    assert format_pool(parse_pool(read("pool.txt"))) == read("pool.txt")
    assert format_pool(reversed(list(parse_pool(read("pool.txt"))))) == read("pool.txt")
    assert format_params(parse_params(read("params.json"))) == read("params.json")
    assert format_manifest(parse_manifest(read("manifest.json"))) == read("manifest.json")
    assert format_allocation([]) == format_pool([]) == b""


def test_the_fast_tickets_are_the_plain_ones() -> None:
    pool = parse_pool(read("pool.txt"))
    tickets = Tickets(pool=pool, seed=b"\1" * 32)
    for position, one in enumerate(pool.ids):
        plain = [ticket(seed=b"\1" * 32, entry=one, number=number) for number in range(pool.weights[position])]
        assert (tickets.first[position], tickets.best[position]) == (plain[0], min(plain))


def test_an_entrys_id_is_known_to_both_sides_and_differs_between_draws() -> None:
    first = entry_id(entry_secret=b"\2" * 32, draw_id="title-42-exemption/2023-01-18")
    assert first == "50844c507a9542e407f391fc8c726838"
    assert first != entry_id(entry_secret=b"\2" * 32, draw_id="title-42-exemption/2023-01-19")
    assert first != entry_id(entry_secret=b"\3" * 32, draw_id="title-42-exemption/2023-01-18")


def test_the_week_of_registration_is_its_monday_in_utc() -> None:
    weeks = {
        "2023-01-16T00:00:00Z": "2023-01-16",
        "2023-01-15T23:59:59Z": "2023-01-09",
        "2024-01-01T12:00:00Z": "2024-01-01",
        "2023-01-01T12:00:00Z": "2022-12-26",
    }
    assert {at: registered_week(parse_instant(at)).isoformat() for at in weeks} == weeks


def test_a_pool_reads_like_a_list() -> None:
    pool = parse_pool(read("pool.txt"))
    assert len(pool) == 11
    assert list(pool) == [pool[position] for position in range(11)] == pool[:]
    assert pool[1].ports == ("BBB", "AAA")
    assert pool[-1].id.startswith("f998")
    assert Pool.of(reversed(pool)).people == pool.people == 56
