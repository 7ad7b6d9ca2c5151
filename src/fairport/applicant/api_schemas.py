"""The shapes of the JSON interface about one's own registration. Fields that are not here are refused."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StrictStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from fairport.registrations.interpreters import NAMES as INTERPRETER_NAMES

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Names of 300 characters are refused with a sentence of ours; what is longer still is not read.
Text = Annotated[StrictStr, Field(max_length=1000)]


def _read_day(value: Any) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # No such day; said below.
    raise PydanticCustomError("birth_date_invalid", "not a day")


Day = Annotated[date, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date"})]


LocalTime = Annotated[str, Field(description="HH:MM by the clock of the port", examples=["08:00"])]


class Incoming(Schema):
    """A field that is spelled wrong would be lost in silence, so unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")


class TravelerIn(Incoming):
    given_names: Text
    family_names: Text
    birth_date: Day
    nationality: Annotated[Text, Field(description="ISO 3166-1 alpha-2", examples=["HT"])]
    document_number: Text | None = None
    criteria: Annotated[list[Text], Field(max_length=20, examples=[["no_housing"]])] = []


class ContactIn(Incoming):
    email: Text | None = None
    phone: Text | None = None


class LocationIn(Incoming):
    country: Annotated[Text, Field(description="ISO 3166-1 alpha-2", examples=["MX"])]
    state: Annotated[Text | None, Field(description="ISO 3166-2", examples=["MX-BCN"])] = None


class InterpreterIn(Incoming):
    language: Annotated[
        Text | None,
        Field(
            description="BCP 47: " + ", ".join(INTERPRETER_NAMES) + "; or `other`, with `words`",
            examples=["mam"],
        ),
    ] = None
    words: Annotated[Text | None, Field(description="which other language, or what else helps; 200 characters")] = None


class RegistrationIn(Incoming):
    programme: Annotated[Text, Field(examples=["title-42-exemption"])]
    language: Annotated[Text, Field(examples=["en"])]
    ports: Annotated[list[Text], Field(max_length=100, examples=[["SDG", "CLX"]])]
    travelers: Annotated[list[TravelerIn], Field(max_length=100, description="the lead traveler first")]
    contact: ContactIn = ContactIn()
    interpreter: Annotated[
        InterpreterIn | None, Field(description="wished for the talk with an officer; free, and sealed like all else")
    ] = None
    location: LocationIn
    attestation: Annotated[StrictBool, Field(description="that all of this is true")]


class LogReceiptOut(Schema):
    """What shows that the public log holds the registration as it was sent, and when.

    `SHA-256(salt + payload)` is the data of the leaf that the proof is about (docs/draw.md, "The logs").
    """

    payload: Annotated[str, Field(description="the logged event, byte for byte, in UTF-8")]
    proof: Annotated[str, Field(description="a C2SP tlog-proof; its extra line is the salt")]


class ReceiptOut(Schema):
    """The only time that the access code and the entry secret (64 hex digits) are told."""

    registration_number: str
    access_code: str
    entry_secret: str
    registered_at: datetime
    status: str
    size: int


class OfferIn(Incoming):
    """Which offer is meant; without it, the latest one."""

    offer_id: UUID | None = None


class TravelerOut(Schema):
    id: UUID
    given_names: str
    family_names: str
    birth_date: date
    nationality: str
    document_number: str | None
    criteria: list[str]


class OfferOut(Schema):
    id: UUID
    port: str
    date: date
    band_start: LocalTime
    band_end: LocalTime
    timezone: str
    size: int
    expires_at: datetime


class AppointmentOut(Schema):
    confirmation_number: str
    port: str
    date: date
    band_start: LocalTime
    band_end: LocalTime
    timezone: str
    size: int
    pass_text: Annotated[str, Field(serialization_alias="pass", description="the signed text of the pass's QR code")]


class OwnDrawOut(Schema):
    draw_id: str
    entry_id: str
    outcome: Annotated[str | None, Field(description="offer, rain_check, not_selected or void; null until it is run")]


class WaitOut(Schema):
    days: int
    percentile: Annotated[int, Field(description="percent of those waiting who registered later")]
    estimate_days: Annotated[
        tuple[int, int] | None,
        Field(description="days until one in four, and until three in four, of such groups have an offer"),
    ]


class FileOpeningOut(Schema):
    """One look into the file; nobody's name is told."""

    at: datetime
    role: Annotated[str, Field(description="the role of who opened it", examples=["port_officer", "supervisor"])]
    port: Annotated[str, Field(description="at which port they have that role; empty for all", examples=["SDG"])]


class FileOpeningsOut(Schema):
    count: Annotated[int, Field(description="how often members of staff opened the file; each page shown counts")]
    last: Annotated[list[FileOpeningOut], Field(description="the latest 30 of them, newest first")]


class InterpreterOut(Schema):
    language: Annotated[str, Field(description="as in the request, or empty")]
    words: str


class StateOut(Schema):
    registration_number: str
    status: str
    registered_at: datetime
    size: int
    ports: list[str]
    travelers: list[TravelerOut]
    interpreter: InterpreterOut | None
    offer: OfferOut | None
    appointment: AppointmentOut | None
    draws: list[OwnDrawOut]
    wait: WaitOut | None
    undo_until: Annotated[datetime | None, Field(description="until when a withdrawal can be taken back")]
    file_openings: FileOpeningsOut


class VerificationIn(Incoming):
    confirmation_number: Text
    birth_date: Day


class VerificationOut(Schema):
    valid: bool


class FieldErrorOut(Schema):
    field: str
    code: str
    message: str


class ProblemOut(Schema):
    """RFC 9457; `code` and the codes of the fields are stable, the texts are in the language of the reader."""

    type: str
    title: str
    status: int
    code: str
    errors: list[FieldErrorOut]
