"""Everything that can be wrong with what is sent: its text, its stable code, a 4xx status, and nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from fairport.applicant.problems import text_for
from fairport.registrations.models import Draft, Registration
from tests.apps.applicant.walking import CHILD, FIRST_KEY, Walker, main_text

pytestmark = pytest.mark.django_db
Snapshot = Callable[[], dict[str, int]]


def assert_refused(response: Any, code: str, *, status: int = 422, language: str = "en", text: str = "") -> None:
    """The page says what is wrong in the reader's language and names the code."""
    words = main_text(response)
    assert response.status_code == status
    assert code in response.context["problem_codes"]
    assert code in words
    with override(language):
        assert (text or text_for(code)) in words


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"given_names": ""}, "name_required", ""),
        ({"given_names": "   "}, "name_required", ""),
        ({"family_names": "n" * 300}, "name_too_long", ""),
        ({"given_names": "\u202eAna"}, "name_invalid", ""),
        ({"given_names": "Ana\u0000"}, "name_invalid", ""),
        ({"given_names": "\u0301\u0301"}, "name_invalid", ""),
        ({"birth_date_year": "2999"}, "birth_date_in_future", ""),
        ({"birth_date_year": "1850"}, "birth_date_impossible", ""),
        ({"birth_date_day": "31", "birth_date_month": "2"}, "birth_date_invalid", "This date does not exist."),
        ({"birth_date_day": ""}, "birth_date_invalid", "The date needs a day, a month and a year."),
        ({"birth_date_day": "x"}, "birth_date_invalid", "Use numbers"),
        (
            {"birth_date_day": "", "birth_date_month": "", "birth_date_year": ""},
            "birth_date_required",
            "Enter the date: day, month and year.",
        ),
        ({"nationality": ""}, "nationality_required", ""),
        ({"nationality": "XX"}, "nationality_unknown", ""),
        ({"document_number": "--"}, "document_invalid", ""),
        ({"document_number": "9" * 300}, "document_invalid", ""),
    ],
)
def test_a_wrong_traveler(walker: Walker, snapshot: Snapshot, changes: dict[str, str], code: str, text: str) -> None:
    walker.up_to("travelers")
    before = snapshot()
    response = walker.traveler(**changes)
    assert_refused(response, code, text=text)
    assert snapshot() == before
    # What was typed is still there.
    typed = response.context["form"]
    assert typed["nationality"].value() == changes.get("nationality", "VE")


@pytest.mark.parametrize(
    "name", ["José Ñandú", "Zoe\u0308", "عائشة", "דוד", "Nguyễn Thị", "O’Brien-Smith", "李小龍", "به\u200cمن"]
)
def test_names_of_any_script_are_right(walker: Walker, name: str) -> None:
    walker.up_to("travelers")
    assert walker.traveler(given_names=name).status_code == 303
    assert name.split()[0] in main_text(walker.look("register_travelers"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"country": ""}, "country_required"),
        ({"country": "ZZ"}, "country_unknown"),
        ({"state": ""}, "state_required"),
        ({"state": "US-TX"}, "state_unknown"),
    ],
)
def test_a_wrong_place(walker: Walker, snapshot: Snapshot, changes: dict[str, str], code: str) -> None:
    walker.language()
    before = snapshot()
    assert_refused(walker.location(**changes), code)
    assert snapshot() == before


@pytest.mark.parametrize(
    ("changes", "place"),
    [({"state": "MX-CHP"}, "Chiapas"), ({"country": "GT", "state": ""}, "Guatemala")],
)
def test_outside_is_explained_and_nothing_is_kept(
    walker: Walker, snapshot: Snapshot, changes: dict[str, str], place: str
) -> None:
    nothing = snapshot()
    walker.language()
    response = walker.location(**changes)
    words = main_text(response)
    assert response.status_code == 422
    assert place in words and "Baja California" in words and "Zacatecas" in words
    assert "outside_location" in words and "We kept nothing" in words
    assert snapshot() == nothing
    assert walker.look("register_location")["Location"] == reverse("register_language")


def test_without_any_criterion_it_is_explained_and_nothing_is_kept(walker: Walker, snapshot: Snapshot) -> None:
    nothing = snapshot()
    walker.up_to("reasons")
    response = walker.reasons("none")
    words = main_text(response)
    assert response.status_code == 422
    assert "no_criterion" in words and "Younger than 21 years" in words and "We kept nothing" in words
    assert snapshot() == nothing


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ((), "criteria_required"),
        (("threat", "none"), "criteria_none_and_some"),
        (("under_21",), "criterion_unknown"),
        (("fame",), "criterion_unknown"),
    ],
)
def test_wrong_reasons(walker: Walker, snapshot: Snapshot, codes: tuple[str, ...], code: str) -> None:
    walker.up_to("reasons")
    before = snapshot()
    assert_refused(walker.reasons(*codes), code)
    assert snapshot() == before


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({"choice_1": ""}, "ports_required"),
        ({"choice_1": "XXX"}, "port_unknown"),
        ({"choice_1": "SDG", "choice_2": "SDG"}, "port_repeated"),
        ({"choice_1": "SDG", "choice_3": "XXX"}, "port_unknown"),
    ],
)
def test_wrong_ports(walker: Walker, snapshot: Snapshot, choices: dict[str, str], code: str) -> None:
    walker.up_to("ports")
    before = snapshot()
    assert_refused(walker.ports(**choices), code)
    assert snapshot() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email": "ana at example"}, "email_invalid"),
        ({"email": f"{'a' * 400}@example.org"}, "email_invalid"),
        ({"phone": "12"}, "phone_invalid"),
        ({"phone": "call me"}, "phone_invalid"),
    ],
)
def test_wrong_contact(walker: Walker, snapshot: Snapshot, changes: dict[str, str], code: str) -> None:
    walker.up_to("contact")
    before = snapshot()
    response = walker.contact(**changes)
    assert_refused(response, code)
    assert response.context["form"]["phone"].value() == changes.get("phone", "+52 664 123 4567")
    assert snapshot() == before


def test_a_phone_of_the_country_needs_no_country_code(walker: Walker) -> None:
    walker.up_to("contact")
    assert walker.contact(phone="664 123 4567").status_code == 303


def test_nothing_is_sent_without_the_attestation(walker: Walker, snapshot: Snapshot) -> None:
    walker.up_to("review")
    before = snapshot()
    assert_refused(walker.submit(attestation=""), "attestation_required")
    assert snapshot() == before


def test_the_same_document_twice_in_a_group(walker: Walker, snapshot: Snapshot) -> None:
    walker.up_to("reasons", document_number="A 123-456")
    before = snapshot()
    response = walker.traveler("00000002", given_names="Eva", document_number="a123456")
    assert_refused(response, "document_repeated")
    assert snapshot() == before


def test_a_document_in_use_is_refused_without_a_word_about_the_other_file(walker: Walker, snapshot: Snapshot) -> None:
    walker.up_to("done", document_number="A123456")
    other = Registration.objects.get()
    walker.client.cookies.clear()
    walker.up_to("review", given_names="Eva", document_number="A-123 456")
    before = snapshot()
    response = walker.submit()
    assert_refused(response, "document_in_use", status=409)
    words = main_text(response)
    assert "access code" in words and "ends by itself" in words
    assert "named no ombuds office" in words
    assert other.number not in words and "Ana María" not in words
    assert "Eva" in words
    assert snapshot() == before


def test_a_thirteenth_traveler_is_sent_to_an_officer(walker: Walker, snapshot: Snapshot) -> None:
    walker.up_to("reasons")
    for number in range(2, 13):
        assert walker.send("register_traveler", CHILD, f"{number:08}").status_code == 303
    before = snapshot()
    response = walker.send("register_traveler", CHILD, "00000013")
    assert response.status_code == 422
    assert "group_too_large" in main_text(response) and "A larger group registers in parts" in main_text(response)
    assert snapshot() == before
    assert walker.look("register_traveler", "00000013")["Location"] == reverse("register_large_group")
    assert "We are more than that" in main_text(walker.look("register_travelers"))
    assert walker.look("register_large_group").status_code == 200


def test_twelve_travelers_register(walker: Walker) -> None:
    walker.up_to("reasons")
    for number in range(2, 13):
        walker.send("register_traveler", CHILD, f"{number:08}")
        walker.reasons("none", key=f"{number:08}")
    walker.reasons("threat")
    walker.ports()
    walker.contact()
    assert walker.submit().status_code == 303
    assert Registration.objects.get().size == 12


def test_a_child_alone_gets_help_and_no_refusal(walker: Walker) -> None:
    walker.up_to("travelers")
    walker.send("register_traveler", CHILD, FIRST_KEY)
    assert walker.everyone()["Location"] == reverse("register_child")
    assert "You did nothing wrong" in main_text(walker.look("register_child"))
    # Nor is there a way around it.
    assert walker.look("register_ports")["Location"] == reverse("register_travelers")


def test_leaving_without_a_traveler_or_with_half_a_one(walker: Walker, snapshot: Snapshot) -> None:
    walker.up_to("travelers")
    before = snapshot()
    assert_refused(walker.everyone(), "travelers_required")
    assert snapshot() == before
    walker.traveler(nationality="")
    assert_refused(walker.everyone(), "travelers_incomplete")


@pytest.mark.parametrize(
    ("step", "name", "args", "code"),
    [
        (None, "register_language", (), "language_not_offered"),
        ("location", "register_location", (), "country_required"),
        ("travelers", "register_traveler", (FIRST_KEY,), "name_required"),
        ("reasons", "register_reasons", (FIRST_KEY,), "criteria_required"),
        ("ports", "register_ports", (), "ports_required"),
        ("contact", "register_contact", (), "form_empty"),
        ("review", "register_review", (), "attestation_required"),
        (None, "register_child", (), "whereabouts_required"),
        (None, "status", (), "access_code_required"),
    ],
)
def test_an_empty_body(
    walker: Walker, snapshot: Snapshot, step: str | None, name: str, args: tuple[str, ...], code: str
) -> None:
    if step is not None:
        walker.up_to(step)
    before = snapshot()
    assert_refused(walker.send(name, {}, *args), code)
    assert snapshot() == before


@pytest.mark.parametrize(
    ("step", "name", "args"),
    [
        (None, "register_language", ()),
        ("location", "register_location", ()),
        ("travelers", "register_traveler", (FIRST_KEY,)),
        ("reasons", "register_reasons", (FIRST_KEY,)),
        ("ports", "register_ports", ()),
        ("contact", "register_contact", ()),
        ("review", "register_review", ()),
        (None, "register_child", ()),
        (None, "status", ()),
    ],
)
def test_a_wrong_content_type(
    walker: Walker, snapshot: Snapshot, step: str | None, name: str, args: tuple[str, ...]
) -> None:
    if step is not None:
        walker.up_to(step)
    before = snapshot()
    response = walker.client.post(reverse(name, args=args), '{"code": "x"}', content_type="application/json")
    assert_refused(response, "wrong_content_type", status=415)
    assert snapshot() == before


def test_errors_are_in_the_reader_s_language(walker: Walker) -> None:
    walker.language("es")
    walker.location()
    assert_refused(walker.traveler(given_names=""), "name_required", language="es")


@pytest.mark.parametrize("token", ["", "x" * 64])
@pytest.mark.parametrize("name", ["register_language", "status", "register_child", "register_clear"])
def test_an_expired_or_foreign_csrf_token(policy: Any, snapshot: Snapshot, token: str, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(reverse("register_language"))
    before = snapshot()
    response = client.post(reverse(name), {"language": "en", "csrfmiddlewaretoken": token})
    assert response.status_code == 403
    assert response.context["code"] == "csrf_failed"
    words = main_text(response)
    assert "This page could not be sent" in words and "pages before is kept" in words
    assert "You may not open" not in words
    assert snapshot() == before


def test_the_page_s_own_csrf_token_is_right(policy: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get(reverse("register_language"))
    token = str(page.context["csrf_token"])
    response = client.post(reverse("register_language"), {"language": "en", "csrfmiddlewaretoken": token})
    assert response.status_code == 303


@pytest.mark.parametrize("cookie", ["", "short", "x" * 43, "../" * 15, "é" * 43])
def test_a_made_up_draft_cookie_opens_nothing(walker: Walker, cookie: str) -> None:
    walker.client.cookies["fairport_draft"] = cookie
    assert walker.look("register_review")["Location"] == reverse("register_language")
    assert walker.look("register_done")["Location"] == reverse("register")


@pytest.mark.parametrize("key", ["1", "0000000g", "000000000", "..", "%00"])
def test_a_made_up_traveler_key(walker: Walker, snapshot: Snapshot, key: str) -> None:
    walker.up_to("travelers")
    before = snapshot()
    path = f"/register/travelers/{key}"
    for response in (walker.client.get(path), walker.client.post(path, CHILD)):
        assert response.status_code in (303, 404)
    assert snapshot() == before
    assert walker.look("register_remove", "ffffffff")["Location"] == reverse("register_travelers")


def test_a_body_over_the_limit(walker: Walker, snapshot: Snapshot) -> None:
    walker.up_to("travelers")
    before = snapshot()
    response = walker.traveler(given_names="n" * 10_000_000)
    assert response.status_code == 413
    assert "body_too_large" in response.content.decode() or "too large" in response.content.decode()
    assert snapshot() == before


def test_nothing_personal_is_readable_in_the_database(walker: Walker) -> None:
    walker.up_to("review")
    sealed = bytes(Draft.objects.get().sealed)
    assert "Pérez".encode() not in sealed and b"ana@example.org" not in sealed
