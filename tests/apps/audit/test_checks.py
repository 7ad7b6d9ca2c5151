"""Settings of the logs that cannot be used are found when Fairport starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fairport.audit.checks import check_logs


@pytest.mark.parametrize(
    ("name", "problems"),
    [("", []), ("fairport.example/api/v1", []), ("two words", ["fairport.E001"]), ("a+b", ["fairport.E001"])],
)
def test_the_name_of_the_logs(settings: Any, name: str, problems: list[str]) -> None:
    settings.LOG_NAME = name
    assert [problem.id for problem in check_logs()] == problems


def test_the_file_of_the_witnesses(settings: Any, tmp_path: Path) -> None:
    settings.WITNESSES = str(tmp_path / "witnesses.txt")
    assert [problem.id for problem in check_logs()] == ["fairport.E002"]
    (tmp_path / "witnesses.txt").write_text("# nobody yet\n")
    assert check_logs() == []


def test_without_a_key_ring_there_is_nothing_to_check(settings: Any, tmp_path: Path) -> None:
    settings.KEYRING = tmp_path / "none.json"
    settings.LOG_NAME = "two words"
    assert check_logs() == []
