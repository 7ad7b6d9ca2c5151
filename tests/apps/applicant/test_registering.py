"""The whole form, page by page: one registration, a receipt, and everything typed kept on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from fairport.applicant.draft import COOKIE
from fairport.applicant.times import format_day_of
from fairport.draws.schedule import draw_time_on
from fairport.ports.queries import get_port
from fairport.registrations.models import Draft, Registration
from fairport.registrations.queries import open_contact, open_travelers
from tests.apps.applicant.walking import CHILD, FIRST_KEY, TRAVELER, Walker, main_text
from tests.factories.programme import load_programme

pytestmark = pytest.mark.django_db


def test_a_family_registers(walker: Walker) -> None:
    walker.up_to("reasons")
    assert walker.send("register_traveler", CHILD, "00000002").status_code == 303
    assert walker.everyone()["Location"] == reverse("register_reasons", args=[FIRST_KEY])
    assert walker.reasons("threat", "disability")["Location"] == reverse("register_reasons", args=["00000002"])
    assert walker.reasons("none", key="00000002")["Location"] == reverse("register_ports")
    assert walker.ports()["Location"] == reverse("register_contact")
    assert walker.contact()["Location"] == reverse("register_review")
    assert walker.submit()["Location"] == reverse("register_done")

    registration = Registration.objects.get()
    assert (registration.size, registration.ports, registration.status) == (2, ["SDG", "ELP"], "waiting")
    lead, child = open_travelers(registration=registration)
    assert (lead.given_names, lead.family_names, str(lead.birth_date)) == ("Ana María", "Pérez Gómez", "1986-04-28")
    assert set(lead.criteria) == {"threat", "disability"}
    assert set(child.criteria) == {"under_21"}
    contact = open_contact(registration=registration)
    assert (contact.email, contact.phone, contact.state) == ("ana@example.org", "+526641234567", "MX-BCN")
    assert not Draft.objects.exists()


def test_the_lead_is_the_first_adult_wherever_they_stand(walker: Walker) -> None:
    walker.up_to("travelers")
    walker.send("register_traveler", CHILD, "00000002")
    walker.traveler()
    walker.reasons("none", key="00000002")
    walker.reasons("pregnancy")
    walker.ports()
    walker.contact()
    assert walker.submit().status_code == 303
    assert [traveler.adult for traveler in open_travelers(registration=Registration.objects.get())] == [True, False]


def test_the_receipt_shows_the_codes_and_no_name(walker: Walker) -> None:
    walker.up_to("done")
    page = walker.look("register_done")
    text = main_text(page)
    registration = Registration.objects.get()
    assert registration.number in text
    assert page.context["receipt"].access_code in text
    assert page.context["receipt"].entry_secret in text
    assert "<svg" in page.content.decode()
    assert TRAVELER["family_names"] not in text
    assert page["Cache-Control"] == "no-store"


def test_the_draft_is_a_token_in_a_cookie_that_scripts_cannot_read(walker: Walker) -> None:
    response = walker.language()
    cookie = response.cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert len(cookie.value) == 43
    assert not any(cookie.value.encode() in bytes(draft.token_index) for draft in Draft.objects.all())


def test_what_is_typed_survives_a_reload_and_the_back_button(walker: Walker) -> None:
    walker.up_to("ports")
    for name, args, typed in [
        ("register_location", (), 'value="MX-BCN" selected'),
        ("register_traveler", (FIRST_KEY,), "Pérez Gómez"),
        ("register_reasons", (FIRST_KEY,), 'value="threat" checked'),
    ]:
        html = " ".join(walker.look(name, *args).content.decode().split())
        assert typed in html or typed.replace(" checked", "") in html
    page = walker.look("register_reasons", FIRST_KEY)
    assert page.context["form"]["criteria"].value() == ["threat"]


def test_invalid_answers_are_kept_too(walker: Walker) -> None:
    walker.up_to("travelers")
    refused = walker.traveler(birth_date_month="13", given_names="Zoë")
    assert refused.status_code == 422
    assert "Zoë" in refused.content.decode()
    again = walker.look("register_traveler", FIRST_KEY)
    assert again.status_code == 200
    assert again.context["form"]["given_names"].value() == "Zoë"
    assert "13" in again.content.decode()


def test_sending_twice_makes_one_registration_and_shows_the_same_receipt(walker: Walker) -> None:
    walker.up_to("review")
    walker.submit()
    first = walker.look("register_done").context["receipt"]
    assert walker.submit()["Location"] == reverse("register_done")
    assert walker.look("register_review")["Location"] == reverse("register_done")
    assert walker.look("register_done").context["receipt"] == first
    assert Registration.objects.count() == 1


def test_a_second_submit_that_overtook_the_first_is_the_same_registration(walker: Walker, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("fairport.applicant.views_submit.operations.discard_draft", lambda *, token: None)
    walker.up_to("done")
    first = walker.look("register_done").context["receipt"]
    assert walker.submit().status_code == 303
    walker.contact(email="other@example.org")
    assert walker.submit()["Location"] == reverse("register_done")
    assert walker.look("register_done").context["receipt"] == first
    assert Registration.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["register_location", "register_travelers", "register_ports", "register_contact", "register_review"]
)
def test_a_later_page_leads_to_the_first_missing_answer(walker: Walker, name: str) -> None:
    for response in (walker.look(name), walker.send(name, {})):
        assert (response.status_code, response["Location"]) == (303, reverse("register_language"))


def test_a_change_from_the_review_leads_back_to_it(walker: Walker) -> None:
    walker.up_to("review")
    for response in (walker.location(state="MX-SON"), walker.traveler(given_names="Eva"), walker.ports(choice_1="NOG")):
        assert response["Location"] == reverse("register_review")
    text = main_text(walker.look("register_review"))
    assert "Sonora" in text and "Eva" in text and "Nogales" in text


def test_a_traveler_can_be_removed_and_sending_a_page_twice_adds_one(walker: Walker) -> None:
    walker.up_to("reasons")
    walker.send("register_traveler", CHILD, "00000002")
    walker.send("register_traveler", CHILD, "00000002")
    assert main_text(walker.look("register_travelers")).count("Luis") > 0
    assert len(walker.look("register_travelers").context["people"]) == 2
    assert "Luis" in main_text(walker.look("register_remove", "00000002"))
    assert walker.send("register_remove", {}, "00000002").status_code == 303
    assert [person.key for person in walker.look("register_travelers").context["people"]] == [FIRST_KEY]


def test_finishing_clears_the_device(walker: Walker) -> None:
    walker.up_to("done")
    response = walker.send("register_clear", {})
    assert response["Location"] == "/"
    assert response.cookies[COOKIE].value == ""
    assert walker.look("register_done")["Location"] == reverse("register")


def test_contact_may_be_left_empty(walker: Walker) -> None:
    walker.up_to("contact")
    assert walker.contact(email="", phone="")["Location"] == reverse("register_review")
    assert walker.submit()["Location"] == reverse("register_done")
    assert open_contact(registration=Registration.objects.get()).email is None


def test_namesakes_are_accepted(walker: Walker, client) -> None:  # type: ignore[no-untyped-def]
    walker.up_to("done")
    client.cookies.clear()
    walker.up_to("done")
    assert Registration.objects.count() == 2


def test_the_pages_speak_the_chosen_language(walker: Walker) -> None:
    walker.language("es")
    assert 'lang="es"' in walker.look("register_location").content.decode()


def test_changing_the_language_keeps_the_place_and_the_answers(walker: Walker) -> None:
    walker.up_to("ports")
    response = walker.client.post(
        "/language", {"language": "es", "next": reverse("register_traveler", args=[FIRST_KEY])}
    )
    assert response["Location"] == reverse("register_traveler", args=[FIRST_KEY])
    assert "Pérez Gómez" in walker.client.get(response["Location"]).content.decode()


def test_messages_come_in_the_language_that_was_read_last(walker: Walker) -> None:
    walker.up_to("review")
    walker.client.post("/language", {"language": "es", "next": reverse("register_review")})
    page = walker.look("register_review")
    row = next(row for row in page.context["rows"] if row["change_href"] == reverse("register_language"))
    assert row["value"] == "Español"
    walker.send("register_review", {"attestation": "on"})
    assert Registration.objects.get().language == "es"


def test_the_state_is_not_called_optional(walker: Walker) -> None:
    walker.language("en")
    html = walker.look("register_location").content.decode()
    assert "State of Mexico where you are today" in html
    assert "(optional)" not in html


def test_who_registers_next_on_the_same_device_sees_no_code_of_the_first(walker: Walker) -> None:
    walker.up_to("done")
    receipt = walker.look("register_done").context["receipt"]
    response = walker.look("register", follow=True)
    assert response.wsgi_request.path == reverse("register_finished")
    html = response.content.decode()
    assert receipt.access_code not in html and receipt.registration_number not in html
    assert reverse("register_done") in html
    assert walker.send("register_clear", {"anew": "1"})["Location"] == reverse("register_language")
    walker.up_to("done", given_names="Eva")
    assert walker.look("register_done").context["receipt"].registration_number != receipt.registration_number


def test_after_half_an_hour_the_receipt_asks_for_the_access_code(walker: Walker, clock) -> None:  # type: ignore[no-untyped-def]
    walker.up_to("done")
    receipt = walker.look("register_done").context["receipt"]
    clock.at += timedelta(minutes=31)
    assert walker.look("register_done")["Location"] == reverse("register_finished")
    finished = walker.look("register_finished").content.decode()
    assert reverse("register_done") not in finished and receipt.access_code not in finished
    walker.client.post("/status", {"code": receipt.access_code})
    assert walker.look("register_done").context["receipt"] == receipt


def test_a_name_of_another_script_is_set_apart_and_escaped(walker: Walker) -> None:
    walker.up_to("review", given_names="ليلى")
    assert "<bdi>ليلى</bdi>" in walker.look("register_review").content.decode()


def test_the_receipt_names_the_first_draw_whose_list_is_still_open(walker: Walker, clock) -> None:  # type: ignore[no-untyped-def]
    rules = load_programme().policy.draw
    today = draw_time_on(rules=rules, day=clock.at.date())
    for at, day in [
        (today - rules.freeze_lead - timedelta(minutes=1), today),
        (today - rules.freeze_lead + timedelta(minutes=1), today + timedelta(days=1)),
    ]:
        clock.at = at
        walker.client.cookies.clear()
        walker.up_to("done")
        page = walker.look("register_done")
        zone = get_port(code="SDG").traveler_timezone
        assert f"The first one with you is on {format_day_of(day, zone)}" in main_text(page)
