"""The interpreter that a group wishes: asked on the form, kept as typed, sealed, and shown to its owner."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from fairport.registrations.interpreters import INDIGENOUS, NAMES, SIGNED, WIDE, InterpreterWish, describe_wish
from fairport.registrations.models import Registration
from fairport.registrations.queries import open_interpreter
from tests.apps.applicant.walking import Walker, main_text


def sign_in(walker: Walker) -> None:
    """Opens the registration that was just sent."""
    receipt = walker.look("register_done").context["receipt"]
    assert walker.send("status", {"code": receipt.access_code}).status_code == 303


def test_the_form_offers_languages_in_their_own_names(walker: Walker) -> None:
    walker.up_to("contact")
    page = walker.look("register_contact").content.decode()

    for name in ("Kreyòl ayisyen", "Русский", "Українська", "العربية", "Q’eqchi’", "Lengua de Señas Mexicana (LSM)"):
        assert f">{name}</option>" in page
    assert set(re.findall(r'<option value="(\w+)"', page)) >= {*NAMES, "other"}
    assert len(NAMES) == len(WIDE) + len(INDIGENOUS) + len(SIGNED), "no code stands in two groups"


def test_it_is_asked_kept_and_shown(walker: Walker) -> None:
    walker.up_to("contact")
    walker.contact(interpreter="mam", interpreter_words="a woman, please")
    assert "Mam: a woman, please" in main_text(walker.look("register_review"))

    walker.submit()

    registration = Registration.objects.get()
    assert open_interpreter(registration=registration) == InterpreterWish("mam", "a woman, please")
    sign_in(walker)
    assert "Mam: a woman, please" in main_text(walker.look("status"))


def test_nobody_needs_to_answer(walker: Walker) -> None:
    walker.up_to("review")
    assert "No interpreter needed" in main_text(walker.look("register_review"))
    walker.submit()

    assert Registration.objects.get().sealed_interpreter is None
    sign_in(walker)
    assert "Registration number" in main_text(walker.look("status"))
    assert "Interpreter" not in main_text(walker.look("status"))


def test_words_alone_are_an_answer(walker: Walker) -> None:
    walker.up_to("contact")
    walker.contact(interpreter="", interpreter_words="I need to see your lips")
    walker.submit()

    wish = open_interpreter(registration=Registration.objects.get())
    assert describe_wish(wish) == "I need to see your lips"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"interpreter": "klingon"}, "interpreter_unknown"),
        ({"interpreter": "other"}, "interpreter_words_required"),
        ({"interpreter": "ht", "interpreter_words": "x" * 201}, "interpreter_words_too_long"),
        ({"interpreter": "ht", "interpreter_words": "a\x00b"}, "interpreter_words_invalid"),
        ({"interpreter": "ht", "interpreter_words": "a\x07b"}, "interpreter_words_invalid"),
    ],
)
def test_what_is_unclear_is_named_and_still_there(walker: Walker, typed: dict[str, str], code: str) -> None:
    walker.up_to("contact")

    refused = walker.contact(**typed)

    assert refused.status_code == 422
    assert f"<code>{code}</code>" in refused.content.decode()
    assert 'value="ana@example.org"' in refused.content.decode()
    assert walker.look("register_review")["Location"] == reverse("register_contact")
