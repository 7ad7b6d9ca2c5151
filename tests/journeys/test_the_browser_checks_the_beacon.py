"""The browser's verifier checks the public beacon's signature, and refuses what the pairing alone lets pass."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from py_ecc.bls.point_compression import compress_G1, decompress_G1
from py_ecc.bls.typing import G1Compressed
from py_ecc.optimized_bls12_381 import FQ, FQ12, G2, Z1, add, is_inf, multiply, pairing

from fairport.domain.beacon import DrandBeacon, round_at
from fairport.domain.draw import (
    build_manifest,
    format_beacon,
    format_manifest,
    format_params,
    format_pool,
    run_draw,
)
from tests.domain.building import BUNDLE_FILES, VECTORS, cell, entry, params
from tests.journeys.laboratory import Laboratory

SIGNATURE = bytes.fromhex(json.loads((VECTORS / "order.json").read_text())["signature"])
DRAW_TIME = dt.datetime(2023, 8, 23, 15, 59, 24, tzinfo=dt.UTC)
"""Round 1000 is the first at this time."""
PRIME = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
ORDER_3 = (FQ(0), FQ(2), FQ(1))


def drand_bundle(signature: bytes, *, draw_time: dt.datetime = DRAW_TIME) -> dict[str, bytes]:
    """A draw that follows from a signature of round 1000, whether it is one or not."""
    pool, parameters = format_pool([entry(1), entry(2)]), format_params(params([cell()]))
    manifest = format_manifest(
        build_manifest(
            pool=pool,
            params=parameters,
            sequence=1,
            previous_manifest=None,
            frozen_at=draw_time - dt.timedelta(minutes=45),
            draw_time=draw_time,
        )
    )
    beacon = DrandBeacon(round_at(draw_time), signature)
    draw = run_draw(pool=pool, params=parameters, manifest=manifest, beacon=beacon, verifier=lambda *_: True)
    contents = (manifest, parameters, pool, format_beacon(beacon), draw.allocation_bytes, draw.result_bytes)
    return dict(zip(BUNDLE_FILES, contents, strict=True))


def forged() -> bytes:
    """The signature plus a point of order 3: the pairing cannot tell it from the signature."""
    real = decompress_G1(G1Compressed(int.from_bytes(SIGNATURE, "big")))
    point = add(real, ORDER_3)
    return int(compress_G1(point)).to_bytes(48, "big")


def not_reduced() -> bytes:
    """A point's x plus the field's prime, where that still fits the bits: another spelling of x = 0."""
    return (PRIME | 1 << 383).to_bytes(48, "big")


def test_the_forgery_is_one_that_the_pairing_lets_pass() -> None:
    assert is_inf(multiply(ORDER_3, 3))
    assert not is_inf(ORDER_3)
    assert pairing(G2, ORDER_3) == pairing(G2, Z1) == FQ12.one()
    assert forged() != SIGNATURE


def test_the_signature_of_the_public_beacon_is_checked(laboratory: Laboratory) -> None:
    (verdict,) = laboratory.judge([drand_bundle(SIGNATURE)])
    assert verdict.code == ""
    assert verdict.codes("proven") == ["proven_inputs", "proven_outcome", "proven_round"]
    assert verdict.codes("warnings") == []


@pytest.mark.parametrize(
    ("signature", "code"),
    [
        (forged(), "signature_subgroup"),
        (bytes([0xC0, *bytes(47)]), "signature_infinity"),
        (bytes([0xE0, *bytes(47)]), "signature_no_point"),
        (bytes([0xC0, *bytes(46), 1]), "signature_no_point"),
        (bytes([0x80, *bytes(47)]), "signature_subgroup"),
        (bytes([SIGNATURE[0] & 0x7F, *SIGNATURE[1:]]), "signature_no_point"),
        (bytes([SIGNATURE[0] ^ 0x20, *SIGNATURE[1:]]), "signature_wrong"),
        (not_reduced(), "signature_no_point"),
    ],
)
def test_no_other_signature_passes(signature: bytes, code: str, laboratory: Laboratory) -> None:
    (verdict,) = laboratory.judge([drand_bundle(signature)])
    assert (verdict.file, verdict.code) == ("beacon.json", code)


def test_the_signature_of_another_round_does_not_pass(laboratory: Laboratory) -> None:
    later = DRAW_TIME + dt.timedelta(seconds=3)
    taken = drand_bundle(SIGNATURE) | {"beacon.json": format_beacon(DrandBeacon(1001, SIGNATURE))}
    verdicts = laboratory.judge([drand_bundle(SIGNATURE, draw_time=later), taken])
    assert [verdict.code for verdict in verdicts] == ["signature_wrong", "beacon_wrong_round"]
