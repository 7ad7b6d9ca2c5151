"""Whoever runs Fairport finds every variable of the environment in one document, and none that is gone."""

from __future__ import annotations

import re
from pathlib import Path

from fairport.config.paths import CHECKOUT, PACKAGE

VARIABLE = re.compile(r"FAIRPORT_[A-Z][A-Z_]*[A-Z]")
DOCUMENT = CHECKOUT / "docs" / "operations.md"
# A row of the document's tables: the variable comes first and has a meaning.
ROW = re.compile(r"^\| `(FAIRPORT_[A-Z_]+)` \|[^|]*\| *[^ |][^|]{10,}\|$", re.MULTILINE)


def _variables_in(paths: list[Path]) -> set[str]:
    return {name for path in paths for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}


def test_every_variable_of_the_code_is_in_the_document() -> None:
    used = _variables_in(sorted(PACKAGE.rglob("*.py")))
    assert "FAIRPORT_DATABASE_URL" in used
    assert used - set(ROW.findall(DOCUMENT.read_text(encoding="utf-8"))) == set()


def test_every_variable_of_the_document_is_in_the_code_or_the_tests() -> None:
    named = _variables_in([DOCUMENT])
    used = _variables_in([*PACKAGE.rglob("*.py"), CHECKOUT / "tests" / "conftest.py"])
    assert named - used == set()


def test_no_variable_stands_twice() -> None:
    rows = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert sorted(rows) == sorted(set(rows))
