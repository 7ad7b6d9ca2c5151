"""Whatever happens in whatever order: what is in the log stays provable, and every checkpoint continues the last."""

from __future__ import annotations

import base64

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fairport.audit.keys import keys_of
from fairport.audit.models import Event, LogLeaf, LogName
from fairport.audit.notes import Head, open_checkpoint, parse_head
from fairport.audit.operations import sequence_log
from fairport.audit.proofs import verify_proof
from fairport.audit.queries import (
    NotInLog,
    checkpoint_note,
    consistency_proof,
    inclusion_proof,
    logged_payload,
    verify_logs,
)
from fairport.domain.merkle import merkle_root, verify_consistency
from fairport.sealing.models import DataKey
from fairport.sealing.operations import create_data_key, erase_data_key
from tests.factories.events import AT, append

EVENTS = LogName.EVENTS


class Log(RuleBasedStateMachine):
    """The model: which events were committed, which of them were sequenced, and the heads that were signed."""

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        self.waiting: list[int] = []
        self.logged: list[int] = []
        self.people: dict[int, DataKey] = {}
        self.heads: list[Head] = []

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @rule(count=st.sampled_from([1, 2, 3, 150, 256]))
    def happen(self, count: int) -> None:
        self.waiting += append(count)

    @rule()
    def happen_to_a_person(self) -> None:
        data_key = create_data_key()
        (event_id,) = append(1, data_key=data_key)
        self.waiting.append(event_id)
        self.people[event_id] = data_key

    @rule(count=st.integers(1, 3))
    def fail_half_way(self, count: int) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            append(count)
            raise ZeroDivisionError

    @rule()
    def sequence(self) -> None:
        assert sequence_log(at=AT) == len(self.waiting)
        if self.waiting:
            self.logged += self.waiting
            self.waiting = []
            opened = open_checkpoint(note=checkpoint_note(log=EVENTS).encode(), keys=keys_of(log=EVENTS))
            self.heads.append(parse_head(opened.text))

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        event_id = data.draw(st.sampled_from(sorted(self.people)))
        erase_data_key(data_key_id=self.people.pop(event_id).pk, at=AT)
        with pytest.raises(NotInLog):
            logged_payload(event_id=event_id)

    @precondition(lambda self: self.logged)
    @rule(data=st.data())
    def prove(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.logged) - 1))
        proof = inclusion_proof(event_id=self.logged[index]).encode()
        commitment = bytes(Event.objects.get(pk=self.logged[index]).commitment)
        proven = verify_proof(content=proof, leaf_data=commitment, keys=keys_of(log=EVENTS))
        assert (proven.index, proven.head) == (index, self.heads[-1])

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def not_prove_what_waits(self, data: st.DataObject) -> None:
        with pytest.raises(NotInLog):
            inclusion_proof(event_id=data.draw(st.sampled_from(self.waiting)))

    @precondition(lambda self: self.heads)
    @rule(data=st.data())
    def continue_every_earlier_head(self, data: st.DataObject) -> None:
        old, new = sorted((data.draw(st.sampled_from(self.heads)), data.draw(st.sampled_from(self.heads))), key=size_of)
        lines = consistency_proof(log=EVENTS, old=old.size, new=new.size).partition("\n\n")[0].split("\n")[1:]
        assert verify_consistency(
            old_size=old.size,
            new_size=new.size,
            old_root=old.root,
            new_root=new.root,
            proof=[base64.b64decode(line) for line in lines],
        )

    @rule()
    def verify(self) -> None:
        report = verify_logs()[0]
        assert (report.findings, report.leaves, report.waiting) == ([], len(self.logged), len(self.waiting))

    @invariant()
    def the_order_never_changes(self) -> None:
        if not hasattr(self, "logged"):
            return
        rows = LogLeaf.objects.filter(log=EVENTS).order_by("index").values_list("index", "event_id")
        assert list(rows) == list(enumerate(self.logged))
        if self.heads:
            commitments = dict(Event.objects.values_list("id", "commitment"))
            root = merkle_root(bytes(commitments[event_id]) for event_id in self.logged)
            assert (self.heads[-1].size, self.heads[-1].root) == (len(self.logged), root)


def size_of(head: Head) -> int:
    return head.size


@pytest.mark.django_db
def test_the_log_in_any_order_of_events() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Log, settings=settings(max_examples=25, stateful_step_count=20, deadline=None, derandomize=True)
    )
    assert not Event.objects.exists()
