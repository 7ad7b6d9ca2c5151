"""A database with decisions from before the second look: they keep their order, and what was told stays in effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from fairport.checkin.effect import effective_determinations
from fairport.checkin.models import CheckIn, Determination, Outcome
from fairport.checkin.operations import record_arrival, record_determination
from fairport.checkin.queries import outcomes_of
from fairport.config.database import grant_app_privileges
from tests.apps.checkin.conftest import Group
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(name: str | None) -> None:
    """The room to the migration of that name, or everything to its last one."""
    executor = MigrationExecutor(connection)
    executor.migrate([("checkin", name)] if name else executor.loader.graph.leaf_nodes())


@pytest.fixture
def arrived(cast: Cast, group: Group) -> list[CheckIn]:
    return record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[traveler.pk for traveler in group.travelers[:2]],
        officer=cast.officer,
        at=group.in_band,
    )


@pytest.fixture
def before_the_second_look(arrived: list[CheckIn]) -> Iterator[None]:
    migrate("0002_append_only")
    try:
        yield
    finally:
        migrate(None)
        with transaction.atomic():
            grant_app_privileges(connection.connection)


def insert_old(check_in: CheckIn, outcome: str, replaces: Any, officer_id: int) -> Any:
    """A decision as the older program wrote it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO checkin_determination"
            " (id, check_in_id, outcome, sealed, officer_id, decided_at, replaces_id)"
            " VALUES (gen_random_uuid(), %s, %s, '', %s, %s, %s) RETURNING id",
            [check_in.pk, outcome, officer_id, check_in.arrived_at, replaces],
        )
        return cursor.fetchone()[0]


def test_older_decisions_keep_their_order_and_stay_in_effect(
    cast: Cast, arrived: list[CheckIn], before_the_second_look: None
) -> None:
    first, second = arrived
    one = insert_old(first, Outcome.EXEMPTED, None, cast.officer.pk)
    two = insert_old(first, Outcome.REFERRED, one, cast.supervisor.pk)
    three = insert_old(first, Outcome.NOT_EXEMPTED, two, cast.supervisor.pk)
    insert_old(second, Outcome.NOT_EXEMPTED, None, cast.officer.pk)

    migrate(None)

    chain = Determination.objects.filter(check_in=first).order_by("sequence")
    assert [row.pk for row in chain] == [one, two, three]
    assert outcomes_of(registration_id=first.appointment.registration_id) == {
        first.traveler_id: Outcome.NOT_EXEMPTED,
        second.traveler_id: Outcome.NOT_EXEMPTED,
    }
    # The rule holds for what is decided from now on.
    later = record_determination(
        check_in_id=first.pk,
        outcome=Outcome.NOT_EXEMPTED,
        criterion=None,
        reason="Seen again, and still nothing was found.",
        officer=cast.second_supervisor,
        at=first.arrived_at,
        replaces=three,
    )
    assert later.sequence == 4
    assert three in effective_determinations().values_list("pk", flat=True)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Determination.objects.filter(pk=one).update(outcome=Outcome.REFERRED)
