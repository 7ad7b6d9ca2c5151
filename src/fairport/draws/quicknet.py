"""Checking that drand signed a round: BLS12-381 with signatures in G1, scheme `bls-unchained-g1-rfc9380`.

Source: docs/draw.md, "Randomness". The checks before the pairing keep the draw fair: a real signature plus a point
whose order divides the cofactor passes the pairing and hashes to another value, so whoever brings it could choose the
seed. py_ecc's `decompress_G1` accepts such points, and its `subgroup_check` accepts infinity. An outsider's verifier
uses this too, so it needs neither a database nor Django.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import compress_G1, decompress_G1, decompress_G2
from py_ecc.optimized_bls12_381 import FQ12, G2, curve_order, final_exponentiate, is_inf, multiply, neg, pairing

from fairport.domain.beacon import QUICKNET_DST, QUICKNET_PUBLIC_KEY, SIGNATURE_BYTES, BeaconRefused

# Python's own limit, which py_ecc lifts to 100,000 when it is imported. With that, the nested brackets of one request's
# JSON overflow the C stack and end the whole process; what is used of py_ecc here needs no depth.
sys.setrecursionlimit(1000)


class SignatureRefused(BeaconRefused):
    """The bytes are not the chain's signature of the round.

    `code`: `signature_length`, `signature_no_point`, `signature_infinity`, `signature_spelling`, `signature_subgroup`
    or `signature_wrong`.
    """


@dataclass(frozen=True)
class Chain:
    """A drand chain by its public key, a compressed point of G2 in hex."""

    public_key: str = QUICKNET_PUBLIC_KEY

    def verify(self, round_number: int, signature: bytes) -> bool:
        """The `BeaconVerifier` of the domain: True, or SignatureRefused with the reason. Takes about half a second."""
        point = _read_signature(signature)
        message = hashlib.sha256(round_number.to_bytes(8, "big")).digest()
        expected = hash_to_G1(message, QUICKNET_DST.encode(), hashlib.sha256)
        # e(sig, G2) == e(expected, key), as one product, so that the final exponentiation is done once.
        product = pairing(G2, neg(point), final_exponentiate=False) * pairing(
            self._key, expected, final_exponentiate=False
        )
        if final_exponentiate(product) != FQ12.one():
            raise SignatureRefused("signature_wrong", f"The signature of round {round_number} is not quicknet's.")
        return True

    @cached_property
    def _key(self) -> Any:
        raw = bytes.fromhex(self.public_key)
        return decompress_G2((int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big")))


QUICKNET = Chain()


def _read_signature(signature: bytes) -> Any:
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureRefused("signature_length", f"A signature has {SIGNATURE_BYTES} bytes.")
    number = int.from_bytes(signature, "big")
    try:
        point = decompress_G1(number)
    except ValueError as error:
        raise SignatureRefused("signature_no_point", "The signature is not a point of the curve.") from error
    if is_inf(point):
        raise SignatureRefused("signature_infinity", "The signature is the point at infinity, which signs nothing.")
    if int(compress_G1(point)) != number:
        raise SignatureRefused("signature_spelling", "The signature is not written in the one right way.")
    if not is_inf(multiply(point, curve_order)):
        raise SignatureRefused("signature_subgroup", "The signature is a point outside the right group: it is forged.")
    return point
