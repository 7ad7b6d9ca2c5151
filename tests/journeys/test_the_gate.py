"""The gate with a network, without one, and after it is back: nothing that was seen is lost.

The tests share one draw and one day, in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect

from tests.journeys.camera import FLAGS, film
from tests.journeys.conftest import Visit, chromium_options
from tests.journeys.families import Family, marias_family, one_person
from tests.journeys.holding import go_to_the_port, look, register_by_api, sign_in, starts_at
from tests.journeys.office import SAN_DIEGO, SAN_DIEGO_SUPERVISOR, answer, sign_in_staff
from tests.journeys.product import Product
from tests.journeys.visitor import PHONE, PSEUDO, Visitor, visiting

FAMILIES: dict[str, Family] = {
    "by camera": one_person(ports=("SDG",)),
    "offline first": marias_family(ports=("SDG",)),
    "offline second": one_person(ports=("SDG",)),
    "at two gates": one_person(ports=("SDG",)),
    "in part": marias_family(ports=("SDG",)),
    "waits for its officer": one_person(ports=("SDG",)),
}


@pytest.fixture(scope="module")
def codes(product: Product) -> dict[str, str]:
    """Access codes of families with an appointment in San Diego."""
    codes = {who: register_by_api(product, family) for who, family in FAMILIES.items()}
    product.draw()
    for code in codes.values():
        status, registration = product.call("POST", "/registrations/me/confirm", {}, code=code)
        assert (status, registration["status"]) == (200, "confirmed"), registration
    return codes


@pytest.fixture(scope="module")
def passes(product: Product, codes: dict[str, str]) -> dict[str, str]:
    """Their passes; the clock stands in the earliest one's band."""
    found: dict[str, Any] = {who: look(product, code)["appointment"] for who, code in codes.items()}
    assert len({appointment["date"] for appointment in found.values()}) == 1
    go_to_the_port(product, min(found.values(), key=starts_at))
    return {who: appointment["pass"] for who, appointment in found.items()}


def status(product: Product, codes: dict[str, str], who: str) -> str:
    found: str = look(product, codes[who])["status"]
    return found


def open_gate(visitor: Visitor) -> None:
    """Opens the page and waits until the device can do without the network."""
    visitor.open("/office/gate")
    page = visitor.page
    expect(page.locator("[data-gate][data-started]")).to_be_attached()
    expect(page.locator("[data-gate-list]")).to_contain_text(re.compile(r"\d"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    visitor.check()


def scan(visitor: Visitor, shown: str) -> str:
    """Types like a hardware scanner: into whatever has the focus, and Enter at the end."""
    page = visitor.page
    expect(page.locator("[data-scan-input]")).to_be_focused()
    page.keyboard.insert_text(shown)
    page.keyboard.press("Enter")
    expect(page.locator("[data-scan-input]")).to_have_value("")
    expect(page.locator("#answer")).to_be_visible()
    visitor.check()
    return answer(visitor)


def all_here(visitor: Visitor) -> str:
    """One tap; gives what the page says then."""
    visitor.page.locator("[data-all-here]").click()
    result = visitor.page.locator("[data-gate-result] .usa-alert").first
    expect(result).to_be_visible()
    visitor.check()
    return result.inner_text()


def state(page: Page) -> str:
    return page.locator("[data-gate-state] [data-state]").get_attribute("data-state") or ""


def wait_for_state(visitor: Visitor, name: str) -> None:
    expect(visitor.page.locator(f'[data-gate-state] [data-state="{name}"]')).to_be_visible(timeout=20_000)


@pytest.fixture
def camera(browser: Browser, tmp_path: Path) -> Iterator[tuple[Browser, Path]]:
    """A browser with a camera that looks at a film, which is made later."""
    seen = tmp_path / "camera.y4m"
    launcher: BrowserType = browser.browser_type
    with_camera = launcher.launch(**chromium_options(*FLAGS, f"--use-file-for-fake-video-capture={seen}"))
    yield with_camera, seen
    with_camera.close()


def test_a_right_pass_by_camera_on_a_phone(
    product: Product, visit: Visit, codes: dict[str, str], passes: dict[str, str], camera: tuple[Browser, Path]
) -> None:
    holder = visit(window=PHONE)
    sign_in(holder, codes["by camera"])
    holder.press("Show and print the pass")
    browser, seen = camera
    film(holder.page.locator(".fp-qr"), seen)
    with visiting(browser, address=product.address, window=PHONE, permissions=["camera"]) as officer:
        sign_in_staff(officer, product, SAN_DIEGO)
        open_gate(officer)
        officer.page.get_by_role("button", name="Scan with the camera").click()
        expect(officer.page.locator("#answer")).to_be_visible()
        assert answer(officer) in ("right", "early", "late")
        # The next scan starts with the same button.
        expect(officer.page.get_by_role("button", name="Scan with the camera")).to_be_focused()
        assert "has arrived" in all_here(officer)
        # The reader of the camera's picture works without a network too.
        officer.page.context.set_offline(True)
        officer.page.reload()
        expect(officer.page.locator("[data-gate][data-for-device][data-started]")).to_be_attached()
        officer.page.get_by_role("button", name="Scan with the camera").click()
        expect(officer.page.locator("#answer")).to_be_visible()
        assert answer(officer) == "used"
    assert status(product, codes, "by camera") == "arrived"


def test_two_groups_without_a_network(
    product: Product, visit: Visit, codes: dict[str, str], passes: dict[str, str]
) -> None:
    officer = visit(window=PHONE)
    sign_in_staff(officer, product, SAN_DIEGO)
    open_gate(officer)
    page, network = officer.page, officer.page.context
    network.set_offline(True)
    assert scan(officer, passes["offline first"]) in ("right", "early", "late")
    assert "sent when there is a network" in all_here(officer)
    wait_for_state(officer, "offline")

    # The page itself comes from the device now.
    page.reload()
    expect(page.locator("[data-gate][data-for-device][data-started]")).to_be_attached()
    officer.check()
    assert state(page) == "offline"
    assert scan(officer, passes["offline first"]) == "used"
    assert page.locator("[data-all-here]").count() == 0
    assert scan(officer, passes["offline second"].lower()) in ("right", "early", "late")
    all_here(officer)
    assert scan(officer, "FP1:AAAA") == "truncated"
    forged = passes["in part"][:60] + ("A" if passes["in part"][60] != "A" else "B") + passes["in part"][61:]
    assert scan(officer, forged) == "forged"
    assert status(product, codes, "offline first") == "confirmed"

    network.set_offline(False)
    wait_for_state(officer, "online")
    assert status(product, codes, "offline first") == "arrived"
    assert status(product, codes, "offline second") == "arrived"
    officer.open("/office/gate/scans")
    assert officer.page.get_by_text("without a network, received").count() == 7
    assert officer.sees("Forged")


def test_only_the_gates_page_is_kept(product: Product, visit: Visit, passes: dict[str, str]) -> None:
    officer = visit()
    sign_in_staff(officer, product, SAN_DIEGO)
    open_gate(officer)
    officer.open("/office/day")
    officer.open("/office/gate/conflicts")
    officer.open("/status")
    kept = officer.page.evaluate(
        """async () => {
          const paths = [];
          for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys()) paths.push(new URL(request.url).pathname);
          return paths;
        }"""
    )
    assert "/office/gate/offline" in kept
    assert [path for path in kept if not path.startswith("/static/")] == ["/office/gate/offline"]
    scopes = officer.page.evaluate(
        "async () => (await navigator.serviceWorker.getRegistrations()).map((one) => new URL(one.scope).pathname)"
    )
    assert scopes == ["/office/gate"]
    assert officer.page.evaluate("navigator.serviceWorker.controller") is None


def test_the_same_pass_at_two_gates(
    product: Product, visit: Visit, codes: dict[str, str], passes: dict[str, str]
) -> None:
    left, right = visit(window=PHONE), visit()
    sign_in_staff(left, product, SAN_DIEGO)
    sign_in_staff(right, product, SAN_DIEGO_SUPERVISOR)
    for gate in (left, right):
        open_gate(gate)
        gate.page.context.set_offline(True)
        assert scan(gate, passes["at two gates"]) in ("right", "early", "late")
        all_here(gate)
    left.page.context.set_offline(False)
    wait_for_state(left, "online")
    right.page.context.set_offline(False)
    wait_for_state(right, "online")
    assert "contradicts the record" in right.page.locator("[data-gate-result]").inner_text()
    assert status(product, codes, "at two gates") == "arrived"

    right.page.get_by_role("link", name="Look at the conflicts").click()
    right.check()
    right.follow(right.page.get_by_role("link", name=re.compile("^Look at it")).first)
    assert right.sees("The earlier scan")
    right.type("What did you find out?", "Both gates saw the same person, who walked from one to the other.")
    right.press("Close the conflict")
    assert right.sees("The conflict is closed.")
    right.open("/office/gate/conflicts?closed=yes")
    assert right.sees("Used at two gates")


def test_part_of_a_family_and_the_rest_later(
    product: Product, visit: Visit, codes: dict[str, str], passes: dict[str, str]
) -> None:
    officer = visit(window=PHONE)
    sign_in_staff(officer, product, SAN_DIEGO)
    open_gate(officer)
    people = len(FAMILIES["in part"].people)
    officer.page.context.set_offline(True)
    scan(officer, passes["in part"])
    officer.page.get_by_text("Choose who is here").click()
    tiles = officer.page.locator("[data-traveler] label")
    assert tiles.count() == people
    tiles.nth(1).click()
    officer.page.get_by_role("button", name="Record the arrival").click()
    expect(officer.page.locator("[data-gate-result] .usa-alert")).to_be_visible()
    officer.page.context.set_offline(False)
    wait_for_state(officer, "online")
    assert scan(officer, passes["in part"]) == "used"
    assert officer.page.locator("[data-all-here] [data-fill]").inner_text() == "1"
    assert "1 traveler has arrived." in all_here(officer)


def test_a_scan_waits_until_its_officer_signs_in_again(
    product: Product, visit: Visit, codes: dict[str, str], passes: dict[str, str]
) -> None:
    officer = visit()
    sign_in_staff(officer, product, SAN_DIEGO)
    own_cookies = officer.page.context.cookies()
    open_gate(officer)
    page, context = officer.page, officer.page.context
    context.set_offline(True)
    scan(officer, passes["waits for its officer"])
    all_here(officer)
    # The session ended meanwhile.
    context.clear_cookies(name="fairport_session")
    context.set_offline(False)
    wait_for_state(officer, "signed_out")
    # That the pass was looked at, and that somebody is here.
    assert "2" in page.locator("[data-gate-state]").inner_text()
    assert status(product, codes, "waits for its officer") == "confirmed"
    assert databases(page) == ["fairport-gate-scans"]

    # Somebody else signs in on this device: nothing goes out under the wrong name.
    sign_in_staff(officer, product, SAN_DIEGO_SUPERVISOR)
    open_gate(officer)
    wait_for_state(officer, "others")
    assert status(product, codes, "waits for its officer") == "confirmed"

    context.clear_cookies()
    context.add_cookies(own_cookies)
    open_gate(officer)
    wait_for_state(officer, "online")
    assert status(product, codes, "waits for its officer") == "arrived"


def test_from_right_to_left(product: Product, visit: Visit, passes: dict[str, str]) -> None:
    officer = visit(language=PSEUDO, window=PHONE)
    # The officer, the port with its address, and a traveler's initials.
    officer.names |= {"Robin", "Okafor", "SDG", "San", "Ysidro", "Diego", "East", "Blvd", "CA", "MH"}
    sign_in_staff(officer, product, SAN_DIEGO)
    open_gate(officer)
    scan(officer, passes["offline first"])
    officer.page.context.set_offline(True)
    officer.page.reload()
    expect(officer.page.locator("[data-gate][data-for-device][data-started]")).to_be_attached()
    scan(officer, passes["offline first"])


def test_without_a_script(product: Product, visit: Visit, passes: dict[str, str]) -> None:
    officer = visit(window=PHONE, scripts=False)
    sign_in_staff(officer, product, SAN_DIEGO)
    officer.open("/office/gate")
    officer.type("Pass or confirmation number", passes["offline first"])
    officer.press("Check")
    assert answer(officer) == "used"
    officer.open("/office/gate/scans")
    officer.open("/office/gate/conflicts")


def test_the_list_leaves_after_half_an_hour_without_use(product: Product, visit: Visit, passes: dict[str, str]) -> None:
    officer = visit()
    sign_in_staff(officer, product, SAN_DIEGO)
    page = officer.page
    page.clock.install()
    open_gate(officer)
    page.context.set_offline(True)
    page.clock.fast_forward("20:00")
    page.keyboard.press("Shift")
    page.clock.fast_forward("20:00")
    assert scan(officer, passes["offline first"]) == "used"

    page.clock.fast_forward("31:00")
    expect(page.locator("[data-gate-list]")).to_contain_text("The list was removed from this device")
    assert page.locator("#answer").count() == 0
    assert databases(page) == ["fairport-gate-scans"]
    page.keyboard.insert_text(passes["offline first"])
    page.keyboard.press("Enter")
    expect(page.locator("[data-gate-result]")).to_contain_text("without a list nothing can be checked")
    page.context.set_offline(False)
    wait_for_state(officer, "online")


def test_signing_out_in_another_window_takes_the_list_away(
    product: Product, visit: Visit, passes: dict[str, str]
) -> None:
    supervisor = visit()
    sign_in_staff(supervisor, product, SAN_DIEGO_SUPERVISOR)
    open_gate(supervisor)
    page = supervisor.page
    other = page.context.new_page()
    other.goto(f"{product.address}/office/day")
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/sign-in**")
    # That session is over for the journeys that follow too.
    del product.signed_in[SAN_DIEGO_SUPERVISOR]
    assert databases(page) == ["fairport-gate-scans"]
    page.context.set_offline(True)
    page.bring_to_front()
    page.locator("[data-scan-input]").fill(passes["offline first"])
    page.keyboard.press("Enter")
    expect(page.locator("[data-gate-result]")).to_contain_text("without a list nothing can be checked")


def databases(page: Page) -> list[str]:
    """What this browser keeps."""
    names: list[str] = page.evaluate("async () => (await indexedDB.databases()).map((one) => one.name).sort()")
    return names
