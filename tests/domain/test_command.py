"""``python -m fairport.domain verify``: exit status, one plain sentence, no traceback, the standard library alone."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fairport.domain.__main__ import main
from tests.domain.building import BY_HAND, ROOT

DOMAIN = ROOT / "src/fairport/domain"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    # -S leaves out site-packages: nothing that is installed can help.
    return subprocess.run(
        [sys.executable, "-S", "-m", "fairport.domain", *map(str, arguments)],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_right_bundle() -> None:
    done = run("verify", BY_HAND)
    assert (done.returncode, done.stderr) == (0, "")
    assert "11 entries, 7 offers, 3 rain-checks" in done.stdout
    assert "NOT proven: who is in the pool" in done.stdout
    assert "WARNING: the beacon is local" in done.stdout


def test_a_wrong_bundle(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(BY_HAND, tmp_path / "b"))
    (folder / "pool.txt").write_bytes(b"\xff" * 100)
    done = run("verify", BY_HAND, folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "is also that of" in done.stderr
    done = run("verify", folder)
    assert done.returncode == 1
    assert done.stderr == f"{folder}: pool.txt: its SHA-256 is not the one that manifest.json commits to.\n"


@pytest.mark.parametrize(
    "arguments", [[], ["verify"], ["check", "x"], ["verify", "--fast", "x"], ["verify", "no/such/folder"]]
)
def test_wrong_usage(arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_folder_whose_name_no_encoding_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / os.fsdecode(b"\xff")
    shutil.copytree(BY_HAND, folder)
    assert main(["verify", str(folder)]) == 0
    assert "Computed again, everything is the same." in capsys.readouterr().out
    (folder / "manifest.json").unlink()
    done = run("verify", folder)
    assert done.returncode == 1
    assert "manifest.json" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("module", sorted(DOMAIN.glob("*.py")), ids=lambda path: path.stem)
def test_the_rules_import_the_standard_library_only_and_stay_small(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert text.count("\n") < 400
    for node in ast.walk(ast.parse(text)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.startswith("fairport.domain") or name.split(".")[0] in sys.stdlib_module_names, name
            assert name.split(".")[0] not in {"random", "secrets", "time", "uuid"}, name
