"""Between the files of a draw and its rows: what a freeze commits to, and what a run gave to whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from fairport.domain.draw import (
    ALLOCATION_FILE,
    PARAMS_FILE,
    AllocationLine,
    Cell,
    DrawResult,
    DroppedRainCheck,
    Params,
    PoolEntry,
    PreviousDraw,
    RainCheck,
    entry_id,
    format_params,
    format_pool,
    parse_params,
)
from fairport.domain.draw_format import format_band
from fairport.domain.policy import Policy
from fairport.draws.models import Draw, DrawEntry
from fairport.draws.pool import Candidate, DrawnOffer, HeldRainCheck, LeftOut, PoolProvider, ReservedCell
from fairport.draws.queries import file_hash, read_file
from fairport.draws.storage import OutcomeRow

# How many candidates are read between two reports of progress.
PROGRESS_STEP = 2000


@dataclass(frozen=True, slots=True)
class AssembledPool:
    """pool.txt, and for each entry (in the order of their ids) its id, subject and size; and who is not in it."""

    content: bytes
    rows: list[tuple[str, uuid.UUID, int]]
    left_out: list[LeftOut]


@dataclass(frozen=True, slots=True)
class CarriedRainChecks:
    """What became of the previous draw's rain-checks, in their order."""

    kept: tuple[RainCheck, ...] = ()
    dropped: tuple[DroppedRainCheck, ...] = ()


def assemble_pool(
    *, draw_id: str, candidates: Iterable[Candidate | LeftOut], on_count: Callable[[int], None]
) -> AssembledPool:
    """Gives every candidate its id in the draw and writes pool.txt."""
    rows: list[tuple[str, uuid.UUID, int]] = []
    left_out: list[LeftOut] = []

    def entries() -> Iterator[PoolEntry]:
        for candidate in candidates:
            if isinstance(candidate, LeftOut):
                left_out.append(candidate)
                continue
            identifier = entry_id(entry_secret=candidate.entry_secret, draw_id=draw_id)
            rows.append((identifier, candidate.subject_id, candidate.size))
            if len(rows) % PROGRESS_STEP == 0:
                on_count(len(rows))
            yield PoolEntry(
                id=identifier,
                size=candidate.size,
                tier=candidate.tier,
                weight=candidate.weight,
                registered=candidate.registered,
                ports=candidate.ports,
            )

    content = format_pool(entries())
    # In the order of the ids, which is that of the index that they go into: at random it would be read all over.
    rows.sort()
    return AssembledPool(content=content, rows=rows, left_out=left_out)


def carry_rain_checks(*, previous: Draw | None, pool: AssembledPool, provider: PoolProvider) -> CarriedRainChecks:
    """Asks the provider which of the previous draw's rain-checks are kept."""
    if previous is None:
        return CarriedRainChecks()
    held = list(
        DrawEntry.objects.filter(draw=previous, rain_check_order__isnull=False)
        .order_by("rain_check_order")
        .only("entry_id", "subject_id", "port", "size", "rain_check_size")
    )
    if not held:
        return CarriedRainChecks()
    subjects = {row.subject_id for row in held}
    now_in_pool = {subject: (identifier, size) for identifier, subject, size in pool.rows if subject in subjects}
    ended = provider.judge_rain_checks(
        held=[HeldRainCheck(row.subject_id, row.rain_check_size or row.size) for row in held],
        sizes={subject: size for subject, (_identifier, size) in now_in_pool.items()},
    )
    return CarriedRainChecks(
        kept=tuple(
            RainCheck(row.entry_id, now_in_pool[row.subject_id][0], row.port)
            for row in held
            if row.subject_id not in ended
        ),
        dropped=tuple(DroppedRainCheck(row.entry_id, ended[row.subject_id]) for row in held if row.subject_id in ended),
    )


def assemble_params(
    *,
    draw_id: str,
    policy: Policy,
    cells: Sequence[ReservedCell],
    previous: Draw | None,
    rain_checks: CarriedRainChecks,
) -> bytes:
    """The bytes of params.json; `cells` ascend by port, date and band."""
    a, b = policy.draw.seniority_share
    carry = 0
    if previous is not None:
        assert previous.seniority_carry_next is not None  # the previous draw was run
        old_b = parse_params(read_file(draw_id=previous.pk, name=PARAMS_FILE)).seniority_share[1]
        carry = previous.seniority_carry_next * b // old_b
    return format_params(
        Params(
            draw_id=draw_id,
            programme=policy.programme,
            policy_sha256=policy.sha256,
            seniority_share=(a, b),
            seniority_carry=carry,
            zones={cell.port: cell.timezone for cell in cells},
            cells=tuple(Cell(cell.port, cell.date, cell.band, cell.capacity, cell.free) for cell in cells),
            previous=None
            if previous is None
            else PreviousDraw(previous.draw_id, file_hash(draw_id=previous.pk, name=ALLOCATION_FILE)),
            rain_checks=rain_checks.kept,
            rain_checks_dropped=rain_checks.dropped,
        )
    )


@dataclass(frozen=True, slots=True)
class DrawnPlaces:
    """What a run gave out, as rows: the offers, and whose rain-check waits for the next draw, in its order."""

    offers: list[DrawnOffer]
    rain_checks: list[uuid.UUID]
    _subjects: dict[str, uuid.UUID]
    _rain_check_sizes: dict[str, int]

    @classmethod
    def of(cls, *, draw: Draw, result: DrawResult) -> DrawnPlaces:
        """Finds the rows of the selected entries."""
        selected = [line.id for line in result.allocation.lines]
        rows = {
            row.entry_id: row
            for row in DrawEntry.objects.filter(draw=draw, entry_id__in=selected).only("entry_id", "subject_id", "size")
        }
        offers = []
        for line in result.allocation.lines:
            if line.outcome == "offer":
                assert line.date is not None and line.band is not None
                row = rows[line.id]
                offers.append(DrawnOffer(row.pk, row.subject_id, row.size, line.port, line.date, line.band))
        return cls(
            offers=offers,
            rain_checks=[rows[identifier].subject_id for identifier, _port in result.allocation.rain_checks_next],
            _subjects={identifier: row.subject_id for identifier, row in rows.items()},
            _rain_check_sizes=_rain_check_sizes(draw, result, {pk: row.size for pk, row in rows.items()}),
        )

    def outcome_rows(self, *, result: DrawResult, void: set[uuid.UUID]) -> Iterator[OutcomeRow]:
        """What to write for each entry of the pool."""
        lines = {line.id: line for line in result.allocation.lines}
        order = {identifier: number for number, (identifier, _port) in enumerate(result.allocation.rain_checks_next)}
        for raw_id, rank in zip(result.pool.ids, result.allocation.lottery_ranks, strict=True):
            identifier = raw_id.hex()
            line = lines.get(identifier)
            if line is None:
                yield OutcomeRow(identifier, DrawEntry.Outcome.NOT_SELECTED, "", "", None, "", rank, None, None)
            else:
                yield OutcomeRow(
                    entry_id=identifier,
                    outcome=self._outcome(line, void),
                    step=line.step,
                    port=line.port,
                    date=line.date,
                    band="" if line.band is None else format_band(line.band),
                    lottery_rank=rank,
                    rain_check_order=order.get(identifier),
                    rain_check_size=self._rain_check_sizes.get(identifier),
                )

    def _outcome(self, line: AllocationLine, void: set[uuid.UUID]) -> str:
        if line.outcome == "rain-check":
            return DrawEntry.Outcome.RAIN_CHECK
        return DrawEntry.Outcome.VOID if self._subjects[line.id] in void else DrawEntry.Outcome.OFFER


def _rain_check_sizes(draw: Draw, result: DrawResult, sizes: dict[str, int]) -> dict[str, int]:
    # A rain-check stays good for the size of the draw whose step L gave it, however often it is carried over.
    if not result.allocation.rain_checks_next:
        return {}
    before: dict[str, int | None] = {}
    if draw.previous is not None:
        held = DrawEntry.objects.filter(draw=draw.previous, rain_check_size__isnull=False)
        before = dict(held.values_list("entry_id", "rain_check_size"))
    carried = {kept.id: before[kept.previous_id] for kept in result.params.rain_checks}
    return {
        identifier: carried.get(identifier) or sizes[identifier]
        for identifier, _port in result.allocation.rain_checks_next
    }
