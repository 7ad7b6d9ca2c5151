"""Receipts: an applicant shows with them that what happened is in the log, and just so."""

from __future__ import annotations

import hashlib
import json

import pytest

from fairport.audit.keys import keys_of
from fairport.audit.models import LogName
from fairport.audit.notes import NoteInvalid
from fairport.audit.operations import sequence_log
from fairport.audit.proofs import ProofInvalid, format_proof, parse_proof, verify_proof
from fairport.audit.queries import NotInLog, inclusion_proof, logged_payload
from fairport.sealing.operations import create_data_key, erase_data_key
from tests.factories.events import AT, append, log_events

pytestmark = pytest.mark.django_db


def test_payload_and_receipt_prove_the_event_to_an_outsider() -> None:
    ids = log_events([5, 260, 7])
    for event_id in (ids[0], ids[256], ids[-1]):
        kept = logged_payload(event_id=event_id)
        salt = parse_proof(kept.proof.encode()).extra
        assert salt is not None
        proven = verify_proof(
            content=kept.proof.encode(),
            leaf_data=hashlib.sha256(salt + kept.payload).digest(),
            keys=keys_of(log=LogName.EVENTS),
        )
        assert ids[proven.index] == event_id
        assert json.loads(kept.payload)["details"] == {"number": ids.index(event_id)}


def test_the_receipt_of_another_event_does_not_fit() -> None:
    ids = log_events([3])
    payload = logged_payload(event_id=ids[0]).payload
    proof = inclusion_proof(event_id=ids[1]).encode()
    salt = parse_proof(proof).extra or b""
    with pytest.raises(ProofInvalid):
        verify_proof(content=proof, leaf_data=hashlib.sha256(salt + payload).digest(), keys=keys_of(log=LogName.EVENTS))


def test_a_proof_under_the_key_of_the_other_log_is_refused() -> None:
    (event_id,) = log_events([1])
    with pytest.raises(NoteInvalid):
        verify_proof(
            content=inclusion_proof(event_id=event_id).encode(), leaf_data=b"", keys=keys_of(log=LogName.DRAWS)
        )


def test_there_is_no_receipt_before_the_place_is_signed_or_for_nothing() -> None:
    (event_id,) = append(1)
    for missing in (event_id, event_id + 1):
        with pytest.raises(NotInLog) as refused:
            inclusion_proof(event_id=missing)
        assert refused.value.code == "not_in_log"
    sequence_log(at=AT)
    assert inclusion_proof(event_id=event_id).startswith("c2sp.org/tlog-proof@v1\nextra ")


def test_an_erased_payload_is_not_given_out() -> None:
    data_key = create_data_key()
    (event_id,) = append(1, data_key=data_key)
    sequence_log(at=AT)
    erase_data_key(data_key_id=data_key.pk, at=AT)
    with pytest.raises(NotInLog):
        logged_payload(event_id=event_id)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("index 1", "index 01"),
        ("index 1", "index -1"),
        ("index 1", "indeks 1"),
        ("extra ", "extra !"),
        ("\n\n", "\n"),
    ],
)
def test_malformed_proofs_are_refused(old: str, new: str) -> None:
    ids = log_events([2])
    text = inclusion_proof(event_id=ids[1])
    assert format_proof(parse_proof(text.encode())) == text
    with pytest.raises((ProofInvalid, NoteInvalid)):
        verify_proof(content=text.replace(old, new).encode(), leaf_data=b"x", keys=keys_of(log=LogName.EVENTS))
