"""Who travels: made-up families, each with documents of their own."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

_serial = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """One traveler as they write themselves. `reasons`: English labels of what they tick."""

    given_names: str
    family_names: str
    born: tuple[str, str, str]
    nationality: str
    reasons: tuple[str, ...] = ("None of these",)
    document: str = ""


@dataclass(frozen=True)
class Family:
    """A group: its travelers, the lead first, where they are, and where they can cross, best first."""

    people: tuple[Person, ...]
    state: str = "MX-BCN"
    ports: tuple[str, ...] = ("SDG", "CLX")
    email: str = ""
    phone: str = ""
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(person.given_names for person in self.people))


def marias_family(**changes: object) -> Family:
    """Maria, her husband and two children, in a shelter in Tijuana."""
    serial = next(_serial)
    people = (
        Person(
            "María Guadalupe",
            "Hernández López",
            ("28", "4", "1989"),
            "HN",
            ("Danger", "No safe home"),
            f"HN8{serial:05}",
        ),
        Person("José Ángel", "Martínez", ("3", "11", "1986"), "HN", ("A physical illness",), f"HN9{serial:05}"),
        Person("Sofía", "Martínez Hernández", ("29", "2", "2016"), "HN"),
        Person("Mateo", "Martínez Hernández", ("14", "7", "2021"), "HN"),
    )
    settings = {"email": f"maria{serial}@example.org", "phone": "+52 664 123 4567", "people": people, **changes}
    return Family(**settings)  # type: ignore[arg-type]


def one_person(**changes: object) -> Family:
    """Jean, alone, without a document, an e-mail address or a phone."""
    person = Person(f"Jean Robert {_letters(next(_serial))}", "Désir", ("17", "5", "1990"), "HT", ("No safe home",))
    settings = {"people": (person,), **changes}
    return Family(**settings)  # type: ignore[arg-type]


def _letters(number: int) -> str:
    return "".join("ABCDEFGHIJ"[int(digit)] for digit in str(number))
