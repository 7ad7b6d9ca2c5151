from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from fairport.domain.policy import Policy
from tests.apps.applicant.walking import Walker
from tests.factories.programme import open_programme

# Counters of wrong tries and sessions come and go with every visit.
PASSING = {"django_session", "registrations_codefailure", "django_migrations"}


@pytest.fixture(autouse=True)
def static_files_as_they_are(settings: Any) -> None:
    """No collected and hashed copies: tests run from the sources."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def policy(db: None) -> Policy:
    return open_programme()


@pytest.fixture
def walker(policy: Policy, client: Client) -> Walker:
    """A person with a browser that keeps cookies, before the first page."""
    return Walker(client)


@pytest.fixture
def snapshot() -> Callable[[], dict[str, int]]:
    """Counts the rows of every table, so that a test can say that nothing was kept."""

    def count() -> dict[str, int]:
        tables = {model._meta.db_table for model in apps.get_models()} - PASSING
        counts = {}
        with connection.cursor() as cursor:
            for table in sorted(tables & set(connection.introspection.table_names(cursor))):
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                counts[table] = cursor.fetchone()[0]
        return counts

    return count
