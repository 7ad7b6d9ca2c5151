"""When a programme's draws are: pure arithmetic on its policy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from fairport.domain.policy import DrawRules


def draw_time_on(*, rules: DrawRules, day: date) -> datetime:
    """The moment of the draw of a UTC day."""
    return datetime.combine(day, rules.time_utc, tzinfo=UTC)


def draw_id_of(*, programme: str, draw_time: datetime) -> str:
    """The id of the draw of a programme at a time; there is one a UTC day."""
    return f"{programme}/{draw_time.astimezone(UTC).date().isoformat()}"


def next_draw_after(*, rules: DrawRules, at: datetime, lead: timedelta) -> datetime:
    """The first draw time that is at least `lead` after `at`."""
    draw_time = draw_time_on(rules=rules, day=(at + lead).astimezone(UTC).date())
    return draw_time if draw_time - lead >= at else draw_time_on(rules=rules, day=draw_time.date() + timedelta(days=1))


def next_draw_to_freeze(*, rules: DrawRules, at: datetime) -> datetime:
    """The draw time that places freed at `at` can still go into: its freeze is yet to come."""
    return next_draw_after(rules=rules, at=at, lead=rules.freeze_lead)
