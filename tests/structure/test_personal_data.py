"""Every model declares the personal data that it holds, or none."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

OURS = [model for model in apps.get_models() if model.__module__.startswith("fairport.")]


def test_there_are_models_to_walk() -> None:
    assert len(OURS) > 15


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_the_declaration_is_there_and_names_fields_that_exist(model: type[models.Model]) -> None:
    declared = model.__dict__.get("PERSONAL_DATA")
    assert isinstance(declared, dict), f"{model.__name__} declares no PERSONAL_DATA"
    assert declared.keys() <= {field.name for field in model._meta.get_fields()}
    assert all(isinstance(how, str) and how for how in declared.values())


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_sealed_field_is_declared(model: type[models.Model]) -> None:
    sealed = {
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.BinaryField) and field.name.startswith("sealed")
    }
    # A draw's secret is nobody's file.
    assert sealed - {"sealed_secret"} <= model.__dict__["PERSONAL_DATA"].keys()


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_no_name_or_contact_has_a_column_in_clear(model: type[models.Model]) -> None:
    telling = ("given_name", "family_name", "birth", "nationality", "document_number", "email", "phone")
    columns = {
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField | models.DateField) and field.name.startswith(telling)
    }
    # Staff sign in with their work address.
    assert columns <= ({"email"} if model.__name__ == "User" else set())
