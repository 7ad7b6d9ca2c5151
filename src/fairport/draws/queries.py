from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count

from fairport.domain.beacon import round_at, time_of_round
from fairport.domain.draw import ALLOCATION_FILE, PARAMS_FILE, POOL_FILE, RESULT_FILE, parse_params
from fairport.domain.policy import DrawRules
from fairport.draws.beacons import DRAND
from fairport.draws.lines import lines_of
from fairport.draws.models import Draw, DrawEntry, DrawFile, DrawPortCount, DrawState
from fairport.draws.release import RELEASE_FILE
from fairport.draws.schedule import draw_time_on, next_draw_to_freeze

# Who reads these knows where and when a family of a known size and week crosses: kept back until that day is over.
LATE_FILES = (POOL_FILE, ALLOCATION_FILE, RELEASE_FILE)


@dataclass(frozen=True, slots=True)
class SubjectDraw:
    """One draw as one of its subjects sees it; `outcome` and `step` are empty until it is run.

    `entries` counts groups, `places` people. `lottery_rank` counts from 1 in the order of tickets. `cutoffs` maps each
    port with offers by ticket to the last rank that got one.
    """

    draw_id: str
    draw_time: datetime
    entry_id: str
    outcome: str
    step: str
    port: str
    lottery_rank: int | None
    entries: int
    places: int
    cutoffs: Mapping[str, int]


def list_draws(*, programme: str | None = None, limit: int | None = None) -> list[Draw]:
    """Draws, the latest first, with the policy version of each and without their files."""
    draws = Draw.objects.select_related("policy_version")
    return list((draws if programme is None else draws.filter(programme=programme))[:limit])


def find_draw(*, draw_id: str) -> Draw | None:
    """The draw of that id, or None."""
    return Draw.objects.select_related("policy_version").filter(pk=draw_id).first()


def frozen_draws(*, programme: str) -> list[Draw]:
    """Draws of a programme that were frozen and not run; one at most."""
    return list(Draw.objects.filter(programme=programme, state=DrawState.FROZEN))


def last_draw(*, programme: str) -> Draw | None:
    """The latest draw of a programme."""
    return Draw.objects.filter(programme=programme).order_by("-sequence").first()


def next_draw_time(*, programme: str, rules: DrawRules, at: datetime) -> datetime:
    """When the first draw is that places freed at `at` can still go into: nobody has frozen it yet."""
    draw_time = next_draw_to_freeze(rules=rules, at=at)
    latest = last_draw(programme=programme)
    if latest is not None and latest.draw_time.date() >= draw_time.date():
        return draw_time_on(rules=rules, day=latest.draw_time.date() + timedelta(days=1))
    return draw_time


def files_of_draw(*, draw_id: str) -> list[DrawFile]:
    """Names and hashes of a draw's files in the order in which they were fixed; contents are read by `read_file`."""
    return list(DrawFile.objects.filter(draw_id=draw_id).defer("content").order_by("id"))


def read_file(*, draw_id: str, name: str) -> bytes:
    """One file, byte for byte. Raises DrawFile.DoesNotExist."""
    return bytes(DrawFile.objects.values_list("content", flat=True).get(draw_id=draw_id, name=name))


def file_hash(*, draw_id: str, name: str) -> str:
    """SHA-256 of one file, in hex. Raises DrawFile.DoesNotExist."""
    return DrawFile.objects.values_list("sha256", flat=True).get(draw_id=draw_id, name=name)


def late_files_public_from(*, draw_id: str) -> datetime:
    """When pool.txt and allocation.txt become public: the day after the draw's last band, everywhere (UTC)."""
    return release_times(draw_ids=[draw_id])[draw_id]


def release_times(*, draw_ids: Sequence[str]) -> dict[str, datetime]:
    """The same for several draws, by id; two queries whatever their number."""
    draw_times = dict(Draw.objects.filter(pk__in=draw_ids).values_list("pk", "draw_time"))
    files = DrawFile.objects.filter(draw_id__in=draw_ids, name=PARAMS_FILE).values_list("draw_id", "content")
    return {draw_id: _release_time(bytes(params), draw_times[draw_id]) for draw_id, params in files}


def _release_time(content: bytes, draw_time: datetime) -> datetime:
    params = parse_params(content)
    ends = [
        datetime.combine(cell.date + timedelta(days=1), datetime.min.time(), tzinfo=ZoneInfo(params.zones[cell.port]))
        for cell in params.cells
    ]
    return max(ends).astimezone(UTC) if ends else draw_time + timedelta(days=1)


def public_file_names(*, draw_id: str, at: datetime) -> list[str]:
    """The files that anybody may read by now."""
    late_are_public = at >= late_files_public_from(draw_id=draw_id)
    return [file.name for file in files_of_draw(draw_id=draw_id) if late_are_public or file.name not in LATE_FILES]


def outcomes_of_draw(*, draw_id: str) -> dict[str, int]:
    """Outcome → number of entries; empty until the draw is run."""
    entries = DrawEntry.objects.filter(draw_id=draw_id).exclude(outcome="")
    return dict(entries.order_by("outcome").values_list("outcome").annotate(Count("id")))


def draws_of_subject(*, subject_id: uuid.UUID, limit: int = 30) -> list[SubjectDraw]:
    """The latest draws that a subject took part in, the latest first."""
    entries = list(
        DrawEntry.objects.filter(subject_id=subject_id).select_related("draw").order_by("-draw__draw_time")[:limit]
    )
    results = DrawFile.objects.filter(draw_id__in=[entry.draw_id for entry in entries], name=RESULT_FILE)
    cutoffs = {draw_id: _cutoffs(bytes(content)) for draw_id, content in results.values_list("draw_id", "content")}
    return [
        SubjectDraw(
            draw_id=entry.draw_id,
            draw_time=entry.draw.draw_time,
            entry_id=entry.entry_id,
            outcome=entry.outcome,
            step=entry.step,
            port=entry.port,
            lottery_rank=entry.lottery_rank,
            entries=entry.draw.entries_count,
            places=sum(entry.draw.reserved.values()),
            cutoffs=cutoffs.get(entry.draw_id, {}),
        )
        for entry in entries
    ]


def own_lines(*, subject_id: uuid.UUID, draw_id: str) -> dict[str, Any] | None:
    """What a subject may keep of a draw from its freeze on, as JSON; None for a draw that the subject was not in.

    `pool` and `allocation` each have the `line`, its `index` from 0, the tree's `size`, and the inclusion `proof` in
    hex under `pool_root` or `allocation_root`. `allocation` is null before the run, and for who was not selected.
    """
    return lines_of(subject_id=subject_id, draw_id=draw_id)


def awaited_round(*, draw: Draw, at: datetime) -> int | None:
    """The round of drand that a frozen draw should have by now and waits for; None if it does not wait."""
    if draw.state != DrawState.FROZEN or draw.beacon_kind != DRAND:
        return None
    promised = round_at(draw.draw_time)
    return promised if at >= time_of_round(promised) else None


def port_counts(*, programme: str, draws: int) -> list[DrawPortCount]:
    """What the latest draws that were run came to at each port, with their draws; by port, the latest draw first."""
    ran = Draw.objects.filter(programme=programme, state=DrawState.RUN).order_by("-sequence").values("pk")[:draws]
    counts = DrawPortCount.objects.filter(draw__in=ran).select_related("draw")
    return list(counts.order_by("port", "-draw__sequence"))


def _cutoffs(result: bytes) -> dict[str, int]:
    cutoffs: dict[str, int] = json.loads(result)["cutoffs"]
    return cutoffs


def subjects_with_rain_check(*, programme: str, subject_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those among the subjects whom the programme's latest run draw left with a rain-check."""
    latest = Draw.objects.filter(programme=programme, state=DrawState.RUN).order_by("-sequence").first()
    if latest is None:
        return set()
    held = DrawEntry.objects.filter(draw=latest, subject_id__in=subject_ids, rain_check_order__isnull=False)
    return set(held.values_list("subject_id", flat=True))
