"""The allocation once more, written down as slowly and literally as the specification says it.

It shares nothing with the product but the value types, so that the two can be held against each other.
"""

import hashlib
import hmac
from collections.abc import Sequence

from fairport.domain.draw import AllocationLine, Cell, Params, PoolEntry


def ticket(seed: bytes, entry: PoolEntry, number: int) -> bytes:
    message = b"VLOT-1/ticket\0" + bytes.fromhex(entry.id) + number.to_bytes(2, "big")
    return hmac.new(seed, message, hashlib.sha256).digest()


def best(seed: bytes, entry: PoolEntry) -> bytes:
    return min(ticket(seed, entry, number) for number in range(entry.weight))


def remainder(cell: Cell) -> bool:
    return cell.free < 12 and cell.free < cell.capacity


def allocate_literally(
    entries: Sequence[PoolEntry], params: Params, seed: bytes
) -> tuple[list[AllocationLine], int, dict[str, int], list[tuple[str, str]]]:
    """Return lines, next carry, cutoffs and next rain-checks."""
    by_id = {entry.id: entry for entry in entries}
    lottery = sorted(entries, key=lambda entry: (entry.tier, best(seed, entry), entry.id))
    seniority = sorted(entries, key=lambda entry: (entry.registered, ticket(seed, entry, 0), entry.id))
    free = {cell: cell.free for cell in params.cells}
    lines: dict[str, AllocationLine] = {}
    kept: dict[str, str] = {}
    new: dict[str, str] = {}
    cutoffs: dict[str, int] = {}

    def cells_of(entry: PoolEntry) -> list[Cell]:
        found = []
        for port in entry.ports:
            mine = [cell for cell in params.cells if cell.port == port and not remainder(cell)]
            found += sorted(mine, key=lambda cell: (cell.date, cell.band))
        return found

    def offer(entry: PoolEntry, step: str, cell: Cell) -> None:
        free[cell] -= entry.size
        lines[entry.id] = AllocationLine(entry.id, step, "offer", cell.port, cell.date, cell.band)  # type: ignore[arg-type]

    for check in params.rain_checks:
        entry = by_id[check.id]
        fitting = [cell for cell in params.cells if cell.port == check.port and free[cell] >= entry.size]
        if fitting:
            offer(entry, "R", min(fitting, key=lambda cell: (cell.date, cell.band)))
        else:
            kept[entry.id] = check.port

    a, b = params.seniority_share
    quota = {}
    carry = params.seniority_carry
    for pair in sorted({(cell.port, cell.date) for cell in params.cells}):
        places = sum(cell.free for cell in params.cells if (cell.port, cell.date) == pair and not remainder(cell))
        quota[pair] = (a * places + carry) // b
        carry = (a * places + carry) % b
    for entry in seniority:
        if entry.id in lines:
            continue
        pairs = list(dict.fromkeys((cell.port, cell.date) for cell in cells_of(entry)))
        for pair in pairs:
            if quota[pair] == 0:
                continue
            fitting = [c for c in cells_of(entry) if (c.port, c.date) == pair and free[c] >= entry.size]
            if fitting:
                quota[pair] = max(0, quota[pair] - entry.size)
                offer(entry, "S", fitting[0])
                break
            quota[pair] = 0

    for rank, entry in enumerate(lottery, 1):
        if entry.id in lines:
            continue
        fitting = [cell for cell in cells_of(entry) if free[cell] >= entry.size]
        if fitting:
            offer(entry, "L", fitting[0])
            cutoffs[fitting[0].port] = rank
        elif entry.id not in kept:
            closable = [cell for cell in cells_of(entry) if free[cell] >= 1 and cell.capacity >= entry.size]
            if closable:
                free[closable[0]] = 0
                new[entry.id] = closable[0].port

    still_kept = {entry: port for entry, port in kept.items() if entry not in lines}
    for entry_id, port in still_kept.items():
        lines[entry_id] = AllocationLine(entry_id, "R", "rain-check", port, None, None)
    for entry_id, port in new.items():
        lines[entry_id] = AllocationLine(entry_id, "L", "rain-check", port, None, None)
    ordered = [lines[entry_id] for entry_id in sorted(lines)]
    return ordered, carry, cutoffs, [*still_kept.items(), *new.items()]
