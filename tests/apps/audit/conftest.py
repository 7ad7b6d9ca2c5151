"""Events to log, and a folder of their own for what the log publishes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def log_folder(tmp_path: Path, settings: Any) -> Path:
    """Where the logs' files are written in this test."""
    settings.LOG_FOLDER = tmp_path / "log"
    return tmp_path / "log"


@pytest.fixture(autouse=True)
def no_collected_static_files(settings: Any) -> None:
    """Tests run from the sources."""
    settings.WHITENOISE_AUTOREFRESH = True
