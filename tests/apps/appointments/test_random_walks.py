"""Whatever people and clock do, in whatever order: places add up, statuses agree, draws verify."""

from __future__ import annotations

import contextlib
import random
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.appointments.operations import (
    NothingToCancel,
    OfferClosed,
    OfferExpired,
    OfferNotFound,
    UndoTooLate,
    cancel_appointment,
    confirm_offer,
    decline_offer,
    mark_arrived,
    renew,
    tick,
    undo_withdrawal,
    withdraw,
)
from fairport.appointments.suspending import AlreadySuspended, PortNotSuspended, Terms, reopen_port, suspend_port
from fairport.audit.events import APPLICANT, OPERATOR
from fairport.domain.bundle import verify_bundles
from fairport.domain.transitions import TransitionRefused
from fairport.draws.models import Draw
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration
from tests.factories.draws import DRAW_TIME, FREEZE_TIME, register_group, write_bundle
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import NOW

# Every one of these is an answer that people can be given; anything else is a defect.
EXPECTED = (
    AlreadySuspended,
    NothingToCancel,
    OfferClosed,
    OfferExpired,
    OfferNotFound,
    PortNotSuspended,
    TransitionRefused,
    UndoTooLate,
)
PORTS = ["ELP", "NOG", "CLX"]


class Walk:
    """One seeded sequence of what people do, with the clock moving on between."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)
        self.at = NOW
        self.people = [register_group(self.source.randint(1, 9), at=self.at, ports=self.ports()) for _ in range(12)]

    def ports(self) -> tuple[str, ...]:
        return tuple(self.source.sample(PORTS, self.source.randint(1, 3)))

    def step(self) -> None:
        one = self.source.choice(self.people)
        act = self.source.choice(
            [
                self.confirm,
                self.confirm,
                self.decline,
                self.cancel,
                self.withdraw,
                self.undo,
                self.renew,
                self.arrive,
                self.join,
                self.close_a_port,
                self.open_a_port,
            ]
        )
        with contextlib.suppress(*EXPECTED):
            act(one)
        self.move(timedelta(minutes=self.source.choice([1, 20, 45, 180, 600])))

    def move(self, by: timedelta) -> None:
        """The clock goes on; now and then the worker sleeps through what was due."""
        due = [
            moment + timedelta(days=(self.at - NOW).days + days)
            for moment in (FREEZE_TIME, DRAW_TIME)
            for days in (0, 1)
        ]
        for moment in sorted({*due, self.at + by}):
            if self.at < moment <= self.at + by and self.source.random() < 0.8:
                tick(at=moment)
        self.at += by

    def offer_id(self, one: uuid.UUID) -> uuid.UUID:
        latest = Offer.objects.filter(registration_id=one).order_by("-made_at").first()
        return uuid.uuid4() if latest is None else latest.pk

    def confirm(self, one: uuid.UUID) -> None:
        confirm_offer(registration_id=one, offer_id=self.offer_id(one), at=self.at, actor=APPLICANT)

    def decline(self, one: uuid.UUID) -> None:
        decline_offer(registration_id=one, offer_id=self.offer_id(one), at=self.at, actor=APPLICANT)

    def cancel(self, one: uuid.UUID) -> None:
        cancel_appointment(registration_id=one, at=self.at, actor=APPLICANT)

    def withdraw(self, one: uuid.UUID) -> None:
        withdraw(registration_id=one, at=self.at, actor=APPLICANT)

    def undo(self, one: uuid.UUID) -> None:
        undo_withdrawal(registration_id=one, at=self.at, actor=APPLICANT)

    def renew(self, one: uuid.UUID) -> None:
        renew(registration_id=one, at=self.at, actor=APPLICANT)

    def arrive(self, one: uuid.UUID) -> None:
        booked = Appointment.objects.filter(
            registration_id=one, registration__status="confirmed", state=AppointmentState.BOOKED
        ).first()
        if booked is not None:
            mark_arrived(appointment_id=booked.pk, at=self.at)

    def close_a_port(self, _one: uuid.UUID) -> None:
        port, *others = self.source.sample(PORTS, 3)
        honour_at = tuple(others[: self.source.randint(0, 2)])
        first = self.at.date() + timedelta(days=self.source.randint(1, 4)) if self.source.random() < 0.3 else None
        terms = Terms(port, first, None, "danger", "", honour_at)
        suspend_port(terms=terms, foreseen={}, proposal_id="", at=self.at, actor=OPERATOR)

    def open_a_port(self, _one: uuid.UUID) -> None:
        reopen_port(port=self.source.choice(PORTS), at=self.at, actor=OPERATOR)

    def join(self, _one: uuid.UUID) -> None:
        self.people.append(register_group(self.source.randint(1, 12), at=self.at, ports=self.ports()))


def assert_statuses_agree(at: datetime) -> None:
    """An offer is open exactly for who is offered, a live appointment there exactly for who is confirmed or arrived."""
    opened = set(Offer.objects.filter(state=OfferState.OPEN).values_list("registration_id", flat=True))
    live = set(Appointment.objects.filter(state__in=["booked", "arrived"]).values_list("registration_id", flat=True))
    for registration in Registration.objects.all():
        status = registration.withdrawn_from if registration.status == "withdrawn" else registration.status
        if registration.status != "withdrawn":
            assert (registration.pk in opened) == (status == "offered")
            assert (registration.pk in live) == (status in ("confirmed", "arrived"))
        else:
            assert registration.pk not in opened or status == "offered"
            assert registration.pk not in live or status == "confirmed"
        # Who is owed a place waits for it, or was moved and may still say no; a place taken by oneself is enough.
        if registration.displaced_at is not None and status == "confirmed":
            assert Appointment.objects.filter(registration=registration, moved_at__isnull=False).exists()


@pytest.mark.parametrize("seed", range(4))
def test_places_always_add_up(seed: int, tmp_path: Path) -> None:
    # Few and small bands, so that groups fail to fit, remainders are left and rain-checks given.
    AppointmentSlot.objects.update(capacity=13)
    walk = Walk(seed)
    for _ in range(45):
        walk.step()
        assert_places_add_up()
        assert_statuses_agree(walk.at)
    draws = Draw.objects.filter(state="run").order_by("sequence")
    assert draws.count() >= 3
    verify_bundles([write_bundle(draw, tmp_path) for draw in draws])
