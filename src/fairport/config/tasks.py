"""The periodic background work. Jobs carry nothing; whatever they do is found in the database."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app

from fairport.appointments.operations import tick as tick_once
from fairport.audit.operations import sequence_log as sequence_log_once
from fairport.clock.queries import now
from fairport.closing.telling import tell_everyone
from fairport.complaints.operations import forget_complaints
from fairport.notifications.operations import send_due
from fairport.oversight.operations import count_criteria, find_patterns, index_files, thresholds

# In a demonstration people wait for the next draw in front of the screen; the sixth field are seconds.
TICK = "* * * * * */5" if settings.DEMO else "* * * * *"
EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "17 * * * *"
EVERY_FEW_SECONDS = "* * * * * */4"


@app.periodic(cron=TICK)
@app.task(name="fairport.tick", queue="tick", queueing_lock="tick", lock="tick")
def tick(timestamp: int) -> None:
    """Does what is due. A long tick, such as a large draw, is not queued up behind."""
    tick_once(at=now())
    tell_everyone(at=now())
    # What was frozen just now must be in a signed checkpoint before its draw.
    sequence_log_once(at=now())


@app.periodic(cron=EVERY_FEW_SECONDS)
@app.task(name="fairport.sequence_log", queue="log", queueing_lock="sequence_log", lock="sequence_log")
def sequence_log(timestamp: int) -> None:
    """Gives what happened its place in the public logs, beside a tick that takes long."""
    sequence_log_once(at=now())


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="fairport.send_due", queue="messages", queueing_lock="send_due", lock="send_due")
def send_due_messages(timestamp: int) -> None:
    """Tries again what a mail server refused, and sends what lost its job."""
    send_due(at=now())


@app.periodic(cron=EVERY_HOUR)
@app.task(name="fairport.watch", queue="watch", queueing_lock="watch", lock="watch")
def watch_over_fairness(timestamp: int) -> None:
    """Indexes and counts what is new, and raises signals for people to look at, beside a tick that takes long."""
    at = now()
    index_files(at=at)
    count_criteria(at=at)
    find_patterns(at=at, limits=thresholds())


@app.periodic(cron=EVERY_HOUR)
@app.task(name="fairport.forget_complaints", queue="tick", queueing_lock="forget_complaints", lock="forget_complaints")
def forget_closed_complaints(timestamp: int) -> None:
    """Erases complaints that were closed long enough ago, and the counts of the hours that are over."""
    forget_complaints(kept_for=timedelta(days=settings.COMPLAINT_DAYS), at=now())


@app.periodic(cron=EVERY_HOUR)
@app.task(name="fairport.clear_sessions", queue="tick", queueing_lock="clear_sessions", lock="clear_sessions")
def clear_sessions(timestamp: int) -> None:
    """Removes sessions that are over: each says that somebody opened a registration, or worked here."""
    SessionStore.clear_expired()
