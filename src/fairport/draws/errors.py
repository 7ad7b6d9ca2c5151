"""What a draw can be refused for, by more than one of its operations."""

from __future__ import annotations


class DrawNotFound(Exception):
    """There is no draw of that id."""

    code = "draw_not_found"


class TooEarly(Exception):
    """The draw's time has not come, or the time of its round of the beacon."""

    code = "draw_too_early"


class AlreadyRun(Exception):
    """The draw was run before; nothing was changed."""

    code = "draw_already_run"
