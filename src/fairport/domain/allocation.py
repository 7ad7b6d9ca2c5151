"""Who gets which place: rain-checks, then seniority, then the lottery.

Source: docs/draw.md, "Allocation". Places only ever go down, so for each port and group size the first cell that fits
only ever moves on: every entry costs a few look-ups, whatever the number of cells.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from fairport.domain.draw_format import format_band
from fairport.domain.order import Tickets, lottery_order, seniority_order
from fairport.domain.params import Cell, Params
from fairport.domain.pool import LARGEST_SIZE, Pool, PoolEntry

ALLOCATION_FILE: Final = "allocation.txt"

Step = Literal["R", "S", "L"]
Outcome = Literal["offer", "rain-check"]


@dataclass(frozen=True, slots=True)
class AllocationLine:
    """One selected entry: the step that selected it and what it got.

    ``step`` is R (rain-check), S (seniority) or L (lottery). ``outcome`` is ``offer``, or ``rain-check`` with the port
    that it is for and neither date nor band.
    """

    id: str
    step: Step
    outcome: Outcome
    port: str
    date: dt.date | None
    band: dt.time | None


@dataclass(frozen=True, slots=True)
class Allocation:
    """The outcome of a draw.

    ``lines`` ascend by id. ``carry_next`` is the seniority carry of the next draw. ``cutoffs`` maps each port with an
    offer of the lottery to the last rank that got one. ``rain_checks_next`` are (id in this draw, port) in the order
    in which the next draw must treat them. ``lottery_ranks`` has, for each entry of the pool in its order, the rank in
    the lottery from 1.
    """

    lines: tuple[AllocationLine, ...]
    carry_next: int
    cutoffs: Mapping[str, int]
    rain_checks_next: tuple[tuple[str, str], ...]
    lottery_ranks: Sequence[int]


def allocate(entries: Iterable[PoolEntry], params: Params, seed: bytes) -> Allocation:
    """Give out the places of ``params`` among ``entries`` (in any order) as the seed of 32 bytes decides.

    A group is never split, no cell gets more people than are free, and each entry gets one outcome at most.
    """
    pool = entries if isinstance(entries, Pool) else Pool.of(entries)
    tickets = Tickets(pool=pool, seed=seed)
    run = _Run(pool, params)
    run.step_r()
    run.step_s(tickets)
    order = lottery_order(pool=pool, tickets=tickets)
    run.step_l(order)
    ranks = array("L", bytes(array("L").itemsize * len(pool)))
    for rank, position in enumerate(order, 1):
        ranks[position] = rank
    return run.result(ranks=ranks)


def format_allocation(lines: Iterable[AllocationLine]) -> bytes:
    """Return the bytes of allocation.txt for lines in ascending order of their ids."""
    return "".join(
        f"{line.id},{line.step},{line.outcome},{line.port},"
        f"{'' if line.date is None else line.date.isoformat()},{'' if line.band is None else format_band(line.band)}\n"
        for line in lines
    ).encode("ascii")


def quotas(params: Params) -> tuple[dict[tuple[str, dt.date], int], int]:
    """Return the seniority quota of each (port, date), in people, and the carry that is left for the next draw."""
    a, b = params.seniority_share
    places: dict[tuple[str, dt.date], int] = {}
    for cell in params.cells:
        pair = (cell.port, cell.date)
        places[pair] = places.get(pair, 0) + (0 if cell.is_remainder else cell.free)
    carry = params.seniority_carry
    found = {}
    for pair, count in places.items():
        found[pair], carry = divmod(a * count + carry, b)
    return found, carry


class _Run:
    """One run over a pool: what is still free, and what each entry has got so far."""

    def __init__(self, pool: Pool, params: Params) -> None:
        self.pool = pool
        self.params = params
        self.ports: dict[str, _PortPlaces] = {}
        by_port: dict[str, list[Cell]] = {}
        for cell in params.cells:
            by_port.setdefault(cell.port, []).append(cell)
        self.quotas, self.carry_next = quotas(params)
        for port, cells in by_port.items():
            self.ports[port] = _PortPlaces(cells, self.quotas)
        self.offers: dict[int, tuple[Step, Cell]] = {}
        self.kept: dict[int, str] = {}
        self.new: dict[int, str] = {}
        self.cutoffs: dict[str, int] = {}

    def step_r(self) -> None:
        wanted = {bytes.fromhex(kept.id): kept.port for kept in self.params.rain_checks}
        if not wanted:
            return
        positions = {entry: position for position, entry in enumerate(self.pool.ids) if entry in wanted}
        for entry, port in wanted.items():
            position = positions[entry]
            places = self.ports.get(port)
            cell = places.take_with_remainders(self.pool.sizes[position]) if places else None
            if cell is None:
                self.kept[position] = port
            else:
                self.offers[position] = ("R", cell)

    def step_s(self, tickets: Tickets) -> None:
        open_ports = {port for port, places in self.ports.items() if places.has_quota()}
        if not open_ports:
            return
        for position in seniority_order(pool=self.pool, tickets=tickets):
            if position in self.offers:
                continue
            size = self.pool.sizes[position]
            for port in self.pool.ports[position]:
                if port not in open_ports:
                    continue
                places = self.ports[port]
                cell = places.take_by_seniority(size)
                if not places.has_quota():
                    open_ports.discard(port)
                if cell is not None:
                    self.offers[position] = ("S", cell)
                    break
            if not open_ports:
                return

    def step_l(self, order: Iterable[int]) -> None:
        open_ports = {port: places for port, places in self.ports.items() if places.has_free()}
        sizes, ports_of, offers = self.pool.sizes, self.pool.ports, self.offers
        for rank, position in enumerate(order, 1):
            if not open_ports:
                break
            if position in offers:
                continue
            size = sizes[position]
            ports = [port for port in ports_of[position] if port in open_ports]
            for port in ports:
                cell = open_ports[port].take_first_fit(size)
                if cell is not None:
                    offers[position] = ("L", cell)
                    self.cutoffs[port] = rank
                    break
            else:
                if position not in self.kept:
                    self._rain_check(position, size, ports)
            for port in ports:
                if not open_ports[port].has_free():
                    del open_ports[port]

    def _rain_check(self, position: int, size: int, ports: Iterable[str]) -> None:
        for port in ports:
            if self.ports[port].close_first_large_enough(size):
                self.new[position] = port
                return

    def result(self, *, ranks: Sequence[int]) -> Allocation:
        lines: list[AllocationLine] = []
        waiting = {position: port for position, port in self.kept.items() if position not in self.offers}
        outcomes = sorted({*self.offers, *waiting, *self.new})
        for position in outcomes:
            entry = self.pool.ids[position].hex()
            if position in self.offers:
                step, cell = self.offers[position]
                lines.append(AllocationLine(entry, step, "offer", cell.port, cell.date, cell.band))
            elif position in waiting:
                lines.append(AllocationLine(entry, "R", "rain-check", waiting[position], None, None))
            else:
                lines.append(AllocationLine(entry, "L", "rain-check", self.new[position], None, None))
        next_checks = [*waiting.items(), *self.new.items()]
        return Allocation(
            lines=tuple(lines),
            carry_next=self.carry_next,
            cutoffs=MappingProxyType(dict(sorted(self.cutoffs.items()))),
            rain_checks_next=tuple((self.pool.ids[position].hex(), port) for position, port in next_checks),
            lottery_ranks=ranks,
        )


class _PortPlaces:
    """The cells of one port, ascending by (date, band), and what is free in each."""

    def __init__(self, cells: Sequence[Cell], all_quotas: Mapping[tuple[str, dt.date], int]) -> None:
        self._cells = cells
        self._free = [cell.free for cell in cells]
        self._open = [index for index, cell in enumerate(cells) if not cell.is_remainder]
        self._fit_from = [0] * (LARGEST_SIZE + 1)
        self._close_from = [0] * (LARGEST_SIZE + 1)
        self._free_from = 0
        days: dict[dt.date, list[int]] = {}
        for index in self._open:
            days.setdefault(cells[index].date, []).append(index)
        self._days = [
            (all_quotas[cells[0].port, day], indexes) for day, indexes in days.items() if all_quotas[cells[0].port, day]
        ]
        self._day = 0
        self._quota = self._days[0][0] if self._days else 0

    def take_with_remainders(self, size: int) -> Cell | None:
        """Step R: the first cell that fits, remainders too."""
        for index, free in enumerate(self._free):
            if free >= size:
                return self._take(index, size)
        return None

    def has_quota(self) -> bool:
        """Say whether some date of the port still has a quota."""
        return self._quota > 0

    def take_by_seniority(self, size: int) -> Cell | None:
        """Step S at this port: offer in the first date with a quota that fits; a date that does not fit is closed.

        Every entry meets the dates in the same order and either takes from a date or closes it, so the dates before
        the current one have no quota left.
        """
        while self._quota > 0:
            for index in self._days[self._day][1]:
                if self._free[index] >= size:
                    self._quota -= size
                    if self._quota <= 0:
                        self._next_day()
                    return self._take(index, size)
            self._next_day()
        return None

    def take_first_fit(self, size: int) -> Cell | None:
        """Step L: the first cell that fits, remainders left out."""
        at = self._fit_from[size]
        while at < len(self._open) and self._free[self._open[at]] < size:
            at += 1
        self._fit_from[size] = at
        return self._take(self._open[at], size) if at < len(self._open) else None

    def close_first_large_enough(self, size: int) -> bool:
        """Step L, nothing fits: close the first cell with a place left whose whole size would have been enough."""
        at = self._close_from[size]
        while at < len(self._open) and not (
            self._free[self._open[at]] >= 1 and self._cells[self._open[at]].capacity >= size
        ):
            at += 1
        self._close_from[size] = at
        if at == len(self._open):
            return False
        self._free[self._open[at]] = 0
        return True

    def has_free(self) -> bool:
        """Say whether a cell outside the remainders has a place left."""
        while self._free_from < len(self._open) and self._free[self._open[self._free_from]] == 0:
            self._free_from += 1
        return self._free_from < len(self._open)

    def _take(self, index: int, size: int) -> Cell:
        self._free[index] -= size
        return self._cells[index]

    def _next_day(self) -> None:
        self._day += 1
        self._quota = self._days[self._day][0] if self._day < len(self._days) else 0
