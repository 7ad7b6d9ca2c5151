"""Texts of the source and their translations: what is there, what is missing, what does not fit.

Nothing here needs the gettext programs: Babel reads Python, Django turns templates into what Babel can read, and polib
reads and writes the catalogues.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parent.parent
SOURCE = PROJECT / "src" / "fairport"
LOCALE = SOURCE / "locale"

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# `_` is `gettext` or `gettext_lazy` everywhere (a lint of the tests), never one of the others.
PLURALS = {"es": "nplurals=2; plural=(n != 1);"}
PERCENT = re.compile(r"%\((\w+)\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|%[-#0 +]*\d*(?:\.\d+)?[sdrif]")
BRACE = re.compile(r"\{\w*\}")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")


@dataclass
class SourceText:
    """One text of the source. `files` are relative to the project, in the order found."""

    msgid: str
    plural: str | None
    context: str | None
    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str | None, str]:
        return (self.context, self.msgid)


def source_texts(source: Path = SOURCE) -> list[SourceText]:
    """Every text that the source translates, by file and then in the order they stand there.

    Raises ValueError where one text is used with two plurals: gettext cannot keep both.
    """
    found: dict[tuple[str | None, str], SourceText] = {}
    for path in sorted(_files(source)):
        name = path.relative_to(source.parent.parent).as_posix()
        for _line, message, comments, context in _extract(path):
            msgid, plural = message if isinstance(message, tuple) else (message, None)
            if not msgid:
                continue
            text = found.setdefault((context, msgid), SourceText(msgid, plural, context))
            if plural is not None and text.plural not in (None, plural):
                raise ValueError(f"{name}: {msgid!r} is used with two plurals")
            text.plural = text.plural or plural
            if name not in text.files:
                text.files.append(name)
            text.notes.extend(comment for comment in comments if comment not in text.notes)
    return list(found.values())


def _files(source: Path) -> Iterator[Path]:
    for path in source.rglob("*.py"):
        if "migrations" not in path.parts:
            yield path
    for pattern in ("*.html", "*.txt"):
        yield from (source / "templates").rglob(pattern)


def _extract(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django writes calls between runs of X, line by line; without the template's indents that is Python.
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).split("\n"))
    yield from extract("python", io.BytesIO(text.encode()), KEYWORDS, comment_tags=("Translators:",), options={})


def catalogue_paths(locale: Path = LOCALE) -> list[Path]:
    """The catalogues that translators edit."""
    return sorted(locale.glob("*/LC_MESSAGES/django.po"))


def read_catalogue(path: Path) -> polib.POFile:
    """Raises OSError where the file is not a catalogue."""
    return polib.pofile(str(path), wrapwidth=110, encoding="utf-8")


def placeholders(text: str) -> Counter[str]:
    """What a program puts into the text, with how often: `%(name)s`, `%s`, `{name}` and markup."""
    bare = text.replace("%%", "")
    percents = [match.group(0) for match in PERCENT.finditer(bare)]
    return Counter(percents + BRACE.findall(bare) + TAG.findall(bare))


def plural_count(catalogue: polib.POFile) -> int:
    """How many forms the catalogue's language has for numbers, by its own header."""
    match = re.match(r"nplurals=(\d+);", catalogue.metadata.get("Plural-Forms", ""))
    return int(match.group(1)) if match else 0


def translations(entry: polib.POEntry) -> list[str]:
    """The translated forms of an entry: one, or one for each plural form."""
    return (
        [entry.msgstr_plural[index] for index in sorted(entry.msgstr_plural)] if entry.msgid_plural else [entry.msgstr]
    )


def problems_of_entry(entry: polib.POEntry, forms: int) -> Iterator[str]:
    """What is wrong with one translation, in plain words."""
    if entry.fuzzy:
        yield "is marked fuzzy"
    translated = translations(entry)
    if entry.msgid_plural and len(translated) != forms:
        yield f"has {len(translated)} plural forms, not {forms}"
    for index, text in enumerate(translated):
        if not text.strip():
            yield "is not translated"
            continue
        given, wanted = placeholders(text), placeholders(entry.msgid_plural or entry.msgid)
        # The form for one may leave the number out: "un viajero".
        fits = given <= wanted if entry.msgid_plural and index == 0 else given == wanted
        if not fits:
            yield f"has the placeholders or markup {_sorted(given)}, not {_sorted(wanted)}"
        if text.startswith("\n") != entry.msgid.startswith("\n") or text.endswith("\n") != entry.msgid.endswith("\n"):
            yield "begins or ends with a line break where the text does not, or the other way round"


def _sorted(counter: Counter[str]) -> list[str]:
    return sorted(counter.elements())
