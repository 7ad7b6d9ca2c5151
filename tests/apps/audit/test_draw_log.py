"""The draw log: every manifest and result, once, with proofs that an outsider checks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from fairport.audit.keys import keys_of
from fairport.audit.models import DrawLogEntry, LogLeaf, LogName
from fairport.audit.operations import append_draw_log_entry, sequence_log
from fairport.audit.proofs import ProofInvalid, verify_proof
from fairport.audit.queries import NotInLog, draw_log_proof, manifest_proof
from fairport.draws.operations import run_draw
from fairport.draws.queries import read_file
from tests.factories.draws import DRAW_TIME, FREEZE_TIME, WORKER, freeze, register_group
from tests.factories.programme import open_programme

pytestmark = pytest.mark.django_db


def test_a_manifest_is_in_the_log_before_the_draw_and_the_result_after_it() -> None:
    open_programme()
    register_group(2)
    draw = freeze()
    with pytest.raises(NotInLog):
        manifest_proof(draw_id=draw.draw_id)
    sequence_log(at=FREEZE_TIME + timedelta(seconds=4))
    keys = keys_of(log=LogName.DRAWS)
    manifest = read_file(draw_id=draw.draw_id, name="manifest.json")
    proof = manifest_proof(draw_id=draw.draw_id)
    assert verify_proof(content=proof.encode(), leaf_data=manifest, keys=keys).index == 0
    assert "\nextra " not in proof

    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    sequence_log(at=DRAW_TIME)
    result = read_file(draw_id=draw.draw_id, name="result.json")
    proven = verify_proof(
        content=draw_log_proof(draw_id=draw.draw_id, kind=DrawLogEntry.Kind.RESULT).encode(),
        leaf_data=result,
        keys=keys,
    )
    assert (proven.index, proven.head.size) == (1, 2)
    # The earliest checkpoint says most about the time.
    assert manifest_proof(draw_id=draw.draw_id) == proof


def test_another_manifest_does_not_fit_the_proof() -> None:
    append_draw_log_entry(draw_id="a/1", kind="manifest", content=b"one", at=FREEZE_TIME)
    sequence_log(at=FREEZE_TIME)
    proof = manifest_proof(draw_id="a/1").encode()
    with pytest.raises(ProofInvalid):
        verify_proof(content=proof, leaf_data=b"two", keys=keys_of(log=LogName.DRAWS))


def test_a_draw_has_one_manifest_and_one_result() -> None:
    append_draw_log_entry(draw_id="a/1", kind="manifest", content=b"one", at=FREEZE_TIME)
    append_draw_log_entry(draw_id="a/1", kind="result", content=b"r", at=FREEZE_TIME)
    with pytest.raises(IntegrityError, match="audit_one_manifest_one_result_a_draw"), transaction.atomic():
        append_draw_log_entry(draw_id="a/1", kind="manifest", content=b"two", at=FREEZE_TIME)
    assert sequence_log(at=FREEZE_TIME) == 2
    assert LogLeaf.objects.filter(log=LogName.DRAWS).count() == 2
