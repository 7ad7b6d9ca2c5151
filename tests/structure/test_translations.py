"""The tools that keep catalogues complete notice what is missing, does not fit or is stale (`make check` runs them)."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import polib
import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "src" / "fairport"


def run(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs one of the tools, as the Makefile does."""
    command = [sys.executable, str(PROJECT / "tools" / f"{tool}.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small package with a complete Spanish catalogue, as `update_translations` leaves it."""
    package = tmp_path / "src" / "small"
    (package / "templates").mkdir(parents=True)
    (package / "words.py").write_text(
        "from django.utils.translation import gettext as _, ngettext, pgettext\n"
        'ONE = _("Good morning, %(port)s")\n'
        'MANY = ngettext("%(n)d traveler", "%(n)d travelers", 2)\n'
        'MAY = pgettext("month", "May")\n'
        'BRACES = _("{start} to {end}")\n',
        encoding="utf-8",
    )
    (package / "templates" / "page.html").write_text(
        "{% translate 'A place' %} {{ x|default:_('None') }}\n"
        '  {% blocktranslate trimmed count n=n %}\n   <a href="/x">{{ n }} day</a>\n'
        '  {% plural %}\n   <a href="/x">{{ n }} days</a>\n  {% endblocktranslate %}\n'
        '{% translate "May" context "may I" as label %}\n',
        encoding="utf-8",
    )
    assert run("update_translations", "--new", "es", *_folders(tmp_path)).returncode == 0
    catalogue = _catalogue(tmp_path)
    for entry in catalogue:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: f"ES {entry.msgid}", 1: f"ES {entry.msgid_plural}"}
        else:
            entry.msgstr = f"ES {entry.msgid}"
    _write(tmp_path, catalogue)
    return tmp_path


def _folders(tree: Path) -> list[str | Path]:
    return ["--source", tree / "src" / "small", "--locale", tree / "locale"]


def _path(tree: Path) -> Path:
    return tree / "locale" / "es" / "LC_MESSAGES" / "django.po"


def _catalogue(tree: Path) -> polib.POFile:
    return polib.pofile(str(_path(tree)))


def _write(tree: Path, catalogue: polib.POFile) -> None:
    catalogue.save(str(_path(tree)))
    _path(tree).with_suffix(".mo").write_bytes(catalogue.to_binary())


def test_every_kind_of_text_is_found(tree: Path) -> None:
    found = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in _catalogue(tree)}
    assert found == {
        (None, "Good morning, %(port)s", ""),
        (None, "%(n)d traveler", "%(n)d travelers"),
        ("month", "May", ""),
        (None, "{start} to {end}", ""),
        (None, "A place", ""),
        (None, "None", ""),
        (None, '<a href="/x">%(n)s day</a>', '<a href="/x">%(n)s days</a>'),
        ("may I", "May", ""),
    }
    assert run("check_translations", *_folders(tree)).returncode == 0


def test_updating_keeps_translations_adds_new_texts_and_drops_gone_ones(tree: Path) -> None:
    words = tree / "src" / "small" / "words.py"
    words.write_text(words.read_text().replace("{start} to {end}", "From {start}"), encoding="utf-8")
    result = run("check_translations", *_folders(tree))
    assert result.returncode == 1
    assert "not in the catalogue: 'From {start}'" in result.stderr
    assert "no longer in the source: '{start} to {end}'" in result.stderr

    assert run("update_translations", *_folders(tree)).returncode == 0
    translated = {entry.msgid: entry.msgstr for entry in _catalogue(tree)}
    assert translated["From {start}"] == ""
    assert "{start} to {end}" not in translated
    assert translated["A place"] == "ES A place"
    assert "'From {start}' is not translated" in run("check_translations", *_folders(tree)).stderr


@pytest.mark.parametrize(
    ("msgid", "change", "problem"),
    [
        ("A place", {"msgstr": ""}, "is not translated"),
        ("A place", {"msgstr": " \n"}, "is not translated"),
        ("A place", {"flags": ["fuzzy"]}, "is marked fuzzy"),
        ("Good morning, %(port)s", {"msgstr": "Buenos días, %(puerto)s"}, "has the placeholders or markup"),
        ("Good morning, %(port)s", {"msgstr": "Buenos días"}, "has the placeholders or markup"),
        ("Good morning, %(port)s", {"msgstr": "Buenos días, %(port)"}, "has the placeholders or markup"),
        ("{start} to {end}", {"msgstr": "{start} a {fin}"}, "has the placeholders or markup"),
        ("%(n)d traveler", {"msgstr_plural": {0: "%(n)d viajero"}}, "has 1 plural forms, not 2"),
        ("%(n)d traveler", {"msgstr_plural": {0: "%(n)d viajero", 1: ""}}, "is not translated"),
        ("%(n)d traveler", {"msgstr_plural": {0: "un viajero", 1: "viajeros"}}, "has the placeholders or markup"),
        (
            '<a href="/x">%(n)s day</a>',
            {"msgstr_plural": {0: '<a href="/x">%(n)s día</a>', 1: '<a href="/y">%(n)s días</a>'}},
            "has the placeholders or markup",
        ),
        ("A place", {"msgstr": "Un lugar\n"}, "line break"),
    ],
)
def test_a_translation_that_does_not_fit_is_found(
    tree: Path, msgid: str, change: dict[str, object], problem: str
) -> None:
    catalogue = _catalogue(tree)
    entry = next(entry for entry in catalogue if entry.msgid == msgid)
    for name, value in change.items():
        setattr(entry, name, value)
    _write(tree, catalogue)
    result = run("check_translations", *_folders(tree))
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 2
    assert problem in result.stderr


def test_the_form_for_one_may_leave_the_number_out(tree: Path) -> None:
    catalogue = _catalogue(tree)
    entry = next(entry for entry in catalogue if entry.msgid == "%(n)d traveler")
    entry.msgstr_plural = {0: "un viajero", 1: "%(n)d viajeros"}
    _write(tree, catalogue)
    assert run("check_translations", *_folders(tree)).returncode == 0


def test_a_stale_or_missing_compiled_catalogue_is_found(tree: Path) -> None:
    compiled = _path(tree).with_suffix(".mo")
    catalogue = _catalogue(tree)
    catalogue.find("A place").msgstr = "Un lugar"
    catalogue.save(str(_path(tree)))
    for _round in range(2):
        result = run("check_translations", *_folders(tree))
        assert (result.returncode, "is not what django.po compiles to" in result.stderr) == (1, True)
        compiled.unlink(missing_ok=True)


def test_one_text_with_two_plurals_is_refused(tree: Path) -> None:
    words = tree / "src" / "small" / "words.py"
    words.write_text(
        words.read_text() + 'TWICE = ngettext("%(n)d traveler", "%(n)d persons", 2)\n',
        encoding="utf-8",
    )
    result = run("check_translations", *_folders(tree))
    assert result.returncode == 1
    assert "is used with two plurals" in result.stderr


def test_the_source_calls_gettext_by_names_that_the_tools_know() -> None:
    # `pgettext as _` would be read as a text without its context, and `from … import gettext as t` not at all.
    strange = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                strange += [(path.name, alias.name, alias.asname) for alias in node.names if not _known(alias)]
    assert strange == []


def _known(alias: ast.alias) -> bool:
    if "gettext" not in alias.name:
        return True
    return alias.asname is None or (alias.asname == "_" and alias.name in {"gettext", "gettext_lazy"})
