"""What the public pages say when a programme is going to end, or has ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fairport.applicant.times import format_day
from fairport.programmes.closing import live_closure
from fairport.programmes.models import ClosureState


def ending_of(*, programme: str, at: datetime) -> dict[str, Any] | None:
    """Heading and texts about the end of a programme; None while none is announced. `is_over` once it has ended."""
    closure = live_closure(programme=programme)
    if closure is None:
        return None
    day = format_day(closure.last_day)
    final = closure.state == ClosureState.CONFIRMED
    is_over = final and closure.closed_from <= at
    if is_over:
        heading = _("This programme has ended")
        text = _("There are no more draws and no new registrations. Every registration is kept as it is.")
    elif final:
        heading = _("This programme ends: the last day for appointments is {day}").format(day=day)
        text = _(
            "Every appointment that is booked stays good, and the draws go on until then. Please save your record."
        )
    else:
        heading = _("The end of this programme is announced: the last day for appointments would be {day}").format(
            day=day
        )
        text = _("It is not final yet. Everything goes on, and no appointment is cancelled.")
    language = get_language() or "en"
    words = closure.words.get(language) or closure.words.get(language.split("-")[0]) or closure.words["en"]
    return {"is_over": is_over, "heading": heading, "text": text, "words": words}
