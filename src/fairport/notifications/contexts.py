"""What each message needs to be told: one typed table, checked when a message is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, get_type_hints


class ContextWrong(Exception):
    """A message was queued without something that its text needs, or with something that it does not know."""

    code = "message_context_wrong"


class NoContext(TypedDict):
    """The text says everything by itself."""


class RegistrationReceived(TypedDict):
    registration_number: str


class Place(TypedDict):
    """A place in one band. Zones are IANA names; moments are aware. `size` counts travelers."""

    port_name: str
    port_timezone: str
    traveler_timezone: str
    starts_at: datetime
    ends_at: datetime
    size: int


class OfferedPlace(Place):
    offer_id: str
    expires_at: datetime


class BookedPlace(Place):
    appointment_id: str
    confirmation_number: str


class MovedOffer(OfferedPlace):
    """`old_port` is the name of the port where nobody must go any more."""

    old_port: str


class MovedAppointment(BookedPlace):
    old_port: str


class OfferAtNewTime(OfferedPlace):
    """`moved_from_…` is the band that the place was in before, at the same port."""

    moved_from_starts_at: datetime
    moved_from_ends_at: datetime


class AppointmentAtNewTime(BookedPlace):
    moved_from_starts_at: datetime
    moved_from_ends_at: datetime


class Withdrawal(TypedDict):
    """Until `undo_until` the owner can take the withdrawal back; told in `timezone`."""

    undo_until: datetime
    timezone: str


class Renewal(TypedDict):
    """Without a sign of life by `renew_by` the registration is paused; told in `timezone`."""

    registration_id: str
    renew_by: datetime
    timezone: str


class LastDay(TypedDict):
    """The last local day of a programme, as YYYY-MM-DD."""

    last_day: str


CONTEXTS: Mapping[str, type] = {
    "registration_received": RegistrationReceived,
    "offer": OfferedPlace,
    "reminder_offer": OfferedPlace,
    "offer_new_time": OfferAtNewTime,
    "offer_voided": NoContext,
    "offer_moved": MovedOffer,
    "appointment_moved": MovedAppointment,
    "displaced": Place,
    "declined": NoContext,
    "expiry": NoContext,
    "confirmation": BookedPlace,
    "placed": BookedPlace,
    "reminder_appointment": BookedPlace,
    "appointment_new_time": AppointmentAtNewTime,
    "cancellation": NoContext,
    "no_show": NoContext,
    "withdrawal": Withdrawal,
    "renewal_reminder": Renewal,
    "lapsed": NoContext,
    "determination": NoContext,
    "correction": NoContext,
    "fact_verified": NoContext,
    "fact_withdrawn": NoContext,
    "closing_announced": LastDay,
    "closing_confirmed": LastDay,
    "closing_reversed": LastDay,
}


def encode_context(template: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """The context as JSON values; moments become ISO 8601. Raises ContextWrong."""
    kinds = _kinds(template)
    missing, unknown = kinds.keys() - context.keys(), context.keys() - kinds.keys()
    if missing or unknown:
        raise ContextWrong(f"Message {template}: missing {sorted(missing)}, unknown {sorted(unknown)}.")
    encoded: dict[str, Any] = {}
    for key, kind in kinds.items():
        value = context[key]
        if kind is str:
            value = str(value)
        if not isinstance(value, kind) or (isinstance(value, datetime) and value.tzinfo is None):
            raise ContextWrong(f"Message {template}: {key} is not a {kind.__name__}.")
        encoded[key] = value.isoformat() if isinstance(value, datetime) else value
    return encoded


def decode_context(template: str, encoded: Mapping[str, Any]) -> dict[str, Any]:
    """What `encode_context` made, with its moments again. Raises ContextWrong where the table changed since."""
    try:
        return {
            key: datetime.fromisoformat(encoded[key]) if kind is datetime else encoded[key]
            for key, kind in _kinds(template).items()
        }
    except KeyError as error:
        raise ContextWrong(f"Message {template}: {error} was not written.") from error


def _kinds(template: str) -> dict[str, type]:
    try:
        return get_type_hints(CONTEXTS[template])
    except KeyError as error:
        raise ContextWrong(f"There is no message {template!r}.") from error
