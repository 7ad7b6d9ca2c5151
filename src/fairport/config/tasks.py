"""The periodic background work. Jobs carry nothing; whatever they do is found in the database."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app

from fairport.appointments.operations import tick as tick_once
from fairport.clock.queries import now
from fairport.notifications.operations import send_due

# In a demonstration people wait for the next draw in front of the screen; the sixth field are seconds.
TICK = "* * * * * */5" if settings.DEMO else "* * * * *"
EVERY_MINUTE = "* * * * *"


@app.periodic(cron=TICK)
@app.task(name="fairport.tick", queue="tick", queueing_lock="tick", lock="tick")
def tick(timestamp: int) -> None:
    """Does what is due. A long tick, such as a large draw, is not queued up behind."""
    tick_once(at=now())


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="fairport.send_due", queue="messages", queueing_lock="send_due", lock="send_due")
def send_due_messages(timestamp: int) -> None:
    """Tries again what a mail server refused, and sends what lost its job."""
    send_due(at=now())
