"""What the pages of a port's calendar show: its days, and the bands of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fairport.capacity.holiday_calendar import Holiday, holidays_between
from fairport.domain.capacity import band_instants, local_day
from fairport.domain.plans import CapacityBook
from fairport.domain.policy import PolicyBand
from fairport.ports.models import AppointmentSlot, CapacityException, PortOfEntry
from fairport.ports.plans import present_exceptions, read_book
from fairport.ports.queries import list_slots


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A local day of a port, in people. Days without slots yet show what is planned, and nothing is held on them.

    `held` is booked or reserved by a draw. The walk-in reserve includes what was passed on to it.
    """

    day: date
    has_slots: bool
    capacity: int
    held: int
    free: int
    walk_in: int
    lowering: bool
    exception: CapacityException | None
    holidays: tuple[Holiday, ...]

    @property
    def undecided(self) -> tuple[Holiday, ...]:
        """Holidays about which nobody has decided."""
        return () if self.exception is not None else self.holidays


@dataclass(frozen=True, slots=True)
class DayBand:
    """A band of a day: what is planned for its weekday (None: nothing), and the slot, if there is one.

    `skipped` is a band that the change of the clock leaves out on that day.
    """

    start: time
    end: time
    planned: PolicyBand | None
    slot: AppointmentSlot | None
    skipped: bool


def read_days(*, programme: str, port: PortOfEntry, first_day: date, last_day: date) -> list[CalendarDay]:
    """The days of a port, both ends included; six queries, however many there are."""
    slots: dict[date, list[AppointmentSlot]] = {}
    for slot in list_slots(programme=programme, ports=[port.code], first_day=first_day, last_day=last_day):
        slots.setdefault(slot.date, []).append(slot)
    ports = [port.code]
    exceptions = present_exceptions(programme=programme, ports=ports, first_day=first_day, last_day=last_day)
    by_day = {row.day: row for row in exceptions}
    book = read_book(programme=programme, ports=ports, first_day=first_day, last_day=last_day)
    holidays = holidays_between(first_day=first_day, last_day=last_day)
    days = [first_day + timedelta(days=offset) for offset in range((last_day - first_day).days + 1)]
    return [_day(day, slots.get(day, []), book, port, by_day.get(day), holidays.get(day, ())) for day in days]


def read_bands(*, programme: str, port: PortOfEntry, day: date) -> list[DayBand]:
    """The bands of one day, planned or there, by start."""
    book = read_book(programme=programme, ports=[port.code], first_day=day, last_day=day)
    planned = {band.start: band for band in book.planned_on(port.code, day)}
    slots = {
        slot.band_start: slot
        for slot in list_slots(programme=programme, ports=[port.code], first_day=day, last_day=day)
    }
    bands = []
    for start in sorted(planned.keys() | slots.keys()):
        plan, slot = planned.get(start), slots.get(start)
        end = slot.band_end if slot is not None else planned[start].end
        starts_at, ends_at = band_instants(port_timezone=port.timezone, day=day, start=start, end=end)
        bands.append(DayBand(start, end, plan, slot, skipped=ends_at <= starts_at))
    return bands


def bands_between(*, programme: str, port: PortOfEntry, first_day: date, last_day: date) -> list[PolicyBand]:
    """The bands that some day between two days has by its plan, each start once, by start."""
    book = read_book(programme=programme, ports=[port.code], first_day=first_day, last_day=last_day)
    found: dict[time, PolicyBand] = {}
    for offset in range((last_day - first_day).days + 1):
        for band in book.planned_on(port.code, first_day + timedelta(days=offset)):
            found.setdefault(band.start, band)
    return [found[start] for start in sorted(found)]


def today_at(*, port: PortOfEntry, at: datetime) -> date:
    """The port's own calendar day."""
    return local_day(at, port_timezone=port.timezone)


def _day(
    day: date,
    slots: Sequence[AppointmentSlot],
    book: CapacityBook,
    port: PortOfEntry,
    exception: CapacityException | None,
    holidays: tuple[Holiday, ...],
) -> CalendarDay:
    if slots:
        return CalendarDay(
            day=day,
            has_slots=True,
            capacity=sum(slot.capacity for slot in slots),
            held=sum(slot.held - slot.passed_to_walk_in for slot in slots),
            free=sum(slot.free for slot in slots),
            walk_in=sum(slot.walk_in_reserve for slot in slots),
            lowering=any(slot.lower_to is not None for slot in slots),
            exception=exception,
            holidays=holidays,
        )
    is_kept = port.opens_on <= day and (port.closes_on is None or day <= port.closes_on)
    bands = book.bands_on(port.code, day) if is_kept else ()
    places = sum(band.capacity for band in bands)
    return CalendarDay(
        day=day,
        has_slots=False,
        capacity=places,
        held=0,
        free=places,
        walk_in=sum(band.walk_in_reserve for band in bands),
        lowering=False,
        exception=exception,
        holidays=holidays,
    )
