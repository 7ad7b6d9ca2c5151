"""Made-up people for the demonstration: plausible names and families, and nobody in particular.

Where people come from follows what was reported of the first months of the founding system; sizes, ports and reasons
are made up. Documents have numbers that no country gives out.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from fairport.domain.policy import DERIVED_CRITERIA, Policy
from fairport.registrations.submission import NewTraveler, Submission

Choice = TypeVar("Choice", str, int)

# ISO 3166-1 code → share of the groups, in parts of a hundred.
NATIONALITIES: Final = {
    "VE": 24,
    "HT": 20,
    "MX": 18,
    "HN": 8,
    "CU": 7,
    "GT": 5,
    "RU": 5,
    "NI": 4,
    "SV": 4,
    "CO": 3,
    "EC": 2,
}
SIZES: Final = {1: 40, 2: 21, 3: 15, 4: 11, 5: 6, 6: 3, 7: 2, 8: 1, 9: 1}
PORT_SHARES: Final = {"SDG": 30, "ELP": 18, "BRO": 16, "HID": 12, "LAR": 8, "NOG": 8, "CLX": 8}
SHARE_WITH_EMAIL: Final = 0.7
SHARE_WITH_DOCUMENT: Final = 0.6
# Where the day of birth is not known, papers say the first of January.
SHARE_BORN_ON_NEW_YEAR: Final = 0.03


def _words(text: str) -> list[str]:
    return text.split()


_SPANISH = (
    _words(
        "María Carmen Ana Luisa Rosa Yolanda Gabriela Daniela Paola Andrea Valentina Camila Sofía Lucía Elena Teresa"
        " Beatriz Silvia Marta Patricia Yesenia Wendy Karla Alejandra Verónica Claudia Mónica Isabel Adriana Natalia"
    ),
    _words(
        "José Luis Juan Carlos Miguel Ángel Jorge Pedro Manuel Rafael Francisco Javier Andrés Diego Santiago Mateo"
        " Daniel David Óscar Héctor Ramón Wilmer Yoel Elvin Kevin Fernando Ricardo Roberto Eduardo Alberto"
    ),
    _words(
        "García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz Reyes"
        " Cruz Morales Ortiz Gutiérrez Chávez Ramos Ruiz Mendoza Álvarez Castillo Romero Herrera Medina Aguilar Vargas"
        " Castro Guzmán Rojas Salazar Contreras Guerrero Bermúdez Colmenares Zelaya Alvarado Villatoro Escobar"
    ),
)
_HAITIAN = (
    _words("Marie Rose Nadège Guerda Mirlande Fabiola Islande Wideline Roseline Esther Judith Ketura Yolène Darline"),
    _words("Jean Pierre Wilner Frantz Évens Jacques Ronald Wisly Dieudonné Emmanuel Fritznel Kerby Patrick Samuel"),
    _words(
        "Jean Pierre Joseph Louis Charles Désir Étienne François Baptiste Michel Paul Antoine Augustin Saintil"
        " Toussaint Dorvil Célestin Dieujuste Exantus Fleurimond Guerrier Mathurin Noël Philippe"
    ),
)
_RUSSIAN = (
    _words("Anna Elena Olga Natalia Irina Tatiana Maria Svetlana Ekaterina Yulia Anastasia Daria"),
    _words("Alexander Dmitry Sergey Andrey Alexey Maxim Ivan Mikhail Nikolay Pavel Roman Timur"),
    _words("Ivanov Smirnov Kuznetsov Popov Vasiliev Petrov Sokolov Mikhailov Fedorov Morozov Volkov Lebedev Semenov"),
)


def make_submissions(
    *, policy: Policy, count: int, seed: str, first: datetime, last: datetime
) -> Iterator[tuple[Submission, datetime]]:
    """Groups that the policy accepts, each with the moment at which it registered; the same seed makes the same."""
    source = random.Random(seed)  # noqa: S311 (made-up people, no secrets)
    span = (last - first) / timedelta(seconds=1)
    for _number in range(count):
        moment = first + timedelta(seconds=int(span * source.random()))
        yield _group(source, policy, moment.date()), moment


def _group(source: random.Random, policy: Policy, today: date) -> Submission:
    nationality = _pick(source, NATIONALITIES)
    size = _pick(source, SIZES)
    family = _family_name(source, nationality)
    lead = _person(source, nationality, family, source.randint(19, 74), today, _reasons(source, policy, lead=True))
    others = [
        _person(source, nationality, family, _age_beside(source, number), today, _reasons(source, policy, lead=False))
        for number in range(1, size)
    ]
    return Submission(
        programme=policy.programme,
        language=policy.languages[0] if nationality in ("HT", "RU") else policy.languages[-1],
        ports=_ports(source, policy),
        travelers=(lead, *others),
        country=policy.location.country,
        state=source.choice(policy.location.states),
        attestation=True,
        email=f"family{source.getrandbits(40):x}@example.org" if source.random() < SHARE_WITH_EMAIL else None,
    )


def _person(
    source: random.Random, nationality: str, family: str, age: int, today: date, reasons: frozenset[str]
) -> NewTraveler:
    women, men, _families = _names(nationality)
    woman = source.random() < 0.5
    given = source.choice(women if woman else men)
    if source.random() < 0.5:
        given = f"{given} {source.choice(women if woman else men)}"
    with_document = age >= 12 and source.random() < SHARE_WITH_DOCUMENT
    return NewTraveler(
        given_names=given,
        family_names=family,
        birth_date=_birth_date(source, age, today),
        nationality=nationality,
        criteria=reasons if woman and 15 <= age <= 45 else reasons - {"pregnancy"},
        document_number=f"{nationality}{source.randrange(10**13):013}" if with_document else None,
    )


def _reasons(source: random.Random, policy: Policy, *, lead: bool) -> frozenset[str]:
    claimable = [criterion for criterion in policy.criteria if criterion not in DERIVED_CRITERIA]
    if lead:
        # Somebody of the group needs one, whoever they are.
        safe = [criterion for criterion in claimable if criterion != "pregnancy"]
        return frozenset({source.choice(safe), *source.sample(claimable, source.choice((0, 0, 1)))})
    return frozenset(source.sample(claimable, source.choice((0, 0, 0, 1))))


def _ports(source: random.Random, policy: Policy) -> tuple[str, ...]:
    codes = {port.code for port in policy.ports}
    left = {code: share for code, share in PORT_SHARES.items() if code in codes}
    chosen = []
    for _place in range(source.choice((1, 1, 2, 2, 3, 4))):
        code = _pick(source, left)
        chosen.append(code)
        del left[code]
    return tuple(chosen)


def _age_beside(source: random.Random, number: int) -> int:
    return source.randint(19, 60) if number == 1 and source.random() < 0.6 else source.randint(0, 20)


def _birth_date(source: random.Random, age: int, today: date) -> date:
    if source.random() < SHARE_BORN_ON_NEW_YEAR:
        return date(today.year - age, 1, 1)
    return today - timedelta(days=age * 365 + age // 4 + source.randint(1, 364))


def _family_name(source: random.Random, nationality: str) -> str:
    families = _names(nationality)[2]
    if nationality in ("HT", "RU"):
        return source.choice(families)
    return f"{source.choice(families)} {source.choice(families)}"


def _names(nationality: str) -> tuple[list[str], list[str], list[str]]:
    return {"HT": _HAITIAN, "RU": _RUSSIAN}.get(nationality, _SPANISH)


def _pick(source: random.Random, shares: dict[Choice, int]) -> Choice:
    return source.choices(list(shares), weights=list(shares.values()))[0]
