"""The OpenAPI document: complete, true, and no generated call makes the interface fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fairport.config.api import api as interface
from fairport.config.api import api_urls
from fairport.domain.policy import Policy
from tests.factories.draws import hold_draw
from tests.factories.submissions import register

pytestmark = pytest.mark.django_db
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DOCUMENT = "/api/v1/openapi.json"


def operations() -> list[Any]:
    return [
        operation
        for _prefix, router in interface._routers
        for path_view in router.path_operations.values()
        for operation in path_view.operations
    ]


def test_every_address_declares_who_may_call_it() -> None:
    assert len(api_urls[0]) > 15
    assert {pattern.callback.access.who for pattern in api_urls[0]} == {"public", "applicant"}


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.view_func.__name__)
def test_a_call_asks_for_an_access_code_exactly_if_it_is_declared_so(operation: Any) -> None:
    assert bool(operation.auth_callbacks) is (operation.view_func.access.who == "applicant")
    assert operation.view_func.__doc__


def test_the_document_is_there() -> None:
    document = Client().get(DOCUMENT).json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/registrations/me/confirm" in document["paths"]


@pytest.fixture
def open_connection() -> Iterator[None]:
    """The requests of a test share its connection, which the end of a request would close."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def calls() -> list[tuple[str, str]]:
    """(path, method) of every call in the document."""
    paths = interface.get_openapi_schema()["paths"]
    return [(path, method) for path, methods in paths.items() for method in methods]


@pytest.mark.parametrize(("path", "method"), calls())
def test_no_generated_call_fails_or_is_answered_as_the_document_does_not_say(
    policy: Policy, open_connection: None, path: str, method: str
) -> None:
    receipt = register()
    hold_draw()
    document = schemathesis.openapi.from_wsgi(DOCUMENT, app=WSGIHandler())
    headers = {"Accept-Encoding": "identity"}
    if "/me" in path:
        headers["Authorization"] = f"Bearer {receipt.access_code}"

    @settings(
        max_examples=15,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(case=document[path][method].as_strategy())
    def call(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    call()
