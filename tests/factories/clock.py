"""The product's clock in a test: it stands still until the test moves it."""

from __future__ import annotations

import sys
from datetime import datetime
from importlib import import_module

import pytest

from fairport.clock import queries


class StandingClock:
    """Every room that reads `clock.queries.now` gets `at`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
        self.at = at
        # A module that is imported later would keep this test's clock for ever.
        for late in ("fairport.config.urls", "fairport.config.tasks"):
            import_module(late)
        real = queries.now
        for name, module in list(sys.modules.items()):
            if name.startswith("fairport.") and getattr(module, "now", None) is real:
                monkeypatch.setattr(module, "now", lambda: self.at)
