"""What a complaint is made of, what may be in it, and how it is sealed."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from fairport.complaints.models import Complaint, ComplaintKind, ComplaintWords
from fairport.ports.queries import list_ports
from fairport.sealing.box import open_json, seal_json

LONGEST_WORDS: Final = 5000
LONGEST_LINE: Final = 300


@dataclass(frozen=True, slots=True)
class NewComplaint:
    """What somebody tells. Only `kind` and `words` are needed; `when` and `reach` are words as well."""

    kind: str
    words: str
    port: str | None = None
    when: str = ""
    reach: str = ""
    language: str = "en"


class Problem(NamedTuple):
    """What is wrong with one field, by its stable code."""

    field: str
    code: str


class ComplaintInvalid(Exception):
    """The complaint cannot be taken as it is; `problems` name the fields."""

    code = "complaint_invalid"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(", ".join(f"{problem.field}: {problem.code}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was written. `author` is None where the sender wrote it."""

    author: str | None
    text: str
    at: datetime


def tidy(text: str) -> str:
    """Text without what its ends do not need, with one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def check_complaint(complaint: NewComplaint) -> None:
    """Raises ComplaintInvalid with all problems at once."""
    problems = []
    if complaint.kind not in ComplaintKind.values:
        problems.append(Problem("kind", "choice_invalid" if complaint.kind else "choice_required"))
    if complaint.port and complaint.port not in {port.code for port in list_ports()}:
        problems.append(Problem("port", "port_unknown"))
    problems += problems_of_text("when", complaint.when, longest=LONGEST_LINE)
    problems += problems_of_text("words", complaint.words, longest=LONGEST_WORDS, needed=True)
    problems += problems_of_text("reach", complaint.reach, longest=LONGEST_LINE)
    if problems:
        raise ComplaintInvalid(tuple(problems))


def check_words(text: str) -> None:
    """Raises ComplaintInvalid for words that cannot be added."""
    if problems := problems_of_text("words", text, longest=LONGEST_WORDS, needed=True):
        raise ComplaintInvalid(tuple(problems))


def problems_of_text(field: str, text: str, *, longest: int, needed: bool = False) -> list[Problem]:
    """What is wrong with a text: nothing in it, too much, or signs that cannot be read."""
    if needed and not tidy(text):
        return [Problem(field, "complaint_words_required")]
    if len(text) > longest:
        return [Problem(field, "text_too_long")]
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\r\t" for sign in text):
        return [Problem(field, "text_invalid")]
    return []


def seal_complaint(row: Complaint, complaint: NewComplaint) -> bytes:
    """The box of what stands beside the words."""
    value = {"when": tidy(complaint.when), "reach": tidy(complaint.reach)}
    return seal_json(data_key=row.data_key, context=_complaint_context(row.pk), value=value)


def open_beside(row: Complaint) -> tuple[str, str]:
    """(when, how to reach the sender), as they wrote it. Raises SealBroken once erased."""
    content = open_json(data_key=row.data_key, context=_complaint_context(row.pk), box=bytes(row.sealed))
    return content["when"], content["reach"]


def new_words(row: Complaint, *, text: str, author_id: int | None, position: int, at: datetime) -> ComplaintWords:
    """A row of words that is not saved yet."""
    words = ComplaintWords(complaint=row, author_id=author_id, position=position, written_at=at)
    words.sealed = seal_json(data_key=row.data_key, context=_words_context(words.pk), value=tidy(text))
    return words


def open_words(row: Complaint) -> list[Said]:
    """Everything that was written, in its order; one query. Raises SealBroken once erased."""
    return [
        Said(
            author=None if words.author is None else words.author.full_name,
            text=open_json(data_key=row.data_key, context=_words_context(words.pk), box=bytes(words.sealed)),
            at=words.written_at,
        )
        for words in ComplaintWords.objects.filter(complaint=row).select_related("author")
    ]


def _complaint_context(complaint_id: uuid.UUID) -> str:
    return f"complaint:{complaint_id}"


def _words_context(words_id: uuid.UUID) -> str:
    return f"complaint-words:{words_id}"
