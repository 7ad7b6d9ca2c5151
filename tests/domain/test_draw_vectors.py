"""The frozen vectors: whoever writes a second implementation must get these too."""

import hashlib
import json
from collections import Counter

from fairport.domain.allocation import quotas
from fairport.domain.beacon import DrandBeacon, DrandCommitment
from fairport.domain.bundle import verify_bundles
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
from tests.domain.reference import allocate_literally


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


FROZEN_FOR_EVER = {
    "by-hand/allocation.txt": "b95fe69d004a88709f2f284dd2de1084b7685c626db2715984b6add3e070b9c2",
    "by-hand/beacon.json": "6d34c00d706aebd793a00de575e7bef47db0a504aa3b03f4cc80feeba52bc188",
    "by-hand/expected.json": "191aaa7977db494e90bf441607dfe672642eec696619be2b4dc44398e0cf6de7",
    "by-hand/manifest.json": "df9e820f9dfb29d10ca76223894d63d6edc2eefe88ba29b7245a7bd22f28503a",
    "by-hand/params.json": "4c259bc467cba3ef00cd31d792304b765877c22eda80c407b5b6e826701b292d",
    "by-hand/pool.txt": "b705537e7c43f1db925962fe68362ad95c1b1d6d57039ed37891813f09905cbd",
    "by-hand/result.json": "0345db43709c4b1f065681fada6d0f02ba31b2f0eeb65a07f591a1c695b86835",
    "drand.json": "14a8c4cac83687fcdfc7572e02b592542e165c9407b30e8559824aebda4dba7a",
    "notes.json": "2590b368155f526741338250f9afcb877d8c3e9e28b7456cb7177bfccb8f69a5",
    "order.json": "24392f51fce6d3a72873f978dbf3ecd2f5a1b8b66866d546492f2579323fc620",
    "round-1000/allocation.txt": "95ab6a8ed573d64d58b50b3b1d2a018524ba62574d8bb7cedd3a66255935a097",
    "round-1000/beacon.json": "c96d91e5cd83bd0f4ca4e1fa0aaf912e0a2013336d72b3fbd5e10625f276f3ab",
    "round-1000/manifest.json": "6ca8335c88608fe12c60b6ba43d7c46fb071f5b18b6291fbd6893aa5283aa74e",
    "round-1000/params.json": "114eddbcb860f97e9a45b14369bfa96a201de446f4e810c167f76776ac1ac7f5",
    "round-1000/pool.txt": "21ab5a3825820e07305304a784ba598386d2f1d987892f5362822e1510edfb76",
    "round-1000/result.json": "926341090d20de9448d8521e750b2746988466cd5836910355583c33fc717f76",
    "trees.json": "6811b6d7d7dcae403a795f7f8a122b7753526af238b37c66ac84fa992bda9f57",
}


def test_no_vector_ever_changes() -> None:
    """Whoever wants other vectors wants another version of the rules."""
    files = [path for path in VECTORS.rglob("*") if path.is_file() and path.name != "README.md"]
    found = {str(path.relative_to(VECTORS)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert found == FROZEN_FOR_EVER


def test_the_bundle_of_a_real_round_is_what_the_rules_say_literally() -> None:
    folder = VECTORS / "round-1000"
    (report,) = verify_bundles([folder])
    assert (report.entries, report.offers, report.rain_checks) == (12, 3, 1)
    beacon = parse_beacon((folder / "beacon.json").read_bytes())
    (accepted,) = json.loads((VECTORS / "drand.json").read_bytes())["accepted"]
    assert beacon.randomness.hex() == accepted["randomness"]
    result = json.loads((folder / "result.json").read_bytes())
    lines, carry, cutoffs, _ = allocate_literally(
        list(parse_pool((folder / "pool.txt").read_bytes())),
        parse_params((folder / "params.json").read_bytes()),
        bytes.fromhex(result["seed"]),
    )
    assert format_allocation(lines) == (folder / "allocation.txt").read_bytes()
    assert (carry, cutoffs) == (result["seniority_carry_next"], result["cutoffs"])
