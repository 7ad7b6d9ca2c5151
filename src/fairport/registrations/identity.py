"""When two names are the same person's, perhaps, and when two documents are one. Source: design, section 2."""

from __future__ import annotations

import unicodedata
from datetime import date

from fairport.sealing.blind_index import blind_index


def normalise_name(names: str) -> str:
    """Names as compared: without marks, case or order of the words."""
    decomposed = unicodedata.normalize("NFKD", names).casefold()
    bare = "".join(character for character in decomposed if not unicodedata.category(character).startswith("M"))
    words = "".join(character if character.isalnum() else " " for character in bare).split()
    return " ".join(sorted(words))


def name_index(*, given_names: str, family_names: str, birth_date: date, nationality: str) -> bytes:
    """Keyed hash that namesakes born on the same day share."""
    value = f"{normalise_name(f'{given_names} {family_names}')}|{birth_date.isoformat()}|{nationality}"
    return blind_index(purpose="traveler-name", value=value)


def normalise_document(number: str) -> str:
    """A document number as compared: capital letters and digits only. Empty if there are none."""
    return "".join(character for character in unicodedata.normalize("NFKC", number).upper() if character.isalnum())


def document_index(*, nationality: str, number: str) -> bytes:
    """Keyed hash of a document: the country and the number as compared."""
    return blind_index(purpose="document", value=f"{nationality}:{normalise_document(number)}")
