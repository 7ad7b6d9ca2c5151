"""What a rendered field tells a browser and a screen reader."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.template.loader import render_to_string

from fairport.formkit.fields import Described, MemorableDateField


class TravelerForm(forms.Form):
    given_names = forms.CharField(label="Given names", help_text="All of them", max_length=20)
    email = forms.EmailField(label="E-mail", required=False)
    birth_date = MemorableDateField(label="Birth date", help_text="For example: 28 4 1986")
    port = forms.ChoiceField(
        label="Port", widget=forms.RadioSelect, choices=[("SDG", "San Diego"), ("ELP", Described("El Paso", "Texas"))]
    )
    true = forms.BooleanField(label="All of this is true.")
    draft = forms.CharField(widget=forms.HiddenInput)


def test_hint_and_error_are_tied_to_the_control() -> None:
    html = TravelerForm({})["given_names"].as_field_group()
    described = re.search(r'<input[^>]*aria-describedby="([^"]+)"', html)
    assert described is not None
    assert described[1].split() == ["id_given_names_helptext", "id_given_names_error"]
    for name in described[1].split():
        assert f'id="{name}"' in html
    assert 'aria-invalid="true"' in html
    assert '<label class="usa-label usa-label--error" for="id_given_names">' in html


def test_a_valid_field_shows_no_error() -> None:
    html = TravelerForm({"given_names": "Ana"})["given_names"].as_field_group()
    assert "error" not in html
    assert 'value="Ana"' in html


def test_the_browser_neither_speaks_its_own_language_nor_cuts_a_text() -> None:
    html = str(TravelerForm())
    assert " required" not in html
    assert "maxlength" not in html


def test_a_text_that_is_too_long_is_an_error_and_stays() -> None:
    form = TravelerForm({"given_names": "x" * 300})
    assert [error.code for error in form.errors.as_data()["given_names"]] == ["max_length"]
    assert "x" * 300 in form["given_names"].as_field_group()


def test_groups_are_fieldsets_with_a_legend() -> None:
    form = TravelerForm({})
    for name in ("birth_date", "port"):
        html = form[name].as_field_group()
        assert "<legend" in html
        assert re.search(rf'<fieldset[^>]*aria-describedby="[^"]*id_{name}_error', html)
        labels = re.findall(r'<label[^>]*for="([^"]+)"', html)
        controls = re.findall(r'<input[^>]*id="([^"]+)"', html)
        assert labels == controls != []


def test_choices_may_carry_a_description() -> None:
    html = str(TravelerForm()["port"])
    assert '>El Paso<span class="usa-radio__label-description">Texas</span>' in html


def test_only_optional_fields_are_marked() -> None:
    form = TravelerForm()
    assert "(optional)" in form["email"].as_field_group()
    assert "(optional)" not in form["given_names"].as_field_group()


def test_texts_are_escaped() -> None:
    form = TravelerForm({"given_names": '"><script>'})
    assert "<script>" not in form["given_names"].as_field_group()


def test_the_error_summary_leads_to_the_first_control_of_each_field() -> None:
    form = TravelerForm({})
    html = render_to_string("components/form/error_summary.html", {"form": form})
    targets = re.findall(r'href="#([^"]+)"', html)
    assert targets == ["id_given_names", "id_birth_date_0", "id_port_0", "id_true"]
    page = str(form)
    for target in targets:
        assert f'id="{target}"' in page
    assert 'role="alert"' in html


@pytest.mark.parametrize("context", [{}, {"form": TravelerForm()}, {"problems": []}])
def test_there_is_no_error_summary_without_errors(context: dict[str, object]) -> None:
    assert render_to_string("components/form/error_summary.html", context).strip() == ""


def test_problems_without_a_field_are_in_the_summary() -> None:
    html = render_to_string("components/form/error_summary.html", {"problems": ["This offer has ended."]})
    assert "<li>This offer has ended.</li>" in html
