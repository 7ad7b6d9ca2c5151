"""What an allocation depends on beside the pool: places, share, rain-checks. The file params.json.

Source: docs/draw.md, "params.json".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import gcd
from types import MappingProxyType
from typing import Final

from fairport.domain.draw_format import (
    PORT,
    DrawFileError,
    Fields,
    format_band,
    format_json,
    is_hex,
    parse_band,
    parse_day,
    parse_json,
)
from fairport.domain.pool import LARGEST_SIZE, Pool

FORMAT: Final = "VLOT-1"
PARAMS_FILE: Final = "params.json"
DROP_REASONS: Final = ("withdrawn", "grown", "offered")

_KEYS: Final = frozenset(
    {
        "format",
        "draw_id",
        "programme",
        "policy_sha256",
        "seniority_share",
        "seniority_carry",
        "zones",
        "cells",
        "previous",
        "rain_checks",
        "rain_checks_dropped",
    }
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A band of a port on a local day. ``capacity`` and ``free`` count people, 0 <= free <= capacity."""

    port: str
    date: dt.date
    band: dt.time
    capacity: int
    free: int

    @property
    def is_remainder(self) -> bool:
        """Too little is left for every group: only rain-checks may use it."""
        return self.free < LARGEST_SIZE and self.free < self.capacity


@dataclass(frozen=True, slots=True)
class RainCheck:
    """A rain-check of the previous draw that is kept: id there, id here, and the port that it was given for."""

    previous_id: str
    id: str
    port: str


@dataclass(frozen=True, slots=True)
class DroppedRainCheck:
    """A rain-check of the previous draw that ended: ``withdrawn``, ``grown`` or ``offered``."""

    previous_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class PreviousDraw:
    """The draw before this one in the programme, and SHA-256 (hex) of its allocation.txt."""

    draw_id: str
    allocation_sha256: str


@dataclass(frozen=True, slots=True)
class Params:
    """The content of params.json.

    ``seniority_share`` is a fraction (a, b) in lowest terms, ``seniority_carry`` what the previous draw left over
    (0 <= carry < b). ``zones`` maps exactly the ports of ``cells`` to their time zones. ``cells`` ascend by port, date
    and band. ``previous`` is None for the first draw of a programme.
    """

    draw_id: str
    programme: str
    policy_sha256: str
    seniority_share: tuple[int, int]
    seniority_carry: int
    zones: Mapping[str, str]
    cells: tuple[Cell, ...]
    previous: PreviousDraw | None
    rain_checks: tuple[RainCheck, ...]
    rain_checks_dropped: tuple[DroppedRainCheck, ...]


def format_params(params: Params) -> bytes:
    """Return the bytes of params.json. Raises :class:`DrawFileError` if they would break the format."""
    previous = params.previous
    raw = format_json(
        {
            "format": FORMAT,
            "draw_id": params.draw_id,
            "programme": params.programme,
            "policy_sha256": params.policy_sha256,
            "seniority_share": list(params.seniority_share),
            "seniority_carry": params.seniority_carry,
            "zones": dict(sorted(params.zones.items())),
            "cells": [
                [cell.port, cell.date.isoformat(), format_band(cell.band), cell.capacity, cell.free]
                for cell in params.cells
            ],
            "previous": None
            if previous is None
            else {"draw_id": previous.draw_id, "allocation_sha256": previous.allocation_sha256},
            "rain_checks": [[kept.previous_id, kept.id, kept.port] for kept in params.rain_checks],
            "rain_checks_dropped": [[dropped.previous_id, dropped.reason] for dropped in params.rain_checks_dropped],
        }
    )
    parse_params(raw)
    return raw


def parse_params(raw: bytes) -> Params:
    """Parse and check params.json by itself. Raises :class:`DrawFileError`."""
    fields = Fields(parse_json(raw, file=PARAMS_FILE), _KEYS, file=PARAMS_FILE)
    if fields.text("format") != FORMAT:
        raise fields.error("format", f"must be {FORMAT}")
    share = _share(fields)
    cells = _cells(fields)
    params = Params(
        draw_id=fields.slug_path("draw_id"),
        programme=fields.slug_path("programme"),
        policy_sha256=fields.hex("policy_sha256", digits=64),
        seniority_share=share,
        seniority_carry=fields.integer("seniority_carry", low=0, high=share[1] - 1),
        zones=_zones(fields, cells),
        cells=cells,
        previous=_previous(fields),
        rain_checks=_rain_checks(fields),
        rain_checks_dropped=_dropped(fields),
    )
    _check_repeats([kept.id for kept in params.rain_checks], "rain_checks")
    ended = [dropped.previous_id for dropped in params.rain_checks_dropped]
    _check_repeats([kept.previous_id for kept in params.rain_checks] + ended, "rain_checks and rain_checks_dropped")
    if params.previous is None and (params.rain_checks or params.rain_checks_dropped or params.seniority_carry):
        raise _refuse("the first draw of a programme has no rain-checks and no carry")
    return params


def check_rain_checks_in_pool(*, params: Params, pool: Pool) -> None:
    """Check that every kept rain-check belongs to an entry. Raises :class:`DrawFileError`."""
    wanted = {bytes.fromhex(kept.id) for kept in params.rain_checks}
    missing = wanted.difference(pool.ids)
    for kept in params.rain_checks:
        if bytes.fromhex(kept.id) in missing:
            raise _refuse(f"the rain-check of {kept.id} has no entry in pool.txt")


def _refuse(reason: str) -> DrawFileError:
    return DrawFileError(PARAMS_FILE, reason)


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _share(fields: Fields) -> tuple[int, int]:
    values = [_integer(value) for value in fields.array("seniority_share")]
    if len(values) != 2 or values[0] is None or values[1] is None:
        raise fields.error("seniority_share", "must be two integers")
    a, b = values[0], values[1]
    if not 0 <= a <= b or b < 1 or gcd(a, b) != 1:
        raise fields.error("seniority_share", "must be a fraction from 0 to 1 in lowest terms")
    return a, b


def _cells(fields: Fields) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for position, value in enumerate(fields.array("cells")):
        name = f"cells[{position}]"
        if not isinstance(value, list) or len(value) != 5:
            raise _refuse(f"{name} must be [port, date, band, capacity, free]")
        port, day, band = _port(value[0], name), value[1], value[2]
        capacity, free = _integer(value[3]), _integer(value[4])
        if not isinstance(day, str) or not isinstance(band, str):
            raise _refuse(f"{name} must have its date and its band as strings")
        if capacity is None or free is None or not 0 <= free <= capacity:
            raise _refuse(f"{name} must have whole numbers with 0 <= free <= capacity")
        try:
            cell = Cell(port=port, date=parse_day(day), band=parse_band(band), capacity=capacity, free=free)
        except ValueError as error:
            raise _refuse(f"{name} {error}") from None
        if cells and (cell.port, cell.date, cell.band) <= (cells[-1].port, cells[-1].date, cells[-1].band):
            raise _refuse(f"{name} is out of order: cells ascend by port, date and band, none twice")
        cells.append(cell)
    return tuple(cells)


def _zones(fields: Fields, cells: Iterable[Cell]) -> Mapping[str, str]:
    value = fields.raw("zones")
    if not isinstance(value, dict):
        raise fields.error("zones", "must be an object")
    zones: dict[str, str] = {}
    for port, zone in value.items():
        if not isinstance(zone, str) or not zone:
            raise fields.error(f"zones.{port}", "must be the name of a time zone")
        zones[port] = zone
    if set(zones) != {cell.port for cell in cells}:
        raise fields.error("zones", "must have exactly the ports of the cells")
    return MappingProxyType(zones)


def _previous(fields: Fields) -> PreviousDraw | None:
    value = fields.raw("previous")
    if value is None:
        return None
    inner = Fields(value, frozenset({"draw_id", "allocation_sha256"}), file=PARAMS_FILE, name="previous")
    return PreviousDraw(draw_id=inner.slug_path("draw_id"), allocation_sha256=inner.hex("allocation_sha256", digits=64))


def _rain_checks(fields: Fields) -> tuple[RainCheck, ...]:
    kept = []
    for position, value in enumerate(fields.array("rain_checks")):
        name = f"rain_checks[{position}]"
        if not isinstance(value, list) or len(value) != 3:
            raise _refuse(f"{name} must be [previous id, id, port]")
        kept.append(RainCheck(previous_id=_id(value[0], name), id=_id(value[1], name), port=_port(value[2], name)))
    return tuple(kept)


def _dropped(fields: Fields) -> tuple[DroppedRainCheck, ...]:
    dropped = []
    for position, value in enumerate(fields.array("rain_checks_dropped")):
        name = f"rain_checks_dropped[{position}]"
        if not isinstance(value, list) or len(value) != 2:
            raise _refuse(f"{name} must be [previous id, reason]")
        if not isinstance(value[1], str) or value[1] not in DROP_REASONS:
            raise _refuse(f"{name} must have one of the reasons {', '.join(DROP_REASONS)}")
        dropped.append(DroppedRainCheck(previous_id=_id(value[0], name), reason=value[1]))
    return tuple(dropped)


def _id(value: object, name: str) -> str:
    if not isinstance(value, str) or not is_hex(value, digits=32):
        raise _refuse(f"{name} must have ids of 32 lower-case hex digits")
    return value


def _port(value: object, name: str) -> str:
    if not isinstance(value, str) or not PORT.fullmatch(value):
        raise _refuse(f"{name} must have a port of two to four capital letters or digits")
    return value


def _check_repeats(ids: list[str], name: str) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise _refuse(f"{name} have {one} twice")
        seen.add(one)
