"""An operator adds a passkey beside the app, signs in with it alone and after the password, and takes it away again.

The passkey is a virtual one of Chromium; the host has a name, because a bare address has no passkeys.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Visit
from tests.journeys.office import PASSWORD
from tests.journeys.product import Product
from tests.journeys.visitor import LOCALE, PHONE, Visitor, visiting

OPERATOR = "operator2@fairport.example"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def operator(browser: Browser, product: Product) -> Iterator[Visitor]:
    """Somebody with a phone that can keep passkeys."""
    address = product.address.replace("127.0.0.1", "localhost")
    with visiting(browser, address=address, catalogues=LOCALE, window=PHONE) as visitor:
        yield visitor


def give_password(visitor: Visitor) -> None:
    visitor.open("/office/")
    visitor.type("E-mail address", OPERATOR)
    visitor.type("Password", PASSWORD)
    visitor.press("Continue")


def sign_out(visitor: Visitor) -> None:
    visitor.follow(visitor.page.get_by_role("button", name="Sign out", exact=True))


def test_a_passkey_from_set_up_to_removal(operator: Visitor, product: Product) -> None:
    device = operator.page.context.new_cdp_session(operator.page)
    device.send("WebAuthn.enable")
    device_id = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]

    give_password(operator)
    assert not operator.sees("Use my passkey"), "who has none is not asked for one"
    operator.type("Code from your authenticator app, or a recovery code", product.run("demo", "code", OPERATOR))
    operator.press("Sign in")

    operator.open("/office/my-sign-in")
    operator.press("Add a passkey")
    operator.type("Name of this passkey", "Work phone")
    operator.press("Make the passkey")
    assert operator.sees("They are shown this once only. When you leave this page, nobody can read them again.")
    codes = operator.page.get_by_role("main").locator("li code").all_inner_texts()
    assert len(set(codes)) == 10
    operator.press("I have kept them. Go to the office")
    operator.open("/office/my-sign-in")
    assert "Work phone" in operator.main_text
    kept = device.send("WebAuthn.getCredentials", {"authenticatorId": device_id})["credentials"]
    assert [credential["isResidentCredential"] for credential in kept] == [True]

    sign_out(operator)
    operator.open("/office/approvals")
    operator.press("Sign in with a passkey")
    assert operator.path == "/office/approvals", "and back to where they wanted to go"

    sign_out(operator)
    give_password(operator)
    operator.press("Use my passkey")
    assert not operator.path.startswith("/office/sign-in")

    operator.open("/office/my-sign-in/passkeys/new")
    operator.control("Make the passkey").click()
    said = operator.page.get_by_role("status").filter(has_text="This device holds a passkey")
    said.wait_for()

    device.send("WebAuthn.setUserVerified", {"authenticatorId": device_id, "isUserVerified": False})
    sign_out(operator)
    operator.open("/office/")
    operator.control("Sign in with a passkey").click()
    operator.page.get_by_role("status").filter(has_text="Nothing was read from a passkey").wait_for()
    device.send("WebAuthn.setUserVerified", {"authenticatorId": device_id, "isUserVerified": True})

    give_password(operator)
    operator.type("Code from your authenticator app, or a recovery code", codes[0])
    operator.press("Sign in")
    operator.open("/office/my-sign-in")
    assert "9 codes are left." in operator.main_text
    operator.follow(operator.page.get_by_role("link", name="Remove “Work phone”"))
    operator.press("Remove it")
    assert "Work phone" not in operator.main_text
    operator.follow(operator.page.get_by_role("link", name="Remove Authenticator app"))
    assert operator.sees("This is your only second factor. Set up another one first.")
    operator.open("/office/my-sign-in")
    sign_out(operator)
    operator.open("/office/")
    operator.press("Sign in with a passkey")
    assert operator.sees("This passkey was not accepted. Try again, or use a code.")


def test_without_javascript_the_page_says_what_works(visit: Visit) -> None:
    plain = visit(scripts=False)
    plain.open("/office/")
    assert plain.sees("Passkeys need JavaScript. The code of an app works without.")
    assert not plain.control("Sign in with a passkey").is_visible()
