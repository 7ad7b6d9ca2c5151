"""An officer corrects who a traveler is: what follows from it, what stays, what is refused, and who may."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from fairport.accounts.models import Role
from fairport.appointments.models import Appointment
from fairport.audit.events import Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.checkin.operations import CorrectionReasonInvalid, OtherPort, OwnCase, correct_traveler
from fairport.notifications.models import OutboxMessage
from fairport.registrations.correcting import (
    CorrectedMeanwhile,
    CorrectionInvalid,
    Identity,
    NothingToCorrect,
    identity_of,
    version_of,
)
from fairport.registrations.models import DocumentClaim, IntegritySignal, Registration, Traveler
from fairport.registrations.queries import open_travelers
from fairport.registrations.submission import DocumentInUse, Receipt
from tests.apps.applicant.walking import main_text
from tests.cast import Cast, make_staff, signed_in
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW
from tests.factories.submissions import make_child, make_traveler, register

REASON = "The passport that she showed has another name."


@pytest.fixture
def receipt(cast: Cast) -> Receipt:
    """A mother with a document and her child, waiting for San Diego."""
    mother = make_traveler(given_names="Mari", family_names="Desir", document_number="AB 123456")
    return register(travelers=(mother, make_child()), ports=("SDG", "CLX"))


def travelers(receipt: Receipt) -> list[Traveler]:
    return list(Traveler.objects.filter(registration_id=receipt.registration_id).order_by("position"))


def identity(receipt: Receipt, number: int = 0) -> Identity:
    registration = Registration.objects.select_related("data_key").get(pk=receipt.registration_id)
    return identity_of(open_travelers(registration=registration)[number])


def correct(receipt: Receipt, cast: Cast, *, number: int = 0, **changes: Any) -> None:
    traveler = travelers(receipt)[number]
    values = {field: getattr(identity(receipt, number), field) for field in Identity.__dataclass_fields__}
    arguments: dict[str, Any] = {
        name: changes.pop(name) for name in ("officer", "reason", "version", "at") if name in changes
    }
    correct_traveler(
        **{
            "traveler_id": traveler.pk,
            "identity": Identity(**values | changes),
            "version": version_of(traveler=traveler),
            "reason": REASON,
            "officer": cast.officer,
            "at": NOW + timedelta(days=1),
        }
        | arguments
    )


def kept() -> tuple[Any, ...]:
    """All that a correction could change."""
    return (
        sorted(bytes(traveler.sealed) for traveler in Traveler.objects.all()),
        sorted(bytes(claim.document_index) for claim in DocumentClaim.objects.all()),
        Event.objects.count(),
        OutboxMessage.objects.count(),
    )


def test_the_file_the_indexes_and_the_claim_follow(cast: Cast, receipt: Receipt) -> None:
    before = travelers(receipt)[0]
    claim = bytes(DocumentClaim.objects.get().document_index)

    correct(receipt, cast, given_names="Marie", document_number="AB999999")

    now = identity(receipt)
    assert (now.given_names, now.family_names, now.document_number) == ("Marie", "Desir", "AB999999")
    assert bytes(travelers(receipt)[0].name_index) != bytes(before.name_index)
    assert bytes(DocumentClaim.objects.get().document_index) != claim
    # The old document is free again, the new one is not.
    register(travelers=(make_traveler(document_number="AB123456"),), ports=("SDG",))
    with pytest.raises(DocumentInUse):
        register(travelers=(make_traveler(document_number="ab-999999"),), ports=("SDG",))


def test_the_old_values_stay_in_the_sealed_event_and_the_group_is_told(cast: Cast, receipt: Receipt) -> None:
    correct(receipt, cast, given_names="Marie", document_number=None)

    event = list_events(subject=Subject("registration", str(receipt.registration_id)))[-1]
    assert (event.name, event.actor_id) == ("traveler.corrected", str(cast.officer.pk))
    assert event.details == {
        "traveler": str(travelers(receipt)[0].pk),
        "before": {"given_names": "Mari", "document_number": "AB 123456"},
        "reason": REASON,
        "role": "port_officer",
        "port": "SDG",
    }
    assert b"123456" not in bytes(Event.objects.get(pk=event.id).details.sealed)
    assert OutboxMessage.objects.filter(template="correction").count() == 1
    assert DocumentClaim.objects.count() == 0


def test_what_follows_from_the_birth_date_is_found_anew_and_claims_stay(cast: Cast, receipt: Receipt) -> None:
    correct(receipt, cast, number=1, birth_date=date(1999, 1, 2))
    registration = Registration.objects.select_related("data_key").get(pk=receipt.registration_id)
    lead, other = open_travelers(registration=registration)
    assert other.criteria == ()
    assert other.adult
    assert lead.criteria == ("no_housing",)

    correct(receipt, cast, birth_date=date(1950, 1, 2))
    lead = open_travelers(registration=registration)[0]
    assert lead.criteria == ("no_housing", "over_70")
    assert registration.registered_at == Registration.objects.get(pk=registration.pk).registered_at


def test_a_new_name_that_another_file_has_is_a_signal_once(cast: Cast, receipt: Receipt) -> None:
    register(travelers=(make_traveler(given_names="Rose", family_names="Desir"),), ports=("ELP",))
    for given in ("Rose", "Mari", "Rose"):
        correct(receipt, cast, given_names=given)
    assert IntegritySignal.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"given_names": " "}, [("given_names", "name_required")]),
        ({"family_names": "12345"}, [("family_names", "name_invalid")]),
        ({"given_names": "x" * 101}, [("given_names", "name_too_long")]),
        ({"birth_date": date(2050, 1, 1)}, [("birth_date", "birth_date_in_future")]),
        ({"birth_date": date(1850, 1, 1)}, [("birth_date", "birth_date_impossible")]),
        ({"birth_date": date(2010, 1, 1)}, [("birth_date", "lead_under_18")]),
        ({"nationality": "ZZ"}, [("nationality", "nationality_unknown")]),
        ({"document_number": "?"}, [("document_number", "document_invalid")]),
    ],
)
def test_what_cannot_be_is_refused(
    cast: Cast, receipt: Receipt, changes: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    before = kept()
    with pytest.raises(CorrectionInvalid) as caught:
        correct(receipt, cast, **changes)
    assert [(problem.field, problem.code) for problem in caught.value.problems] == problems
    assert kept() == before


def test_a_document_of_the_own_group_or_of_another_file_is_refused(cast: Cast, receipt: Receipt) -> None:
    register(travelers=(make_traveler(document_number="ZZ777777"),), ports=("ELP",))
    before = kept()
    with pytest.raises(DocumentInUse):
        correct(receipt, cast, document_number="zz-777777")
    with pytest.raises(CorrectionInvalid):
        correct(receipt, cast, number=1, document_number="AB123456")
    assert kept() == before


@pytest.mark.parametrize("changes", [{}, {"given_names": " Mari "}, {"document_number": "AB 123456"}])
def test_nothing_to_correct(cast: Cast, receipt: Receipt, changes: dict[str, Any]) -> None:
    before = kept()
    with pytest.raises(NothingToCorrect):
        correct(receipt, cast, **changes)
    assert kept() == before


@pytest.mark.parametrize("reason", ["", "  too short           ", "x" * 4001])
def test_a_reason_is_needed(cast: Cast, receipt: Receipt, reason: str) -> None:
    before = kept()
    with pytest.raises(CorrectionReasonInvalid):
        correct(receipt, cast, given_names="Marie", reason=reason)
    assert kept() == before


def test_who_opened_the_page_before_another_correction_is_told(cast: Cast, receipt: Receipt) -> None:
    seen = version_of(traveler=travelers(receipt)[0])
    correct(receipt, cast, given_names="Marie", officer=cast.second_officer)
    before = kept()
    with pytest.raises(CorrectedMeanwhile):
        correct(receipt, cast, given_names="Maria", version=seen)
    assert kept() == before


def test_a_namesake_of_a_traveler_corrects_nothing(cast: Cast, receipt: Receipt) -> None:
    namesake = make_staff("Desir Mari", (Role.PORT_OFFICER, "SDG"))
    before = kept()
    with pytest.raises(OwnCase):
        correct(receipt, cast, given_names="Marie", officer=namesake)
    assert kept() == before


@pytest.mark.parametrize(
    "name",
    [
        "other_officer",
        "scheduler",
        "operator",
        "auditor",
        "ombuds",
        "vetting_officer",
        "second_scheduler",
        "second_operator",
        "nobody",
    ],
)
def test_only_officers_of_the_groups_ports_correct(cast: Cast, receipt: Receipt, name: str) -> None:
    user = cast.everybody()[name]
    before = kept()
    with pytest.raises(OtherPort):
        correct(receipt, cast, given_names="Marie", officer=user)
    browser = signed_in(user)
    address = address_of(receipt)
    browser.post(f"/office/groups/{receipt.registration_id}", {"reason": "question"})
    for page in (browser.get(address), browser.post(address, form_of(receipt))):
        assert page.status_code in (302, 403)
        assert "Desir" not in page.content.decode()
    assert kept() == before


def test_who_is_not_signed_in_corrects_nothing(receipt: Receipt, client: Client) -> None:
    before = kept()
    client.post("/status", {"code": receipt.access_code})
    for browser in (client, Client()):
        assert browser.get(address_of(receipt))["Location"].startswith("/office/sign-in")
        assert browser.post(address_of(receipt), form_of(receipt))["Location"].startswith("/office/sign-in")
    assert kept() == before


def address_of(receipt: Receipt) -> str:
    return f"/office/groups/{receipt.registration_id}/travelers/{travelers(receipt)[0].pk}/correction"


def form_of(receipt: Receipt, **changes: Any) -> dict[str, Any]:
    return {
        "given_names": "Marie",
        "family_names": "Désir",
        "birth_date_day": "17",
        "birth_date_month": "5",
        "birth_date_year": "1990",
        "nationality": "HT",
        "document_number": "AB123457",
        "reason": REASON,
        "version": version_of(traveler=travelers(receipt)[0]),
    } | changes


@pytest.fixture
def browser(cast: Cast, receipt: Receipt, clock: StandingClock) -> Client:
    """An officer's, who said why files are opened."""
    browser = signed_in(cast.officer)
    browser.post(f"/office/groups/{receipt.registration_id}", {"reason": "question"})
    return browser


def test_the_page_shows_what_stands_there_and_keeps_what_was_typed(browser: Client, receipt: Receipt) -> None:
    page = browser.get(address_of(receipt)).content.decode()
    for value in ("Mari", "Desir", "1990", "AB 123456"):
        assert f'value="{value}"' in page
    wrong = browser.post(address_of(receipt), form_of(receipt, given_names="Marie 💥\x07", birth_date_day="31"))
    assert wrong.status_code == 400
    assert 'value="31"' in wrong.content.decode()
    wrong = browser.post(address_of(receipt), form_of(receipt, given_names="", reason="short"))
    assert wrong.status_code == 400
    wrong = browser.post(address_of(receipt), form_of(receipt, family_names="12"))
    assert "Use letters, spaces, dashes and apostrophes." in wrong.content.decode()


def test_a_correction_by_the_page_is_read_by_the_group(browser: Client, receipt: Receipt, client: Client) -> None:
    done = browser.post(address_of(receipt), form_of(receipt), follow=True)
    assert "The correction was recorded" in done.content.decode()
    assert "Désir" in done.content.decode()
    client.post("/status", {"code": receipt.access_code})
    words = main_text(client.get("/status"))
    assert "What officers corrected" in words
    assert "Given names. Before: Mari" in words
    assert "Family names. Before: Desir" in words
    assert REASON in words
    again = browser.post(address_of(receipt), form_of(receipt, given_names="Maria", version="0" * 32))
    assert again.status_code == 409
    assert "<code>corrected_meanwhile</code>" in again.content.decode()
    assert 'value="Maria"' in again.content.decode()


def test_without_a_reason_the_file_stays_closed_and_who_does_not_exist_is_not_found(
    cast: Cast, receipt: Receipt, browser: Client
) -> None:
    assert signed_in(cast.officer).get(address_of(receipt))["Location"] == f"/office/groups/{receipt.registration_id}"
    stranger = register(travelers=(make_traveler(),), ports=("SDG",))
    foreign = f"/office/groups/{receipt.registration_id}/travelers/{travelers(stranger)[0].pk}/correction"
    assert browser.get(foreign).status_code == 404
    assert browser.post(foreign, form_of(receipt)).status_code == 404
    assert not Appointment.objects.exists()
