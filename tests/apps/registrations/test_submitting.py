"""Registering: what is kept, what a repeat gives, and what is refused without a trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairport.audit.events import APPLICANT, Subject
from fairport.audit.queries import list_events
from fairport.domain.codes import CodeKind, is_well_formed
from fairport.registrations.models import DocumentClaim, IntegritySignal, Registration, Traveler
from fairport.registrations.operations import (
    TooManyAttempts,
    WrongCode,
    insert_registrations,
    open_safeguarding_case,
    purge_expired,
    save_draft,
    sign_in_with_code,
    submit_registration,
)
from fairport.registrations.queries import (
    get_registration,
    open_contact,
    open_entry_secret,
    open_travelers,
    receipt_again,
)
from fairport.registrations.submission import (
    ChildAlone,
    DocumentInUse,
    GroupTooLarge,
    IdempotencyConflict,
    NotEligible,
    SubmissionInvalid,
    submission_as_json,
)
from tests.factories.programme import NOW, PROGRAMME, load_programme
from tests.factories.submissions import make_child, make_submission, make_traveler, register

pytestmark = pytest.mark.django_db
KEY = "0d6c7a0e-5d6c-4a55-8b9b-9b1f6f1f2a10"
TOKEN = "the-token-in-the-cookie-of-a-browser"


@pytest.fixture(autouse=True)
def programme(db: None) -> None:
    load_programme()


def test_a_family_is_kept_sealed_and_given_its_codes() -> None:
    receipt = register(travelers=(make_traveler(given_names="  Marie   Ange "), make_child()))
    assert is_well_formed(receipt.registration_number, CodeKind.REGISTRATION_NUMBER)
    assert is_well_formed(receipt.access_code, CodeKind.ACCESS_CODE)
    assert (receipt.status, receipt.size, receipt.registered_at) == ("waiting", 2, NOW)
    registration = get_registration(registration_id=receipt.registration_id)
    assert open_entry_secret(registration=registration).hex() == receipt.entry_secret
    assert open_contact(registration=registration).phone == "+526641234567"
    adult, child = open_travelers(registration=registration)
    assert (adult.given_names, adult.adult, adult.criteria) == ("Marie Ange", True, ("no_housing",))
    assert (child.adult, child.criteria, child.document_number) == (False, ("under_21",), None)
    (event,) = list_events(subject=Subject("registration", str(receipt.registration_id)))
    assert event.name == "registration.submitted"
    assert event.details is not None and event.details["size"] == 2


def test_nothing_typed_stands_in_clear_in_any_column() -> None:
    secrets = ["Xanthippe", "Quetzalli", "ZZ998877", "hidden.person@example.org", "6649998877", "1971-03-29"]
    submission = make_submission(
        travelers=(
            make_traveler(
                given_names="Xanthippe",
                family_names="Quetzalli",
                document_number="ZZ998877",
                birth_date=date(1971, 3, 29),
            ),
        ),
        email="hidden.person@example.org",
        phone="+526649998877",
    )
    receipt = submit_registration(submission=submission, at=NOW, actor=APPLICANT, idempotency_key=KEY)
    save_draft(token=TOKEN, programme=PROGRAMME, content=submission_as_json(submission), at=NOW)
    open_safeguarding_case(content=submission_as_json(submission), language="en", at=NOW)
    with pytest.raises(WrongCode):
        sign_in_with_code(code="QQQQQ-QQQQQ-QQQQQ-QQQQQ", address="203.0.113.77", at=NOW)
    secrets += [receipt.access_code, receipt.access_code.replace("-", ""), receipt.entry_secret]
    secrets += [KEY, TOKEN, "QQQQQ", "203.0.113.77"]
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('bytea', 'text', 'character varying', 'jsonb', 'ARRAY', 'date')"
        )
        columns = cursor.fetchall()
        assert len(columns) > 50
        for table, column, kind in columns:
            text = f"encode({column}, 'escape')" if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f"SELECT {text} FROM {table}")
            content = "\n".join(str(row[0]) for row in cursor.fetchall())
            found += [(table, column, secret) for secret in secrets if secret.casefold() in content.casefold()]
    assert found == []


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ports": ("XXX",)}, SubmissionInvalid),
        ({"programme": "no-such-programme"}, SubmissionInvalid),
        ({"travelers": (make_child(),)}, ChildAlone),
        ({"travelers": tuple(make_traveler() for _ in range(13))}, GroupTooLarge),
        ({"travelers": (make_traveler(criteria=frozenset()),)}, NotEligible),
        ({"state": "MX-CHP"}, NotEligible),
        ({"country": "US", "state": "US-CA"}, NotEligible),
    ],
)
def test_a_refusal_leaves_nothing_behind(changes: dict[str, object], refusal: type[Exception]) -> None:
    before = _row_counts()
    with pytest.raises(refusal):
        submit_registration(
            submission=make_submission(**changes), at=NOW, actor=APPLICANT, idempotency_key=KEY, address="192.0.2.1"
        )
    assert _row_counts() == before


def test_child_alone_is_said_before_the_size_of_the_group() -> None:
    with pytest.raises(ChildAlone):
        register(travelers=tuple(make_child() for _ in range(13)))


def test_the_same_key_gives_the_first_receipt_again() -> None:
    submission = make_submission()
    first = submit_registration(submission=submission, at=NOW, actor=APPLICANT, idempotency_key=KEY)
    again = submit_registration(
        submission=replace(submission, email="  marie@example.org "),
        at=NOW + timedelta(hours=23),
        actor=APPLICANT,
        idempotency_key=KEY,
    )
    assert again == first == receipt_again(idempotency_key=KEY, at=NOW)
    assert Registration.objects.count() == 1


def test_the_same_key_with_other_content_is_a_conflict() -> None:
    submit_registration(submission=make_submission(), at=NOW, actor=APPLICANT, idempotency_key=KEY)
    with pytest.raises(IdempotencyConflict):
        submit_registration(submission=make_submission(), at=NOW, actor=APPLICANT, idempotency_key=KEY)
    assert Registration.objects.count() == 1


def test_a_key_is_forgotten_after_a_day() -> None:
    submit_registration(submission=make_submission(), at=NOW, actor=APPLICANT, idempotency_key=KEY)
    later = NOW + timedelta(hours=24)
    assert receipt_again(idempotency_key=KEY, at=later) is None
    submit_registration(submission=make_submission(), at=later, actor=APPLICANT, idempotency_key=KEY)
    assert Registration.objects.count() == 2
    assert purge_expired(at=later + timedelta(hours=24)) == 1
    assert receipt_again(idempotency_key=KEY, at=later) is None


def test_a_document_in_use_is_refused_with_the_travelers_place_only() -> None:
    register(travelers=(make_traveler(document_number="AB 123-456", nationality="CU"),))
    with pytest.raises(DocumentInUse) as refused:
        register(travelers=(make_traveler(), make_traveler(document_number="ab123456", nationality="CU")))
    assert refused.value.positions == (1,)
    register(travelers=(make_traveler(document_number="AB123456", nationality="NI"),))
    assert Registration.objects.count() == 2
    assert DocumentClaim.objects.count() == 2


def test_asking_for_documents_is_limited_by_address_and_only_there() -> None:
    register(travelers=(make_traveler(document_number="ZX1234"),))
    probe = make_submission(travelers=(make_traveler(document_number="ZX1234"),))
    for _ in range(30):
        with pytest.raises(DocumentInUse):
            submit_registration(submission=probe, at=NOW, actor=APPLICANT, idempotency_key=None, address="2001:db8::1")
    with pytest.raises(TooManyAttempts) as refused:
        submit_registration(submission=probe, at=NOW, actor=APPLICANT, idempotency_key=None, address="2001:db8::2")
    assert refused.value.retry_after_seconds == 3600
    with pytest.raises(DocumentInUse):
        submit_registration(submission=probe, at=NOW, actor=APPLICANT, idempotency_key=None, address="192.0.2.7")
    # Who has no document to ask about registers from the same address all the same.
    without = make_submission(travelers=(make_traveler(document_number=None),))
    submit_registration(submission=without, at=NOW, actor=APPLICANT, idempotency_key=None, address="2001:db8::1")


def test_a_namesake_born_on_the_same_day_is_accepted_and_becomes_a_signal() -> None:
    first = register(travelers=(make_traveler(given_names="José María", family_names="Núñez"),))
    second = register(
        travelers=(make_traveler(given_names="Nunez", family_names="Maria JOSE"), make_child()),
        at=NOW + timedelta(days=1),
    )
    (signal,) = IntegritySignal.objects.all()
    assert signal.traveler.registration_id == second.registration_id
    assert signal.other.registration_id == first.registration_id
    events = list_events(subject=Subject("registration", str(second.registration_id)))
    assert [event.name for event in events] == ["registration.submitted", "integrity.signal_raised"]
    register(travelers=(make_traveler(given_names="José", family_names="Núñez"),))
    assert IntegritySignal.objects.count() == 1


def test_many_at_once_have_their_own_seniority_and_the_same_rules() -> None:
    moments = [NOW - timedelta(days=day) for day in range(5)]
    receipts = insert_registrations(
        submissions=[make_submission() for _ in moments], registered_at=moments, at=NOW, actor=APPLICANT
    )
    assert [receipt.registered_at for receipt in receipts] == moments
    assert set(Registration.objects.values_list("registered_at", flat=True)) == set(moments)
    assert set(Traveler.objects.values_list("registered_at", flat=True)) == set(moments)
    with pytest.raises(NotEligible):
        insert_registrations(
            submissions=[make_submission(), make_submission(state="MX-CHP")],
            registered_at=[NOW, NOW],
            at=NOW,
            actor=APPLICANT,
        )
    assert Registration.objects.count() == 5


@pytest.mark.parametrize(
    ("moment", "adult_in_the_group"),
    [
        # Still 17 January in San Diego, the first listed port.
        (datetime(2023, 1, 18, 7, 59, tzinfo=UTC), False),
        (datetime(2023, 1, 18, 8, 0, tzinfo=UTC), True),
    ],
)
def test_ages_count_on_the_day_at_the_first_listed_port(moment: datetime, adult_in_the_group: bool) -> None:
    person = make_traveler(birth_date=date(2005, 1, 18))
    if adult_in_the_group:
        assert register(travelers=(person,), at=moment).size == 1
    else:
        with pytest.raises(ChildAlone):
            register(travelers=(person,), at=moment)


def test_one_registration_takes_the_same_statements_whatever_its_size() -> None:
    counts = []
    for size in (1, 12):
        with CaptureQueriesContext(connection) as queries:
            register(travelers=tuple(make_traveler() for _ in range(size)))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def _row_counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_models()}
