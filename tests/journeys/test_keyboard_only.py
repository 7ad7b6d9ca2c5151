"""Someone without a mouse registers: every step is reached with Tab, and where they are is always to be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator

from tests.journeys.conftest import Visit
from tests.journeys.families import one_person
from tests.journeys.registering import read_receipt
from tests.journeys.visitor import Visitor

MOST_STEPS = 120
# Something draws a ring: around the element itself, or around the label of a tile.
SEES_FOCUS = """
() => {
  const active = document.activeElement;
  const shown = [active, ...(active.labels ?? [])];
  return shown.some((each) => {
    const own = getComputedStyle(each);
    const before = getComputedStyle(each, "::before");
    return [own, before].some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
  });
}
"""


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    return visit()


@pytest.fixture
def reach(visitor: Visitor) -> Callable[[Locator], None]:
    """Presses Tab until the element has the focus."""

    def press_tab(wanted: Locator) -> None:
        for _step in range(MOST_STEPS):
            visitor.page.keyboard.press("Tab")
            assert visitor.page.evaluate(SEES_FOCUS), visitor.page.evaluate("document.activeElement.outerHTML")
            if wanted.evaluate("(element) => element === document.activeElement"):
                return
        raise AssertionError(f"Tab does not reach {wanted}")

    return press_tab


def test_registering_with_the_keyboard(visitor: Visitor, reach: Callable[[Locator], None]) -> None:
    page, keyboard = visitor.page, visitor.page.keyboard
    jean = one_person().people[0]

    def go(text: str) -> None:
        reach(visitor.control(text))
        with page.expect_navigation():
            keyboard.press("Enter")
        visitor.check()

    def write(label: str, text: str) -> None:
        reach(visitor.field(label))
        keyboard.type(text)

    visitor.open("/")
    go("Register")
    reach(page.get_by_role("main").get_by_label("English"))
    keyboard.press("Space")
    go("Continue")
    write("Country where you are today", "Mexico")
    write("State of Mexico where you are today", "Sonora")
    go("Continue")
    write("Given names", jean.given_names)
    write("Family names", jean.family_names)
    for part, typed in zip(("Day", "Month", "Year"), jean.born, strict=True):
        write(part, typed)
    write("Nationality", "Haiti")
    go("Continue")
    go("Everyone is here: continue")
    reach(visitor.field("No safe home"))
    keyboard.press("Space")
    go("Continue")
    write("First choice", "San Diego")
    go("Continue")
    go("Continue")
    reach(visitor.field("Everything that I wrote is true, as far as I know."))
    keyboard.press("Space")
    go("Send my registration")
    assert read_receipt(visitor).number.startswith("FP-")


def test_an_error_takes_the_focus_to_its_summary(visitor: Visitor, reach: Callable[[Locator], None]) -> None:
    visitor.open("/status")
    reach(visitor.control("Open"))
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    visitor.check()
    summary = visitor.page.get_by_role("alert")
    assert summary.evaluate("(element) => element === document.activeElement")
    reach(summary.get_by_role("link").first)
    visitor.page.keyboard.press("Enter")
    assert visitor.field("Access code").evaluate("(element) => element === document.activeElement")


def test_the_first_tab_skips_to_the_content(visitor: Visitor) -> None:
    visitor.open("/help")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"
