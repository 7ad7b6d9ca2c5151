"""Fails where a text has no translation, a translation does not fit, or a compiled catalogue is stale.

One line for each problem; exit status 1 if there is any. `python tools/update_translations.py` brings the catalogues
up to date with the source.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from translation_catalogues import (
    LOCALE,
    SOURCE,
    SourceText,
    catalogue_paths,
    plural_count,
    problems_of_entry,
    read_catalogue,
    source_texts,
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--locale", type=Path, default=LOCALE)
    arguments = parser.parse_args()
    texts = source_texts(arguments.source)
    paths = catalogue_paths(arguments.locale)
    problems = [problem for path in paths for problem in problems_of_catalogue(path, texts)]
    if not paths:
        problems.append(f"There is no catalogue under {arguments.locale.name}/.")
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{len(problems)} problems in the translations (docs/translations.md).", file=sys.stderr)
        return 1
    print(f"{len(texts)} texts are translated in {len(paths)} catalogue(s).")
    return 0


def problems_of_catalogue(path: Path, texts: list[SourceText]) -> Iterator[str]:
    """What is wrong with one catalogue, in plain words."""
    language = path.parent.parent.name
    catalogue = read_catalogue(path)
    forms = plural_count(catalogue)
    if not forms:
        yield f"{language}: the header names no plural forms"
    entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    for text in texts:
        entry = entries.pop(text.key, None)
        if entry is None:
            yield f"{language}: not in the catalogue: {text.msgid!r} ({text.files[0]})"
        elif (entry.msgid_plural or None) != text.plural:
            yield f"{language}: another plural in the catalogue: {text.msgid!r} ({text.files[0]})"
        else:
            for problem in dict.fromkeys(problems_of_entry(entry, forms)):
                yield f"{language}: {text.msgid!r} {problem} ({text.files[0]})"
    for _context, msgid in entries:
        yield f"{language}: no longer in the source: {msgid!r}"
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
        yield f"{language}: {compiled.name} is not what {path.name} compiles to"


if __name__ == "__main__":
    sys.exit(main())
