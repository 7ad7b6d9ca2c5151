"""Folders for servers of a test's own."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairport.config.paths import CHECKOUT


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder that the system user of a server started by root can reach, unlike pytest's own."""
    folder = CHECKOUT / "var" / "test-servers" / uuid.uuid4().hex[:8]
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)
