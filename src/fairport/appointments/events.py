"""What is told about offers and appointments; the subject is always the registration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class _AboutOffer(EventDetails):
    offer: str


@dataclass(frozen=True)
class _AboutAppointment(EventDetails):
    appointment: str


@dataclass(frozen=True)
class OfferMade(_AboutOffer):
    name: ClassVar[str] = "offer.made"
    draw: str
    port: str
    starts_at: str
    size: int
    expires_at: str


@dataclass(frozen=True)
class OfferVoided(EventDetails):
    """A place was drawn, but could not be offered.

    `reason` is a status, `unreadable`, `port_suspended` or `too_late`.
    """

    name: ClassVar[str] = "offer.voided"
    draw: str
    reason: str


@dataclass(frozen=True)
class OfferConfirmed(_AboutOffer):
    name: ClassVar[str] = "offer.confirmed"
    appointment: str
    confirmation_number: str


@dataclass(frozen=True)
class OfferDeclined(_AboutOffer):
    name: ClassVar[str] = "offer.declined"
    declines: int


@dataclass(frozen=True)
class OfferExpired(_AboutOffer):
    name: ClassVar[str] = "offer.expired"


@dataclass(frozen=True)
class OfferGivenUp(_AboutOffer):
    """The registration was withdrawn and the time to undo that is over, or the offer's own."""

    name: ClassVar[str] = "offer.given_up"


@dataclass(frozen=True)
class OfferMoved(_AboutOffer):
    """The port moved an offered place to another band of its own; instants are the bands' starts."""

    name: ClassVar[str] = "offer.moved"
    port: str
    moved_from: str
    moved_to: str


@dataclass(frozen=True)
class AppointmentMoved(_AboutAppointment):
    """The port moved an appointment to another band of its own; instants are the bands' starts."""

    name: ClassVar[str] = "appointment.moved"
    port: str
    moved_from: str
    moved_to: str


@dataclass(frozen=True)
class AppointmentPlaced(_AboutAppointment):
    """Two officials gave the group a place outside the draw; `proposal` names them."""

    name: ClassVar[str] = "appointment.placed"
    confirmation_number: str
    proposal: str
    reason: str
    port: str
    starts_at: str
    size: int


@dataclass(frozen=True)
class AppointmentCancelled(_AboutAppointment):
    name: ClassVar[str] = "appointment.cancelled"


@dataclass(frozen=True)
class AppointmentGivenUp(_AboutAppointment):
    """The registration was withdrawn and the time to undo that is over, or the band has begun."""

    name: ClassVar[str] = "appointment.given_up"


@dataclass(frozen=True)
class AppointmentMissed(_AboutAppointment):
    name: ClassVar[str] = "appointment.missed"


@dataclass(frozen=True)
class RegistrationUnreadable(EventDetails):
    """The file could not be opened at a freeze, so the draw was held without it."""

    name: ClassVar[str] = "registration.unreadable"
    draw: str


@dataclass(frozen=True)
class RegistrationWithdrawn(EventDetails):
    name: ClassVar[str] = "registration.withdrawn"
    withdrawn_from: str


@dataclass(frozen=True)
class WithdrawalUndone(EventDetails):
    name: ClassVar[str] = "registration.withdrawal_undone"
    back_to: str


@dataclass(frozen=True)
class WithdrawalClosed(EventDetails):
    """The withdrawal can no longer be undone."""

    name: ClassVar[str] = "registration.withdrawal_closed"


@dataclass(frozen=True)
class RegistrationRenewed(EventDetails):
    name: ClassVar[str] = "registration.renewed"
    renewed_from: str


@dataclass(frozen=True)
class PlaceDisplaced(EventDetails):
    """The port was suspended and the place taken back; exactly one of `offer` and `appointment` is not empty."""

    name: ClassVar[str] = "place.displaced"
    suspension: str
    offer: str
    appointment: str
    from_port: str
    from_starts_at: str


@dataclass(frozen=True)
class PlaceMoved(PlaceDisplaced):
    """The port was suspended, and another honours the place."""

    name: ClassVar[str] = "place.moved"
    port: str
    starts_at: str


@dataclass(frozen=True)
class PortSuspended(EventDetails):
    """Two people closed a port; the counts are those of appointments.suspension_plan.Counts."""

    name: ClassVar[str] = "port.suspended"
    suspension: str
    reason: str
    starts_at: str
    ends_at: str | None
    honour_at: tuple[str, ...]
    foreseen: dict[str, int]
    done: dict[str, int]


@dataclass(frozen=True)
class PortReopened(EventDetails):
    name: ClassVar[str] = "port.reopened"
    suspension: str
