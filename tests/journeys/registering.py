"""The registration form, walked as a person does: one page after the other."""

from __future__ import annotations

from dataclasses import dataclass

from tests.journeys.families import Family, Person
from tests.journeys.visitor import Visitor

LANGUAGE_NAMES = {"en": "English", "es": "Español", "ar-xb": "[!! Pseudo !!]"}


@dataclass(frozen=True)
class Receipt:
    """What the last page gives to keep."""

    number: str
    access_code: str
    entry_secret: str


def register(visitor: Visitor, family: Family) -> Receipt:
    """From the first page to the receipt."""
    fill_in(visitor, family)
    return send(visitor)


def fill_in(visitor: Visitor, family: Family) -> None:
    """From the first page to the review."""
    visitor.open("/")
    visitor.press("Register")
    choose_language(visitor)
    say_where(visitor, family)
    for place, person in enumerate(family.people):
        if place:
            visitor.press("Add another traveler")
        write_person(visitor, person)
        assert person.given_names in visitor.main_text
    visitor.press("Everyone is here: continue")
    for person in family.people:
        assert person.given_names in visitor.heading
        for reason in person.reasons:
            tick_reason(visitor, reason)
        visitor.press("Continue")
    choose_ports(visitor, family)
    visitor.type("E-mail", family.email)
    visitor.type("Phone", family.phone)
    visitor.press("Continue")
    assert visitor.path == "/register/review"


def choose_language(visitor: Visitor) -> None:
    """The first question; the answers after it are in that language."""
    name = LANGUAGE_NAMES[visitor.language]
    visitor.page.get_by_role("main").locator("label", has_text=name).click()
    visitor.press("Continue")


def say_where(visitor: Visitor, family: Family) -> None:
    """The second question."""
    visitor.choose("Country where you are today", "MX")
    visitor.choose("State of Mexico where you are today", family.state)
    visitor.press("Continue")


def write_person(visitor: Visitor, person: Person) -> None:
    """Who one traveler is."""
    visitor.type("Given names", person.given_names)
    visitor.type("Family names", person.family_names)
    for label, typed in zip(("Day", "Month", "Year"), person.born, strict=True):
        visitor.type(label, typed)
    visitor.choose("Nationality", person.nationality)
    visitor.type("Passport or identity card number", person.document)
    visitor.press("Continue")


def tick_reason(visitor: Visitor, reason: str) -> None:
    """One of the tiles; "None of these" has a context of its own among the texts."""
    visitor.tick(reason, context="criteria" if reason == "None of these" else None)


def choose_ports(visitor: Visitor, family: Family) -> None:
    """The ports in order, one list for each rank."""
    for label, port in zip(("First choice", "Second choice"), family.ports, strict=False):
        visitor.choose(label, port)
    visitor.press("Continue")


def send(visitor: Visitor) -> Receipt:
    """From the review to the receipt."""
    visitor.tick("Everything that I wrote is true, as far as I know.")
    visitor.press("Send my registration")
    assert visitor.path == "/register/done"
    return read_receipt(visitor)


def read_receipt(visitor: Visitor) -> Receipt:
    """Writes down what the last page shows."""
    return Receipt(
        number=visitor.page.locator("#registration-number").inner_text().strip(),
        access_code=visitor.page.locator("#access-code").inner_text().strip(),
        entry_secret=visitor.page.locator("#entry-secret").inner_text().strip(),
    )
