"""Maria registers her family, is drawn, confirms, shows her pass, and an officer decides.

In every combination of a phone and a desktop, with and without JavaScript, once in Spanish. The families share the
draw and the day at the port, since each moves the clock of the demonstration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.families import Family, marias_family
from tests.journeys.holding import go_to_the_port, look, sign_in, starts_at
from tests.journeys.office import (
    SAN_DIEGO,
    SAN_DIEGO_SUPERVISOR,
    check,
    decide_about_all,
    open_file,
    record_arrival,
    sign_in_staff,
    take_second_look,
)
from tests.journeys.product import Product
from tests.journeys.registering import Receipt, register
from tests.journeys.visitor import DESKTOP, PHONE

WAYS: dict[str, dict[str, Any]] = {
    "phone without JavaScript": {"window": PHONE, "scripts": False},
    "phone with JavaScript": {"window": PHONE, "scripts": True},
    "desktop without JavaScript": {"window": DESKTOP, "scripts": False},
    "desktop with JavaScript, in Spanish": {"window": DESKTOP, "scripts": True, "language": "es"},
}
# In this one the second traveler is not exempted, which takes a second officer.
NEGATIVE = "desktop without JavaScript"
EVERY_WAY = pytest.mark.parametrize("way", WAYS)


@dataclass
class Case:
    """A family and what it holds in its hands."""

    family: Family
    receipt: Receipt
    confirmation_number: str = ""


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    """Filled by the first test, read by the later ones."""
    return {}


@pytest.fixture(scope="module")
def drawn(product: Product, cases: dict[str, Case]) -> None:
    """The next draw is over."""
    assert cases, "nobody registered"
    product.draw()


@EVERY_WAY
def test_she_registers_her_family(visit: Visit, cases: dict[str, Case], way: str) -> None:
    # In Sonora, whose clock is another one than San Diego's.
    family = marias_family(state="MX-SON", ports=("SDG",))
    visitor = visit(**WAYS[way])
    receipt = register(visitor, family)
    cases[way] = Case(family, receipt)
    assert visitor.page.locator(".fp-qr svg").is_visible()
    visitor.press("See my registration")
    sign_in(visitor, receipt.access_code)
    assert visitor.sees("You are waiting")
    assert receipt.number in visitor.main_text


@EVERY_WAY
def test_she_takes_the_place_and_has_a_pass(visit: Visit, drawn: None, cases: dict[str, Case], way: str) -> None:
    case, visitor = cases[way], visit(**WAYS[way])
    sign_in(visitor, case.receipt.access_code)
    assert visitor.sees("A place is offered to you")
    assert visitor.sees("The same time where you are")
    visitor.press("Yes, we take this place")
    assert visitor.sees("You have an appointment")
    number = visitor.page.locator("#confirmation-number").inner_text().strip()
    visitor.press("Show and print the pass")
    assert visitor.page.locator("#confirmation-number").inner_text().strip() == number
    assert visitor.page.locator(".fp-qr svg").is_visible()
    # Initials, and no name.
    assert "MH" in visitor.main_text.replace(".", "").replace(" ", "")
    assert case.family.people[0].family_names not in visitor.main_text
    case.confirmation_number = number


@EVERY_WAY
def test_she_is_told_by_mail_in_her_language(visit: Visit, drawn: None, cases: dict[str, Case], way: str) -> None:
    case, visitor = cases[way], visit(**WAYS[way])
    visitor.open("/")
    if visitor.language != visitor.page.locator("html").get_attribute("lang"):
        visitor.follow(visitor.page.get_by_role("button", name="Español"))
    visitor.open("/demo/messages")
    visitor.type("Only messages to this e-mail address", case.family.email)
    visitor.press("Search")
    told = [each.inner_text().strip() for each in visitor.page.locator("details summary").all()]
    assert len(told) >= 3, told
    visitor.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    text = visitor.main_text
    assert text.count(visitor.text("This service is free. Nobody may ask you for money.")) == len(told)
    assert not any(person.given_names in text or person.family_names in text for person in case.family.people)
    assert case.receipt.access_code not in text


@pytest.mark.parametrize("turn", range(len(WAYS)))
def test_an_officer_decides(visit: Visit, product: Product, drawn: None, cases: dict[str, Case], turn: int) -> None:
    appointments = {way: look(product, case.receipt.access_code)["appointment"] for way, case in cases.items()}
    way = sorted(cases, key=lambda each: starts_at(appointments[each]))[turn]
    case, appointment = cases[way], appointments[way]
    go_to_the_port(product, appointment)
    officer = visit(window=WAYS[way]["window"], scripts=WAYS[way]["scripts"])
    sign_in_staff(officer, product, SAN_DIEGO_SUPERVISOR if WAYS[way]["scripts"] else SAN_DIEGO)
    shown = appointment["pass"] if WAYS[way]["scripts"] else case.confirmation_number
    assert check(officer, shown) == "right"
    open_file(officer)
    for person in case.family.people:
        assert person.given_names in officer.main_text
    record_arrival(officer)
    second = "Not exempted" if way == NEGATIVE else "Referred"
    decide_about_all(officer, case.family, second=second)
    if way == NEGATIVE:
        assert look(product, case.receipt.access_code)["status"] == "arrived"
        supervisor = visit(window=WAYS[way]["window"], scripts=WAYS[way]["scripts"])
        sign_in_staff(supervisor, product, SAN_DIEGO_SUPERVISOR)
        take_second_look(supervisor, case.confirmation_number)
    assert look(product, case.receipt.access_code)["status"] == "determined"
    assert check(officer, case.confirmation_number) == "used"


@EVERY_WAY
def test_she_reads_the_decision(visit: Visit, drawn: None, cases: dict[str, Case], way: str) -> None:
    case, visitor = cases[way], visit(**WAYS[way])
    sign_in(visitor, case.receipt.access_code)
    assert visitor.sees("An officer has decided")
    for name in case.family.names:
        assert name in visitor.main_text
    assert visitor.sees("Exempted")
    assert visitor.sees("Not exempted" if way == NEGATIVE else "Referred")
    assert "A doctor has to see him before anybody decides." in visitor.main_text
