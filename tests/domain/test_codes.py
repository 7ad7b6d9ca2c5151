"""Codes survive being read aloud and typed, and a mistyped one is told from a right one."""

import itertools
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.codes import (
    ALPHABET,
    CodeKind,
    access_code_from,
    complaint_code_from,
    confirmation_number_from,
    format_code,
    is_well_formed,
    normalise_code,
    registration_number_from,
)
from tests.domain.building import repeatable

MAKERS: dict[CodeKind, tuple[Callable[[bytes], str], int, str]] = {
    CodeKind.REGISTRATION_NUMBER: (registration_number_from, 5, r"FP-\w{4}-\w{5}"),
    CodeKind.ACCESS_CODE: (access_code_from, 12, r"\w{5}-\w{5}-\w{5}-\w{5}"),
    CodeKind.CONFIRMATION_NUMBER: (confirmation_number_from, 6, r"\w{5}-\w{5}"),
    CodeKind.COMPLAINT_CODE: (complaint_code_from, 9, r"\w{5}-\w{5}-\w{5}"),
}
kinds = pytest.mark.parametrize("kind", list(CodeKind))
randomness = st.binary(min_size=16, max_size=16)


@kinds
@repeatable
@given(random_bytes=randomness)
def test_a_new_code_has_its_form_and_is_only_of_its_kind(kind: CodeKind, random_bytes: bytes) -> None:
    make, _, form = MAKERS[kind]
    code = make(random_bytes)
    assert re.fullmatch(form, code)
    assert set(code) <= set(ALPHABET + "-")
    assert [other for other in CodeKind if is_well_formed(code, other)] == [kind]


@kinds
@repeatable
@given(random_bytes=randomness, data=st.data())
def test_every_single_wrong_character_and_every_swap_is_found(
    kind: CodeKind, random_bytes: bytes, data: st.DataObject
) -> None:
    prefix = 2 if kind is CodeKind.REGISTRATION_NUMBER else 0
    code = normalise_code(MAKERS[kind][0](random_bytes))
    place = data.draw(st.integers(prefix, len(code) - 1))
    other = data.draw(st.sampled_from(ALPHABET.replace(code[place], "")))
    assert not is_well_formed(code[:place] + other + code[place + 1 :], kind)
    for first, second in itertools.combinations(range(prefix, len(code)), 2):
        if code[first] != code[second]:
            swapped = list(code)
            swapped[first], swapped[second] = code[second], code[first]
            assert not is_well_formed("".join(swapped), kind)


@kinds
@pytest.mark.parametrize(
    "style",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: f"\t{code}\n",
        lambda code: code.replace("0", "O").replace("1", "l"),
        lambda code: code.replace("-", "\u2013").replace("1", "I").replace("0", "o"),
        lambda code: "".join(chr(ord(sign) + 0xFEE0) if sign.isalnum() else sign for sign in code),
    ],
)
def test_a_code_is_known_however_it_is_typed(kind: CodeKind, style: Callable[[str], str]) -> None:
    code = MAKERS[kind][0](bytes(range(0, 240, 15)))
    typed = style(code)
    assert is_well_formed(typed, kind)
    assert normalise_code(typed) == normalise_code(code)
    assert format_code(typed, kind) == code


@kinds
def test_all_random_bits_are_used_and_too_few_are_refused(kind: CodeKind) -> None:
    make, needed, _ = MAKERS[kind]
    base = bytes(needed)
    changed = {make((1 << bit).to_bytes(needed, "big")) for bit in range(needed * 8 - 3)}
    assert len(changed | {make(base)}) == needed * 8 - 2
    with pytest.raises(ValueError, match="random bytes"):
        make(bytes(needed - 1))


@kinds
@repeatable
@given(text=st.text(max_size=30))
def test_any_text_is_judged_without_an_error(kind: CodeKind, text: str) -> None:
    if is_well_formed(text, kind):
        assert set(normalise_code(text)) <= set(ALPHABET)


@pytest.mark.parametrize("text", ["", "-", "FP", "FP-", "0" * 20, "0" * 10, "FP000000000", "U" * 20])
def test_zeros_and_fragments_are_no_codes(text: str) -> None:
    assert not any(is_well_formed(text, kind) for kind in CodeKind)
