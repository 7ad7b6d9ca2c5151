from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.metros.web.building import write_folder


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Pages are opened here."""


@pytest.fixture(scope="session")
def census_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server's folder with two vintages."""
    return write_folder(tmp_path_factory.mktemp("census"))


@pytest.fixture
def with_folder(settings: Any, census_folder: Path) -> None:
    """The server shows that folder."""
    settings.METROS_DIR = str(census_folder)
