"""The negative control of all journeys: a page with something wrong is noticed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.journeys.product import Product
from tests.journeys.visitor import PHONE, visiting

WRONG = {
    "wider than the window": "main.style.width = '900px'",
    "axe image-alt": "main.append(new Image())",
    "axe label": "main.append(document.createElement('input'))",
    "axe color-contrast": "const pale = document.createElement('p'); pale.textContent = 'Pale words'; "
    "pale.style.cssText = 'color: #ddd; background: #fff'; main.prepend(pale)",
    "is in ltr es, not ltr en": "document.documentElement.lang = 'es'",
    "asks another host": "main.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png', alt: ''}))",
    "Content Security Policy": "main.append(Object.assign(document.createElement('script'), {text: '1'}))",
    "script error": "setTimeout(() => { throw new Error('x') })",
}


@pytest.mark.parametrize("complaint", WRONG)
def test_something_wrong_is_noticed(browser: Browser, product: Product, complaint: str) -> None:
    # Without the policy, so that what it would stop as well is seen by the check that is meant.
    options = {"bypass_csp": complaint == "asks another host"}
    person = visiting(browser, address=product.address, window=PHONE, **options)
    with pytest.raises(AssertionError, match=complaint), person as v:
        v.open("/help")
        assert v.complaints == []
        v.page.evaluate(f"() => {{ const main = document.querySelector('main'); {WRONG[complaint]}; }}")
        # What is judged by its colours and places must have been painted.
        v.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        v.forget_pages()
        v.check()
