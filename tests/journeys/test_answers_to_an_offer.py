"""A place is offered: what people may do with it, and what happens when they do nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.families import one_person
from tests.journeys.holding import look, register_by_api, sign_in
from tests.journeys.product import Product
from tests.journeys.visitor import PHONE, Visitor

# The policy's window is 23 hours.
WINDOW = timedelta(hours=23)


@pytest.fixture
def code(product: Product) -> str:
    """The access code of somebody to whom a place is offered."""
    access_code = register_by_api(product, one_person())
    product.draw()
    assert look(product, access_code)["offer"] is not None
    return access_code


@pytest.fixture
def jean(visit: Visit, code: str) -> Visitor:
    """They look at their offer, on a phone without scripts."""
    visitor = visit(window=PHONE, scripts=False)
    sign_in(visitor, code)
    assert visitor.sees("A place is offered to you")
    return visitor


def test_no_means_the_next_draw(product: Product, jean: Visitor, code: str) -> None:
    jean.press("No, we do not want it")
    assert jean.sees("Say no to this place?")
    assert look(product, code)["status"] == "offered"
    jean.press("Say no")
    assert jean.sees("You are waiting")
    assert jean.sees("Places you said no to")
    product.draw()
    jean.reload()
    assert jean.sees("A place is offered to you")


def test_silence_lets_the_place_go_and_a_visit_brings_them_back(product: Product, jean: Visitor, code: str) -> None:
    registered_at = look(product, code)["registered_at"]
    product.advance(WINDOW)
    # The page is still the one with the offer: the click decides.
    jean.press("Yes, we take this place")
    assert jean.page.get_by_role("alert").is_visible()
    jean.open("/status")
    assert jean.sees("Your registration is not in the draw now")
    jean.press("Renew my registration")
    assert jean.sees("You are waiting")
    assert look(product, code)["registered_at"] == registered_at


def test_a_cancelled_appointment_is_given_back(product: Product, jean: Visitor, code: str) -> None:
    jean.press("Yes, we take this place")
    assert jean.sees("You have an appointment")
    jean.press("Cancel the appointment")
    assert look(product, code)["appointment"] is not None
    jean.press("Cancel the appointment")
    assert jean.sees("You are waiting")
    jean.open("/pass")
    assert jean.path == "/status"


def test_withdrawing_can_be_undone(product: Product, jean: Visitor, code: str) -> None:
    jean.press("Withdraw my registration")
    jean.press("Withdraw my registration")
    assert jean.sees("You withdrew this registration")
    assert look(product, code)["status"] == "withdrawn"
    jean.press("Undo: I want to keep my registration")
    assert jean.sees("A place is offered to you")
    jean.press("Yes, we take this place")
    assert jean.sees("You have an appointment")


def test_a_withdrawal_becomes_final(product: Product, jean: Visitor) -> None:
    jean.press("Withdraw my registration")
    jean.press("Withdraw my registration")
    product.advance(timedelta(hours=25))
    jean.open("/status")
    assert jean.page.get_by_role("main").get_by_role("button", name="Undo").count() == 0


def test_confirming_twice_gives_one_appointment(product: Product, jean: Visitor, code: str) -> None:
    jean.press("Yes, we take this place")
    number = look(product, code)["appointment"]["confirmation_number"]
    jean.page.go_back()
    if jean.control("Yes, we take this place").count():
        jean.press("Yes, we take this place")
    jean.open("/status")
    assert look(product, code)["appointment"]["confirmation_number"] == number
    assert number in jean.main_text


def test_a_missed_appointment_costs_nothing(product: Product, jean: Visitor, code: str) -> None:
    jean.press("Yes, we take this place")
    product.advance(timedelta(days=16))
    jean.open("/status")
    assert jean.sees("You missed your appointment")
    jean.press("Put us in the next draw")
    assert jean.sees("You are waiting")
