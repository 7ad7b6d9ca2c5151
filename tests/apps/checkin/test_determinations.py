"""The officer's decision: what it must hold, that it stays, how a supervisor corrects it, and who may."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from fairport.accounts.models import Role
from fairport.audit.events import Subject, staff
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.checkin.deciding import LONGEST_REASON, open_determination
from fairport.checkin.models import CheckIn, Determination, Outcome
from fairport.checkin.operations import (
    AlreadyDetermined,
    DeterminationInvalid,
    NotArrived,
    NotEffective,
    OtherPort,
    OwnCase,
    OwnRegistration,
    SupervisorNeeded,
    record_arrival,
    record_determination,
)
from fairport.checkin.queries import outcomes_of
from fairport.notifications.models import OutboxMessage
from fairport.registrations.models import Registration, RegistrationStatus
from fairport.registrations.operations import submit_registration
from tests.apps.checkin.conftest import Group, place
from tests.cast import Cast, make_staff, signed_in
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW
from tests.factories.submissions import make_submission, make_traveler, register

REASON = "She showed a letter of the clinic: the leg is broken."


@pytest.fixture
def arrived(cast: Cast, group: Group) -> list[CheckIn]:
    """Two of the family's three travelers are here."""
    return record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[traveler.pk for traveler in group.travelers[:2]],
        officer=cast.officer,
        at=group.in_band,
    )


def decide(check_in: CheckIn, cast: Cast, **changes: Any) -> Determination:
    values: dict[str, Any] = {
        "check_in_id": check_in.pk,
        "outcome": Outcome.EXEMPTED,
        "criterion": "physical_illness",
        "reason": REASON,
        "officer": cast.officer,
        "at": check_in.arrived_at + timedelta(minutes=20),
    }
    return record_determination(**values | changes)


def everything() -> tuple[int, int, int, list[str]]:
    """All that a determination could change."""
    return (
        Determination.objects.count(),
        Event.objects.count(),
        OutboxMessage.objects.count(),
        list(Registration.objects.order_by("pk").values_list("status", flat=True)),
    )


def test_it_is_sealed_and_told(cast: Cast, group: Group, arrived: list[CheckIn]) -> None:
    determination = decide(arrived[0], cast)

    registration = Registration.objects.select_related("data_key").get()
    assert open_determination(determination=determination, registration=registration) == ("physical_illness", REASON)
    stored = bytes(Determination.objects.get().sealed)
    assert b"clinic" not in stored
    assert b"physical_illness" not in stored
    event = list_events(subject=Subject("registration", str(registration.pk)))[-1]
    assert (event.name, event.actor_id) == ("determination.recorded", str(cast.officer.pk))
    assert outcomes_of(registration_id=registration.pk) == {arrived[0].traveler_id: Outcome.EXEMPTED}


def test_the_last_arrived_traveler_completes_the_registration_and_the_group_is_told(
    cast: Cast, group: Group, arrived: list[CheckIn]
) -> None:
    before = OutboxMessage.objects.filter(template="determination").count()
    decide(arrived[0], cast)
    assert Registration.objects.get().status == RegistrationStatus.ARRIVED
    assert OutboxMessage.objects.filter(template="determination").count() == before == 0

    decide(arrived[1], cast, outcome=Outcome.REFERRED, criterion=None)

    assert Registration.objects.get().status == RegistrationStatus.DETERMINED
    assert OutboxMessage.objects.filter(template="determination").count() == 1
    names = [event.name for event in list_events(subject=Subject("registration", str(Registration.objects.get().pk)))]
    assert names[-2:] == ["determination.recorded", "registration.determined"]


def test_who_comes_after_the_others_were_decided_is_decided_too(
    cast: Cast, group: Group, arrived: list[CheckIn]
) -> None:
    for check_in in arrived:
        decide(check_in, cast)
    late = record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[group.travelers[2].pk],
        officer=cast.officer,
        at=group.in_band + timedelta(hours=2),
    )

    decide(late[0], cast, outcome=Outcome.REFERRED, criterion=None)

    assert Registration.objects.get().status == RegistrationStatus.DETERMINED
    assert len(outcomes_of(registration_id=group.appointment.registration_id)) == 3


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"outcome": "granted"}, "outcome", "outcome_required"),
        ({"criterion": None}, "criterion", "criterion_required"),
        ({"criterion": ""}, "criterion", "criterion_required"),
        ({"criterion": "good_looks"}, "criterion", "criterion_unknown"),
        ({"outcome": Outcome.NOT_EXEMPTED}, "criterion", "criterion_contradicts"),
        ({"reason": " too short           "}, "reason", "reason_too_short"),
        ({"reason": "x" * (LONGEST_REASON + 1)}, "reason", "reason_too_long"),
    ],
)
def test_what_is_incomplete_or_contradicts_itself_is_refused(
    cast: Cast, arrived: list[CheckIn], changes: dict[str, Any], field: str, problem: str
) -> None:
    before = everything()

    with pytest.raises(DeterminationInvalid) as caught:
        decide(arrived[0], cast, **changes)

    assert (caught.value.field, caught.value.problem) == (field, problem)
    assert everything() == before


def test_a_second_decision_is_refused(cast: Cast, arrived: list[CheckIn]) -> None:
    decide(arrived[0], cast)
    before = everything()

    with pytest.raises(AlreadyDetermined):
        decide(arrived[0], cast, outcome=Outcome.REFERRED)

    assert everything() == before


def test_a_supervisor_puts_another_in_its_place_and_both_stay(cast: Cast, arrived: list[CheckIn]) -> None:
    first = decide(arrived[0], cast)

    second = decide(
        arrived[0],
        cast,
        outcome=Outcome.REFERRED,
        criterion=None,
        reason="The letter was about another person.",
        officer=cast.supervisor,
        replaces=first.pk,
    )

    assert Determination.objects.count() == 2
    assert (second.replaces_id, second.sequence) == (first.pk, 2)
    assert set(outcomes_of(registration_id=Registration.objects.get().pk).values()) == {Outcome.REFERRED}


def test_an_officer_corrects_nothing(cast: Cast, arrived: list[CheckIn]) -> None:
    first = decide(arrived[0], cast)
    before = everything()

    with pytest.raises(SupervisorNeeded):
        decide(arrived[0], cast, replaces=first.pk)

    assert everything() == before


@pytest.mark.parametrize("which", ["replaced", "unknown", "of_another"])
def test_only_the_one_that_holds_is_corrected(cast: Cast, arrived: list[CheckIn], which: str) -> None:
    first = decide(arrived[0], cast)
    decide(arrived[0], cast, officer=cast.supervisor, replaces=first.pk)
    other = decide(arrived[1], cast)
    before = everything()
    target = {"replaced": first.pk, "unknown": uuid.uuid4(), "of_another": other.pk}[which]

    with pytest.raises(NotEffective):
        decide(arrived[0], cast, officer=cast.supervisor, replaces=target)

    assert everything() == before


@pytest.mark.parametrize(
    ("given_names", "family_names"),
    [("Ona", "Officer"), ("OFFICER", "Óna"), ("ona", "Ófficer")],
)
def test_nobody_decides_about_their_own_name(cast: Cast, given_names: str, family_names: str) -> None:
    group = make_group_with(given_names, family_names)
    check_ins = record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[group.travelers[1].pk],
        officer=cast.officer,
        at=group.in_band,
    )
    before = everything()

    with pytest.raises(OwnCase):
        decide(check_ins[0], cast)

    assert everything() == before
    assert decide(check_ins[0], cast, officer=cast.supervisor).officer == cast.supervisor


def test_nobody_decides_about_a_group_that_they_registered(cast: Cast) -> None:
    receipt = submit_registration(
        submission=make_submission(ports=("SDG",)), at=NOW, actor=staff(cast.officer.pk), idempotency_key=None
    )
    group = place(receipt.registration_id)
    check_ins = record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[group.travelers[0].pk],
        officer=cast.officer,
        at=group.in_band,
    )
    before = everything()

    with pytest.raises(OwnRegistration):
        decide(check_ins[0], cast)

    assert everything() == before
    assert decide(check_ins[0], cast, officer=cast.second_officer).officer == cast.second_officer


def test_nobody_is_decided_about_who_did_not_arrive(cast: Cast, arrived: list[CheckIn]) -> None:
    before = everything()

    with pytest.raises(NotArrived):
        decide(arrived[0], cast, check_in_id=424242, at=NOW)

    assert everything() == before


def make_group_with(given_names: str, family_names: str) -> Group:
    """A couple, one of whom has this name."""
    person = make_traveler(given_names=given_names, family_names=family_names)
    return place(register(travelers=(person, make_traveler()), ports=("SDG",)).registration_id)


@pytest.mark.parametrize("name", ["other_officer", "scheduler", "operator", "auditor", "nobody"])
def test_only_the_ports_own_officers_decide(cast: Cast, arrived: list[CheckIn], name: str) -> None:
    before = everything()

    with pytest.raises(OtherPort):
        decide(arrived[0], cast, officer=cast.everybody()[name])

    assert everything() == before


def test_a_supervisor_elsewhere_who_is_an_officer_here_corrects_nothing(cast: Cast, arrived: list[CheckIn]) -> None:
    both = make_staff("Bo Both", (Role.PORT_OFFICER, "SDG"), (Role.SUPERVISOR, "ELP"))
    first = decide(arrived[0], cast, officer=both)

    with pytest.raises(SupervisorNeeded):
        decide(arrived[0], cast, officer=both, replaces=first.pk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE checkin_determination SET outcome = 'exempted'",
        "DELETE FROM checkin_determination",
        "TRUNCATE checkin_determination CASCADE",
    ],
)
def test_the_database_lets_nobody_change_one(cast: Cast, arrived: list[CheckIn], statement: str) -> None:
    decide(arrived[0], cast, outcome=Outcome.REFERRED)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Determination.objects.get().outcome == Outcome.REFERRED


def test_the_pages_from_decision_to_correction(
    cast: Cast, group: Group, arrived: list[CheckIn], clock: StandingClock
) -> None:
    clock.at = group.in_band + timedelta(minutes=30)
    case = f"/office/cases/{group.appointment.pk}"
    form_page = f"{case}/travelers/{arrived[0].traveler_id}/determination"
    officer, supervisor = signed_in(cast.officer), signed_in(cast.supervisor)
    assert officer.get(form_page)["Location"] == case, "the file opens for a reason first"
    officer.post(case, {"reason": "determination"})
    supervisor.post(case, {"reason": "supervision"})

    wrong = officer.post(form_page, {"outcome": "exempted", "criterion": "", "reason": "short"})
    assert wrong.status_code == 400
    assert "Without one there is no exemption." in wrong.content.decode()
    done = officer.post(form_page, {"outcome": "exempted", "criterion": "physical_illness", "reason": REASON})
    assert done["Location"] == case
    again = officer.post(form_page, {"outcome": "referred", "criterion": "", "reason": REASON})
    assert again.status_code == 409
    assert "<code>already_determined</code>" in again.content.decode()
    first = Determination.objects.get()
    stealing = {"outcome": "referred", "criterion": "", "reason": REASON, "replaces": str(first.pk)}
    refused = officer.post(form_page, stealing)
    assert refused.status_code == 403
    assert "<code>supervisor_needed</code>" in refused.content.decode()
    assert officer.get(form_page).status_code == 403, "said before anything is typed"
    assert supervisor.get(form_page).status_code == 200
    assert "Replace this decision" not in officer.get(case).content.decode()
    assert "Replace this decision" in supervisor.get(case).content.decode()
    assert supervisor.post(form_page, stealing)["Location"] == case

    html = officer.get(case).content.decode()
    found = html[html.index("<h4>Found</h4>") :]
    assert found.index("Referred") < found.index("In effect") < found.index("Exempted") < found.index("Replaced")


def test_a_traveler_who_is_not_here_cannot_be_decided_about(
    cast: Cast, group: Group, arrived: list[CheckIn], clock: StandingClock
) -> None:
    clock.at = group.in_band
    case = f"/office/cases/{group.appointment.pk}"
    browser = signed_in(cast.officer)
    browser.post(case, {"reason": "determination"})

    address = f"{case}/travelers/{group.travelers[2].pk}/determination"
    before = everything()
    for page in (
        browser.get(address),
        browser.post(address, {"outcome": "referred", "criterion": "", "reason": REASON}),
    ):
        assert page.status_code == 409
        assert "<code>not_arrived</code>" in page.content.decode()
    assert everything()[0] == before[0] == 0
