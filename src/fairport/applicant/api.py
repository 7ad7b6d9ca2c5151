"""The JSON interface to one's own registration. Each call translates and asks one operation or query."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Header, Router
from ninja.responses import Status as Answer
from ninja.security import HttpBearer

from fairport.accounts.access import Access, View, declare, public
from fairport.applicant.api_errors import Refused
from fairport.applicant.api_schemas import (
    LogReceiptOut,
    OfferIn,
    ProblemOut,
    ReceiptOut,
    RegistrationIn,
    StateOut,
    VerificationIn,
    VerificationOut,
)
from fairport.applicant.api_states import describe_registration
from fairport.applicant.network import client_address
from fairport.applicant.verification import verify_appointment
from fairport.appointments import operations as appointments
from fairport.appointments.queries import latest_offer
from fairport.audit.events import APPLICANT, Actor, Subject
from fairport.audit.queries import receipt_of
from fairport.clock.queries import now
from fairport.domain.transitions import Event, Status, TransitionRefused
from fairport.registrations.events import RegistrationSubmitted
from fairport.registrations.interpreters import read_wish
from fairport.registrations.models import Registration
from fairport.registrations.operations import answer_once, sign_in_with_code, submit_registration
from fairport.registrations.queries import get_registration
from fairport.registrations.submission import NewTraveler, Submission

router = Router()
PARTNER: Final = Actor("partner")
_KEY: Final = re.compile(r"[\x21-\x7e]{16,200}")

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="16 to 200 visible ASCII characters that nobody can guess; "
        "the same key gets the first answer again for 24 hours",
    ),
]
PROBLEMS: Final = dict.fromkeys((400, 401, 404, 405, 409, 413, 415, 422, 429), ProblemOut)


class AccessCode(HttpBearer):
    """The access code of the receipt, in any style of typing."""

    def authenticate(self, request: HttpRequest, token: str) -> Registration:
        return sign_in_with_code(code=token, address=client_address(request), at=now())


# What every call with an access code has in common.
OWNED: Final[dict[str, Any]] = {
    "auth": AccessCode(),
    "response": {200: StateOut, **PROBLEMS},
    "by_alias": True,
}


def owner_only(view: View) -> View:
    """Whoever has the access code may call it; the router's `auth` sees to that."""
    return declare(view, Access("applicant"))


@router.post("/registrations", response={201: ReceiptOut, **PROBLEMS})
@public
def register(
    request: HttpRequest, response: HttpResponse, payload: RegistrationIn, idempotency_key: IdempotencyKey = None
) -> Any:
    """Registers a group. It is in every draw from the next freeze on. Nothing is kept of a group that cannot."""
    response["Cache-Control"] = "no-store"
    receipt = submit_registration(
        submission=_submission(payload),
        at=now(),
        actor=PARTNER,
        idempotency_key=checked_key(idempotency_key),
        address=client_address(request),
    )
    return Answer(
        201,
        ReceiptOut(
            registration_number=receipt.registration_number,
            access_code=receipt.access_code,
            entry_secret=receipt.entry_secret,
            registered_at=receipt.registered_at,
            status=receipt.status,
            size=receipt.size,
        ),
    )


@router.get("/registrations/me", **OWNED)
@owner_only
def show(request: HttpRequest, response: HttpResponse) -> Any:
    """Where the registration stands. To look is a sign of life."""
    response["Cache-Control"] = "no-store"
    return describe_registration(registration=_owned(request), at=now())


@router.get("/registrations/me/log-receipt", **OWNED | {"response": {200: LogReceiptOut, **PROBLEMS}})
@owner_only
def log_receipt(request: HttpRequest, response: HttpResponse) -> Any:
    """The proof that the public log holds the registration. It takes some seconds until there is one."""
    response["Cache-Control"] = "no-store"
    subject = Subject("registration", str(_owned(request).pk))
    receipt = receipt_of(subject=subject, name=RegistrationSubmitted.name)
    return LogReceiptOut(payload=receipt.payload.decode(), proof=receipt.proof)


@router.post("/registrations/me/confirm", **OWNED)
@owner_only
def confirm(
    request: HttpRequest,
    response: HttpResponse,
    payload: OfferIn | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Confirms an offered place before it expires."""

    def act(registration: Registration, at: datetime) -> None:
        appointments.confirm_offer(
            registration_id=registration.pk,
            offer_id=_offer_id(registration, payload, Event.CONFIRMED),
            at=at,
            actor=APPLICANT,
        )

    return _change(request, response, idempotency_key, payload, act)


@router.post("/registrations/me/decline", **OWNED)
@owner_only
def decline(
    request: HttpRequest,
    response: HttpResponse,
    payload: OfferIn | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Gives an offered place back; the registration waits again."""

    def act(registration: Registration, at: datetime) -> None:
        appointments.decline_offer(
            registration_id=registration.pk,
            offer_id=_offer_id(registration, payload, Event.DECLINED),
            at=at,
            actor=APPLICANT,
        )

    return _change(request, response, idempotency_key, payload, act)


@router.post("/registrations/me/cancel", **OWNED)
@owner_only
def cancel(request: HttpRequest, response: HttpResponse, idempotency_key: IdempotencyKey = None) -> Any:
    """Gives a confirmed appointment back; the registration waits again."""
    return _change(request, response, idempotency_key, None, _simply(appointments.cancel_appointment))


@router.post("/registrations/me/withdraw", **OWNED)
@owner_only
def withdraw(request: HttpRequest, response: HttpResponse, idempotency_key: IdempotencyKey = None) -> Any:
    """Takes the registration out; for a time that can be undone."""
    return _change(request, response, idempotency_key, None, _simply(appointments.withdraw))


@router.post("/registrations/me/undo-withdrawal", **OWNED)
@owner_only
def undo_withdrawal(request: HttpRequest, response: HttpResponse, idempotency_key: IdempotencyKey = None) -> Any:
    """Takes a withdrawal back."""
    return _change(request, response, idempotency_key, None, _simply(appointments.undo_withdrawal))


@router.post("/registrations/me/renew", **OWNED)
@owner_only
def renew(request: HttpRequest, response: HttpResponse, idempotency_key: IdempotencyKey = None) -> Any:
    """A sign of life; brings a lapsed or missed registration back with its seniority."""
    return _change(request, response, idempotency_key, None, _simply(appointments.renew))


@router.post("/appointments/check", response={200: VerificationOut, **PROBLEMS})
@public
def verify(request: HttpRequest, response: HttpResponse, payload: VerificationIn) -> Any:
    """Says whether an appointment is real, and nothing else; five tries a number a day, then false."""
    response["Cache-Control"] = "no-store"
    valid = verify_appointment(confirmation_number=payload.confirmation_number, birth_date=payload.birth_date, at=now())
    return VerificationOut(valid=valid)


def _submission(payload: RegistrationIn) -> Submission:
    return Submission(
        programme=payload.programme,
        language=payload.language,
        ports=tuple(payload.ports),
        travelers=tuple(
            NewTraveler(
                given_names=person.given_names,
                family_names=person.family_names,
                birth_date=person.birth_date,
                nationality=person.nationality,
                criteria=frozenset(person.criteria),
                document_number=person.document_number,
            )
            for person in payload.travelers
        ),
        country=payload.location.country,
        state=payload.location.state,
        attestation=payload.attestation,
        email=payload.contact.email,
        phone=payload.contact.phone,
        interpreter=None
        if payload.interpreter is None
        else read_wish(language=payload.interpreter.language, words=payload.interpreter.words),
    )


def _owned(request: HttpRequest) -> Registration:
    registration = request.auth  # type: ignore[attr-defined]
    assert isinstance(registration, Registration)
    return registration


def checked_key(key: str | None) -> str | None:
    """The Idempotency-Key, if it is one. Raises Refused."""
    if key is not None and not _KEY.fullmatch(key):
        raise Refused(400, "idempotency_key_invalid", [("Idempotency-Key", "idempotency_key_invalid")])
    return key


def _offer_id(registration: Registration, payload: OfferIn | None, event: Event) -> Any:
    if payload is not None and payload.offer_id is not None:
        return payload.offer_id
    offer = latest_offer(registration_id=registration.pk)
    if offer is None:
        raise TransitionRefused(Status(registration.status), event)
    return offer.pk


def _simply(operation: Callable[..., object]) -> Callable[[Registration, datetime], None]:
    def act(registration: Registration, at: datetime) -> None:
        operation(registration_id=registration.pk, at=at, actor=APPLICANT)

    return act


def _change(
    request: HttpRequest,
    response: HttpResponse,
    idempotency_key: str | None,
    payload: OfferIn | None,
    act: Callable[[Registration, datetime], None],
) -> StateOut:
    """Does one thing and answers with the new state; with a key, once."""
    response["Cache-Control"] = "no-store"
    registration, at, key = _owned(request), now(), checked_key(idempotency_key)

    def work() -> dict[str, Any]:
        act(registration, at)
        state = describe_registration(registration=get_registration(registration_id=registration.pk), at=at)
        return state.model_dump(mode="json")

    if key is None:
        return StateOut.model_validate(work())
    body = None if payload is None else payload.model_dump(mode="json")
    call = {"path": request.path, "registration": str(registration.pk), "body": body}
    return StateOut.model_validate(answer_once(key=key, request=call, at=at, work=work))
