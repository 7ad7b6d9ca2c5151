"""Brings the catalogues up to date with the source: new texts come in empty, gone ones leave, the rest stays.

python tools/update_translations.py            updates and compiles every catalogue
python tools/update_translations.py --list     lists what is still to translate, and writes nothing
python tools/update_translations.py --new fr   begins a catalogue
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import polib
from translation_catalogues import (
    LOCALE,
    PERCENT,
    PLURALS,
    SOURCE,
    SourceText,
    catalogue_paths,
    plural_count,
    read_catalogue,
    source_texts,
    translations,
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--new", metavar="LANGUAGE")
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--locale", type=Path, default=LOCALE)
    arguments = parser.parse_args()
    if arguments.new:
        begin(arguments.locale, arguments.new)
    texts = source_texts(arguments.source)
    for path in catalogue_paths(arguments.locale):
        catalogue = merge(read_catalogue(path), texts)
        open_entries = [entry for entry in catalogue if entry.fuzzy or not all(translations(entry))]
        if arguments.list:
            for entry in open_entries:
                print(f"{path.parent.parent.name}: {entry.msgid!r}")
            continue
        catalogue.save(str(path))
        path.with_suffix(".mo").write_bytes(catalogue.to_binary())
        print(f"{path.parent.parent.name}: {len(catalogue)} texts, {len(open_entries)} to translate")
    return 0


def begin(locale: Path, language: str) -> None:
    """Writes an empty catalogue for a language, unless there is one."""
    path = locale / language / "LC_MESSAGES" / "django.po"
    if path.exists():
        sys.exit(f"There is a catalogue for {language} already.")
    if language not in PLURALS:
        sys.exit(f"Add the plural forms of {language} to PLURALS in tools/translation_catalogues.py first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Project-Id-Version": "Fairport",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    catalogue.save(str(path))


def merge(old: polib.POFile, texts: list[SourceText]) -> polib.POFile:
    """The catalogue of exactly these texts, with the translations that `old` has."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in old if not entry.obsolete}
    merged = polib.POFile(wrapwidth=110)
    merged.header, merged.metadata = old.header, old.metadata
    forms = plural_count(old)
    for text in texts:
        entry = polib.POEntry(
            msgid=text.msgid,
            msgctxt=text.context,
            comment="\n".join(text.notes),
            occurrences=[(name, "") for name in text.files],
            flags=["python-format"] if PERCENT.search(text.msgid + (text.plural or "")) else [],
        )
        before = known.get(text.key)
        if before is not None:
            entry.tcomment = before.tcomment
            entry.flags += ["fuzzy"] if before.fuzzy else []
        if text.plural is None:
            entry.msgstr = before.msgstr if before is not None else ""
        else:
            entry.msgid_plural = text.plural
            before_forms = before.msgstr_plural if before is not None else {}
            entry.msgstr_plural = {index: before_forms.get(index, "") for index in range(forms)}
        merged.append(entry)
    return merged


if __name__ == "__main__":
    sys.exit(main())
