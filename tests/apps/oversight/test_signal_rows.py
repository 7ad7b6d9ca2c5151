"""What the database and the public know of signals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from fairport.domain.policy import Policy
from fairport.oversight.queries import signals_by_month
from fairport.registrations.models import IntegritySignal
from tests.apps.oversight.test_signals import look, review, share_a_phone
from tests.cast import Cast
from tests.factories.programme import NOW


@pytest.mark.parametrize(
    "changes",
    [
        {"index": None},
        {"about": "staff:1"},
        {"kind": "namesake"},
        {"kind": "filer"},
        {"kind": "gossip"},
    ],
)
def test_the_database_knows_what_a_signal_is_about(open_policy: Policy, changes: dict[str, object]) -> None:
    share_a_phone(3)
    look()
    with pytest.raises(IntegrityError), transaction.atomic():
        IntegritySignal.objects.update(**changes)


def test_small_counts_of_signals_are_not_published(cast: Cast) -> None:
    IntegritySignal.objects.bulk_create(
        [IntegritySignal(kind="email", index=bytes([number]) * 32, raised_at=NOW) for number in range(12)]
    )
    for signal in IntegritySignal.objects.all()[:2]:
        review(signal, cast)
    assert signals_by_month(at=NOW) == []
    counted = {(row.kind, row.state): row.count for row in signals_by_month(at=NOW + timedelta(days=31))}
    assert counted["email", "open"] == 10
    assert counted["email", "nothing"] is None
    assert set(counted.values()) == {10, None}
