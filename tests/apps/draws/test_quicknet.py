"""The check of drand's signatures: the real round, and everything that must not pass for it."""

from __future__ import annotations

import hashlib
import json

import pytest
from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.optimized_bls12_381 import G2, is_inf, pairing

from fairport.domain.beacon import (
    QUICKNET_DST,
    BeaconRefused,
    DrandBeacon,
    DrandCommitment,
    LocalBeacon,
    check_beacon,
)
from fairport.draws.quicknet import QUICKNET, Chain, SignatureRefused
from fairport.draws.verifying import verify_draws
from tests.domain.building import VECTORS
from tests.factories.beacons import (
    INFINITY,
    RANDOMNESS,
    ROUND,
    SIGNATURE,
    TEST_CHAIN_KEY,
    cofactor_point,
    forged_signature,
    point_of,
    signed_round,
)


def test_the_real_round_is_accepted() -> None:
    assert QUICKNET.verify(ROUND, SIGNATURE)
    assert DrandBeacon(ROUND, SIGNATURE).randomness == RANDOMNESS


def flipped(position: int, mask: int) -> bytes:
    return SIGNATURE[:position] + bytes([SIGNATURE[position] ^ mask]) + SIGNATURE[position + 1 :]


@pytest.mark.parametrize(
    ("round_number", "signature", "codes"),
    [
        (ROUND + 1, SIGNATURE, {"signature_wrong"}),
        (ROUND - 1, SIGNATURE, {"signature_wrong"}),
        (ROUND, flipped(0, 0x20), {"signature_wrong"}),
        (ROUND, flipped(47, 0x01), {"signature_no_point", "signature_subgroup"}),
        (ROUND, flipped(20, 0x80), {"signature_no_point", "signature_subgroup"}),
        (ROUND, flipped(0, 0x80), {"signature_no_point"}),
        (ROUND, flipped(0, 0x40), {"signature_no_point"}),
        (ROUND, INFINITY, {"signature_infinity"}),
        (ROUND, b"\xe0" + bytes(47), {"signature_no_point"}),
        (ROUND, bytes(48), {"signature_no_point"}),
        (ROUND, b"\xff" * 48, {"signature_no_point"}),
        (ROUND, forged_signature(), {"signature_subgroup"}),
        (ROUND, SIGNATURE[:-1], {"signature_length"}),
        (ROUND, SIGNATURE + b"\0", {"signature_length"}),
        (ROUND, b"", {"signature_length"}),
    ],
)
def test_anything_else_is_refused_with_its_reason(round_number: int, signature: bytes, codes: set[str]) -> None:
    with pytest.raises(SignatureRefused) as refused:
        QUICKNET.verify(round_number, signature)
    assert refused.value.code in codes


def test_the_forgery_is_one_that_the_pairing_alone_would_accept() -> None:
    """The control: without the check of the subgroup, whoever brings it could choose among many seeds."""
    forged = point_of(forged_signature())
    message = hash_to_G1(hashlib.sha256(ROUND.to_bytes(8, "big")).digest(), QUICKNET_DST.encode(), hashlib.sha256)
    assert not is_inf(cofactor_point())
    assert pairing(G2, forged) == pairing(QUICKNET._key, message)
    assert DrandBeacon(ROUND, forged_signature()).randomness != RANDOMNESS


def test_the_tests_own_chain_signs_other_rounds_and_quicknet_does_not_accept_them() -> None:
    beacon = signed_round(5)
    assert Chain(TEST_CHAIN_KEY).verify(5, beacon.signature)
    with pytest.raises(SignatureRefused):
        QUICKNET.verify(5, beacon.signature)


def test_the_check_serves_the_domain_as_its_verifier() -> None:
    promised = DrandCommitment(ROUND)
    check_beacon(commitment=promised, beacon=DrandBeacon(ROUND, SIGNATURE), verifier=QUICKNET.verify)
    for beacon, code in (
        (DrandBeacon(ROUND + 1, SIGNATURE), "beacon_wrong_round"),
        (DrandBeacon(ROUND, forged_signature()), "signature_subgroup"),
        (LocalBeacon(bytes(32)), "beacon_wrong_kind"),
    ):
        with pytest.raises(BeaconRefused) as refused:
            check_beacon(commitment=promised, beacon=beacon, verifier=QUICKNET.verify)
        assert refused.value.code == code


def test_the_frozen_vectors() -> None:
    vectors = json.loads((VECTORS / "drand.json").read_bytes())
    for one in vectors["accepted"]:
        assert Chain(vectors["public_key"]).verify(one["round"], bytes.fromhex(one["signature"]))
    for one in vectors["refused"]:
        with pytest.raises(SignatureRefused):
            QUICKNET.verify(one["round"], bytes.fromhex(one["signature"]))
    (report,) = verify_draws(paths=[VECTORS / "round-1000"])
    assert "the randomness is drand quicknet's round 1000: its signature is valid" in report.proven
