"""A place is offered: what people may do with it, and what happens when they do nothing.

They share two draws, in the order of the tests, since each moves the clock of the demonstration.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.families import one_person
from tests.journeys.holding import look, register_by_api, sign_in
from tests.journeys.product import Product
from tests.journeys.visitor import PHONE, Visitor

PEOPLE = ("cancels", "changes their mind", "leaves", "confirms twice", "says no", "says nothing")


@pytest.fixture(scope="module")
def codes(product: Product) -> dict[str, str]:
    """The access codes of people to whom a place is offered, each alone."""
    codes = {who: register_by_api(product, one_person()) for who in PEOPLE}
    product.draw()
    for code in codes.values():
        assert look(product, code)["offer"] is not None
    return codes


def open_offer(visit: Visit, code: str) -> Visitor:
    """They look at their offer, on a phone without scripts."""
    visitor = visit(window=PHONE, scripts=False)
    sign_in(visitor, code)
    assert visitor.sees("A place is offered to you")
    return visitor


def test_a_cancelled_appointment_is_given_back(product: Product, visit: Visit, codes: dict[str, str]) -> None:
    code = codes["cancels"]
    visitor = open_offer(visit, code)
    visitor.press("Yes, we take this place")
    assert visitor.sees("You have an appointment")
    visitor.press("Cancel the appointment")
    assert visitor.sees("Cancel this appointment?")
    assert look(product, code)["appointment"] is not None
    visitor.press("Cancel the appointment")
    assert visitor.sees("You are waiting")
    visitor.open("/pass")
    assert visitor.path == "/status"


def test_withdrawing_can_be_undone(product: Product, visit: Visit, codes: dict[str, str]) -> None:
    code = codes["changes their mind"]
    visitor = open_offer(visit, code)
    visitor.press("Withdraw my registration")
    assert look(product, code)["status"] == "offered"
    visitor.press("Withdraw my registration")
    assert visitor.sees("You withdrew this registration")
    assert look(product, code)["status"] == "withdrawn"
    visitor.press("Undo: I want to keep my registration")
    assert visitor.sees("A place is offered to you")
    visitor.press("Yes, we take this place")
    assert visitor.sees("You have an appointment")


def test_confirming_twice_gives_one_appointment(product: Product, visit: Visit, codes: dict[str, str]) -> None:
    code = codes["confirms twice"]
    visitor, other_window = open_offer(visit, code), open_offer(visit, code)
    visitor.press("Yes, we take this place")
    number = look(product, code)["appointment"]["confirmation_number"]
    other_window.press("Yes, we take this place")
    other_window.open("/status")
    assert number in other_window.main_text
    assert look(product, code)["appointment"]["confirmation_number"] == number


def test_no_needs_a_second_word(product: Product, visit: Visit, codes: dict[str, str]) -> None:
    code = codes["says no"]
    visitor = open_offer(visit, code)
    visitor.press("No, we do not want it")
    assert visitor.sees("Say no to this place?")
    assert look(product, code)["status"] == "offered"
    visitor.press("Say no")
    assert visitor.sees("You are waiting")
    assert visitor.sees("Places you said no to")


def test_silence_lets_the_place_go_and_a_visit_brings_them_back(
    product: Product, visit: Visit, codes: dict[str, str]
) -> None:
    leaving = open_offer(visit, codes["leaves"])
    leaving.press("Withdraw my registration")
    leaving.press("Withdraw my registration")
    code = codes["says nothing"]
    visitor = open_offer(visit, code)
    registered_at = look(product, code)["registered_at"]
    # The window of 23 hours is over before the next draw; the page is still the one with the offer.
    product.draw()
    visitor.press("Yes, we take this place")
    assert visitor.page.get_by_role("alert").is_visible()
    visitor.open("/status")
    assert visitor.sees("Your registration is not in the draw now")
    visitor.press("Renew my registration")
    assert visitor.sees("You are waiting")
    assert look(product, code)["registered_at"] == registered_at


def test_who_said_no_is_in_the_next_draw(visit: Visit, codes: dict[str, str]) -> None:
    open_offer(visit, codes["says no"])
    open_offer(visit, codes["cancels"])


def test_a_withdrawal_becomes_final(product: Product, visit: Visit, codes: dict[str, str]) -> None:
    product.advance(timedelta(hours=1))
    visitor = visit(window=PHONE, scripts=False)
    sign_in(visitor, codes["leaves"])
    assert visitor.sees("You withdrew this registration")
    assert visitor.control("Undo: I want to keep my registration").count() == 0
