"""Finding what a person should look at. A pattern is raised as a signal; nothing is refused, moved or marked by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, Q

from fairport.audit.listing import count_by_actor
from fairport.domain.funnel import judge_units
from fairport.oversight.models import SharedIndex
from fairport.oversight.rates import units_by_officer
from fairport.registrations.events import RegistrationSubmitted
from fairport.registrations.models import SignalKind
from fairport.registrations.operations import NewPattern, raise_patterns

FILED_WITHIN: Final = timedelta(days=30)
COMPARED_OVER: Final = timedelta(days=90)
OUTCOMES_COMPARED: Final = ("exempted", "not_exempted")
# Those who register others. Applicants and the machine are nobody in particular.
_FILERS: Final = ("staff", "helper", "partner")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many registrations on something is a signal."""

    contacts: int
    documents: int
    filed: int


def thresholds() -> Thresholds:
    """Those of this installation (docs/operations.md)."""
    return Thresholds(settings.SIGNAL_CONTACTS, settings.SIGNAL_DOCUMENTS, settings.SIGNAL_FILED)


def find_patterns(*, at: datetime, limits: Thresholds) -> int:
    """Raises a signal for every pattern that was not raised before. Returns how many.

    What registrations share is raised again at each doubling; what somebody does, once a month.
    """
    patterns = [*_shared(limits), *_filers(at, limits), *_outliers(at)]
    return raise_patterns(patterns=patterns, at=at)


def level_of(size: int, threshold: int) -> int:
    """0 from the threshold on, 1 from its double, 2 from its fourfold, and so on."""
    return (size // threshold).bit_length() - 1


def _shared(limits: Thresholds) -> Iterator[NewPattern]:
    needed = {"email": limits.contacts, "phone": limits.contacts, "document": limits.documents}
    enough = Q()
    for kind, threshold in needed.items():
        enough |= Q(kind=kind, files__gte=threshold)
    groups = (
        SharedIndex.objects.values("kind", "index").annotate(files=Count("registration", distinct=True)).filter(enough)
    )
    found = {(group["kind"], bytes(group["index"])): group["files"] for group in groups}
    ports: dict[tuple[str, bytes], set[str]] = {}
    rows = SharedIndex.objects.filter(index__in=[index for _kind, index in found])
    for kind, index, chosen in rows.values_list("kind", "index", "registration__ports"):
        ports.setdefault((kind, bytes(index)), set()).update(chosen)
    for (kind, index), files in found.items():
        yield NewPattern(
            kind=kind,
            level=level_of(files, needed[kind]),
            size=files,
            index=index,
            ports=tuple(ports.get((kind, index), ())),
        )


def _filers(at: datetime, limits: Thresholds) -> Iterator[NewPattern]:
    for actor, count in count_by_actor(name=RegistrationSubmitted.name, since=at - FILED_WITHIN, kinds=_FILERS):
        if count >= limits.filed:
            about = f"{actor.kind}:{actor.id}"
            yield NewPattern(kind=SignalKind.FILER, level=_month(at), size=count, about=about)


def _outliers(at: datetime) -> Iterator[NewPattern]:
    flagged: dict[str, int] = {}
    for outcome in OUTCOMES_COMPARED:
        units = units_by_officer(outcome=outcome, since=at - COMPARED_OVER, until=at)
        for judged in judge_units([unit.unit for unit in units]):
            if judged.flagged:
                flagged[judged.unit.key] = judged.unit.total
    for key, total in flagged.items():
        yield NewPattern(kind=SignalKind.OUTLIER, level=_month(at), size=total, about=f"staff:{key}")


def _month(at: datetime) -> int:
    day = at.astimezone(UTC)
    return day.year * 12 + day.month
