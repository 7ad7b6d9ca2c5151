"""Builders for the tests of the rules: policies, pools, parameters and whole bundles."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from hypothesis import settings

from fairport.domain.draw import (
    Cell,
    LocalBeacon,
    Params,
    PoolEntry,
    PreviousDraw,
    build_manifest,
    commit_locally,
    format_beacon,
    format_manifest,
    format_params,
    format_pool,
    run_draw,
)

ROOT = Path(__file__).parents[2]
VECTORS = Path(__file__).parent / "vectors"
BY_HAND = VECTORS / "by-hand"
POLICY_FILE = ROOT / "src/fairport/programmes/policies/title-42-exemption.toml"
BUNDLE_FILES = ("manifest.json", "params.json", "pool.txt", "beacon.json", "allocation.txt", "result.json")

# A property that fails must fail for everyone, and a slow machine is no failure.
repeatable = settings(deadline=None, derandomize=True)

DAY = dt.date(2023, 2, 1)
MONDAY = dt.date(2022, 1, 3)
FROZEN_AT = dt.datetime(2023, 1, 18, 17, 15, tzinfo=dt.UTC)
DRAW_TIME = dt.datetime(2023, 1, 18, 18, tzinfo=dt.UTC)


def policy_text() -> str:
    """The founding programme's policy file."""
    return POLICY_FILE.read_text(encoding="utf-8")


def entry_id_of(number: int) -> str:
    """An id that looks like a real one and is the same in every run."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def entry(
    number: int,
    *,
    size: int = 1,
    tier: int = 1,
    weight: int = 1,
    registered: dt.date = MONDAY,
    ports: Sequence[str] = ("AAA",),
) -> PoolEntry:
    """An entry with harmless defaults."""
    return PoolEntry(entry_id_of(number), size, tier, weight, registered, tuple(ports))


def cell(port: str = "AAA", *, day: int = 0, hour: int = 8, capacity: int = 12, free: int | None = None) -> Cell:
    """A cell, ``day`` days after the first of February 2023, wholly free unless told otherwise."""
    return Cell(port, DAY + dt.timedelta(days=day), dt.time(hour), capacity, capacity if free is None else free)


def params(cells: Iterable[Cell], **changes: object) -> Params:
    """Parameters of a first draw over some cells, with changes."""
    ordered = tuple(sorted(cells, key=lambda one: (one.port, one.date, one.band)))
    values: dict[str, object] = {
        "draw_id": "title-42-exemption/2023-01-18",
        "programme": "title-42-exemption",
        "policy_sha256": "0" * 64,
        "seniority_share": (1, 2),
        "seniority_carry": 0,
        "zones": {one.port: "America/Chicago" for one in ordered},
        "cells": ordered,
        "previous": None,
        "rain_checks": (),
        "rain_checks_dropped": (),
    }
    return Params(**{**values, **changes})  # type: ignore[arg-type]


def previous_draw() -> PreviousDraw:
    """A draw before this one of which nothing is known."""
    return PreviousDraw("title-42-exemption/2023-01-17", "1" * 64)


def write_bundle(
    folder: Path,
    *,
    entries: Iterable[PoolEntry],
    draw_params: Params,
    sequence: int = 1,
    previous_manifest: bytes | None = None,
    frozen_at: dt.datetime = FROZEN_AT,
    draw_time: dt.datetime = DRAW_TIME,
    secret: bytes = b"s" * 32,
) -> Path:
    """Run a draw with a local beacon and write its bundle into a folder."""
    pool, parameters = format_pool(entries), format_params(draw_params)
    manifest = format_manifest(
        build_manifest(
            pool=pool,
            params=parameters,
            sequence=sequence,
            previous_manifest=previous_manifest,
            frozen_at=frozen_at,
            draw_time=draw_time,
            beacon=commit_locally(secret),
        )
    )
    beacon = LocalBeacon(secret)
    result = run_draw(pool=pool, params=parameters, manifest=manifest, beacon=beacon)
    contents = (manifest, parameters, pool, format_beacon(beacon), result.allocation_bytes, result.result_bytes)
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in zip(BUNDLE_FILES, contents, strict=True):
        (folder / name).write_bytes(raw)
    return folder
