"""The pass as a text: what it says, what it does not, and every way in which it can be wrong."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from fairport.appointments.passes import (
    MAX_CHARACTERS,
    PREFIX,
    PassClaims,
    PassForged,
    PassMalformed,
    initials_of,
    qr_svg,
    sign_pass,
    verify_pass,
)
from fairport.domain.codes import CONFIRMATION_NUMBER_BYTES, confirmation_number_from
from fairport.sealing.keyring import SigningKey

KEY = SigningKey("0a1b2c3d", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER_KEY = SigningKey("ffffffff", Ed25519PrivateKey.from_private_bytes(bytes(32)))
KEYS: dict[str, Ed25519PublicKey] = {KEY.id: KEY.private.public_key()}
CLAIMS = PassClaims(
    confirmation_number=confirmation_number_from(b"123456"),
    port="SDG",
    date=date(2023, 1, 23),
    band_start=time(8),
    band_end=time(12),
    size=3,
    initials="MD",
)

claims_strategy = st.builds(
    PassClaims,
    confirmation_number=st.binary(min_size=CONFIRMATION_NUMBER_BYTES, max_size=CONFIRMATION_NUMBER_BYTES).map(
        confirmation_number_from
    ),
    port=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3),
    date=st.dates(date(2020, 1, 1), date(2199, 1, 1)),
    band_start=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    band_end=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    size=st.integers(1, 255),
    initials=st.tuples(st.characters(), st.characters())
    .filter(lambda pair: all(letter.isalpha() for letter in pair))
    .map("".join),
)


@given(claims=claims_strategy)
def test_a_pass_says_what_was_signed_and_stays_short(claims: PassClaims) -> None:
    text = sign_pass(claims=claims, key=KEY)

    assert verify_pass(text=text, public_keys=KEYS) == claims
    assert len(text) < MAX_CHARACTERS


@given(claims=claims_strategy, data=st.data())
@settings(max_examples=200)
def test_a_pass_with_any_character_changed_is_refused(claims: PassClaims, data: st.DataObject) -> None:
    text = sign_pass(claims=claims, key=KEY)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([sign for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if sign != text[place]]))

    with pytest.raises((PassForged, PassMalformed)):
        verify_pass(text=text[:place] + other + text[place + 1 :], public_keys=KEYS)


@given(text=st.text(max_size=300) | st.text(max_size=250).map(lambda tail: PREFIX + tail))
def test_any_other_text_is_malformed_or_forged_and_nothing_else(text: str) -> None:
    with pytest.raises((PassForged, PassMalformed)):
        verify_pass(text=text, public_keys=KEYS)


def test_every_truncation_is_refused() -> None:
    text = sign_pass(claims=CLAIMS, key=KEY)

    for length in range(len(text)):
        with pytest.raises((PassForged, PassMalformed)):
            verify_pass(text=text[:length], public_keys=KEYS)


def test_another_services_key_is_forged() -> None:
    with pytest.raises(PassForged):
        verify_pass(text=sign_pass(claims=CLAIMS, key=OTHER_KEY), public_keys=KEYS)


def test_another_key_under_our_id_is_forged() -> None:
    pretender = SigningKey(KEY.id, OTHER_KEY.private)

    with pytest.raises(PassForged):
        verify_pass(text=sign_pass(claims=CLAIMS, key=pretender), public_keys=KEYS)


def test_an_older_key_stays_good() -> None:
    text = sign_pass(claims=CLAIMS, key=OTHER_KEY)

    assert verify_pass(text=text, public_keys=KEYS | {OTHER_KEY.id: OTHER_KEY.private.public_key()}) == CLAIMS


def test_typed_in_small_letters_and_groups_it_is_the_same_pass() -> None:
    text = sign_pass(claims=CLAIMS, key=KEY).lower()
    grouped = " \n".join(text[start:end] for start, end in pairwise([*range(0, len(text), 10), len(text)]))

    assert verify_pass(text=grouped, public_keys=KEYS) == CLAIMS


@pytest.mark.parametrize(
    ("given_names", "family_names", "expected"),
    [
        ("Marie Ange", "Désir", "MD"),
        ("  élodie", "d'Haïti", "ÉD"),
        ("محمد", "علي", "مع"),
        ("Ñusta", "", "Ñ"),
        ("ﬀ", "1-Ω", "ﬀΩ"),
    ],
)
def test_initials_are_the_first_letter_of_each_name(given_names: str, family_names: str, expected: str) -> None:
    assert initials_of(given_names=given_names, family_names=family_names) == expected


def test_the_qr_code_keeps_to_the_content_security_policy() -> None:
    image = qr_svg(sign_pass(claims=CLAIMS, key=KEY))

    assert image.startswith("<svg")
    assert "style" not in image
    assert "<script" not in image
