"""What somebody with an access code does: look, answer, go."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.journeys.families import Family
from tests.journeys.product import Product
from tests.journeys.visitor import Visitor


def sign_in(visitor: Visitor, access_code: str) -> None:
    """Types the code on the status page."""
    visitor.open("/status")
    visitor.type("Access code", access_code)
    visitor.press("Open")


def register_by_api(product: Product, family: Family) -> str:
    """Registers as a partner's program does; gives the access code."""
    status, answer = product.call("POST", "/registrations", submission(family))
    assert status == 201, answer
    code: str = answer["access_code"]
    return code


def submission(family: Family) -> dict[str, Any]:
    """A family as the JSON API takes it. `reasons` are criteria codes or English labels."""
    codes = {
        "Danger": "threat",
        "No safe home": "no_housing",
        "A physical illness": "physical_illness",
        "None of these": None,
    }
    return {
        "programme": "title-42-exemption",
        "language": "en",
        "ports": list(family.ports),
        "travelers": [
            {
                "given_names": person.given_names,
                "family_names": person.family_names,
                "birth_date": date(*(int(part) for part in reversed(person.born))).isoformat(),
                "nationality": person.nationality,
                "criteria": [code for reason in person.reasons if (code := codes[reason])],
                **({"document_number": person.document} if person.document else {}),
            }
            for person in family.people
        ],
        "contact": {
            **({"email": family.email} if family.email else {}),
            **({"phone": family.phone} if family.phone else {}),
        },
        "location": {"country": "MX", "state": family.state},
        "attestation": True,
    }


def look(product: Product, access_code: str) -> dict[str, Any]:
    """The registration as its owner sees it by the API."""
    status, answer = product.call("GET", "/registrations/me", code=access_code)
    assert status == 200, answer
    registration: dict[str, Any] = answer
    return registration


def starts_at(appointment: dict[str, Any]) -> datetime:
    """The beginning of an appointment's band."""
    local = datetime.fromisoformat(f"{appointment['date']}T{appointment['band_start']}")
    return local.replace(tzinfo=ZoneInfo(appointment["timezone"]))


def go_to_the_port(product: Product, appointment: dict[str, Any]) -> None:
    """Moves the clock into the band of the appointment."""
    product.advance_to(starts_at(appointment) + timedelta(minutes=10))
