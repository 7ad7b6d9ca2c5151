"""The pool of a draw: who takes part, as pool.txt and in memory.

Source: docs/draw.md, "pool.txt". A million entries must fit, so a pool is kept in columns; :class:`PoolEntry` is the
view of one row.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, overload

from fairport.domain.draw_format import PORT, DrawFileError, parse_day, split_lines

POOL_FILE: Final = "pool.txt"
LARGEST_SIZE: Final = 12
MOST_PORTS: Final = 8
MOST_TICKETS: Final = 64

_SIZES: Final = {str(size): size for size in range(1, LARGEST_SIZE + 1)}
_TIERS: Final = {str(tier): tier for tier in range(10)}
_WEIGHTS: Final = {str(weight): weight for weight in range(1, MOST_TICKETS + 1)}


@dataclass(frozen=True, slots=True)
class PoolEntry:
    """One entry: a whole group that is drawn together or not at all.

    ``id`` is 32 hex digits (:func:`entry_id`), ``size`` counts travelers (1-12), ``tier`` (0-9) goes first when
    lower, ``weight`` (1-64) is the number of tickets, ``registered`` the Monday of the week of registration
    (:func:`registered_week`), ``ports`` the codes in the applicant's order (1-8, none twice).
    """

    id: str
    size: int
    tier: int
    weight: int
    registered: dt.date
    ports: tuple[str, ...]


class Pool(Sequence[PoolEntry]):
    """Entries in ascending order of their ids, one list a column; all columns have the same length."""

    __slots__ = ("ids", "ports", "registered", "sizes", "tiers", "weights")

    def __init__(
        self,
        *,
        ids: Sequence[bytes],
        sizes: Sequence[int],
        tiers: Sequence[int],
        weights: Sequence[int],
        registered: Sequence[dt.date],
        ports: Sequence[tuple[str, ...]],
    ) -> None:
        self.ids = ids
        """16 bytes each, ascending."""
        self.sizes = sizes
        self.tiers = tiers
        self.weights = weights
        self.registered = registered
        self.ports = ports

    @classmethod
    def of(cls, entries: Iterable[PoolEntry]) -> Pool:
        """Return a pool of entries in any order. The entries are taken as they are: :func:`parse_pool` checks."""
        ordered = sorted(entries, key=lambda entry: entry.id)
        return cls(
            ids=[bytes.fromhex(entry.id) for entry in ordered],
            sizes=[entry.size for entry in ordered],
            tiers=[entry.tier for entry in ordered],
            weights=[entry.weight for entry in ordered],
            registered=[entry.registered for entry in ordered],
            ports=[entry.ports for entry in ordered],
        )

    @property
    def people(self) -> int:
        """The number of travelers in all entries."""
        return sum(self.sizes)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> PoolEntry: ...
    @overload
    def __getitem__(self, index: slice) -> list[PoolEntry]: ...
    def __getitem__(self, index: int | slice) -> PoolEntry | list[PoolEntry]:
        if isinstance(index, slice):
            return [self._entry(position) for position in range(*index.indices(len(self)))]
        return self._entry(index)

    def __iter__(self) -> Iterator[PoolEntry]:
        return (self._entry(position) for position in range(len(self)))

    def _entry(self, index: int) -> PoolEntry:
        return PoolEntry(
            id=self.ids[index].hex(),
            size=self.sizes[index],
            tier=self.tiers[index],
            weight=self.weights[index],
            registered=self.registered[index],
            ports=self.ports[index],
        )


def entry_id(*, entry_secret: bytes, draw_id: str) -> str:
    """Return the id of a registration in one draw, 32 hex digits.

    Who holds the entry secret (the server, and the applicant on the receipt) can compute it; nobody else can link two
    draws.
    """
    message = b"VLOT-1/id\0" + draw_id.encode("ascii")
    return hmac.digest(entry_secret, message, "sha256")[:16].hex()


def registered_week(registered_at: dt.datetime) -> dt.date:
    """Return the Monday (UTC) of the ISO week of an aware instant."""
    return week_of(registered_at.astimezone(dt.UTC).date())


def week_of(day: dt.date) -> dt.date:
    """Return the Monday of the ISO week of a day."""
    return day - dt.timedelta(days=day.weekday())


def format_pool(entries: Iterable[PoolEntry]) -> bytes:
    """Return the bytes of pool.txt, whatever the order of ``entries``.

    Raises :class:`DrawFileError` if an entry, or the pool as a whole, breaks the format.
    """
    lines = [
        f"{entry.id},{entry.size},{entry.tier},{entry.weight},{entry.registered.isoformat()},{';'.join(entry.ports)}\n"
        for entry in entries
    ]
    lines.sort()
    raw = "".join(lines).encode("ascii", errors="replace")
    parse_pool(raw)
    return raw


def parse_pool(raw: bytes) -> Pool:
    """Parse and check pool.txt. Raises :class:`DrawFileError` with the number of the first bad line."""
    return parse_pool_lines(split_lines(raw, file=POOL_FILE))


def parse_pool_lines(lines: Sequence[bytes]) -> Pool:
    """Parse the lines of pool.txt, without their LF. Raises :class:`DrawFileError`."""
    ids: list[bytes] = []
    sizes, tiers, weights = bytearray(), bytearray(), bytearray()
    registered: list[dt.date] = []
    ports: list[tuple[str, ...]] = []
    # Weeks and lists of ports repeat: each is checked once, and one object stands for all entries that have it.
    known_weeks: dict[str, dt.date] = {}
    known_ports: dict[str, tuple[str, ...]] = {}
    previous = b""
    for number, line in enumerate(lines, 1):
        try:
            id_text, size, tier, weight, week, port_list = line.decode("ascii").split(",")
        except ValueError:
            raise _refuse(number, "must have six fields: id,size,tier,weight,registered,ports") from None
        try:
            raw_id = bytes.fromhex(id_text)
        except ValueError:
            raw_id = b""
        if len(raw_id) != 16 or raw_id.hex() != id_text:
            raise _refuse(number, "the id must be 32 lower-case hex digits")
        if raw_id <= previous:
            reason = "the id is there twice" if raw_id == previous else "the ids must be in ascending order"
            raise _refuse(number, reason)
        previous = raw_id
        ids.append(raw_id)
        try:
            sizes.append(_SIZES[size])
            tiers.append(_TIERS[tier])
            weights.append(_WEIGHTS[weight])
        except KeyError:
            raise _refuse(number, _bad_number(size, tier)) from None
        if week not in known_weeks:
            known_weeks[week] = _parse_week(week, number)
        registered.append(known_weeks[week])
        if port_list not in known_ports:
            known_ports[port_list] = _parse_ports(port_list, number)
        ports.append(known_ports[port_list])
    return Pool(ids=ids, sizes=sizes, tiers=tiers, weights=weights, registered=registered, ports=ports)


def _refuse(number: int, reason: str) -> DrawFileError:
    return DrawFileError(POOL_FILE, reason, line=number)


def _bad_number(size: str, tier: str) -> str:
    if size not in _SIZES:
        return "the size must be 1 to 12"
    if tier not in _TIERS:
        return "the tier must be 0 to 9"
    return "the weight must be 1 to 64"


def _parse_week(text: str, number: int) -> dt.date:
    try:
        day = parse_day(text)
    except ValueError as error:
        raise _refuse(number, f"the week of registration {error}") from None
    if day.weekday():
        raise _refuse(number, f"the week of registration must be a Monday, {text} is none")
    return day


def _parse_ports(text: str, number: int) -> tuple[str, ...]:
    ports = tuple(text.split(";"))
    if len(ports) > MOST_PORTS:
        raise _refuse(number, "has more than 8 ports")
    if not all(PORT.fullmatch(port) for port in ports):
        raise _refuse(number, "a port must have two to four capital letters or digits")
    if len(set(ports)) != len(ports):
        raise _refuse(number, "has a port twice")
    return ports
