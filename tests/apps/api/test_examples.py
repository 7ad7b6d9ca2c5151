"""Every example of docs/api.md works as it stands there."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from fairport.config.paths import CHECKOUT
from fairport.domain.policy import Policy
from tests.apps.api.conftest import Clock
from tests.factories.draws import DRAW_TIME, hold_draw

pytestmark = pytest.mark.django_db


def examples() -> list[str]:
    text = (CHECKOUT / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    return [command for block in blocks for command in re.findall(r"^curl .*?(?=^curl |\Z)", block, flags=re.M | re.S)]


def run(command: str, variables: dict[str, str]) -> HttpResponse:
    """Does what curl does with these few options."""
    for name, value in variables.items():
        command = command.replace(f"${name}", value)
    words = iter(shlex.split(command)[1:])
    method, address, headers, data = "GET", "", {}, ""
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _colon, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            method, data = "POST", next(words)
        else:
            address = word
    kind = headers.pop("Content-Type", "")
    return Client().generic(method, address, data, content_type=kind, headers=headers)  # type: ignore[return-value]


def test_every_example_works_in_the_order_of_the_document(policy: Policy, clock: Clock) -> None:
    variables = {"SITE": "/api/v1", "DRAW": "title-42-exemption_2023-01-18"}
    registering = next(command for command in examples() if "attestation" in command)
    variables["CODE"] = run(registering, variables).json()["access_code"]  # type: ignore[attr-defined]
    complaining = next(command for command in examples() if "wanted 200 dollars" in command)
    variables["COMPLAINT"] = run(complaining, variables).json()["code"]  # type: ignore[attr-defined]
    hold_draw()
    clock.at = DRAW_TIME + timedelta(minutes=5)
    commands = examples()
    assert len(commands) > 12
    for command in commands:
        response = run(command, variables)
        assert response.status_code in (200, 201), (command, response.content)
