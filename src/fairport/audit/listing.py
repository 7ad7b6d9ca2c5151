"""The log as a list: who did what, when, without what it was about in detail."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from fairport.audit import models


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


def event_names() -> list[str]:
    """The names of all events that ever happened, in their order."""
    return list(models.Event.objects.order_by("name").values_list("name", flat=True).distinct())
