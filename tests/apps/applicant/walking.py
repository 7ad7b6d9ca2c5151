"""A person who fills in the form, page by page, with Django's client."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

LOCATION = {"country": "MX", "state": "MX-BCN"}
TRAVELER = {
    "given_names": "Ana María",
    "family_names": "Pérez Gómez",
    "birth_date_day": "28",
    "birth_date_month": "4",
    "birth_date_year": "1986",
    "nationality": "VE",
    "document_number": "",
}
CHILD = {**TRAVELER, "given_names": "Luis", "birth_date_year": "2019"}
PORTS = {"choice_1": "SDG", "choice_2": "ELP"}
CONTACT = {"email": "ana@example.org", "phone": "+52 664 123 4567"}
FIRST_KEY = "00000001"


class Walker:
    """Each method sends one page and gives the answer."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def send(self, name: str, data: dict[str, Any], *args: str, **extra: Any) -> Any:
        return self.client.post(reverse(name, args=args), data, **extra)

    def look(self, name: str, *args: str, **extra: Any) -> Any:
        return self.client.get(reverse(name, args=args), **extra)

    def language(self, language: str = "en") -> Any:
        return self.send("register_language", {"language": language})

    def location(self, **changes: str) -> Any:
        return self.send("register_location", {**LOCATION, **changes})

    def traveler(self, key: str = FIRST_KEY, **changes: str) -> Any:
        return self.send("register_traveler", {**TRAVELER, **changes}, key)

    def everyone(self) -> Any:
        return self.send("register_travelers", {})

    def reasons(self, *codes: str, key: str = FIRST_KEY) -> Any:
        return self.send("register_reasons", {"criteria": list(codes)}, key)

    def ports(self, **choices: str) -> Any:
        return self.send("register_ports", choices or PORTS)

    def contact(self, **changes: str) -> Any:
        return self.send("register_contact", {**CONTACT, **changes})

    def submit(self, **changes: str) -> Any:
        return self.send("register_review", {"attestation": "on", **changes})

    def up_to(self, step: str, **traveler: str) -> None:
        """Answers every page before `step`, for one traveler with one reason."""
        ways = {
            "location": self.language,
            "travelers": self.location,
            "reasons": lambda: self.traveler(**traveler),
            "ports": lambda: self.reasons("threat"),
            "contact": self.ports,
            "review": self.contact,
            "done": self.submit,
        }
        for name, answer in ways.items():
            response = answer()
            assert response.status_code == 303, (name, response.content.decode())
            if name == step:
                return


def main_text(response: Any) -> str:
    """The words of the page's main part, without markup."""
    html = response.content.decode()
    # CLDR writes a narrow space before AM and PM.
    main = html[html.index("<main") : html.index("</main>")].replace("\u202f", " ")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("&#x27;", "'").strip()
