from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Case, Count, Q, QuerySet, Sum, Value, When

from fairport.ports.models import AppointmentSlot
from fairport.registrations.interpreters import InterpreterWish, describe_wish
from fairport.walkins.models import Outcome, Urgency, WalkIn
from fairport.walkins.reading import read_sealed


@dataclass(frozen=True, slots=True)
class DayOfWalkIns:
    """A port's local day without appointments, in figures; all but the groups are people.

    `places` is the reserve of all bands, `used` what walk-ins and children added at the gate took of it. `added` are
    children for whom there was no place of any kind. Who still waits when the day is over counts as `waiting` there.
    """

    port: str
    day: date
    places: int = 0
    used: int = 0
    added: int = 0
    groups: int = 0
    people: int = 0
    admitted: int = 0
    urgent: int = 0
    urgent_admitted: int = 0
    waiting_groups: int = 0
    waiting: int = 0
    not_admitted: int = 0
    left: int = 0

    @property
    def places_left(self) -> int:
        """Places that nobody has used yet."""
        return self.places - self.used


@dataclass(frozen=True, slots=True)
class InQueue:
    """A group in the queue's list; of what is sealed only the language."""

    row: WalkIn
    interpreter: str


def list_queue(*, port: str, day: date, outcome: str = "") -> QuerySet[WalkIn]:
    """The groups of a day in the order in which they are called, optionally of one outcome only."""
    walk_ins = WalkIn.objects.filter(port_id=port, day=day).select_related("data_key", "closed_by")
    if outcome:
        walk_ins = walk_ins.filter(outcome=outcome)
    return walk_ins.annotate(
        # Whoever waits comes before whoever was served; the rest is the order of the rule (domain.walk_ins.call_rank).
        is_over=Case(When(outcome=Outcome.WAITING, then=Value(0)), default=Value(1)),
        is_calm=Case(When(urgency=Urgency.NONE, then=Value(1)), default=Value(0)),
    ).order_by("is_over", "is_calm", "queue_number")


def open_languages(*, rows: list[WalkIn]) -> list[InQueue]:
    """The rows of a page with the interpreter that each group wishes; their data keys are at hand."""
    return [InQueue(row, describe_wish(read_sealed(row).interpreter)) for row in rows]


def open_wish(*, row: WalkIn) -> InterpreterWish | None:
    """The interpreter that one group wishes, without its words. Raises SealBroken once it was erased."""
    return read_sealed(row).interpreter


def find_walk_in(*, walk_in_id: uuid.UUID) -> WalkIn | None:
    """A walk-in with its port and data key, or None."""
    return WalkIn.objects.select_related("port", "data_key").filter(pk=walk_in_id).first()


def days_of_walk_ins(*, first_day: date, last_day: date, port: str | None = None) -> list[DayOfWalkIns]:
    """The figures of local days (both ends included), by day and port; two queries, however many there are.

    Days without a band and without a walk-in are left out.
    """
    slots = AppointmentSlot.objects.filter(date__gte=first_day, date__lte=last_day)
    groups = WalkIn.objects.filter(day__gte=first_day, day__lte=last_day)
    if port is not None:
        slots, groups = slots.filter(port_id=port), groups.filter(port_id=port)
    found: dict[tuple[date, str], DayOfWalkIns] = {}
    places = slots.order_by().values_list("date", "port_id")
    for day, code, reserve, used, added in places.annotate(
        Sum("walk_in_reserve"), Sum("walk_ins_admitted"), Sum("added")
    ):
        found[day, code] = DayOfWalkIns(code, day, places=reserve, used=used, added=added)
    urgent = ~Q(urgency=Urgency.NONE)
    counts = (
        groups.order_by()
        .values("day", "port_id")
        .annotate(
            groups=Count("id"),
            all_people=Sum("people"),
            admitted_people=Sum("people", filter=Q(outcome=Outcome.ADMITTED), default=0),
            urgent_people=Sum("people", filter=urgent, default=0),
            urgent_admitted=Sum("people", filter=urgent & Q(outcome=Outcome.ADMITTED), default=0),
            waiting_groups=Count("id", filter=Q(outcome=Outcome.WAITING)),
            waiting_people=Sum("people", filter=Q(outcome=Outcome.WAITING), default=0),
            not_admitted_people=Sum("people", filter=Q(outcome=Outcome.NOT_ADMITTED), default=0),
            left_people=Sum("people", filter=Q(outcome=Outcome.LEFT), default=0),
        )
    )
    for row in counts:
        known = found.get((row["day"], row["port_id"])) or DayOfWalkIns(row["port_id"], row["day"])
        found[row["day"], row["port_id"]] = replace(
            known,
            groups=row["groups"],
            people=row["all_people"],
            admitted=row["admitted_people"],
            urgent=row["urgent_people"],
            urgent_admitted=row["urgent_admitted"],
            waiting_groups=row["waiting_groups"],
            waiting=row["waiting_people"],
            not_admitted=row["not_admitted_people"],
            left=row["left_people"],
        )
    return [found[key] for key in sorted(found)]


def day_of_walk_ins(*, port: str, day: date) -> DayOfWalkIns:
    """The figures of one day of a port."""
    found = days_of_walk_ins(first_day=day, last_day=day, port=port)
    return found[0] if found else DayOfWalkIns(port, day)
