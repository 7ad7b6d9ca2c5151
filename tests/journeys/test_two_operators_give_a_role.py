"""An operator makes an account and proposes its role; another one approves; the new officer begins; the role ends."""

from __future__ import annotations

from tests.journeys.conftest import Visit
from tests.journeys.office import AUDITOR, sign_in_staff
from tests.journeys.product import Product
from tests.journeys.visitor import PHONE, Visitor

OPERATOR, SECOND = "operator@fairport.example", "operator2@fairport.example"
NEW = "pat.newcomer@fairport.example"
REASON = "She starts at the gate on Monday."


def open_person(visitor: Visitor) -> None:
    visitor.open("/office/staff")
    visitor.type("Name or address", "Newcomer")
    visitor.press("Show")
    visitor.press("Pat Newcomer")


def test_from_the_account_to_the_end_of_the_role(product: Product, visit: Visit) -> None:
    operator = visit()
    sign_in_staff(operator, product, OPERATOR)
    operator.open("/office/staff")
    operator.press("Make an account")
    operator.type("Full name", "Pat Newcomer")
    operator.press("Make the account")
    assert "Write the e-mail address." in operator.main_text
    operator.type("Work e-mail address", NEW)
    operator.press("Make the account")
    password = operator.page.locator("#temporary-password").inner_text()
    operator.press("Propose a role")
    operator.choose("Role", "port_officer")
    operator.type("Why?", REASON)
    operator.press("Propose it")
    assert operator.sees("This role and this port do not go together.")
    operator.choose("Port", "SDG")
    operator.press("Propose it")
    assert operator.sees("Proposed. Another operator decides.")

    newcomer = visit(window=PHONE)
    newcomer.open("/office/")
    newcomer.type("E-mail address", NEW)
    newcomer.type("Password", password)
    newcomer.press("Continue")
    assert newcomer.sees("The password that you were given opens this page only. Choose one that nobody else knows.")

    second = visit(language="es", window=PHONE)
    sign_in_staff(second, product, SECOND)
    second.open("/office/approvals")
    second.follow(second.page.get_by_role("link", name=second.text("Give a role")).first)
    assert REASON in second.main_text
    second.press("Approve")

    auditor = visit()
    sign_in_staff(auditor, product, AUDITOR)
    open_person(auditor)
    assert "Noor Haddad" in auditor.main_text
    assert "Eli Marchetti" in auditor.main_text
    auditor.open("/office/staff/actions")
    assert auditor.sees("Take a role back")

    open_person(operator)
    operator.follow(operator.page.get_by_role("link", name="Take it back"))
    operator.type("Why?", "She moved to another port.")
    operator.press("Take it back")
    assert operator.sees("The role was taken back.")
    operator.press("Close the account")
    operator.type("Why?", "She moved to another port.")
    operator.press("Close the account")
    assert operator.sees("The account was closed.")
    operator.press("Open the account again")
    operator.open("/office/my-sign-in")
    operator.press("Sign out everywhere else")
    assert operator.sees("You are signed out everywhere else.")
    product.signed_in.pop(OPERATOR)
