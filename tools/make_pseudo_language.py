"""Writes the pseudo-language `ar-xb`: right to left, and every translated text stands between ⟦ and ⟧.

Whatever a page shows outside these brackets was never translated; whatever stands on the wrong side does not mirror.
Placeholders and markup stay as they are. It is generated for tests and for looking, never committed:

    python tools/make_pseudo_language.py [FOLDER]      (var/locale unless another one is named)
    FAIRPORT_PSEUDO_LANGUAGE=1 …                       offers the language on the pages
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import sys
from pathlib import Path

import polib
from translation_catalogues import BRACE, PERCENT, PROJECT, SOURCE, TAG, source_texts

# Arabic letters that look or sound alike, so that a tester can still read the text.
LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابجدهفغحيجكلمنوبقرستثڤوخيز")
KEPT = re.compile("|".join([PERCENT.pattern, r"%%", BRACE.pattern, TAG.pattern, r"&\w+;", r"\s+"]))
# Texts of these packages show on pages of ours; their English catalogues list them.
PACKAGES = ("django/conf/locale", "django/contrib/auth/locale", "allauth/locale")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=PROJECT / "var" / "locale")
    parser.add_argument("--source", type=Path, default=SOURCE)
    arguments = parser.parse_args()
    catalogue = polib.POFile()
    catalogue.metadata = {
        "Language": "ar_XB",
        "Content-Type": "text/plain; charset=utf-8",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for entry in sorted(foreign_entries(), key=lambda entry: (entry.msgctxt or "", entry.msgid)):
        catalogue.append(pseudo_entry(entry.msgid, entry.msgid_plural or None, entry.msgctxt))
    known = {(entry.msgctxt, entry.msgid): entry for entry in catalogue}
    for text in source_texts(arguments.source):
        if text.key in known:
            catalogue.remove(known[text.key])
        catalogue.append(pseudo_entry(text.msgid, text.plural, text.context))
    folder = arguments.folder / "ar_XB" / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "django.mo").write_bytes(catalogue.to_binary())
    print(f"{len(catalogue)} texts")
    return 0


def foreign_entries() -> list[polib.POEntry]:
    """What the packages translate, once each."""
    entries: dict[tuple[str | None, str], polib.POEntry] = {}
    for name in PACKAGES:
        package, _slash, rest = name.partition("/")
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise SystemExit(f"The package {package} is not installed.")
        path = Path(spec.origin).parent / rest / "en" / "LC_MESSAGES" / "django.po"
        for entry in polib.pofile(str(path)):
            if not entry.obsolete:
                entries[(entry.msgctxt, entry.msgid)] = entry
    return list(entries.values())


def pseudo_entry(msgid: str, plural: str | None, context: str | None) -> polib.POEntry:
    """An entry whose translation is made from its own text."""
    if plural is None:
        return polib.POEntry(msgid=msgid, msgctxt=context, msgstr=pseudo(msgid))
    forms = {0: pseudo(msgid), 1: pseudo(plural)}
    return polib.POEntry(msgid=msgid, msgid_plural=plural, msgctxt=context, msgstr_plural=forms)


def pseudo(text: str) -> str:
    """The text in letters of a right-to-left script, between brackets, with everything that a program puts in kept."""
    body = text.strip()
    if not body:
        return text
    parts, end = [], 0
    for match in KEPT.finditer(body):
        parts += [body[end : match.start()].lower().translate(LETTERS), match.group(0)]
        end = match.end()
    parts.append(body[end:].lower().translate(LETTERS))
    start = text.index(body)
    return f"{text[:start]}⟦{''.join(parts)}⟧{text[start + len(body) :]}"


if __name__ == "__main__":
    sys.exit(main())
