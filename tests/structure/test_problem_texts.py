"""Every stable code has a plain sentence."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import fairport
from fairport.applicant.problems import TEXTS, text_for
from fairport.config.paths import PACKAGE
from fairport.domain.eligibility import Reason
from fairport.metros.errors import MetrosError
from fairport.registrations.validation import Problem

# These start something when they are imported.
NOT_IMPORTED = {"fairport.config.wsgi", "fairport.__main__", "fairport.domain.__main__"}

# Each room of the office has the texts of its own codes.
OFFICE_TEXTS = {
    code: text
    for module in pkgutil.walk_packages(fairport.__path__, "fairport.")
    if module.name.endswith(".problems") and module.name != "fairport.applicant.problems"
    for code, text in importlib.import_module(module.name).TEXTS.items()
}

# Met by an operator at the command line and by the worker's log only, where the exception's own sentence is shown.
OPERATORS_ONLY = {"beacon_missing", "beacon_unavailable"}


def our_exceptions() -> Iterator[type[Exception]]:
    for module in pkgutil.walk_packages(fairport.__path__, "fairport."):
        if ".migrations" in module.name or module.name in NOT_IMPORTED:
            continue
        for _name, thing in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(thing, Exception) and thing.__module__ == module.name:
                yield thing


EXCEPTIONS = sorted(set(our_exceptions()), key=lambda thing: thing.__qualname__)


def codes_in_sources() -> set[str]:
    """Every literal first argument of `text_for` and every literal `code=` of a call, in the applicant's rooms."""
    found: set[str] = set()
    for path in [*(PACKAGE / "applicant").rglob("*.py"), *(PACKAGE / "transparency").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name == "text_for" and node.args and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
            if name in ("Refused", "FieldProblem"):
                found.update(
                    argument.value
                    for argument in [*node.args[1:2], *(keyword.value for keyword in node.keywords)]
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                )
    return found


def test_there_are_exceptions_to_walk() -> None:
    assert len(EXCEPTIONS) > 20


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda exception: exception.__qualname__)
def test_an_exception_with_a_stable_code_has_a_text(exception: type[Exception]) -> None:
    code = exception.__dict__.get("code")
    if isinstance(code, str):
        # The pages of the ranking have one text for all refused files; which one it is, is for the operator.
        if issubclass(exception, MetrosError):
            return
        # What only an officer can meet has its words in the office.
        assert code in TEXTS or code in OFFICE_TEXTS or code in OPERATORS_ONLY


@pytest.mark.parametrize("code", [*Problem, "no_criterion", "outside_location", "child_alone", "group_too_large"])
def test_a_problem_of_a_field_and_a_reason_have_a_text(code: str) -> None:
    assert len(text_for(code)) > 10


def test_the_reasons_above_are_those_of_the_rules() -> None:
    assert all(f"``{code}``" in (Reason.__doc__ or "") for code in ("no_criterion", "outside_location"))


def test_a_code_written_in_a_view_has_a_text() -> None:
    found = codes_in_sources()
    assert found
    assert found <= TEXTS.keys()


@pytest.mark.parametrize(("code", "text"), [*TEXTS.items(), *OFFICE_TEXTS.items()])
def test_a_text_is_made_of_whole_sentences(code: str, text: object) -> None:
    assert len(str(text)) > 10
    assert str(text).endswith(".")


def test_an_unknown_code_is_a_defect() -> None:
    with pytest.raises(KeyError):
        text_for("no_such_code")
