"""Which interpreter somebody wishes for the talk with an officer: a short list of languages, or words of their own.

The names are the languages' own, so that who reads no other language finds theirs. Codes are BCP 47: two letters where
ISO 639-1 has them, else three of ISO 639-3. The list follows who comes to these ports: the founding programmes'
nationalities, the largest indigenous languages of Mexico and Central America, and the sign languages of the region.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OTHER: Final = "other"
LONGEST_WORDS: Final = 200

WIDE: Final[dict[str, str]] = {
    "es": "Español",
    "en": "English",
    "ht": "Kreyòl ayisyen",
    "pt": "Português",
    "fr": "Français",
    "ru": "Русский",
    "uk": "Українська",
    "ar": "العربية",
    "fa": "فارسی / دری",
    "zh": "中文（普通话）",
    "yue": "廣東話",
    "hi": "हिन्दी",
    "pa": "ਪੰਜਾਬੀ",
    "tr": "Türkçe",
    "vi": "Tiếng Việt",
}
INDIGENOUS: Final[dict[str, str]] = {
    "nah": "Nāhuatl",
    "yua": "Maaya t’aan",
    "mix": "Tu’un savi (mixteco)",
    "zap": "Diidxazá (zapoteco)",
    "oto": "Hñähñu (otomí)",
    "tzo": "Bats’i k’op (tsotsil)",
    "tzh": "Bats’il k’op (tseltal)",
    "ctu": "Lak ty’añ (ch’ol)",
    "tsz": "P’urhépecha",
    "tcf": "Me’phaa (tlapaneco)",
    "trc": "Triqui",
    "quc": "K’iche’",
    "mam": "Mam",
    "kek": "Q’eqchi’",
    "kjb": "Q’anjob’al",
    "cak": "Kaqchikel",
    "ixl": "Ixil",
    "cac": "Chuj",
    "cab": "Garífuna",
    "miq": "Mískitu",
}
SIGNED: Final[dict[str, str]] = {
    "ase": "American Sign Language (ASL)",
    "mfs": "Lengua de Señas Mexicana (LSM)",
    "gsm": "Lengua de señas de Guatemala (LENSEGUA)",
    "hds": "Lengua de señas de Honduras (LESHO)",
}
NAMES: Final[dict[str, str]] = {**WIDE, **INDIGENOUS, **SIGNED}


@dataclass(frozen=True, slots=True)
class InterpreterWish:
    """`language` is a code of `NAMES`, `other`, or empty; `words` says which other one, or what else helps."""

    language: str
    words: str

    def as_json(self) -> dict[str, str]:
        """As it is sealed."""
        return {"language": self.language, "words": self.words}


def read_wish(*, language: str | None, words: str | None) -> InterpreterWish | None:
    """What was asked for in the one form that is kept; None where nothing was."""
    code = (language or "").strip().lower()
    text = " ".join(unicodedata.normalize("NFC", words or "").split())
    return InterpreterWish(code, text) if code or text else None


def wish_from_json(content: dict[str, Any] | None) -> InterpreterWish | None:
    """What `as_json` wrote."""
    return None if content is None else InterpreterWish(content["language"], content["words"])


def wish_problem(wish: InterpreterWish | None) -> tuple[str, str] | None:
    """What is wrong with a wish: the field (`language` or `words`) and a stable code, or None."""
    if wish is None:
        return None
    if wish.language not in {"", OTHER, *NAMES}:
        return ("language", "interpreter_unknown")
    if wish.language == OTHER and not wish.words:
        return ("words", "interpreter_words_required")
    if len(wish.words) > LONGEST_WORDS:
        return ("words", "interpreter_words_too_long")
    if any(unicodedata.category(character)[0] == "C" for character in wish.words if character not in "\u200c\u200d"):
        return ("words", "interpreter_words_invalid")
    return None


def describe_wish(wish: InterpreterWish | None) -> str:
    """In one line: the language in its own name, and the words. Empty for no wish."""
    if wish is None:
        return ""
    name = NAMES.get(wish.language, "")
    return f"{name}: {wish.words}" if name and wish.words else name or wish.words


def interpreter_choices() -> list[tuple[str | Promise, Any]]:
    """The choices of a form, in groups; the first one is that nobody is needed."""
    return [
        ("", _("No interpreter needed")),
        (_("Spoken languages"), list(WIDE.items())),
        (_("Languages of Mexico and Central America"), list(INDIGENOUS.items())),
        (_("Sign languages"), list(SIGNED.items())),
        (OTHER, _("Another language: write which below")),
    ]
