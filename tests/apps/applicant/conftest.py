from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from fairport.applicant import steps, views_ports, views_status, views_submit
from fairport.appointments.models import Offer
from fairport.domain.policy import Policy
from fairport.registrations.models import Registration
from fairport.registrations.submission import Receipt
from tests.apps.applicant.walking import Walker
from tests.factories.draws import hold_draw, offer_of
from tests.factories.programme import NOW, load_programme, open_programme
from tests.factories.submissions import register

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
    """The rules and ports; bands come with the first draw."""
    return load_programme().policy


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


class Clock:
    """What the pages take for now."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Pages live in the week of the founding system's start, until the test moves on."""
    clock = Clock()
    for module in (steps, views_submit, views_status, views_ports):
        monkeypatch.setattr(module, "now", clock)
    return clock


class Visit:
    """Somebody with an access code, before the status page."""

    def __init__(self, client: Client, clock: Clock, **changes: Any) -> None:
        self.client = client
        self.clock = clock
        self.receipt: Receipt = register(at=NOW, **changes)

    def sign_in(self, code: str | None = None) -> Any:
        return self.client.post("/status", {"code": self.receipt.access_code if code is None else code})

    def look(self, path: str = "/status") -> Any:
        return self.client.get(path)

    def act(self, name: str, **data: Any) -> Any:
        return self.client.post(f"/status/{name}", data)

    def draw(self) -> Offer:
        """Today's draw: nobody else waits, so there is an offer."""
        open_programme()
        draw = hold_draw()
        self.clock.at = draw.draw_time + timedelta(minutes=5)
        return offer_of(self.receipt.registration_id)

    @property
    def status(self) -> str:
        return Registration.objects.get(pk=self.receipt.registration_id).status


@pytest.fixture
def visit(policy: Policy, client: Client, clock: Clock) -> Visit:
    """One adult who registered and is signed in."""
    visit = Visit(client, clock)
    assert visit.sign_in().status_code == 303
    return visit
