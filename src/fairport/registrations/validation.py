"""What a submission must be like: rules of form, all problems at once, and then who may register.

Shared by pages and API. Nothing here reads or writes the database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Final
from zoneinfo import ZoneInfo

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from fairport.domain.eligibility import (
    BirthDateRefused,
    DeclaredLocation,
    TravelerFacts,
    Verdict,
    assess_eligibility,
    can_lead,
    check_claims,
    validate_birth_date,
)
from fairport.domain.policy import Policy
from fairport.registrations.countries import COUNTRY_CODES
from fairport.registrations.identity import normalise_document
from fairport.registrations.interpreters import read_wish, wish_problem
from fairport.registrations.submission import (
    ChildAlone,
    FieldProblem,
    GroupTooLarge,
    NewTraveler,
    NotEligible,
    Submission,
    SubmissionInvalid,
)

LONGEST_NAME: Final = 100
LONGEST_DOCUMENT: Final = 40
MOST_PORTS: Final = 8
PSEUDO_LANGUAGE: Final = "ar-xb"
# Joiners that Persian and Indic names need, and direction marks that keyboards insert. Overrides are refused.
_HARMLESS_FORMAT_CHARACTERS: Final = frozenset("\u200c\u200d\u200e\u200f")
_STATE: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
# ISO 3166-2 renamed Mexico City in 2016; the policy keeps the code of the state shapes that it was drawn on.
_STATE_ALIASES: Final = {"MX-CMX": "MX-DIF"}


class Problem(StrEnum):
    """Every stable code that a field can have. Texts: `applicant/problems.py`."""

    NAME_REQUIRED = auto()
    NAME_TOO_LONG = auto()
    NAME_INVALID = auto()
    BIRTH_DATE_IN_FUTURE = auto()
    BIRTH_DATE_IMPOSSIBLE = auto()
    NATIONALITY_UNKNOWN = auto()
    DOCUMENT_INVALID = auto()
    DOCUMENT_REPEATED = auto()
    CRITERION_UNKNOWN = auto()
    CRITERION_NOT_CLAIMABLE = auto()
    TRAVELERS_REQUIRED = auto()
    LEAD_UNDER_18 = auto()
    PORTS_REQUIRED = auto()
    PORTS_TOO_MANY = auto()
    PORT_UNKNOWN = auto()
    PORT_REPEATED = auto()
    PORT_CLOSED = auto()
    COUNTRY_REQUIRED = auto()
    COUNTRY_UNKNOWN = auto()
    STATE_REQUIRED = auto()
    STATE_UNKNOWN = auto()
    ATTESTATION_REQUIRED = auto()
    EMAIL_INVALID = auto()
    PHONE_INVALID = auto()
    LANGUAGE_NOT_OFFERED = auto()
    PROGRAMME_CLOSED = auto()
    PROGRAMME_UNKNOWN = auto()
    INTERPRETER_UNKNOWN = auto()
    INTERPRETER_WORDS_REQUIRED = auto()
    INTERPRETER_WORDS_TOO_LONG = auto()
    INTERPRETER_WORDS_INVALID = auto()


def normalise_submission(submission: Submission) -> Submission:
    """The same submission in the one form that is kept and compared.

    Names in Unicode's form C with single spaces, codes in capitals, an empty optional field as None, the phone in E.164
    where it can be read. Normalising twice changes nothing.
    """
    country = submission.country.strip().upper()
    state = (submission.state or "").strip().upper() or None
    return replace(
        submission,
        language=submission.language.strip().lower(),
        ports=tuple(port.strip().upper() for port in submission.ports),
        travelers=tuple(normalise_traveler(traveler) for traveler in submission.travelers),
        country=country,
        state=_STATE_ALIASES.get(state, state) if state else None,
        email=(submission.email or "").strip() or None,
        phone=_e164(submission.phone, country) if (submission.phone or "").strip() else None,
        interpreter=None
        if submission.interpreter is None
        else read_wish(language=submission.interpreter.language, words=submission.interpreter.words),
    )


def validate_submission(*, submission: Submission, policy: Policy, at: datetime) -> tuple[FieldProblem, ...]:
    """Everything wrong with the form of a submission at a moment, in the order of the form's questions.

    Fields are named as in the API, counted from 0: `travelers.2.birth_date`. A group without an adult and one that is
    too large are no problems of form: see `judge_submission`.
    """
    return _form_problems(normalise_submission(submission), policy, at)


def _form_problems(submission: Submission, policy: Policy, at: datetime) -> tuple[FieldProblem, ...]:
    today = registration_day(submission=submission, policy=policy, at=at)
    problems = [
        *_location_problems(submission, policy),
        *_traveler_problems(submission, policy, today),
        *_port_problems(submission, policy, at),
        *_contact_problems(submission),
    ]
    if (unclear := wish_problem(submission.interpreter)) is not None:
        problems.append(FieldProblem(f"interpreter.{unclear[0]}", Problem(unclear[1])))
    languages = {*policy.languages} | ({PSEUDO_LANGUAGE} & {code for code, _name in settings.LANGUAGES})
    if submission.language not in languages:
        problems.append(FieldProblem("language", Problem.LANGUAGE_NOT_OFFERED))
    if not submission.attestation:
        problems.append(FieldProblem("attestation", Problem.ATTESTATION_REQUIRED))
    return tuple(problems)


def judge_submission(*, submission: Submission, policy: Policy, at: datetime) -> Verdict:
    """Who may register, of a submission that was normalised: the verdict with the criteria found.

    Raises, in this order: SubmissionInvalid with all problems of form; ChildAlone; GroupTooLarge; NotEligible.
    """
    problems = _form_problems(submission, policy, at)
    if problems:
        raise SubmissionInvalid(problems)
    verdict = assess_eligibility(
        policy=policy,
        travelers=[TravelerFacts(traveler.birth_date, traveler.criteria) for traveler in submission.travelers],
        on=registration_day(submission=submission, policy=policy, at=at),
        location=DeclaredLocation(submission.country, submission.state),
    )
    codes = {reason.code for reason in verdict.reasons}
    if "child_alone" in codes:
        raise ChildAlone
    if "group_too_large" in codes:
        raise GroupTooLarge
    if not verdict.eligible:
        raise NotEligible(verdict)
    return verdict


def registration_day(*, submission: Submission, policy: Policy, at: datetime) -> date:
    """The day on which ages count: today at the first listed port, or at the policy's first one if that is unknown."""
    zones = {port.code: port.timezone for port in policy.ports}
    known = [zones[code] for code in submission.ports if code in zones]
    return at.astimezone(ZoneInfo(known[0] if known else policy.ports[0].timezone)).date()


def normalise_traveler(traveler: NewTraveler) -> NewTraveler:
    """One person in the form that is kept and compared."""
    return replace(
        traveler,
        given_names=_normalise_name(traveler.given_names),
        family_names=_normalise_name(traveler.family_names),
        nationality=traveler.nationality.strip().upper(),
        document_number=(traveler.document_number or "").strip() or None,
    )


def _normalise_name(name: str) -> str:
    # Only spaces are joined: a tab or a line feed inside a name stays and is refused as a control character.
    return re.sub(" {2,}", " ", unicodedata.normalize("NFC", name).strip())


def _e164(phone: str | None, country: str) -> str:
    text = (phone or "").strip()
    try:
        number = phonenumbers.parse(text, country if country in COUNTRY_CODES else None)
    except phonenumbers.NumberParseException:
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _location_problems(submission: Submission, policy: Policy) -> Iterator[FieldProblem]:
    if not submission.country:
        yield FieldProblem("location.country", Problem.COUNTRY_REQUIRED)
    elif submission.country not in COUNTRY_CODES:
        yield FieldProblem("location.country", Problem.COUNTRY_UNKNOWN)
    elif submission.state is None:
        if policy.location.enabled and submission.country == policy.location.country:
            yield FieldProblem("location.state", Problem.STATE_REQUIRED)
    elif not _STATE.fullmatch(submission.state) or not submission.state.startswith(f"{submission.country}-"):
        yield FieldProblem("location.state", Problem.STATE_UNKNOWN)


def _traveler_problems(submission: Submission, policy: Policy, today: date) -> Iterator[FieldProblem]:
    if not submission.travelers:
        yield FieldProblem("travelers", Problem.TRAVELERS_REQUIRED)
        return
    documents: set[tuple[str, str]] = set()
    adults = []
    for position, traveler in enumerate(submission.travelers):
        field = f"travelers.{position}"
        for part in ("given_names", "family_names"):
            code = name_problem(getattr(traveler, part))
            if code is not None:
                yield FieldProblem(f"{field}.{part}", code)
        try:
            validate_birth_date(traveler.birth_date, today)
            adults.append(can_lead(traveler.birth_date, today))
        except BirthDateRefused as refused:
            adults.append(True)
            yield FieldProblem(f"{field}.birth_date", Problem(refused.code))
        if traveler.nationality not in COUNTRY_CODES:
            yield FieldProblem(f"{field}.nationality", Problem.NATIONALITY_UNKNOWN)
        if traveler.document_number is not None:
            document = (traveler.nationality, normalise_document(traveler.document_number))
            if not is_document(traveler.document_number, document[1]):
                yield FieldProblem(f"{field}.document_number", Problem.DOCUMENT_INVALID)
            elif document in documents:
                yield FieldProblem(f"{field}.document_number", Problem.DOCUMENT_REPEATED)
            documents.add(document)
        for claim in check_claims(sorted(traveler.criteria), policy=policy):
            yield FieldProblem(f"{field}.criteria", Problem(claim.code))
    if any(adults) and not adults[0]:
        yield FieldProblem("travelers.0.birth_date", Problem.LEAD_UNDER_18)


def is_document(number: str, compared: str) -> bool:
    """Whether a document number can be one; `compared` is what `normalise_document` makes of it."""
    readable = not any(unicodedata.category(character)[0] == "C" for character in number)
    return readable and len(number) <= 2 * LONGEST_DOCUMENT and 3 <= len(compared) <= LONGEST_DOCUMENT


def name_problem(name: str) -> Problem | None:
    """What is wrong with a normalised name, if anything. Any script is fine; control characters are not."""
    if not name:
        return Problem.NAME_REQUIRED
    if len(name) > LONGEST_NAME:
        return Problem.NAME_TOO_LONG
    has_letter = False
    for character in name:
        category = unicodedata.category(character)
        if category[0] == "L":
            has_letter = True
        elif (category[0] == "C" and character not in _HARMLESS_FORMAT_CHARACTERS) or category in ("Zl", "Zp"):
            return Problem.NAME_INVALID
    return None if has_letter else Problem.NAME_INVALID


def _port_problems(submission: Submission, policy: Policy, at: datetime) -> Iterator[FieldProblem]:
    if not submission.ports:
        yield FieldProblem("ports", Problem.PORTS_REQUIRED)
    if len(submission.ports) > MOST_PORTS:
        yield FieldProblem("ports", Problem.PORTS_TOO_MANY)
        return
    known = {port.code for port in policy.ports}
    open_now = open_ports(policy=policy, at=at)
    seen: set[str] = set()
    for place, code in enumerate(submission.ports):
        if code not in known:
            yield FieldProblem(f"ports.{place}", Problem.PORT_UNKNOWN)
        elif code in seen:
            yield FieldProblem(f"ports.{place}", Problem.PORT_REPEATED)
        elif code not in open_now:
            yield FieldProblem(f"ports.{place}", Problem.PORT_CLOSED)
        seen.add(code)


def open_ports(*, policy: Policy, at: datetime) -> frozenset[str]:
    """Codes of the policy's ports that are in effect today, each in its own calendar."""
    codes = set()
    for port in policy.ports:
        today = at.astimezone(ZoneInfo(port.timezone)).date()
        if port.opens_on <= today and (port.closes_on is None or today <= port.closes_on):
            codes.add(port.code)
    return frozenset(codes)


def _contact_problems(submission: Submission) -> Iterator[FieldProblem]:
    if submission.email is not None:
        try:
            validate_email(submission.email)
        except ValidationError:
            yield FieldProblem("contact.email", Problem.EMAIL_INVALID)
    if submission.phone is not None:
        try:
            number = phonenumbers.parse(submission.phone, None)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            yield FieldProblem("contact.phone", Problem.PHONE_INVALID)
