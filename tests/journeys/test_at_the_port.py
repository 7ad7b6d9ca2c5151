"""The day of the appointment: the camera reads a pass, another port refuses, somebody is missing, nobody comes.

They share one draw and one day, in the order of the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType

from tests.journeys.camera import FLAGS, film
from tests.journeys.conftest import Visit, chromium_options
from tests.journeys.families import Family, marias_family, one_person
from tests.journeys.holding import go_to_the_port, look, register_by_api, sign_in, starts_at, submission
from tests.journeys.office import (
    AUDITOR,
    EL_PASO,
    SAN_DIEGO,
    SAN_DIEGO_SUPERVISOR,
    answer,
    check,
    decide,
    decide_about_all,
    open_file,
    record_arrival,
    sign_in_staff,
    take_second_look,
)
from tests.journeys.product import Product
from tests.journeys.visitor import DESKTOP, PHONE, visiting

FAMILIES: dict[str, Family] = {
    "by interface": marias_family(ports=("SDG",)),
    "by camera": one_person(ports=("SDG",)),
    "one is missing": marias_family(ports=("SDG",)),
    "nobody comes": one_person(ports=("SDG",)),
}
ONCE = {"Idempotency-Key": "journey-3f1b7c52-partner"}


@pytest.fixture(scope="module")
def partners_code(product: Product) -> str:
    """The access code of the family that a partner's program registered."""
    status, first = product.call("POST", "/registrations", submission(FAMILIES["by interface"]), headers=ONCE)
    assert status == 201, first
    code: str = first["access_code"]
    return code


@pytest.fixture(scope="module")
def codes(product: Product, partners_code: str) -> dict[str, str]:
    """Access codes of families with an appointment in San Diego, which is now or was earlier today."""
    codes = {"by interface": partners_code}
    codes |= {who: register_by_api(product, family) for who, family in FAMILIES.items() if who not in codes}
    product.draw()
    for code in codes.values():
        status, registration = product.call("POST", "/registrations/me/confirm", {}, code=code)
        assert (status, registration["status"]) == (200, "confirmed"), registration
    return codes


@pytest.fixture(scope="module")
def appointments(product: Product, codes: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The appointments; the clock stands in the earliest one's band."""
    found = {who: look(product, code)["appointment"] for who, code in codes.items()}
    go_to_the_port(product, min(found.values(), key=starts_at))
    return found


def test_a_repeated_request_gives_the_first_answer(product: Product, partners_code: str) -> None:
    # Before any draw: an answer is kept for a day.
    status, again = product.call("POST", "/registrations", submission(FAMILIES["by interface"]), headers=ONCE)
    assert status == 201
    assert again["access_code"] == partners_code
    changed = submission(FAMILIES["by camera"])
    status, refused = product.call("POST", "/registrations", changed, headers=ONCE)
    assert 400 <= status < 500
    assert refused["code"] == "idempotency_conflict"


def test_an_officer_of_another_port_is_refused(
    product: Product, visit: Visit, appointments: dict[str, dict[str, Any]]
) -> None:
    here = visit()
    sign_in_staff(here, product, SAN_DIEGO)
    check(here, appointments["by interface"]["confirmation_number"])
    open_file(here)
    there = visit()
    sign_in_staff(there, product, EL_PASO)
    assert check(there, appointments["by interface"]["pass"]) == "other_port"
    assert there.control("Open the file").count() == 0
    there.open(here.path)
    assert there.sees("Not open to you")
    assert FAMILIES["by interface"].names[0] not in there.page.content()


def test_an_auditor_opens_no_file(product: Product, visit: Visit) -> None:
    auditor = visit()
    sign_in_staff(auditor, product, AUDITOR)
    auditor.open("/office/check")
    assert auditor.sees("Not open to you")
    auditor.open("/office/events")
    assert not auditor.sees("Not open to you")


def test_a_forged_pass_is_not_good(product: Product, visit: Visit, appointments: dict[str, dict[str, Any]]) -> None:
    officer = visit(window=PHONE)
    sign_in_staff(officer, product, SAN_DIEGO)
    signed: str = appointments["by interface"]["pass"]
    forged = signed[:-10] + ("A" if signed[-10] != "A" else "B") + signed[-9:]
    assert check(officer, forged) == "forged"
    assert check(officer, "00000-00000") in ("unknown", "unreadable")


@pytest.fixture
def gate(browser: Browser, tmp_path: Path) -> Iterator[tuple[Browser, Path]]:
    """A browser with a camera that looks at a film, which is made later."""
    seen = tmp_path / "camera.y4m"
    launcher: BrowserType = browser.browser_type
    with_camera = launcher.launch(**chromium_options(*FLAGS, f"--use-file-for-fake-video-capture={seen}"))
    yield with_camera, seen
    with_camera.close()


def test_the_camera_reads_the_pass_on_a_phone(
    product: Product, visit: Visit, codes: dict[str, str], appointments: dict[str, Any], gate: tuple[Browser, Path]
) -> None:
    holder = visit(window=PHONE)
    sign_in(holder, codes["by camera"])
    holder.press("Show and print the pass")
    browser, seen = gate
    film(holder.page.locator(".fp-qr"), seen)
    with visiting(browser, address=product.address, window=PHONE, permissions=["camera"]) as officer:
        sign_in_staff(officer, product, SAN_DIEGO)
        officer.open("/office/check")
        with officer.page.expect_navigation():
            officer.page.get_by_role("button", name="Scan with the camera").click()
        officer.check()
        assert answer(officer) in ("right", "early", "late")
        open_file(officer)
        record_arrival(officer)
        decide(officer, FAMILIES["by camera"].names[0], outcome="Not exempted", reason="No criterion was found today.")


def test_a_negative_waits_for_a_second_officer(
    product: Product, visit: Visit, codes: dict[str, str], appointments: dict[str, dict[str, Any]]
) -> None:
    applicant = visit(window=PHONE, scripts=False)
    sign_in(applicant, codes["by camera"])
    assert applicant.sees("Being decided")
    assert not applicant.sees("Not exempted")
    assert look(product, codes["by camera"])["status"] == "arrived"
    second = visit()
    sign_in_staff(second, product, SAN_DIEGO_SUPERVISOR)
    take_second_look(second, appointments["by camera"]["confirmation_number"])
    assert look(product, codes["by camera"])["status"] == "determined"
    applicant.open("/status")
    assert applicant.sees("Not exempted")
    assert applicant.sees("A second officer looked at the case and agreed.")


def test_a_family_of_the_interface_is_decided_about(
    product: Product, visit: Visit, codes: dict[str, str], appointments: dict[str, dict[str, Any]]
) -> None:
    officer = visit()
    sign_in_staff(officer, product, SAN_DIEGO)
    go_to_the_port(product, appointments["by interface"])
    check(officer, appointments["by interface"]["pass"])
    open_file(officer)
    record_arrival(officer)
    assert look(product, codes["by interface"])["status"] == "arrived"
    decide_about_all(officer, FAMILIES["by interface"])
    assert look(product, codes["by interface"])["status"] == "determined"


def test_who_is_missing_is_not_recorded(
    product: Product, visit: Visit, codes: dict[str, str], appointments: dict[str, dict[str, Any]]
) -> None:
    family = FAMILIES["one is missing"]
    officer = visit(window=PHONE, scripts=False)
    sign_in_staff(officer, product, SAN_DIEGO)
    go_to_the_port(product, appointments["one is missing"])
    check(officer, appointments["one is missing"]["confirmation_number"])
    open_file(officer)
    record_arrival(officer, absent=family.names[1])
    assert officer.sees("Not yet")
    for name in (family.names[0], *family.names[2:]):
        decide(officer, name, outcome="Exempted", criterion="threat", reason="All three were threatened together.")
    assert look(product, codes["one is missing"])["status"] == "determined"


def test_a_missed_appointment_costs_nothing(
    product: Product, visit: Visit, codes: dict[str, str], appointments: dict[str, dict[str, Any]]
) -> None:
    # Every band is over by then, and the hour of grace too.
    product.advance_to(max(map(starts_at, appointments.values())) + timedelta(hours=5))
    visitor = visit(window=DESKTOP, scripts=False)
    sign_in(visitor, codes["nobody comes"])
    assert visitor.sees("You missed your appointment")
    visitor.press("Put us in the next draw")
    assert visitor.sees("You are waiting")
