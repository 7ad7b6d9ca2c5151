"""Someone who sees little zooms in: at 200 and 400 % of a desktop window nothing is cut or scrolls sideways."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.families import marias_family
from tests.journeys.holding import sign_in
from tests.journeys.office import SAN_DIEGO, sign_in_staff
from tests.journeys.product import Product
from tests.journeys.registering import register
from tests.journeys.visitor import DESKTOP

# A page at 400 % has a quarter of the window's width to itself, and four device pixels for each of its own.
ZOOMS = pytest.mark.parametrize("factor", [2, 4], ids=["200 %", "400 %"])


def _window(factor: int) -> dict[str, object]:
    window = {side: length // factor for side, length in DESKTOP.items()}
    return {"window": window, "device_scale_factor": factor}


@ZOOMS
def test_registering(visit: Visit, factor: int) -> None:
    visitor = visit(scripts=False, **_window(factor))
    receipt = register(visitor, marias_family())
    sign_in(visitor, receipt.access_code)
    assert visitor.sees("You are waiting")


@ZOOMS
def test_reading(visit: Visit, factor: int) -> None:
    visitor = visit(scripts=False, **_window(factor))
    for path in ("/", "/help", "/privacy", "/accessibility", "/ports", "/draws", "/demo/messages"):
        visitor.open(path)
        assert visitor.heading


@ZOOMS
def test_working_in_the_office(product: Product, visit: Visit, factor: int) -> None:
    officer = visit(scripts=False, **_window(factor))
    sign_in_staff(officer, product, SAN_DIEGO)
    for path in ("/office/day", "/office/check", "/office/my-sign-in"):
        officer.open(path)
        assert officer.path == path
