"""POST /registrations: one registration whatever is repeated, and every bad input a problem document."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from fairport.domain.codes import CodeKind, is_well_formed
from fairport.domain.policy import Policy
from fairport.registrations.models import Registration
from tests.apps.api.conftest import Api, Clock
from tests.apps.api.problems import problem_of
from tests.factories.programme import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def programme(policy: Policy) -> None:
    """Everything here needs the programme."""


def test_a_family_registers_and_gets_its_codes(api: Api, body: dict[str, Any]) -> None:
    response = api.post("/registrations", body)
    assert response.status_code == 201
    answer = response.json()
    assert answer.keys() == {
        "registration_number",
        "access_code",
        "entry_secret",
        "registered_at",
        "status",
        "size",
    }
    assert is_well_formed(answer["access_code"], CodeKind.ACCESS_CODE)
    assert len(bytes.fromhex(answer["entry_secret"])) == 32
    assert (answer["status"], answer["size"], answer["registered_at"]) == ("waiting", 2, "2023-01-18T17:00:00Z")
    assert response["Cache-Control"] == "no-store"
    assert Registration.objects.get().language == "es"


def test_a_repeat_with_the_same_key_gets_the_first_answer(api: Api, body: dict[str, Any], clock: Clock) -> None:
    key = str(uuid.uuid4())
    first = api.post("/registrations", body, key=key)
    again = api.post("/registrations", body, key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert Registration.objects.count() == 1


def test_the_same_key_with_other_content(api: Api, body: dict[str, Any]) -> None:
    key = str(uuid.uuid4())
    api.post("/registrations", body, key=key)
    body["language"] = "en"
    problem_of(api.post("/registrations", body, key=key), 409, "idempotency_conflict")


@pytest.mark.parametrize("key", ["1", "short", "x" * 201, "with space in the middle", "é" * 20])
def test_a_key_that_others_could_guess_or_that_is_no_key(api: Api, body: dict[str, Any], key: str) -> None:
    assert problem_of(api.post("/registrations", body, key=key), 400, "idempotency_key_invalid")
    assert Registration.objects.count() == 0


def test_a_document_in_use_says_nothing_about_the_other_one(api: Api, body: dict[str, Any]) -> None:
    api.post("/registrations", body)
    body["travelers"].reverse()
    body["travelers"][0] |= {"birth_date": "1980-01-01", "criteria": ["threat"]}
    response = api.post("/registrations", body)
    assert problem_of(response, 409, "document_in_use") == [("travelers.1.document_number", "document_in_use")]
    number = Registration.objects.get().number
    assert number not in response.content.decode()


def change(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The body with one field changed: `travelers.0.birth_date`."""
    *way, last = path.split(".")
    place: Any = body
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    return body


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("travelers.0.given_names", "", "name_required"),
        ("travelers.0.given_names", "n" * 300, "name_too_long"),
        ("travelers.0.given_names", "a\u0000b", "name_invalid"),
        ("travelers.0.birth_date", "2023-02-30", "birth_date_invalid"),
        ("travelers.0.birth_date", "17/05/1990", "birth_date_invalid"),
        ("travelers.0.birth_date", 643334400, "birth_date_invalid"),
        ("travelers.0.birth_date", "20230118", "birth_date_invalid"),
        ("travelers.0.birth_date", "2030-01-01", "birth_date_in_future"),
        ("travelers.0.birth_date", "0001-01-01", "birth_date_impossible"),
        ("travelers.0.nationality", "XX", "nationality_unknown"),
        ("travelers.1.criteria", ["under_21"], "criterion_not_claimable"),
        ("travelers.0.criteria", ["poor"], "criterion_unknown"),
        ("travelers.0.given_names", 5, "field_invalid"),
        ("travelers.0.given_names", None, "field_invalid"),
        ("travelers.0.document_number", "\u0007\u0007\u0007\u0007", "document_invalid"),
        ("travelers.0.name", "Marie", "unknown_field"),
        ("traveler", [], "unknown_field"),
        ("travelers", [], "travelers_required"),
        ("travelers", "nobody", "field_invalid"),
        ("ports", [], "ports_required"),
        ("ports.0", "XYZ", "port_unknown"),
        ("ports.1", "SDG", "port_repeated"),
        ("contact.email", "marie", "email_invalid"),
        ("contact.phone", "12", "phone_invalid"),
        ("location.country", "", "country_required"),
        ("location.state", "BCN", "state_unknown"),
        ("location.state", None, "state_required"),
        ("attestation", False, "attestation_required"),
        ("attestation", "true", "field_invalid"),
        ("language", "fr", "language_not_offered"),
        ("programme", "title-43", "programme_unknown"),
        ("programme", "a\u0000b", "programme_unknown"),
    ],
)
def test_bad_input_names_the_field_and_keeps_nothing(
    api: Api, body: dict[str, Any], path: str, value: Any, code: str
) -> None:
    before = row_counts()
    found = problem_of(api.post("/registrations", change(body, path, value)), 422, "invalid")
    assert (path, code) in found
    assert row_counts() == before


def test_two_travelers_with_the_same_document(api: Api, body: dict[str, Any]) -> None:
    body["travelers"][1]["document_number"] = "pp-765-4321"
    assert problem_of(api.post("/registrations", body), 422, "invalid") == [
        ("travelers.1.document_number", "document_repeated")
    ]


def test_everything_missing_is_named_at_once(api: Api) -> None:
    found = problem_of(api.post("/registrations", {}), 422, "invalid")
    assert {code for _field, code in found} == {"field_required"}
    assert {field for field, _code in found} == {
        "programme",
        "language",
        "ports",
        "travelers",
        "location",
        "attestation",
    }


def test_who_cannot_register_is_told_why(api: Api, body: dict[str, Any]) -> None:
    lonely = {**body, "travelers": [body["travelers"][1]]}
    problem_of(api.post("/registrations", lonely), 422, "child_alone")
    adult = {**body["travelers"][0], "criteria": []}
    none = {**body, "travelers": [adult]}
    assert problem_of(api.post("/registrations", none), 422, "not_eligible") == [("travelers", "no_criterion")]
    away = {**body, "location": {"country": "MX", "state": "MX-CHP"}}
    assert problem_of(api.post("/registrations", away), 422, "not_eligible") == [("location", "outside_location")]
    many = {**body, "travelers": [{**adult, "document_number": None} for _ in range(13)]}
    problem_of(api.post("/registrations", many), 422, "group_too_large")
    assert Registration.objects.count() == 0


def test_right_to_left_and_combining_names_are_fine(api: Api, body: dict[str, Any]) -> None:
    body["travelers"][0] |= {"given_names": "مر\u064aم", "family_names": "Nu\u0301n\u0303ez"}
    assert api.post("/registrations", body).status_code == 201


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"", "application/json", 422, "invalid"),
        (b"{", "application/json", 400, "malformed"),
        (b"\xff\xfe", "application/json", 400, "malformed"),
        (b'{"programme": "\\ud800"}', "application/json", 400, "malformed"),
        (b"[" * 100_000, "application/json", 400, "malformed"),
        (b"null", "application/json", 422, "invalid"),
        (b"[]", "application/json", 422, "invalid"),
        (b'"text"', "application/json", 422, "invalid"),
        (b"1" * 5000, "application/json", 400, "malformed"),
        (b"programme=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"{}", "", 415, "unsupported_media_type"),
        (b"x" * 10_000_000, "application/json", 413, "body_too_large"),
    ],
)
def test_a_body_that_cannot_be_read(content: bytes, content_type: str, status: int, code: str) -> None:
    client = Client(raise_request_exception=False)
    response = client.generic("POST", "/api/v1/registrations", content, content_type=content_type)
    problem_of(response, status, code)  # type: ignore[arg-type]
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method(method: str) -> None:
    response = Client().generic(method, "/api/v1/registrations")
    problem_of(response, 405, "method_not_allowed")  # type: ignore[arg-type]
    assert response["Allow"] == "POST"


@pytest.mark.parametrize("path", ["/nothing", "/", "/registrations/", "/draws/x/y/z"])
def test_nothing_there(api: Api, path: str) -> None:
    problem_of(api.get(path), 404, "not_found")


def test_a_defect_of_ours_is_a_problem_too(body: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**arguments: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("fairport.applicant.api.submit_registration", fail)
    client = Client(raise_request_exception=False)
    response = client.post("/api/v1/registrations", body, content_type="application/json")
    problem_of(response, 500, "server_error")  # type: ignore[arg-type]
    assert b"secret" not in response.content


def test_problems_are_told_in_the_language_of_the_reader(api: Api, body: dict[str, Any]) -> None:
    body["ports"] = []
    english = api.post("/registrations", body, **{"Accept-Language": "en"})
    spanish = api.post("/registrations", body, **{"Accept-Language": "es-MX,es;q=0.9"})
    assert (english["Content-Language"], spanish["Content-Language"]) == ("en", "es")
    assert english.json()["errors"][0]["code"] == spanish.json()["errors"][0]["code"] == "ports_required"
    assert english.json()["errors"][0]["message"] != spanish.json()["errors"][0]["message"]


def test_document_refusals_are_limited_by_address(api: Api, body: dict[str, Any]) -> None:
    api.post("/registrations", body)
    for _ in range(30):
        problem_of(api.post("/registrations", body), 409, "document_in_use")
    response = api.post("/registrations", body)
    problem_of(response, 429, "too_many_document_refusals")
    assert 0 < int(response["Retry-After"]) <= 3600


def row_counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_models()}


def test_the_time_of_registration_is_the_clocks(api: Api, body: dict[str, Any]) -> None:
    api.post("/registrations", body)
    assert Registration.objects.get().registered_at == NOW
