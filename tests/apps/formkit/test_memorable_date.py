"""A date in three inputs: each mistake has its own message, and what was typed stays."""

from __future__ import annotations

from datetime import date

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from fairport.formkit.fields import MemorableDateField


class BirthDateForm(forms.Form):
    birth_date = MemorableDateField(
        label="Birth date", earliest=date(1900, 1, 1), latest=date(2026, 11, 24), autocomplete="bday"
    )


class OptionalForm(forms.Form):
    birth_date = MemorableDateField(label="Birth date", required=False)


def typed(day: str, month: str, year: str) -> dict[str, str]:
    return {"birth_date_day": day, "birth_date_month": month, "birth_date_year": year}


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("", "", ""), "required"),
        (("1", "", "1990"), "incomplete"),
        (("one", "2", "1990"), "not_a_number"),
        (("-1", "2", "1990"), "not_a_number"),
        (("1", "2", "19905"), "not_a_number"),
        (("1", "2", "²019"), "not_a_number"),
        (("1", "2", "90"), "year_digits"),
        (("1", "2", "0000"), "invalid"),
        (("31", "2", "1990"), "invalid"),
        (("29", "2", "2023"), "invalid"),
        (("1", "13", "1990"), "invalid"),
        (("31", "12", "1899"), "too_early"),
        (("25", "11", "2026"), "too_late"),
    ],
)
def test_each_mistake_has_its_code_and_keeps_what_was_typed(parts: tuple[str, str, str], code: str) -> None:
    form = BirthDateForm(typed(*parts))
    assert [error.code for error in form.errors.as_data()["birth_date"]] == [code]
    html = str(form["birth_date"])
    for name, value in typed(*parts).items():
        assert f'name="{name}"' in html
        assert not value or f'value="{value}"' in html


@pytest.mark.parametrize("parts", [("24", "11", "2026"), (" 24 ", "11", "2026"), ("٢٤", "١١", "٢٠٢٦")])
def test_the_last_allowed_day_is_allowed_in_any_digits(parts: tuple[str, str, str]) -> None:
    form = BirthDateForm(typed(*parts))
    assert form.is_valid()
    assert form.cleaned_data["birth_date"] == date(2026, 11, 24)


def test_an_optional_date_may_be_empty_but_not_half_empty() -> None:
    empty = OptionalForm(typed("", "", ""))
    assert empty.is_valid()
    assert empty.cleaned_data["birth_date"] is None
    assert not OptionalForm(typed("1", "", "")).is_valid()


def test_a_body_without_the_parts_counts_as_empty() -> None:
    assert [error.code for error in BirthDateForm({}).errors.as_data()["birth_date"]] == ["required"]


@pytest.mark.parametrize("initial", [date(1990, 2, 28), "1990-02-28"])
def test_initial_value_fills_the_parts(initial: date | str) -> None:
    html = str(BirthDateForm(initial={"birth_date": initial})["birth_date"])
    assert 'value="28"' in html
    assert 'value="2"' in html
    assert 'value="1990"' in html
    assert 'autocomplete="bday-year"' in html


def test_change_is_seen_against_the_initial_date() -> None:
    initial = {"birth_date": date(1990, 2, 28)}
    assert not BirthDateForm(typed("28", "2", "1990"), initial=initial).has_changed()
    assert BirthDateForm(typed("27", "2", "1990"), initial=initial).has_changed()


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 11, 24)))
def test_every_date_comes_back_as_itself(day: date) -> None:
    form = BirthDateForm(typed(str(day.day), str(day.month), f"{day.year:04}"))
    assert form.is_valid()
    assert form.cleaned_data["birth_date"] == day
