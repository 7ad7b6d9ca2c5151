from __future__ import annotations

import pytest

from fairport.formkit.locales import babel_locale


@pytest.mark.parametrize(
    ("language", "locale"),
    [("en", "en"), ("es", "es_MX"), ("ar-xb", "ar"), ("pt-br", "pt_BR"), ("tlh", "en"), ("", "en"), ("%", "en")],
)
def test_a_language_of_the_site_has_the_nearest_locale(language: str, locale: str) -> None:
    assert str(babel_locale(language)) == locale
