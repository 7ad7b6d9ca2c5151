"""The log as a list: who did what, when, without what it was about in detail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, QuerySet

from fairport.audit import models
from fairport.audit.events import Actor


def list_log(
    *, name: str | None = None, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[models.Event]:
    """Events of all subjects, latest first, without their details: of one name, from `since` on, before `until`."""
    events = models.Event.objects.order_by("-id")
    if name is not None:
        events = events.filter(name=name)
    if since is not None:
        events = events.filter(at__gte=since)
    if until is not None:
        events = events.filter(at__lt=until)
    return events


def count_by_actor(*, name: str, since: datetime, kinds: Collection[str]) -> list[tuple[Actor, int]]:
    """How many events of a name each known actor of some kinds caused since; most first; one query."""
    rows = (
        models.Event.objects.filter(name=name, at__gte=since, actor_kind__in=kinds)
        .exclude(actor_id="")
        .values_list("actor_kind", "actor_id")
        .annotate(count=Count("pk"))
        .order_by("-count", "actor_kind", "actor_id")
    )
    return [(Actor(kind, actor_id), count) for kind, actor_id, count in rows]


def subjects_of_actor(*, name: str, actor: Actor, limit: int) -> list[str]:
    """Ids of what an actor's latest events of a name are about, at most `limit`."""
    events = models.Event.objects.filter(name=name, actor_kind=actor.kind, actor_id=actor.id).order_by("-id")
    return list(events.values_list("subject_id", flat=True)[:limit])


def event_names() -> list[str]:
    """The names of all events that ever happened, in their order."""
    return list(models.Event.objects.order_by("name").values_list("name", flat=True).distinct())
