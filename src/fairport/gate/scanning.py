"""A scan is received: once by its id, never refused for what it says, and never lost for what the record says."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from fairport.accounts.models import User
from fairport.appointments.models import Appointment, AppointmentState
from fairport.appointments.operations import AppointmentNotBooked
from fairport.audit.listing import list_log
from fairport.checkin.judging import identify
from fairport.checkin.models import CheckIn
from fairport.checkin.operations import AlreadyArrived, OtherDay, record_arrival
from fairport.checkin.places import OtherPort, role_at_port
from fairport.domain.gate import ScanTime, time_of_scan
from fairport.domain.transitions import TransitionRefused
from fairport.gate.events import ConflictFound, DayListLoaded, ScanReceived
from fairport.gate.models import ConflictKind, GateConflict, GateScan, ScanAction, ScanOutcome
from fairport.gate.telling import tell
from fairport.registrations.models import Traveler
from fairport.sealing.box import SealBroken, open_for_service, seal_for_service

TEXT_PURPOSE: Final = "gate-scan"
# A device knows the moment of its list to the millisecond.
LOADED_WITHIN: Final = timedelta(seconds=1)


class OtherOfficer(Exception):
    """Somebody else made this scan: it is not recorded under this officer's name."""

    code = "scan_of_other_officer"


@dataclass(frozen=True, slots=True)
class IncomingScan:
    """A scan as a device tells it.

    `text` is the pass or the number; `travelers` are the ids of who is here, or none for the `whole_group`. `answer` is
    what the officer saw. `device_time` is the device's clock, `offset` the server's lead over it when they last spoke,
    `listed_at` (server's time) when the list was loaded by which it was judged.
    """

    id: uuid.UUID
    device: uuid.UUID | None
    port: str
    officer_id: int
    text: str
    action: ScanAction
    answer: str
    device_time: datetime
    offset: timedelta = timedelta(0)
    listed_at: datetime | None = None
    travelers: tuple[uuid.UUID, ...] = ()
    whole_group: bool = False
    offline: bool = False


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What came of a scan. `repeated`: it was received before, and this is what came of it then.

    `kind` says what an outcome `conflict` is about. `recorded` counts who was checked in by this scan, `expected` who
    of the group is still to come.
    """

    scan_id: uuid.UUID
    outcome: ScanOutcome
    repeated: bool = False
    kind: ConflictKind | None = None
    recorded: int = 0
    expected: int = 0


@transaction.atomic
def receive_scan(*, scan: IncomingScan, officer: User, at: datetime) -> ScanResult:
    """Stores a scan, and checks in whom it says to be here and who was not checked in before.

    What contradicts the record becomes a GateConflict beside whatever could be recorded. A scan that was received
    before changes nothing. Raises OtherOfficer, OtherPort (no role at the scan's port now): then nothing is stored.
    """
    if scan.officer_id != officer.pk:
        raise OtherOfficer("This is somebody else's scan.")
    role = role_at_port(officer=officer, port=scan.port)
    _wait_for_the_same(scan.id)
    earlier = GateScan.objects.select_related("conflict").filter(pk=scan.id).first()
    if earlier is not None:
        return _told_again(earlier)
    # With a network it happens now, whatever the device's clock says.
    when = (
        time_of_scan(
            device_time=scan.device_time,
            offset=scan.offset,
            listed_at=scan.listed_at if _was_loaded(scan) else None,
            received_at=at,
        )
        if scan.offline
        else ScanTime(at, False)
    )
    found = identify(scan.text)
    appointment = found if isinstance(found, Appointment) else None
    result = _Result()
    if scan.action == ScanAction.ARRIVAL:
        result = _record(appointment, scan, officer, when.moment, at)
    row = _store(scan, appointment, officer, when, result, at)
    # A look with a network is told by the check of the pass itself.
    if row.offline or row.action == ScanAction.ARRIVAL:
        received = ScanReceived(
            scan=str(row.pk),
            port=scan.port,
            role=role,
            action=row.action,
            answer=row.answer,
            outcome=row.outcome,
            offline=row.offline,
        )
        tell(event=received, appointment=appointment, port=scan.port, officer=officer, at=at)
    if result.kind is not None:
        conflict = GateConflict.objects.create(
            scan=row, other_scan=result.other_scan, port_id=scan.port, kind=result.kind, found_at=at
        )
        contradicts = ConflictFound(
            conflict=str(conflict.pk),
            scan=str(row.pk),
            port=scan.port,
            kind=conflict.kind,
            other_scan=str(conflict.other_scan_id) if conflict.other_scan_id else None,
        )
        tell(event=contradicts, appointment=appointment, port=scan.port, officer=officer, at=at)
    return ScanResult(
        row.pk, ScanOutcome(row.outcome), False, result.kind, len(row.recorded), count_expected(appointment)
    )


def _was_loaded(scan: IncomingScan) -> bool:
    """Whether the log knows that this officer took that list along: nobody makes an arrival older by saying so."""
    if scan.listed_at is None:
        return False
    loaded = list_log(
        name=DayListLoaded.name, since=scan.listed_at - LOADED_WITHIN, until=scan.listed_at + LOADED_WITHIN
    )
    return loaded.filter(
        subject_kind="port", subject_id=scan.port, actor_kind="staff", actor_id=str(scan.officer_id)
    ).exists()


def count_expected(appointment: Appointment | None) -> int:
    """How many of a group have not arrived yet."""
    if appointment is None:
        return 0
    travelers = Traveler.objects.filter(registration_id=appointment.registration_id, left_at__isnull=True)
    return travelers.exclude(check_ins__appointment=appointment).count()


def open_text(*, scan: GateScan) -> str:
    """What was scanned, where no appointment was found; else nothing."""
    if scan.sealed_text is None:
        return ""
    return open_for_service(purpose=TEXT_PURPOSE, context=_context(scan.pk), box=bytes(scan.sealed_text)).decode()


@dataclass(slots=True)
class _Result:
    recorded: frozenset[uuid.UUID] = frozenset()
    kind: ConflictKind | None = None
    other_scan: GateScan | None = None
    outcome: ScanOutcome = ScanOutcome.SEEN


def _record(
    appointment: Appointment | None, scan: IncomingScan, officer: User, moment: datetime, received_at: datetime
) -> _Result:
    if appointment is None:
        return _Result(kind=ConflictKind.NO_APPOINTMENT, outcome=ScanOutcome.CONFLICT)
    if appointment.slot.port_id != scan.port:
        return _Result(kind=ConflictKind.OTHER_PORT, outcome=ScanOutcome.CONFLICT)
    travelers = Traveler.objects.filter(registration_id=appointment.registration_id, left_at__isnull=True)
    group = frozenset(travelers.values_list("pk", flat=True))
    told = group if scan.whole_group else frozenset(scan.travelers)
    result = _Result(kind=ConflictKind.NOT_IN_GROUP if told - group or not told else None)
    claimed = told & group
    here = _arrived(appointment)
    while missing := claimed - here:
        try:
            record_arrival(
                appointment_id=appointment.pk,
                traveler_ids=missing,
                officer=officer,
                at=moment,
                recorded_at=received_at,
            )
        except AlreadyArrived:
            # Another device was quicker with some of them: only the others are left, so this ends.
            here = _arrived(appointment)
        except OtherPort:
            # Moved to another port since it was read.
            return _Result(kind=ConflictKind.OTHER_PORT, outcome=ScanOutcome.CONFLICT)
        except SealBroken:
            # Nothing is recorded in a file that was erased, but the scan itself is kept.
            return _Result(kind=ConflictKind.CANCELLED, outcome=ScanOutcome.CONFLICT)
        except OtherDay:
            return _Result(kind=ConflictKind.OTHER_DAY, outcome=ScanOutcome.CONFLICT)
        except (AppointmentNotBooked, TransitionRefused):
            appointment.refresh_from_db(fields=["state"])
            missed = appointment.state == AppointmentState.NO_SHOW
            return _Result(kind=ConflictKind.MISSED if missed else ConflictKind.CANCELLED, outcome=ScanOutcome.CONFLICT)
        else:
            result.recorded = missing
            break
    twice = claimed - result.recorded
    if twice and not twice <= _told_by_same_device(appointment, scan, officer):
        result.kind = ConflictKind.USED_TWICE
        earlier = GateScan.objects.filter(appointment=appointment, recorded__overlap=list(twice))
        result.other_scan = earlier.order_by("received_at", "pk").first()
    if result.kind is not None:
        result.outcome = ScanOutcome.CONFLICT
    else:
        result.outcome = ScanOutcome.RECORDED if result.recorded else ScanOutcome.ALREADY
    return result


def _arrived(appointment: Appointment) -> frozenset[uuid.UUID]:
    return frozenset(CheckIn.objects.filter(appointment=appointment).values_list("traveler_id", flat=True))


def _told_by_same_device(appointment: Appointment, scan: IncomingScan, officer: User) -> frozenset[uuid.UUID]:
    """Whom the same device (without JavaScript: the same officer) checked in before: a second tap, no second gate."""
    rows = GateScan.objects.filter(appointment=appointment, device=scan.device)
    if scan.device is None:
        rows = rows.filter(officer=officer)
    return frozenset(pk for recorded in rows.values_list("recorded", flat=True) for pk in recorded)


def _store(
    scan: IncomingScan,
    appointment: Appointment | None,
    officer: User,
    when: ScanTime,
    result: _Result,
    at: datetime,
) -> GateScan:
    sealed = None
    if appointment is None:
        sealed = seal_for_service(purpose=TEXT_PURPOSE, context=_context(scan.id), value=scan.text.encode())
    is_arrival = scan.action == ScanAction.ARRIVAL
    return GateScan.objects.create(
        id=scan.id,
        device=scan.device,
        port_id=scan.port,
        officer=officer,
        appointment=appointment,
        sealed_text=sealed,
        action=scan.action,
        whole_group=is_arrival and scan.whole_group,
        travelers=_sorted(scan.travelers) if is_arrival else [],
        recorded=_sorted(result.recorded),
        answer=scan.answer,
        outcome=result.outcome,
        offline=scan.offline,
        device_time=scan.device_time,
        happened_at=when.moment,
        clock_doubtful=when.doubtful,
        received_at=at,
    )


def _sorted(ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    return sorted(set(ids))


def _told_again(scan: GateScan) -> ScanResult:
    conflict = getattr(scan, "conflict", None)
    kind = ConflictKind(conflict.kind) if conflict is not None else None
    return ScanResult(
        scan.pk, ScanOutcome(scan.outcome), True, kind, len(scan.recorded), count_expected(scan.appointment)
    )


def _wait_for_the_same(scan_id: uuid.UUID) -> None:
    # One device may send the same scan twice at once: the second waits for the first, and then finds its row.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"gate-scan:{scan_id}"])


def _context(scan_id: uuid.UUID) -> str:
    return f"gate-scan:{scan_id}"
