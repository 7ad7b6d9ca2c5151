"""Rounds of drand's quicknet: a real one, and others of a chain whose key only the tests have."""

from __future__ import annotations

import hashlib
from typing import Any

from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import compress_G1, compress_G2, decompress_G1
from py_ecc.optimized_bls12_381 import FQ, G2, add, b, curve_order, field_modulus, multiply

from fairport.domain.beacon import QUICKNET_DST, DrandBeacon

ROUND = 1000
SIGNATURE = bytes.fromhex(
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)
RANDOMNESS = bytes.fromhex("fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd")
INFINITY = b"\xc0" + bytes(47)

_TEST_SECRET = 0x5EED
_first, _second = compress_G2(multiply(G2, _TEST_SECRET))
TEST_CHAIN_KEY = (int(_first).to_bytes(48, "big") + int(_second).to_bytes(48, "big")).hex()


def compressed(point: Any) -> bytes:
    """The 48 bytes of a point of G1."""
    return int(compress_G1(point)).to_bytes(48, "big")


def point_of(signature: bytes) -> Any:
    """The point of 48 bytes, in whatever subgroup it is."""
    return decompress_G1(int.from_bytes(signature, "big"))


def signed_round(round_number: int) -> DrandBeacon:
    """A round as the tests' own chain signs it."""
    message = hashlib.sha256(round_number.to_bytes(8, "big")).digest()
    point = multiply(hash_to_G1(message, QUICKNET_DST.encode(), hashlib.sha256), _TEST_SECRET)
    return DrandBeacon(round_number, compressed(point))


def cofactor_point() -> Any:
    """A point of the curve whose order divides the cofactor: no pairing notices it."""
    x = 1
    while True:
        square = (x**3 + b.n) % field_modulus
        y = pow(square, (field_modulus + 1) // 4, field_modulus)
        if y * y % field_modulus == square:
            return multiply((FQ(x), FQ(y), FQ(1)), curve_order)
        x += 1


def forged_signature() -> bytes:
    """The real signature of round 1000 plus a point of cofactor order: another 48 bytes with another randomness."""
    return compressed(add(point_of(SIGNATURE), cofactor_point()))
