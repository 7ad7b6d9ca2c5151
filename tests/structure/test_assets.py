"""The built style sheets and scripts fit their sources, their size budget and the templates that use them."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
PACKAGE = ROOT / "src" / "fairport"
STATIC = PACKAGE / "static"
RECORD = json.loads((STATIC / "assets.json").read_text(encoding="utf-8"))
REBUILD = "run `npm ci && npm run build` in assets/ and commit the result"

BUILD_FILES = ("build.mjs", "package.json", "package-lock.json")
# Compressed bytes. A first visit must fit in 60 KB with everything, so the frame takes a quarter of it.
BUDGETS = {
    "fairport.css": 15_000,
    "fairport.rtl.css": 15_000,
    "page.js": 2_000,
    "icon.svg": 1_000,
    # A draw's page only; the second when its button is pressed.
    "verify.js": 3_000,
    "verify-worker.js": 45_000,
    # The gate's page only.
    "office/scan.js": 25_000,
    "office/zxing_reader.wasm": 500_000,
    "office/gate.js": 25_000,
    "office/gate-worker.js": 1_500,
    # The pages of signing in.
    "office/passkeys.js": 1_500,
}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files_under(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_the_built_files_are_made_of_the_present_sources() -> None:
    sources = [*files_under(ASSETS / "src"), *(ASSETS / name for name in BUILD_FILES)]
    present = {path.relative_to(ASSETS).as_posix(): sha256(path) for path in sources}
    assert present == RECORD["sources"], REBUILD


def test_nobody_edited_a_built_file() -> None:
    present = {
        path.relative_to(STATIC).as_posix(): sha256(path)
        for path in files_under(STATIC)
        if path.relative_to(STATIC).as_posix() in RECORD["built"]
    }
    assert present == RECORD["built"], REBUILD


@pytest.mark.parametrize("name", BUDGETS)
def test_size_budget(name: str) -> None:
    compressed = len(gzip.compress((STATIC / name).read_bytes(), compresslevel=9))
    assert compressed <= BUDGETS[name]


@pytest.mark.parametrize(
    "name",
    [
        "fairport.css",
        "fairport.rtl.css",
        "page.js",
        "verify.js",
        "verify-worker.js",
        "office/scan.js",
        "office/passkeys.js",
    ],
)
def test_nothing_is_asked_of_another_host(name: str) -> None:
    text = (STATIC / name).read_text(encoding="utf-8")
    assert not re.findall(r"(?:https?:)?//[\w-]+\.[\w.-]+", text)


def test_the_style_sheet_names_only_images_that_are_there() -> None:
    names = re.findall(r"url\(([^)]+)\)", (STATIC / "fairport.css").read_text(encoding="utf-8"))
    assert names
    assert [name for name in names if not (STATIC / name).is_file()] == []


def test_versions_are_pinned_and_the_lock_names_no_address() -> None:
    declared = json.loads((ASSETS / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    lock = json.loads((ASSETS / "package-lock.json").read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in declared.values())
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
    assert [name for name, entry in lock["packages"].items() if name and not entry.get("integrity")] == []


def styled_classes() -> set[str]:
    css = (STATIC / "fairport.css").read_text(encoding="utf-8")
    return {name.replace("\\", "") for name in re.findall(r"\.((?:\\.|[a-zA-Z_-])(?:\\.|[\w-])*)", css)}


def named_classes() -> set[str]:
    """Lines of classes.txt without a star: names that may stand without a rule of their own."""
    lines = (ASSETS / "src" / "classes.txt").read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#") and not line.endswith("*")}


def used_classes(template: str) -> set[str]:
    """Class names in a template; `*` stands where a variable fills the rest in."""
    found: set[str] = set()
    # A value may hold template tags, which may hold quotes of the other kind or the same.
    for value in re.findall(r'\bclass="((?:\{%.*?%\}|\{\{.*?\}\}|[^"])*)"', template, flags=re.DOTALL):
        plain = re.sub(r"\{%.*?%\}", lambda tag: "\x00", value, flags=re.DOTALL)
        plain = re.sub(r"\{\{.*?\}\}", "*", plain, flags=re.DOTALL)
        found.update(part for part in re.split(r"[\s\x00]+", plain) if part not in ("", "*"))
    return found


TEMPLATES = sorted((PACKAGE).glob("**/templates/**/*.html"))


def test_used_classes_are_read_out_of_templates() -> None:
    text = '<p class="a {% if x == "y" %}b-c{% endif %} d--{{ kind|default:"e" }}">'
    assert used_classes(text) == {"a", "b-c", "d--*"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_templates_use_only_classes_that_exist(path: Path) -> None:
    known = styled_classes() | named_classes()
    unknown = {
        name
        for name in used_classes(path.read_text(encoding="utf-8"))
        if name not in known
        and not ("*" in name and any(re.fullmatch(re.escape(name).replace(r"\*", ".+"), other) for other in known))
    }
    assert unknown == set(), f"not in the style sheet (assets/src/classes.txt; {REBUILD})"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_templates_hold_nothing_that_the_content_security_policy_refuses(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(
        r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)", text, flags=re.IGNORECASE
    )
