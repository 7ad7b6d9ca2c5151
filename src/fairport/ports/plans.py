"""Plans and exceptions in the database: first the policy's bands, then what schedulers put in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F, Q

from fairport.domain.plans import CapacityBook, DayKind, DayRule, PlannedBand
from fairport.domain.policy import Policy, PolicyBand, PolicyPort
from fairport.ports.models import CapacityException, CapacityPlan, ExceptionBand, ExceptionKind, PortOfEntry

# Weekday, start, end, places, walk-in reserve: what makes two plans the same.
Shape = tuple[int, time, time, int, int]


class ChangedMeanwhile(Exception):
    """Somebody changed the plan or an exception of this port since it was read; nothing is changed."""

    code = "changed_meanwhile"


def claim_port(*, port: str, seen_version: int) -> None:
    """Takes the port for one change of its plan or its exceptions, until the transaction ends.

    Raises ChangedMeanwhile if there was another change since `seen_version` was read.
    """
    claimed = PortOfEntry.objects.filter(pk=port, capacity_version=seen_version).update(
        capacity_version=F("capacity_version") + 1
    )
    if claimed != 1:
        raise ChangedMeanwhile


def derive_plans(*, policy: Policy, at: datetime) -> int:
    """Makes the bands of a policy version the ports' plans from its first day on, where that was not done before.

    A version that leaves a port's bands as the version before it had them changes nothing there: what a scheduler
    planned meanwhile stays. Returns how many ports got new plans.
    """
    if not _ports_to_derive(policy):
        return 0
    with transaction.atomic():
        codes = [port.code for port in policy.ports]
        # Two processes at their first start: the second waits here, and then finds what the first one made.
        list(PortOfEntry.objects.select_for_update(no_key=True).filter(pk__in=codes).order_by("pk"))
        todo = _ports_to_derive(policy)
        for port in todo:
            _derive(policy, port, at)
    return len(todo)


def replace_plan(
    *,
    programme: str,
    port: str,
    weekdays: Sequence[int],
    bands: Sequence[PolicyBand],
    first_day: date,
    at: datetime,
) -> date | None:
    """Makes `bands` the plan of some weekdays from a local day on; no bands means closed. In the caller's transaction.

    It holds until the next policy version that brings bands of its own. Returns its last day, or None.
    """
    last_day = plan_holds_until(programme=programme, port=port, first_day=first_day)
    _make_room(programme, port, weekdays, first_day, last_day, at)
    CapacityPlan.objects.bulk_create(
        [
            CapacityPlan(
                programme=programme,
                port_id=port,
                weekday=weekday,
                band_start=band.start,
                band_end=band.end,
                capacity=band.capacity,
                walk_in_reserve=band.walk_in_reserve,
                effective_from=first_day,
                effective_until=last_day,
                created_at=at,
            )
            for weekday in sorted(set(weekdays))
            for band in bands
        ]
    )
    return last_day


def plan_holds_until(*, programme: str, port: str, first_day: date) -> date | None:
    """The last day of a plan that begins on `first_day`: the day before a later policy version's own bands, or None."""
    following = CapacityPlan.objects.filter(
        programme=programme, port_id=port, effective_from__gt=first_day, superseded_at__isnull=True
    ).exclude(policy_version="")
    begins = following.order_by("effective_from").values_list("effective_from", flat=True).first()
    return None if begins is None else begins - timedelta(days=1)


def set_day_rules(
    *,
    programme: str,
    port: str,
    rules: Mapping[date, DayRule | None],
    reason: str,
    words: str,
    source: str,
    at: datetime,
) -> None:
    """Puts exceptions in the place of those that the days have; None only ends them. In the caller's transaction."""
    CapacityException.objects.filter(
        programme=programme, port_id=port, day__in=list(rules), lifted_at__isnull=True
    ).update(lifted_at=at)
    rows = CapacityException.objects.bulk_create(
        [
            CapacityException(
                programme=programme,
                port_id=port,
                day=day,
                kind=rule.kind.value,
                source=source,
                reason=reason,
                words=words,
                created_at=at,
            )
            for day, rule in sorted(rules.items())
            if rule is not None
        ]
    )
    ExceptionBand.objects.bulk_create(
        [
            ExceptionBand(
                exception=row,
                band_start=band.start,
                band_end=band.end,
                capacity=band.capacity,
                walk_in_reserve=band.walk_in_reserve,
            )
            for row in rows
            for band in (rules[row.day] or DayRule(DayKind.UNCHANGED)).bands.values()
        ]
    )


def read_book(
    *,
    programme: str,
    ports: Sequence[str] | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> CapacityBook:
    """The plans of a programme's ports, and the exceptions of some days (both ends included); three queries."""
    plans = CapacityPlan.objects.filter(programme=programme, superseded_at__isnull=True)
    exceptions = present_exceptions(programme=programme, ports=ports, first_day=first_day, last_day=last_day)
    if ports is not None:
        plans = plans.filter(port_id__in=ports)
    by_port: dict[str, list[PlannedBand]] = {}
    for row in plans:
        by_port.setdefault(row.port_id, []).append(_planned(row))
    return CapacityBook(
        plan={port: tuple(rows) for port, rows in by_port.items()},
        rules={(row.port_id, row.day): rule_of(row) for row in exceptions},
    )


def planned_places(*, programme: str, first_day: date) -> dict[str, int]:
    """Port's code → the places of its fullest weekday, as planned for the week that begins on a day."""
    book = read_book(programme=programme, first_day=first_day, last_day=first_day)
    week = [first_day + timedelta(days=offset) for offset in range(7)]
    return {code: max(sum(band.capacity for band in book.planned_on(code, day)) for day in week) for code in book.plan}


def list_plans(*, programme: str, port: str) -> list[CapacityPlan]:
    """Every plan of a port that holds, will hold or did hold, by weekday, first day and start."""
    return list(CapacityPlan.objects.filter(programme=programme, port_id=port, superseded_at__isnull=True))


def present_exceptions(
    *,
    programme: str,
    ports: Sequence[str] | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> list[CapacityException]:
    """The exceptions that hold, by day, with their bands; two queries."""
    rows = CapacityException.objects.filter(programme=programme, lifted_at__isnull=True).prefetch_related("bands")
    if ports is not None:
        rows = rows.filter(port_id__in=ports)
    if first_day is not None:
        rows = rows.filter(day__gte=first_day)
    if last_day is not None:
        rows = rows.filter(day__lte=last_day)
    return list(rows)


def closed_days(*, programme: str, first_day: date, last_day: date) -> list[CapacityException]:
    """The days, both ends included, on which ports are closed by a scheduler's word, by day."""
    rows = CapacityException.objects.filter(
        programme=programme,
        kind=ExceptionKind.CLOSED,
        lifted_at__isnull=True,
        day__gte=first_day,
        day__lte=last_day,
    )
    return list(rows)


def rule_of(row: CapacityException) -> DayRule:
    """An exception, with its bands at hand, as the rules know it."""
    bands = {
        band.band_start: PolicyBand(band.band_start, band.band_end, band.capacity, band.walk_in_reserve)
        for band in row.bands.all()
    }
    return DayRule(DayKind(row.kind), bands)


def _planned(row: CapacityPlan) -> PlannedBand:
    band = PolicyBand(row.band_start, row.band_end, row.capacity, row.walk_in_reserve, (row.weekday,))
    return PlannedBand(row.weekday, band, row.effective_from, row.effective_until)


def _make_room(
    programme: str, port: str, weekdays: Iterable[int], first_day: date, last_day: date | None, at: datetime
) -> None:
    rows = CapacityPlan.objects.filter(
        programme=programme, port_id=port, weekday__in=list(weekdays), superseded_at__isnull=True
    )
    within = rows.filter(effective_from__gte=first_day)
    if last_day is not None:
        within = within.filter(effective_from__lte=last_day)
    within.update(superseded_at=at)
    still_holds = Q(effective_until__isnull=True) | Q(effective_until__gte=first_day)
    rows.filter(still_holds, effective_from__lt=first_day).update(effective_until=first_day - timedelta(days=1))


def _ports_to_derive(policy: Policy) -> list[PolicyPort]:
    """The ports whose bands in this version are neither plans yet nor those of the version before it."""
    known: dict[str, dict[tuple[date, str], set[Shape]]] = {}
    rows = CapacityPlan.objects.filter(programme=policy.programme).exclude(policy_version="")
    for row in rows:
        version = (row.effective_from, row.policy_version)
        shape = (row.weekday, row.band_start, row.band_end, row.capacity, row.walk_in_reserve)
        known.setdefault(row.port_id, {}).setdefault(version, set()).add(shape)
    todo = []
    for port in policy.ports:
        versions = known.get(port.code, {})
        if any(name == policy.version for _first_day, name in versions):
            continue
        earlier = [version for version in versions if version[0] < policy.effective_from]
        if not earlier or versions[max(earlier)] != _shapes(port):
            todo.append(port)
    return todo


def _shapes(port: PolicyPort) -> set[Shape]:
    return {
        (weekday, band.start, band.end, band.capacity, band.walk_in_reserve)
        for band in port.bands
        for weekday in band.weekdays
    }


def _derive(policy: Policy, port: PolicyPort, at: datetime) -> None:
    first_day = policy.effective_from
    last_day = plan_holds_until(programme=policy.programme, port=port.code, first_day=first_day)
    if policy.effective_until is not None:
        last_day = min(policy.effective_until, last_day or policy.effective_until)
    _make_room(policy.programme, port.code, range(1, 8), first_day, last_day, at)
    CapacityPlan.objects.bulk_create(
        [
            CapacityPlan(
                programme=policy.programme,
                port_id=port.code,
                weekday=weekday,
                band_start=start,
                band_end=end,
                capacity=capacity,
                walk_in_reserve=reserve,
                effective_from=first_day,
                effective_until=last_day,
                policy_version=policy.version,
                created_at=at,
            )
            for weekday, start, end, capacity, reserve in sorted(_shapes(port))
        ]
    )
