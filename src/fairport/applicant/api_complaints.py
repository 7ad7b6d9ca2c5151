"""The JSON interface to complaints. Who sends one is not asked; its code is the bearer token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Router, Schema
from ninja.responses import Status as Answer
from ninja.security import HttpBearer
from pydantic import Field

from fairport.accounts.access import Access, View, declare, public
from fairport.applicant.api import PROBLEMS, IdempotencyKey, checked_key
from fairport.applicant.api_schemas import Incoming, Text
from fairport.applicant.network import client_address
from fairport.clock.queries import now
from fairport.complaints.content import LONGEST_WORDS
from fairport.complaints.operations import NewComplaint, add_words, file_complaint
from fairport.complaints.queries import OwnComplaint, read_own_complaint

router = Router()
# What is too long is refused with a sentence of ours; what is much longer still is not read.
Words = Annotated[str, Field(max_length=4 * LONGEST_WORDS, examples=["Somebody at the gate wanted 200 dollars."])]


class ComplaintIn(Incoming):
    kind: Annotated[Text, Field(description="money, treatment, misuse or other", examples=["money"])]
    words: Words
    port: Annotated[Text | None, Field(examples=["SDG"])] = None
    when: Text = ""
    reach: Annotated[Text, Field(description="how the ombuds office may reach the sender, if they wish")] = ""


class ComplaintCodeOut(Schema):
    code: Annotated[str, Field(description="told only here; whoever has it reads the complaint and its answers")]


class WordsIn(Incoming):
    words: Words


class SaidOut(Schema):
    sender: Annotated[str, Field(serialization_alias="from", description="sender or ombuds")]
    text: str
    at: datetime


class ComplaintOut(Schema):
    """`words` are all that was written, oldest first; none once the complaint was erased."""

    kind: str
    port: str | None
    state: Annotated[str, Field(description="open, answered or closed")]
    outcome: Annotated[str | None, Field(description="confirmed, not_confirmed, referred or not_ours; once closed")]
    filed_at: datetime
    closed_at: datetime | None
    erased_at: datetime | None
    words: list[SaidOut]


@dataclass(frozen=True, slots=True)
class Held:
    """A complaint with the code that opened it."""

    code: str
    complaint: OwnComplaint


class ComplaintCode(HttpBearer):
    """The code of a complaint, in any style of typing."""

    def authenticate(self, request: HttpRequest, token: str) -> Held:
        return Held(token, read_own_complaint(code=token, address=client_address(request), at=now()))


OWNED: Final[dict[str, Any]] = {
    "auth": ComplaintCode(),
    "response": {200: ComplaintOut, **PROBLEMS},
    "by_alias": True,
}


def sender_only(view: View) -> View:
    """Whoever has the complaint's code may call it; the router's `auth` sees to that."""
    return declare(view, Access("applicant"))


@router.post("/complaints", response={201: ComplaintCodeOut, **PROBLEMS})
@public
def complain(
    request: HttpRequest, response: HttpResponse, payload: ComplaintIn, idempotency_key: IdempotencyKey = None
) -> Any:
    """Files a complaint with the ombuds office. Nothing about the sender is kept beyond what they write."""
    response["Cache-Control"] = "no-store"
    code = file_complaint(
        complaint=NewComplaint(**payload.model_dump(), language=get_language() or "en"),
        address=client_address(request),
        token=checked_key(idempotency_key),
        at=now(),
    )
    return Answer(201, ComplaintCodeOut(code=code))


@router.get("/complaints/me", **OWNED)
@sender_only
def own_complaint(request: HttpRequest, response: HttpResponse) -> Any:
    """How far the complaint is, and everything that was written."""
    response["Cache-Control"] = "no-store"
    return _described(_held(request).complaint)


@router.post("/complaints/me/words", **OWNED)
@sender_only
def add_own_words(
    request: HttpRequest, response: HttpResponse, payload: WordsIn, idempotency_key: IdempotencyKey = None
) -> Any:
    """Adds what the sender has to say; a closed complaint opens again."""
    response["Cache-Control"] = "no-store"
    code, address, at = _held(request).code, client_address(request), now()
    add_words(code=code, words=payload.words, address=address, token=checked_key(idempotency_key), at=at)
    return _described(read_own_complaint(code=code, address=address, at=at))


def _held(request: HttpRequest) -> Held:
    held = request.auth  # type: ignore[attr-defined]
    assert isinstance(held, Held)
    return held


def _described(found: OwnComplaint) -> ComplaintOut:
    return ComplaintOut(
        kind=found.kind,
        port=found.port,
        state=found.state,
        outcome=found.outcome or None,
        filed_at=found.filed_at,
        closed_at=found.closed_at,
        erased_at=found.erased_at,
        words=[
            SaidOut(sender="sender" if said.author is None else "ombuds", text=said.text, at=said.at)
            for said in found.said
        ],
    )
