"""What an officer does at the port."""

from __future__ import annotations

import re

from tests.journeys.families import Family
from tests.journeys.product import Product
from tests.journeys.visitor import Visitor

PASSWORD = "fairport-demonstration"
SAN_DIEGO = "officer.sandiego@fairport.example"
SAN_DIEGO_SUPERVISOR = "supervisor.sandiego@fairport.example"
EL_PASO = "officer.elpaso@fairport.example"
AUDITOR = "auditor@fairport.example"
SCHEDULER = "scheduler@fairport.example"


def sign_in_staff(visitor: Visitor, product: Product, email: str) -> None:
    """Password, then the code of the second factor. Whoever did that before, in this run, is still signed in.

    A code is good once and for half a minute, so nobody can sign in many times in a row.
    """
    context = visitor.page.context
    if email in product.signed_in:
        context.add_cookies(product.signed_in[email])
        visitor.open("/office/")
    else:
        visitor.open("/office/")
        visitor.type("E-mail address", email)
        visitor.type("Password", PASSWORD)
        visitor.press("Continue")
        assert visitor.path == "/office/sign-in/code"
        visitor.type("Code from your authenticator app, or a recovery code", product.run("demo", "code", email))
        visitor.press("Sign in")
    assert "/sign-in" not in visitor.path
    product.signed_in[email] = context.cookies()


def check(visitor: Visitor, shown: str) -> str:
    """Types a pass or a confirmation number; gives the answer's code."""
    visitor.open("/office/check")
    visitor.type("Pass or confirmation number", shown)
    visitor.press("Check")
    return answer(visitor)


def answer(visitor: Visitor) -> str:
    """The code of the big answer on the page."""
    return visitor.page.locator("#answer").get_attribute("data-answer") or ""


def open_file(visitor: Visitor) -> None:
    """From the answer to the group's file; once a session they say why."""
    visitor.press("Open the file")
    if visitor.sees("Why do you open this file?"):
        visitor.tick("The travelers are here, or are expected today")
        visitor.press("Open the file")


def record_arrival(visitor: Visitor, *, absent: str = "") -> None:
    """Nobody is marked at first; marks everybody but who is absent."""
    for label in visitor.page.get_by_role("main").locator(".usa-checkbox label").all():
        if not absent or absent not in label.inner_text():
            label.click()
    visitor.press("Record the arrival")


def decide(visitor: Visitor, name: str, *, outcome: str, criterion: str = "", reason: str) -> None:
    """Records the determination about one traveler of the open file."""
    visitor.follow(visitor.page.get_by_role("link", name=re.compile(f"^Decide ?: {name}")))
    visitor.tick(outcome)
    visitor.choose("Criterion that you found", criterion)
    visitor.type("Reason", reason)
    visitor.press("Record this decision")


def take_second_look(visitor: Visitor, confirmation_number: str) -> None:
    """From the port's queue: agrees with the negative about somebody of that group."""
    visitor.open("/office/second-looks")
    visitor.follow(visitor.page.get_by_role("link", name=confirmation_number))
    if visitor.sees("Why do you open this file?"):
        visitor.tick("I decide about them")
        visitor.press("Open the file")
        visitor.follow(visitor.page.get_by_role("link", name=re.compile("^Take the second look")))
    visitor.tick("I agree")
    visitor.press("Record my answer")
    assert visitor.sees("The decision is in effect now.")


def decide_about_all(visitor: Visitor, family: Family, *, second: str = "Referred") -> None:
    """The lead and the children are exempted, the second traveler is referred or not exempted."""
    decide(
        visitor,
        family.names[0],
        outcome="Exempted",
        criterion="threat",
        reason="She was threatened twice by the same group and has the report of the police.",
    )
    if len(family.names) > 1:
        decide(visitor, family.names[1], outcome=second, reason="A doctor has to see him before anybody decides.")
    for name in family.names[2:]:
        decide(visitor, name, outcome="Exempted", criterion="under_21", reason="A child who travels with the mother.")
