"""Errors, reloads, the back button and a double press: what somebody typed stays, and they are registered once."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.families import marias_family, one_person
from tests.journeys.holding import sign_in
from tests.journeys.registering import (
    choose_language,
    choose_ports,
    fill_in,
    read_receipt,
    say_where,
    send,
    tick_reason,
    write_person,
)
from tests.journeys.visitor import PHONE

BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


@BOTH
def test_an_error_keeps_what_was_typed(visit: Visit, scripts: bool) -> None:
    visitor = visit(window=PHONE, scripts=scripts)
    visitor.open("/register/")
    choose_language(visitor)
    say_where(visitor, one_person())
    visitor.type("Given names", "Zoë")
    visitor.type("Day", "31")
    visitor.type("Month", "2")
    visitor.type("Year", "1990")
    visitor.press("Continue")
    assert visitor.page.title().startswith("Error:")
    assert visitor.page.get_by_role("alert").is_visible()
    assert visitor.sees("This date does not exist. Check the day and the month.")
    for reload in (False, True):
        if reload:
            visitor.open(visitor.path)
        assert visitor.field("Given names").input_value() == "Zoë"
        assert [visitor.field(part).input_value() for part in ("Day", "Month", "Year")] == ["31", "2", "1990"]


def test_a_form_left_half_way_is_there_when_they_come_back(visit: Visit) -> None:
    visitor = visit(window=PHONE)
    family = one_person()
    visitor.open("/register/")
    choose_language(visitor)
    say_where(visitor, family)
    write_person(visitor, family.people[0])
    visitor.open("/")
    visitor.press("Register")
    assert visitor.path.startswith("/register/reasons/")
    assert family.people[0].given_names in visitor.heading
    visitor.press("Back")
    visitor.press("Everyone is here: continue")
    visitor.page.go_back()
    visitor.check()
    visitor.press("Everyone is here: continue")
    tick_reason(visitor, "No safe home")
    visitor.press("Continue")
    choose_ports(visitor, family)
    visitor.press("Continue")
    assert send(visitor).number.startswith("FP-")


def test_pressing_twice_registers_once(visit: Visit) -> None:
    visitor = visit()
    fill_in(visitor, marias_family())
    visitor.tick("Everything that I wrote is true, as far as I know.")
    button = visitor.control("Send my registration")
    with visitor.page.expect_navigation(url="**/register/done"):
        button.dblclick()
    first = read_receipt(visitor)
    visitor.page.go_back()
    visitor.reload()
    assert visitor.path == "/register/done"
    assert read_receipt(visitor) == first


def test_a_shared_device_forgets(visit: Visit) -> None:
    visitor = visit(window=PHONE)
    fill_in(visitor, one_person())
    receipt = send(visitor)
    visitor.press("Finish and clear this device")
    visitor.open("/register/done")
    assert receipt.access_code not in visitor.page.content()
    assert visitor.path == "/register/language"
    sign_in(visitor, receipt.access_code)
    assert visitor.sees("You are waiting")
    visitor.press("Close and leave this device")
    visitor.open("/status")
    assert visitor.field("Access code").input_value() == ""
