"""An officer confirms a pregnancy, a supervisor approves, and the applicant reads it; then two people place a group."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.families import marias_family, one_person
from tests.journeys.holding import look, sign_in, submission
from tests.journeys.office import SAN_DIEGO, SAN_DIEGO_SUPERVISOR, sign_in_staff
from tests.journeys.product import Product
from tests.journeys.visitor import PHONE, Visitor


@pytest.fixture(scope="module")
def pregnant(product: Product) -> dict[str, Any]:
    """A family whose lead is pregnant, as the interface answered its registration."""
    asked = submission(marias_family(ports=("SDG",)))
    asked["travelers"][0]["criteria"] = ["pregnancy"]
    status, receipt = product.call("POST", "/registrations", asked)
    assert status == 201, receipt
    answered: dict[str, Any] = receipt
    return answered


def find(visitor: Visitor, number: str, reason: str) -> None:
    """From the number to the open file; once a session they say why."""
    visitor.open("/office/facts")
    visitor.type("Registration number", number)
    visitor.press("Find the group")
    if visitor.sees("Why do you open this file?"):
        visitor.tick(reason)
        visitor.press("Open the file")


def test_from_the_desk_to_the_status_page(product: Product, visit: Visit, pregnant: dict[str, Any]) -> None:
    officer = visit()
    sign_in_staff(officer, product, SAN_DIEGO)
    find(
        officer,
        pregnant["registration_number"],
        "The travelers are with me, or on video, and ask me to verify a reason",
    )
    officer.follow(officer.page.get_by_role("link", name=re.compile("^Confirm a reason ?: María Guadalupe")))
    officer.press("I saw this")
    assert officer.sees("Choose at least one reason that you saw confirmed.")
    officer.tick("Pregnancy")
    officer.tick("At a helper’s desk")
    officer.type("What you saw", "The maternity card of the clinic, seen today.")
    officer.press("I saw this")
    assert officer.sees("Waits for a second person")

    supervisor = visit(window=PHONE)
    sign_in_staff(supervisor, product, SAN_DIEGO_SUPERVISOR)
    find(supervisor, pregnant["registration_number"], "I decide about what a colleague confirmed")
    assert "The maternity card of the clinic" in supervisor.main_text
    supervisor.follow(supervisor.page.get_by_role("link", name=re.compile("^Approve or decline")))
    supervisor.press("Approve")

    for language, window in (("en", None), ("es", PHONE)):
        applicant = visit(language=language, **({"window": window} if window else {}))
        sign_in(applicant, pregnant["access_code"])
        assert applicant.sees("What was verified")
        assert applicant.sees("Pregnancy")
        assert applicant.sees(
            "In this programme a verified reason does not change the draw: every group has the same chance."
        )
        assert "maternity card" not in applicant.main_text

    find(supervisor, pregnant["registration_number"], "I decide about what a colleague confirmed")
    supervisor.follow(supervisor.page.get_by_role("link", name=re.compile("^Take this back")))
    assert supervisor.heading == "Take a verified reason back"


def test_two_people_place_somebody_outside_the_draw(product: Product, visit: Visit) -> None:
    status, receipt = product.call("POST", "/registrations", submission(one_person(ports=("SDG",))))
    assert status == 201, receipt
    officer = visit(window=PHONE)
    sign_in_staff(officer, product, SAN_DIEGO)
    officer.open("/office/placements")
    officer.follow(officer.page.get_by_role("link", name="Propose a place at SDG"))
    officer.type("Registration number", receipt["registration_number"])
    bands = officer.field("Day and band").locator("option")
    officer.choose("Day and band", bands.nth(bands.count() - 1).get_attribute("value") or "")
    officer.tick("Urgent medical care")
    officer.type("Why, in words", "He needs dialysis and cannot wait for a draw.")
    officer.press("Propose it")

    supervisor = visit()
    sign_in_staff(supervisor, product, SAN_DIEGO_SUPERVISOR)
    supervisor.open("/office/approvals?kind=exceptional_placement")
    supervisor.follow(supervisor.page.get_by_role("link", name="Place outside the draw"))
    supervisor.press("See what it would change")
    assert "dialysis" in supervisor.main_text
    supervisor.press("Approve or decline")
    supervisor.press("Approve")
    supervisor.open("/office/placements")
    assert receipt["registration_number"] in supervisor.main_text

    assert look(product, receipt["access_code"])["appointment"] is not None
    applicant = visit(window=PHONE, language="es")
    sign_in(applicant, receipt["access_code"])
    assert applicant.sees("You have an appointment")
    applicant.press("Show and print the pass")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_public_reads_it_on_a_phone(visit: Visit, language: str) -> None:
    anyone = visit(language=language, window=PHONE)
    for address, heading in (
        ("/data/programmes", "Who goes first"),
        ("/data/verified-reasons", "Verified reasons in figures"),
        ("/data/placements", "Placed outside the draw, in figures"),
    ):
        anyone.open(address)
        assert anyone.sees(heading)
