"""The gate's page judges without a network exactly as the server's rules do: one file of cases for both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from fairport.config.paths import CHECKOUT

SCRIPT = CHECKOUT / "src" / "fairport" / "static" / "office" / "gate.js"
VECTORS = json.loads((CHECKOUT / "tests/apps/gate/vectors/judging.json").read_text(encoding="utf-8"))
# A browser gives WebCrypto to this host without TLS.
ADDRESS = "http://localhost"
JUDGE = """async ([list, cases, byLibrary]) => {
  const { judge, verifyByLibrary } = await import("/gate.js");
  const answers = [];
  for (const { text, at, programme } of cases) {
    const judged = await judge({ text, list, programme, at, ...(byLibrary ? { verify: verifyByLibrary } : {}) });
    answers.push(judged.answer);
  }
  return answers;
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page of no site with the gate's script beside it."""

    def answer(route: Route) -> None:
        if route.request.url.endswith("/gate.js"):
            route.fulfill(body=SCRIPT.read_bytes(), content_type="text/javascript")
        else:
            route.fulfill(body=b"<!doctype html><title>Laboratory</title>", content_type="text/html")

    context = browser.new_context()
    context.route("**/*", answer)
    opened = context.new_page()
    opened.goto(f"{ADDRESS}/")
    yield opened
    context.close()


@pytest.mark.parametrize("by_library", [False, True], ids=["WebCrypto", "library"])
def test_the_page_judges_like_the_vectors(page: Page, by_library: bool) -> None:
    listed: dict[str, Any] = VECTORS["list"]
    answers = page.evaluate(JUDGE, [listed, VECTORS["cases"], by_library])

    wrong = {
        case["name"]: answer for case, answer in zip(VECTORS["cases"], answers, strict=True) if answer != case["answer"]
    }
    assert wrong == {}


def test_a_browser_without_this_signature_uses_the_library(page: Page) -> None:
    page.evaluate(
        """() => {
          const refuse = () => Promise.reject(new DOMException("not here", "NotSupportedError"));
          crypto.subtle.importKey = refuse;
        }"""
    )
    whole = next(case for case in VECTORS["cases"] if case["name"] == "a pass in its band")
    forged = next(case for case in VECTORS["cases"] if case["name"] == "changed in the middle")

    assert page.evaluate(JUDGE, [VECTORS["list"], [whole, forged], False]) == ["right", "forged"]
