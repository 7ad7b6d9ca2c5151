"""A database that was in use before there was a log: what happened until then gets its place too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from fairport.audit.models import LogLeaf, LogName
from fairport.audit.operations import sequence_log
from fairport.config.database import grant_app_privileges
from tests.factories.events import AT, append

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(name: str | None) -> None:
    """To the migration of that name, or to the last one."""
    executor = MigrationExecutor(connection)
    executor.migrate([("audit", name)] if name else executor.loader.graph.leaf_nodes())


@pytest.fixture
def before_the_log() -> Iterator[None]:
    migrate("0002_append_only")
    try:
        yield
    finally:
        migrate(None)
        with transaction.atomic():
            grant_app_privileges(connection.connection)


@pytest.mark.usefixtures("before_the_log")
def test_older_events_are_queued_by_the_migration() -> None:
    ids = append(3)
    migrate(None)
    ids += append(1)
    assert sequence_log(at=AT) == 4
    leaves = LogLeaf.objects.filter(log=LogName.EVENTS).order_by("index").values_list("event_id", flat=True)
    assert list(leaves) == ids
