"""A family walks in and is admitted with one tap; another one, with an appointment, brings a child who was left out.

They share one day at San Diego, in the order of the tests. Every page is seen on a phone, without a script, too.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.families import marias_family
from tests.journeys.holding import go_to_the_port, look, register_by_api
from tests.journeys.office import SAN_DIEGO, check, open_file, record_arrival, sign_in_staff
from tests.journeys.product import Product
from tests.journeys.visitor import DESKTOP, PHONE, Visitor

FAMILY = marias_family(ports=("SDG",))
WORDS = "The grandmother has a high fever and cannot stand."


@pytest.fixture(scope="module")
def code(product: Product) -> str:
    """The access code of a family whose appointment is now."""
    access_code = register_by_api(product, FAMILY)
    product.draw()
    status, registration = product.call("POST", "/registrations/me/confirm", {}, code=access_code)
    assert (status, registration["status"]) == (200, "confirmed"), registration
    go_to_the_port(product, registration["appointment"])
    return access_code


@pytest.fixture(params=[(PHONE, False), (DESKTOP, True)], ids=["phone", "desktop"])
def officer(request: pytest.FixtureRequest, product: Product, visit: Visit, code: str) -> Iterator[Visitor]:
    """San Diego's officer, on a phone without scripts and at a desk."""
    window, scripts = request.param
    visitor = visit(window=window, scripts=scripts)
    sign_in_staff(visitor, product, SAN_DIEGO)
    yield visitor


def test_a_family_walks_in_and_is_admitted(officer: Visitor) -> None:
    officer.open("/office/walk-ins")
    officer.press("Give a number")
    officer.type("How many people?", "4")
    officer.tick("Medical need")
    officer.press("Give the number")
    assert officer.sees("Write in at least 10 characters why they go first.")
    officer.type("Why do they go first?", WORDS)
    officer.choose("Interpreter", "mam")
    officer.press("Give the number")
    number = officer.page.locator("#queue-number").inner_text()
    assert officer.sees("This is free. Pay nobody.")

    officer.open("/office/walk-ins")
    row = officer.page.locator("tr", has=officer.page.get_by_role("link", name=number, exact=True))
    assert "Mam" in row.inner_text()
    officer.follow(row.get_by_role("link"))
    assert WORDS in officer.main_text
    officer.open("/office/walk-ins")
    officer.follow(row.get_by_role("button", name=f"Admit {number}"))
    assert f"Number {number} was admitted: 4 people." in officer.main_text
    officer.follow(row.get_by_role("button", name=f"Take it back {number}"))
    assert f"Number {number} waits again." in officer.main_text
    officer.follow(row.get_by_role("button", name=f"Left {number}"))
    assert f"Number {number} left." in officer.main_text


def test_a_child_is_added_at_the_gate(product: Product, visit: Visit, code: str) -> None:
    officer = visit(window=PHONE, scripts=False)
    sign_in_staff(officer, product, SAN_DIEGO)
    check(officer, look(product, code)["appointment"]["confirmation_number"])
    open_file(officer)
    officer.press("Add a child who is here with them")
    officer.press("Add this child")
    assert officer.sees("Choose how the child belongs to the group.")
    officer.type("Given names", "Ana Lucía")
    officer.type("Family names", "Martínez Hernández")
    for part, value in (("Day", "2"), ("Month", "11"), ("Year", "2022")):
        officer.type(part, value)
    officer.choose("Nationality", "HN")
    officer.tick("Niece or nephew")
    officer.press("Add this child")
    assert "Ana Lucía" in officer.main_text
    assert look(product, code)["size"] == 5

    record_arrival(officer, absent="José Ángel")
    assert officer.sees("Not yet")
    officer.open("/office/day")
    missing = officer.page.locator('td[data-label="Missing from a group that is here"]')
    assert "1" in missing.all_inner_texts()
    assert look(product, code)["status"] == "arrived"


def test_an_interpreter_is_changed_and_a_mistake_taken_back(product: Product, visit: Visit, code: str) -> None:
    officer = visit(window=DESKTOP)
    sign_in_staff(officer, product, SAN_DIEGO)
    check(officer, look(product, code)["appointment"]["confirmation_number"])
    open_file(officer)
    officer.follow(officer.page.get_by_role("link", name="Change Interpreter"))
    officer.choose("Interpreter", "other")
    officer.type("Another language, or what else helps", "Akateko")
    officer.press("Save")
    assert "Akateko" in officer.main_text

    officer.page.get_by_text("An arrival was recorded by mistake").click()
    officer.follow(officer.page.get_by_role("button", name="Take back the arrival of Sofía"))
    assert officer.sees("The arrival was taken back.")


def test_everybody_can_count_them(product: Product, visit: Visit, code: str) -> None:
    anybody = visit(window=PHONE, scripts=False)
    anybody.open("/ports")
    assert "Today without appointment:" in anybody.main_text
    status, days = product.call("GET", "/ports/walk-ins?port=SDG")
    assert status == 200
    assert sum(day["groups"] for day in days) == 2
    assert sum(day["urgent"] for day in days) == 8
