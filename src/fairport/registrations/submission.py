"""What a person hands in to register, and what they get back."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from fairport.domain.eligibility import Verdict
from fairport.registrations.interpreters import InterpreterWish


@dataclass(frozen=True, slots=True)
class NewTraveler:
    """One person as typed, cleaned of surrounding spaces. `nationality` is ISO 3166-1 alpha-2."""

    given_names: str
    family_names: str
    birth_date: date
    nationality: str
    criteria: frozenset[str]
    document_number: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A whole registration; the first traveler is the lead. `phone` is in E.164.

    `interpreter` is what the group wishes for the talk with an officer, or None.
    """

    programme: str
    language: str
    ports: tuple[str, ...]
    travelers: tuple[NewTraveler, ...]
    country: str
    state: str | None
    attestation: bool
    email: str | None = None
    phone: str | None = None
    interpreter: InterpreterWish | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The one time that the codes are told: they are kept as a hash (access code) and sealed (entry secret)."""

    registration_id: uuid.UUID
    registration_number: str
    access_code: str
    entry_secret: str
    registered_at: datetime
    status: str
    size: int


def submission_as_json(submission: Submission) -> dict[str, Any]:
    """Everything handed in as JSON values, the same for equal submissions."""
    return asdict(submission) | {
        "ports": list(submission.ports),
        "travelers": [
            asdict(traveler) | {"birth_date": traveler.birth_date.isoformat(), "criteria": sorted(traveler.criteria)}
            for traveler in submission.travelers
        ],
    }


def receipt_as_json(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON values."""
    return asdict(receipt) | {
        "registration_id": str(receipt.registration_id),
        "registered_at": receipt.registered_at.isoformat(),
    }


def receipt_from_json(content: dict[str, Any]) -> Receipt:
    """What `receipt_as_json` wrote. Raises KeyError if it is no receipt."""
    moment = datetime.fromisoformat(content["registered_at"])
    return Receipt(**content | {"registration_id": uuid.UUID(content["registration_id"]), "registered_at": moment})


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field: `travelers.2.birth_date`, `ports`, `attestation` … and a stable code."""

    field: str
    code: str


class SubmissionInvalid(Exception):
    """The submission breaks rules of form; nothing was kept."""

    code = "invalid"

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(", ".join(f"{problem.field}: {problem.code}" for problem in problems))
        self.problems = problems


class NotEligible(Exception):
    """No criterion in any traveler, or outside the places that the policy accepts; nothing was kept."""

    code = "not_eligible"

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(", ".join(reason.code for reason in verdict.reasons))
        self.verdict = verdict


class ChildAlone(Exception):
    """Nobody in the group is 18 or over: child protection takes over, and the draw does not."""

    code = "child_alone"


class GroupTooLarge(Exception):
    """More travelers than one band can take: an officer places such a group, unsplit."""

    code = "group_too_large"


class DocumentInUse(Exception):
    """A document is in another active registration of the programme. Says nothing about that file."""

    code = "document_in_use"

    def __init__(self, positions: tuple[int, ...]) -> None:
        super().__init__("document in use")
        self.positions = positions


class IdempotencyConflict(Exception):
    """The same key came with another content."""

    code = "idempotency_conflict"
