"""Who may verify on the office's pages, and what these show."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fairport.accounts.models import User
from fairport.approvals.models import Proposal
from fairport.audit.models import Event
from fairport.facts.models import VerifiedFact
from fairport.sealing.operations import erase_data_key
from tests.apps.facts.conftest import WORDS, Family, confirm, make_family, verify
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW
from tests.factories.submissions import make_traveler

pytestmark = pytest.mark.usefixtures("clock")
GOOD = {"criteria": ["pregnancy"], "where": "desk", "words": WORDS}


def file_of(family: Family) -> str:
    return reverse("office_facts_file", args=[family.registration.pk])


def confirm_of(family: Family) -> str:
    return reverse("office_facts_confirm", args=[family.registration.pk, family.lead])


def withdraw_of(fact: VerifiedFact) -> str:
    return reverse("office_facts_withdraw", args=[fact.traveler.registration_id, fact.pk])


def with_reason(user: User, family: Family) -> Client:
    """A browser in which the session's reason was given."""
    browser = signed_in(user)
    browser.post(file_of(family), {"reason": "verification"})
    return browser


def test_the_group_is_found_by_its_number_however_it_is_typed(family: Family, cast: Cast) -> None:
    browser = signed_in(cast.officer)
    number = family.registration.number
    for typed in (number, number.lower().replace("-", " ")):
        response = browser.post(reverse("office_facts"), {"number": typed})
        assert response["Location"] == file_of(family)
        assert number not in response["Location"]


@pytest.mark.parametrize(("typed", "status"), [("", 400), ("FP-0000-00000", 400), ("7K2M9-QX4TA", 400)])
def test_a_number_that_is_none_is_kept_and_explained(cast: Cast, typed: str, status: int) -> None:
    response = signed_in(cast.officer).post(reverse("office_facts"), {"number": typed})
    assert response.status_code == status
    page = response.content.decode()
    assert typed in page
    assert "No registration has this number" in page or "Type the registration number" in page


def test_the_file_opens_for_a_reason_and_leaves_a_trace(family: Family, cast: Cast) -> None:
    browser = signed_in(cast.officer)
    first = browser.get(file_of(family))
    assert "Before the file opens" in first.content.decode()
    assert "Désir" not in first.content.decode()
    assert not Event.objects.filter(name="file.opened").exists()

    assert browser.post(file_of(family), {"reason": "because"}).status_code == 400
    browser.post(file_of(family), {"reason": "verification"})
    page = browser.get(file_of(family)).content.decode()

    assert "Désir" in page
    assert "Pregnancy" in page
    assert "Over 70 years old" in page
    assert Event.objects.filter(name="file.opened", subject_id=str(family.registration.pk)).count() == 1


def test_from_confirming_to_approving_by_the_pages(family: Family, cast: Cast) -> None:
    officer = with_reason(cast.officer, family)
    assert officer.get(confirm_of(family)).status_code == 200
    response = officer.post(confirm_of(family), GOOD, follow=True)
    assert "It counts once a second person has approved it." in response.content.decode()
    proposal = Proposal.objects.get()
    own = officer.post(reverse("office_proposal_approve", args=[proposal.pk]))
    assert own.status_code == 403

    supervisor = with_reason(cast.supervisor, family)
    page = supervisor.get(file_of(family)).content.decode()
    assert WORDS in page
    assert "Approve or decline" in page
    listed = supervisor.get(reverse("office_approvals")).content.decode()
    assert "What a traveler claims. Seen: At a helper’s desk" in listed
    # The list opens without a reason, so it does not say what somebody claims.
    assert "Pregnancy" not in listed
    supervisor.post(reverse("office_proposal_approve", args=[proposal.pk]))

    assert VerifiedFact.objects.count() == 1
    page = officer.get(file_of(family)).content.decode()
    assert "Verified" in page
    assert "Sue Supervisor" in page


@pytest.mark.parametrize("part", ["officer", "second_officer", "supervisor", "second_supervisor"])
def test_who_has_a_role_at_one_of_the_ports_may_confirm(family: Family, cast: Cast, part: str) -> None:
    response = with_reason(cast.everybody()[part], family).post(confirm_of(family), GOOD)
    assert response.status_code == 302
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize(
    "part", ["other_officer", "scheduler", "operator", "auditor", "ombuds", "vetting_officer", "nobody"]
)
def test_nobody_else_opens_confirms_or_takes_back(family: Family, cast: Cast, part: str) -> None:
    [fact] = verify(family, cast)
    browser = with_reason(cast.everybody()[part], family)
    for address in (file_of(family), confirm_of(family), withdraw_of(fact)):
        for response in (browser.get(address), browser.post(address, {**GOOD, "reason": "question"})):
            assert response.status_code == 403
            assert "Désir" not in response.content.decode()
    assert Proposal.objects.count() == 1
    assert not VerifiedFact.objects.exclude(withdrawn_at=None).exists()
    assert not Event.objects.filter(name="file.opened").exists()


def test_an_applicant_and_a_stranger_are_sent_to_sign_in(family: Family, client: Client) -> None:
    for address in (file_of(family), confirm_of(family), reverse("office_facts")):
        for response in (client.get(address), client.post(address, GOOD)):
            assert response.status_code == 302
            assert response["Location"].startswith(reverse("account_login"))


def test_only_a_supervisor_of_the_port_takes_back(family: Family, cast: Cast) -> None:
    [fact] = verify(family, cast)
    words = {"words": "The letter was not real."}
    assert with_reason(cast.officer, family).post(withdraw_of(fact), words).status_code == 403
    browser = with_reason(cast.second_supervisor, family)
    assert "Pregnancy" in browser.get(withdraw_of(fact)).content.decode()
    assert browser.post(withdraw_of(fact), {"words": "no"}).status_code == 400
    assert browser.post(withdraw_of(fact), words).status_code == 302
    page = browser.get(file_of(family)).content.decode()
    assert "The letter was not real." in page
    assert browser.post(withdraw_of(fact), words).status_code == 409


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"criteria": []}, "Choose at least one reason"),
        ({"criteria": ["threat"]}, "did not give this reason"),
        ({"where": ""}, "Choose where you saw it"),
        ({"where": "church"}, "Choose where you saw it"),
        ({"words": "seen"}, "10 to 1,000 characters"),
    ],
)
def test_bad_input_is_explained_and_what_was_typed_stays(
    family: Family, cast: Cast, changes: dict[str, Any], text: str
) -> None:
    typed = {**GOOD, **changes}
    response = with_reason(cast.officer, family).post(confirm_of(family), typed)
    page = response.content.decode()
    assert response.status_code == 400
    assert text in page
    assert typed["words"] in page
    assert not Proposal.objects.exists()


def test_a_second_confirmation_meanwhile_is_refused_in_words(family: Family, cast: Cast) -> None:
    browser = with_reason(cast.officer, family)
    confirm(family, cast.second_officer)
    page = browser.get(confirm_of(family)).content.decode()
    assert "waits for a second person" in page


def test_the_own_name_is_refused(cast: Cast) -> None:
    family = make_family(
        travelers=(make_traveler(given_names="Ona", family_names="Officer", criteria=frozenset({"pregnancy"})),)
    )
    response = with_reason(cast.officer, family).post(confirm_of(family), GOOD)
    assert response.status_code == 403
    assert "<code>own_case</code>" in response.content.decode()


def test_an_erased_file_says_so(family: Family, cast: Cast) -> None:
    browser = with_reason(cast.officer, family)
    erase_data_key(data_key_id=family.registration.data_key_id, at=NOW)
    assert browser.get(file_of(family)).status_code == 410


def test_a_group_or_traveler_that_is_not_there(family: Family, cast: Cast) -> None:
    browser = with_reason(cast.supervisor, family)
    nobody = uuid.UUID(int=7)
    for address in (
        reverse("office_facts_file", args=[nobody]),
        reverse("office_facts_confirm", args=[family.registration.pk, nobody]),
        reverse("office_facts_withdraw", args=[family.registration.pk, nobody]),
    ):
        assert browser.get(address).status_code == 404


def test_the_file_needs_as_many_queries_for_a_large_group(cast: Cast, clock: StandingClock) -> None:
    counts = []
    for size in (1, 8):
        family = make_family(travelers=tuple(make_traveler(criteria=frozenset({"pregnancy"})) for _ in range(size)))
        for number, traveler in enumerate(family.travelers):
            if number % 2:
                confirm(family, cast.officer, traveler_id=traveler.pk)
            else:
                verify(family, cast, traveler_id=traveler.pk)
        browser = with_reason(cast.supervisor, family)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.get(file_of(family)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
