"""Somebody was asked for money, tells the ombuds office, and reads the answer; nobody learns who they are."""

from __future__ import annotations

from tests.journeys.conftest import Visit
from tests.journeys.office import AUDITOR, sign_in_staff
from tests.journeys.product import Product
from tests.journeys.visitor import DESKTOP, PHONE

OMBUDS = "ombuds@fairport.example"
WORDS = "Un hombre en la puerta pidió 200 dólares por un lugar en la fila."
ANSWER = "Gracias. Hablamos con el puerto: nadie puede pedir dinero."


def test_somebody_was_asked_for_money_and_reads_the_answer(product: Product, visit: Visit) -> None:
    person = visit(language="es", window=PHONE, scripts=False)
    person.names |= set(WORDS.split()) | set(ANSWER.split())
    person.open("/help")
    person.follow(person.page.locator('footer a[href="/report"]'))
    person.press("Send")
    assert person.page.get_by_role("alert").is_visible()
    person.tick("Someone asked me for money")
    person.type("What happened?", WORDS)
    person.choose("At which port?", "SDG")
    person.press("Send")
    code = person.page.locator("#complaint-code").inner_text()
    assert code not in person.page.url
    assert not [cookie for cookie in person.page.context.cookies() if cookie["name"] == "fairport_session"]
    # Pressing reload sends the form again: the same code, and no second complaint.
    person.page.reload()
    assert person.page.locator("#complaint-code").inner_text() == code

    for window in (DESKTOP, PHONE):
        ombuds = visit(window=window)
        sign_in_staff(ombuds, product, OMBUDS)
        ombuds.open("/office/complaints")
        assert ombuds.page.locator("tbody tr").count() == 1
        assert not ombuds.sees(WORDS)
    ombuds.follow(ombuds.page.locator("tbody a").first)
    assert ombuds.sees(WORDS)
    ombuds.type("Answer to the sender", ANSWER)
    ombuds.choose("Close it?", "confirmed")
    ombuds.press("Send the answer")
    assert ombuds.sees("Your answer was recorded.")

    person.press("Read the answer")
    person.type("Code of your complaint", code.lower())
    person.press("Open")
    assert ANSWER in person.main_text
    person.type("Do you want to add something?", "Muchas gracias.")
    person.names |= {"Muchas", "gracias."}
    person.press("Send")
    assert person.sees("What you wrote was added.")


def test_those_who_watch_see_their_pages_on_a_phone_and_a_desk(product: Product, visit: Visit) -> None:
    for window in (DESKTOP, PHONE):
        auditor = visit(window=window)
        sign_in_staff(auditor, product, AUDITOR)
        for path in ("/office/watch", "/office/watch?by=port", "/office/watch?by=criterion"):
            auditor.open(path)
        auditor.press("Signals to look at")
        auditor.open("/office/watch/signals?state=all")
        auditor.open("/data/oversight")
