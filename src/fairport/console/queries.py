"""What the draw console reads. Nothing here is about one group: they are counts, and what is public of draws."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Max, QuerySet, Sum

from fairport.audit.models import DrawLogEntry, LogCheckpoint, LogLeaf, LogName
from fairport.domain.beacon import BEACON_FILE, round_at, time_of_round
from fairport.domain.capacity import drawable
from fairport.domain.policy import Policy
from fairport.draws.beacons import DRAND
from fairport.draws.models import Draw, DrawFile, DrawPortCount
from fairport.draws.queries import frozen_draws, next_draw_time, port_counts, release_times
from fairport.ports.models import AppointmentSlot
from fairport.ports.queries import slots_by_id
from fairport.ports.suspensions import outside_suspensions
from fairport.registrations.models import RegistrationStatus

ODDS_OF_DRAWS = 10
# A relay has a round some seconds after its time; what is not there by then is late.
ROUND_IS_LATE_AFTER = timedelta(minutes=1)
SIZES = (1, 2, 3, 4, 5)
"""Group sizes with a column of their own; the last one counts all larger groups too."""
SIZE_LABELS = (*map(str, SIZES[:-1]), f"{SIZES[-1]}+")


@dataclass(frozen=True, slots=True)
class BeaconState:
    """What a frozen draw waits for. `round` and `due_at` are of drand; a local beacon has neither."""

    round: int | None
    due_at: datetime | None
    is_fetched: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class NextDraw:
    """The first draw that nobody has frozen yet, and the frozen one that is run before it, if there is one."""

    programme: str
    draw_time: datetime
    freeze_at: datetime
    frozen: Draw | None
    beacon: BeaconState | None
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PoolCount:
    """Who waits for a port now: groups by size, as in SIZES, and people. A group counts at each of its ports."""

    port: str
    by_size: tuple[int, ...]
    groups: int
    people: int

    @property
    def labelled(self) -> list[tuple[str, int]]:
        """Each size with its count."""
        return list(zip(SIZE_LABELS, self.by_size, strict=True))


@dataclass(frozen=True, slots=True)
class Odds:
    """Of those who named a port in the latest draws, how many were offered a place there; people, summed up."""

    port: str
    draws: int
    people: int
    offered: int

    @property
    def percent(self) -> float:
        """From 0 to 100; 0 where nobody waited."""
        return min(100.0, 100 * self.offered / self.people) if self.people else 0.0


@dataclass(frozen=True, slots=True)
class Publication:
    """What everyone can see of a draw: its place in the log, a witness, and since or from when its files."""

    in_log: bool
    result_in_log: bool
    is_cosigned: bool
    files_from: datetime | None


def next_draw(*, policy: Policy, at: datetime) -> NextDraw:
    """When the next list of groups is made and drawn, and what is under way."""
    draw_time = next_draw_time(programme=policy.programme, rules=policy.draw, at=at)
    frozen = next(iter(frozen_draws(programme=policy.programme)), None)
    return NextDraw(
        programme=policy.programme,
        draw_time=draw_time,
        freeze_at=draw_time - policy.draw.freeze_lead,
        frozen=frozen,
        beacon=None if frozen is None else beacon_of(draw=frozen, at=at),
        zones=tuple(dict.fromkeys(port.timezone for port in policy.ports)),
    )


def beacon_of(*, draw: Draw, at: datetime) -> BeaconState:
    """How far the randomness of a frozen draw is."""
    if draw.beacon_kind != DRAND:
        return BeaconState(None, None, is_fetched=False, is_late=False)
    promised = round_at(draw.draw_time)
    due_at = time_of_round(promised)
    fetched = DrawFile.objects.filter(draw=draw, name=BEACON_FILE).exists()
    return BeaconState(promised, due_at, fetched, not fetched and at >= due_at + ROUND_IS_LATE_AFTER)


def pool_now(*, programme: str) -> tuple[list[PoolCount], PoolCount]:
    """Who waits now, by port and group size, and all of them once; one statement."""
    statement = """
        WITH waiting AS (
            SELECT ports, size FROM registrations_registration WHERE programme_id = %s AND status = %s
        )
        SELECT port, size, count(*) FROM waiting, unnest(ports) AS port GROUP BY port, size
        UNION ALL SELECT '', size, count(*) FROM waiting GROUP BY size
    """
    found: dict[str, dict[int, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(statement, [programme, RegistrationStatus.WAITING])
        for port, size, groups in cursor.fetchall():
            found[port][size] = groups
    everyone = _pool_count("", found.pop("", {}))
    return [_pool_count(port, sizes) for port, sizes in sorted(found.items())], everyone


def places_of_next_draw(*, policy: Policy, draw_time: datetime) -> dict[str, dict[date, int]]:
    """Port → local day → places that the next draw could give out as it stands; people."""
    slots = AppointmentSlot.objects.filter(
        programme=policy.programme, starts_at__gte=draw_time + policy.draw.minimum_notice
    ).select_related("port")
    places: dict[str, dict[date, int]] = defaultdict(dict)
    for slot in outside_suspensions(slots):
        if drawable(starts_at=slot.starts_at, port_timezone=slot.port.timezone, draw_time=draw_time, rules=policy.draw):
            day = places[slot.port_id]
            # What a draw under way reserved and leaves is in the next one.
            day[slot.date] = day.get(slot.date, 0) + slot.free
    return dict(places)


def places_of_frozen(*, draw: Draw) -> dict[str, dict[date, int]]:
    """Port → local day → places that a frozen draw gives out; people."""
    slots = slots_by_id(slot_ids=[int(key) for key in draw.reserved])
    places: dict[str, dict[date, int]] = defaultdict(dict)
    for key, people in draw.reserved.items():
        slot = slots[int(key)]
        places[slot.port_id][slot.date] = places[slot.port_id].get(slot.date, 0) + people
    return dict(places)


def odds_by_port(*, programme: str) -> list[Odds]:
    """The odds of the last ten draws, by port."""
    sums: dict[str, list[int]] = {}
    for count in port_counts(programme=programme, draws=ODDS_OF_DRAWS):
        of_port = sums.setdefault(count.port, [0, 0, 0])
        of_port[0] += 1
        of_port[1] += count.people
        of_port[2] += count.offered_people
    return [Odds(port, *counted) for port, counted in sums.items()]


def history(*, programme: str, state: str, order: str) -> QuerySet[Draw]:
    """The draws of a programme, all or of one state, in one of the orders of ORDERS."""
    rows = Draw.objects.order_by(*ORDERS[order])
    if programme:
        rows = rows.filter(programme=programme)
    return rows.filter(state=state) if state else rows


ORDERS: Mapping[str, tuple[str, ...]] = {
    "latest": ("-draw_time", "programme"),
    "oldest": ("draw_time", "programme"),
    "most_people": ("-people", "-draw_time"),
    "fewest_people": ("people", "-draw_time"),
}


def publications(*, draw_ids: Sequence[str]) -> dict[str, Publication]:
    """What is public of each of the draws; four queries whatever their number."""
    leaves = LogLeaf.objects.filter(log=LogName.DRAWS, entry__draw_id__in=draw_ids)
    places = {
        (draw_id, kind): index for draw_id, kind, index in leaves.values_list("entry__draw_id", "entry__kind", "index")
    }
    seen = LogCheckpoint.objects.filter(log=LogName.DRAWS, cosignatures__isnull=False).aggregate(size=Max("size"))
    cosigned = seen["size"] or 0
    released = release_times(draw_ids=draw_ids)
    return {
        draw_id: Publication(
            in_log=(draw_id, DrawLogEntry.Kind.MANIFEST) in places,
            result_in_log=(draw_id, DrawLogEntry.Kind.RESULT) in places,
            is_cosigned=places.get((draw_id, DrawLogEntry.Kind.MANIFEST), cosigned) < cosigned,
            files_from=released.get(draw_id),
        )
        for draw_id in draw_ids
    }


def _pool_count(port: str, sizes: Mapping[int, int]) -> PoolCount:
    largest = SIZES[-1]
    by_size = [sizes.get(size, 0) for size in SIZES[:-1]]
    by_size.append(sum(groups for size, groups in sizes.items() if size >= largest))
    return PoolCount(port, tuple(by_size), sum(sizes.values()), sum(size * groups for size, groups in sizes.items()))


def offered_in(*, draw_ids: Sequence[str]) -> dict[str, int]:
    """People who were offered a place, by draw; draws that were not run are left out."""
    counts = DrawPortCount.objects.filter(draw_id__in=draw_ids)
    return dict(counts.order_by().values_list("draw_id").annotate(Sum("offered_people")))
