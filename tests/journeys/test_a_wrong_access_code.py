"""Somebody mistypes an access code, or guesses."""

from __future__ import annotations

from tests.journeys.conftest import Visit
from tests.journeys.families import one_person
from tests.journeys.holding import register_by_api, sign_in
from tests.journeys.product import Product
from tests.journeys.visitor import PHONE


def test_a_mistyped_code_can_be_corrected(product: Product, visit: Visit) -> None:
    code = register_by_api(product, one_person())
    visitor = visit(window=PHONE, scripts=False)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    sign_in(visitor, wrong)
    assert visitor.page.get_by_role("alert").is_visible()
    assert visitor.field("Access code").input_value() == wrong
    visitor.type("Access code", code.lower().replace("-", " "))
    visitor.press("Open")
    assert visitor.sees("You are waiting")


def test_a_wrong_code_says_the_same_as_an_unknown_one(product: Product, visit: Visit) -> None:
    visitor = visit()
    said = []
    for code in ("00000-00000-00000-00000", "not a code"):
        sign_in(visitor, code)
        said.append(visitor.page.get_by_role("alert").inner_text())
    assert said[0] == said[1]
