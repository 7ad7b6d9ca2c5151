from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Every test here may open a page."""
