"""A scheduler closes a day on which families are booked, and moves them; each of them finds the new time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.families import marias_family, one_person
from tests.journeys.holding import look, register_by_api, sign_in
from tests.journeys.office import SAN_DIEGO_SUPERVISOR, SCHEDULER, check, sign_in_staff
from tests.journeys.product import Product
from tests.journeys.visitor import DESKTOP, PHONE

FAMILIES = {"family": marias_family(ports=("SDG",)), "one": one_person(ports=("SDG",))}


@pytest.fixture(scope="module")
def booked(product: Product) -> dict[str, str]:
    """Access codes of two families with an appointment in San Diego."""
    codes = {who: register_by_api(product, family) for who, family in FAMILIES.items()}
    product.draw()
    for code in codes.values():
        status, registration = product.call("POST", "/registrations/me/confirm", {}, code=code)
        assert (status, registration["status"]) == (200, "confirmed"), registration
    return codes


@pytest.fixture(scope="module")
def before(product: Product, booked: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Their appointments as they were drawn."""
    return {who: look(product, code)["appointment"] for who, code in booked.items()}


@pytest.mark.parametrize(("language", "window"), [("en", DESKTOP), ("es", PHONE)])
def test_the_calendar_is_for_everybody_who_reads_it(
    product: Product, visit: Visit, before: dict[str, Any], language: str, window: dict[str, int]
) -> None:
    reader = visit(language=language, window=window)
    sign_in_staff(reader, product, SAN_DIEGO_SUPERVISOR)
    reader.open("/office/capacity")
    reader.open(f"/office/capacity/SDG/days/{before['one']['date']}")
    assert reader.sees("The day after")
    reader.open("/office/capacity/SDG/plan")
    reader.open("/office/capacity/SDG/change")
    assert reader.sees("Not open to you")


@pytest.mark.parametrize(("language", "window"), [("es", PHONE), ("en", DESKTOP)])
def test_a_plan_is_previewed_and_left(
    product: Product, visit: Visit, before: dict[str, Any], language: str, window: dict[str, int]
) -> None:
    scheduler = visit(language=language, window=window)
    sign_in_staff(scheduler, product, SCHEDULER)
    scheduler.open("/office/capacity/SDG/plan/change?weekday=2")
    places = scheduler.page.locator("[name=places_1]")
    places.fill("many")
    scheduler.press("See what it would do")
    assert scheduler.sees("Write a whole number of places, from 0 to 10,000.")
    assert places.input_value() == "many"
    places.fill("90")
    scheduler.press("See what it would do")
    scheduler.press("Leave it as it is")


def test_a_day_is_closed_and_the_families_are_moved(
    product: Product, visit: Visit, booked: dict[str, str], before: dict[str, Any]
) -> None:
    scheduler = visit(window=DESKTOP)
    sign_in_staff(scheduler, product, SCHEDULER)
    day = before["family"]["date"]
    scheduler.open(f"/office/capacity/SDG/days/{day}?programme=title-42-exemption")
    scheduler.press("Change this day")
    scheduler.tick("Closed")
    scheduler.choose("Reason that the public reads", "works")
    scheduler.type("More about it, for the public", "The bridge is repaired")
    scheduler.press("See what it would do")
    assert scheduler.sees("Groups that would have no place")
    scheduler.page.locator("summary", has_text=scheduler.text("Each group by its number")).click()
    assert before["family"]["confirmation_number"] in scheduler.main_text
    assert FAMILIES["family"].names[0] not in scheduler.page.content()
    scheduler.tick("They are moved as shown")
    scheduler.press("Change it now")
    assert "were changed" in scheduler.main_text

    after = look(product, booked["family"])["appointment"]
    assert after["confirmation_number"] == before["family"]["confirmation_number"]
    assert date.fromisoformat(after["date"]) != date.fromisoformat(day)
    status, slots = product.call("GET", f"/slots?programme=title-42-exemption&port=SDG&from={day}&to={day}")
    assert status == 200
    assert sum(slot["capacity"] - slot["held"] for slot in slots) == 0


def test_the_family_reads_it_and_an_old_pass_answers_by_the_record(
    product: Product, visit: Visit, booked: dict[str, str], before: dict[str, Any]
) -> None:
    family = visit(window=PHONE, scripts=False)
    sign_in(family, booked["family"])
    assert "Before, it was:" in family.main_text
    family.press("Show and print the pass")
    family.open("/ports")
    assert "Closed on this day: Works at the port (The bridge is repaired)" in family.main_text
    supervisor = visit()
    sign_in_staff(supervisor, product, SAN_DIEGO_SUPERVISOR)
    assert check(supervisor, before["family"]["pass"]) == "other_day"


def test_who_cannot_come_at_the_new_time_cancels_and_waits_again(
    product: Product, visit: Visit, booked: dict[str, str]
) -> None:
    seniority = look(product, booked["one"])["registered_at"]
    person = visit(window=PHONE, language="es", scripts=False)
    sign_in(person, booked["one"])
    person.press("Cancel the appointment")
    person.press("Cancel the appointment")
    assert person.sees("You are waiting")
    assert look(product, booked["one"])["registered_at"] == seniority
