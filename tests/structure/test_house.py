"""The rules of the house that a linter does not know (docs/architecture.md tells why each one holds)."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairport.config.paths import CHECKOUT, PACKAGE

LONGEST_FILE = 450
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "signals.py", "misc.py", "common.py"}
WRITES = {
    *("create", "bulk_create", "get_or_create", "update_or_create"),
    *("update", "bulk_update", "delete", "save", "acreate", "aupdate", "adelete", "asave"),
}
TEXT_SUFFIXES = {".py", ".toml", ".md", ".html", ".txt", ".in", ".sh", ".js", ".mjs", ".scss", ".json", ".yml", ".cfg"}


def committed_files() -> list[Path]:
    """Every file that git tracks; in an unpacked archive, every file outside what `make` produces."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        return [path for name in listed.stdout.split("\0") if name and (path := CHECKOUT / name).is_file()]
    produced = {".venv", "var", "node_modules", "__pycache__"}
    return [path for path in CHECKOUT.rglob("*") if path.is_file() and not produced & set(path.parts)]


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def test_no_file_grows_beyond_reading() -> None:
    long = {
        str(path.relative_to(CHECKOUT)): count
        for path in committed_files()
        if path.suffix == ".py" and "migrations" not in path.parts
        if (count := path.read_text(encoding="utf-8").count("\n")) > LONGEST_FILE
    }
    assert not long, f"split these by what they are about: {long}"


def test_no_room_has_a_drawer_for_odds_and_ends() -> None:
    assert not [str(path.relative_to(CHECKOUT)) for path in sources() if path.name in FORBIDDEN_NAMES]


def test_nothing_committed_is_unfinished_or_tied_to_one_machine() -> None:
    # Put together here, so that this file does not find itself.
    patterns = {
        "a note to self": r"\b(TO" + r"DO|FIX" + r"ME)\b",
        "a path of one machine": r"(?<![\w.])/(ro" + r"ot|work|home/\w+|tmp/(?!fairport-))/\w",
        "a leftover of a merge": r"(?m)^(<{7}|>{7}) ",
    }
    found = [
        f"{path.relative_to(CHECKOUT)}: {what}: {match.group(0)!r}"
        for path in committed_files()
        if path.suffix in TEXT_SUFFIXES or path.name in {"Makefile", "run"}
        for text in [path.read_text(encoding="utf-8")]
        for what, pattern in patterns.items()
        if (match := re.search(pattern, text))
    ]
    assert not found, "\n".join(found)


def test_another_rooms_rows_are_written_by_its_operations_only() -> None:
    found = [
        f"{path.relative_to(CHECKOUT)}:{line}: {model} belongs to {owner}"
        for path in sources()
        if "migrations" not in path.parts
        for line, model, owner in foreign_writes(path)
    ]
    assert not found, "\n".join(found)


def foreign_writes(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield (line, model, room) for each write through the manager of a model that another room owns."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    foreign = {
        alias.asname or alias.name: node.module.split(".")[1]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and re.fullmatch(r"fairport\.\w+\.models", node.module)
        if node.module.split(".")[1] != room_of(path)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            start: ast.expr = node.func
            while isinstance(start, ast.Attribute | ast.Call):
                start = start.value if isinstance(start, ast.Attribute) else start.func
            if isinstance(start, ast.Name) and start.id in foreign:
                yield node.lineno, start.id, foreign[start.id]


def test_a_foreign_write_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    path = tmp_path / "draws" / "operations.py"
    path.parent.mkdir()
    path.write_text(
        "from fairport.ports.models import Slot\nfrom fairport.draws.models import Draw\n"
        "Slot.objects.filter(pk=1).update(held=2)\nDraw.objects.create()\nSlot.objects.filter(pk=1).first()\n"
    )
    assert list(foreign_writes(path)) == [(3, "Slot", "ports")]


def test_the_domain_runs_on_a_bare_python() -> None:
    modules = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in sorted((PACKAGE / "domain").rglob("*.py"))
        if path.stem != "__main__"
    ]
    assert modules
    program = "import importlib, sys; sys.path[:0] = [sys.argv[1]]; [importlib.import_module(m) for m in sys.argv[2:]]"
    # -I and -S: no packages of the environment, no settings of the user.
    command = [sys.executable, "-I", "-S", "-W", "error", "-c", program, str(PACKAGE.parent), *modules]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_dependency_has_its_reason() -> None:
    reasons = (CHECKOUT / "docs" / "decisions" / "0001-stack.md").read_text(encoding="utf-8").lower()
    for name in ("base", "test"):
        for line in (CHECKOUT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines():
            package = re.match(r"[A-Za-z][\w.-]*", line)
            if package:
                assert f"`{package.group(0).lower()}" in reasons, f"{package.group(0)} has no line in 0001-stack.md"


def test_every_package_is_locked_with_hashes() -> None:
    for name in ("base", "test"):
        text = (CHECKOUT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        pins = re.findall(r"(?m)^[a-z0-9].*$", text)
        assert pins
        assert all("==" in pin and pin.endswith("\\") for pin in pins)
        assert "://" not in text
