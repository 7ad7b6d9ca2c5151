"""A port is closed in danger: a supervisor proposes it, a scheduler approves, and whoever lost a place goes first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Visit
from tests.journeys.families import marias_family
from tests.journeys.holding import look, register_by_api, sign_in
from tests.journeys.office import SAN_DIEGO_SUPERVISOR, sign_in_staff
from tests.journeys.product import Product
from tests.journeys.visitor import DESKTOP, PHONE, visiting

SCHEDULER = "scheduler@fairport.example"
OPERATOR = "operator@fairport.example"
WHY = "Shots were heard at the gate, and the road there is blocked."


@pytest.fixture(scope="module")
def code(product: Product) -> str:
    """The access code of a family with an appointment in San Diego, its only port."""
    code = register_by_api(product, marias_family(ports=("SDG",)))
    product.draw()
    status, registration = product.call("POST", "/registrations/me/confirm", {}, code=code)
    assert (status, registration["status"]) == (200, "confirmed"), registration
    return code


def test_two_people_close_the_port_and_the_family_goes_first(
    product: Product, browser: Browser, visit: Visit, code: str, tmp_path: Path
) -> None:
    with visiting(browser, address=product.address, window=PHONE) as supervisor:
        sign_in_staff(supervisor, product, SAN_DIEGO_SUPERVISOR)
        supervisor.open("/office/ports")
        supervisor.follow(supervisor.page.get_by_role("main").get_by_role("link", name=re.compile("^Close ")))
        supervisor.tick("Danger")
        supervisor.type("What everyone can read about it", "The road to the port is blocked.")
        supervisor.press("Show what would happen")
        assert supervisor.sees("What would happen now")
        supervisor.type("Why do you propose it?", WHY)
        supervisor.press("Propose to close it")
        assert supervisor.sees("The approval counts once more, and does it in the same moment.")
        supervisor.press("Read and decide")
        assert supervisor.sees("You proposed this, so somebody else decides.")
    with visiting(browser, address=product.address, window=DESKTOP) as scheduler:
        sign_in_staff(scheduler, product, SCHEDULER)
        scheduler.open("/office/ports/SDG/suspend")
        scheduler.press("Read and decide")
        assert WHY in scheduler.main_text
        scheduler.press("Approve")
        scheduler.open("/office/ports/SDG/suspend")
        assert scheduler.sees("What the closing did")

    lost = look(product, code)
    assert (lost["status"], lost["appointment"]) == ("waiting", None)
    family = visit(window=PHONE, language="es")
    sign_in(family, code)
    assert family.sees("You come first in the next draw, for the places that go by lot")
    family.press("Choose other ports")
    family.choose("First choice", "CLX")
    family.press("Save these ports")
    family.open("/ports")
    assert "The road to the port is blocked." in family.main_text

    product.draw()
    placed = look(product, code)
    assert (placed["status"], placed["offer"]["port"]) == ("offered", "CLX")
    draw = placed["draws"][0]
    product.run("demo", "advance", "20d")
    product.run("draw", "export", draw["draw_id"], "--out", str(tmp_path))
    folder = next(path.parent for path in tmp_path.rglob("pool.txt"))
    line = next(line for line in (folder / "pool.txt").read_text().splitlines() if line.startswith(draw["entry_id"]))
    assert line.split(",")[2] == "0"
    assert "everything is the same" in product.run("draw", "verify", str(folder))


def test_the_console_at_a_desk_and_on_a_phone(product: Product, browser: Browser, code: str) -> None:
    for window in (DESKTOP, PHONE):
        with visiting(browser, address=product.address, window=window) as operator:
            sign_in_staff(operator, product, OPERATOR)
            operator.open("/office/console")
            assert operator.sees("Odds by port")
            operator.open("/office/console?order=most_people")


def test_two_people_open_it_again(product: Product, browser: Browser, code: str) -> None:
    with visiting(browser, address=product.address) as supervisor:
        sign_in_staff(supervisor, product, SAN_DIEGO_SUPERVISOR)
        supervisor.open("/office/ports/SDG/suspend")
        supervisor.page.get_by_role("main").locator("textarea").fill("The road is free, and the gate is quiet.")
        supervisor.press("Propose to open it")
    with visiting(browser, address=product.address) as scheduler:
        sign_in_staff(scheduler, product, SCHEDULER)
        scheduler.open("/office/ports/SDG/suspend")
        scheduler.press("Read and decide")
        scheduler.press("Approve")
        scheduler.open("/ports")
        assert "The road to the port is blocked." not in scheduler.main_text
