"""Bad input: every problem of form has its field and its stable code, all of them at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairport.domain.policy import Policy
from fairport.registrations.countries import COUNTRY_CODES, country_names
from fairport.registrations.submission import Submission
from fairport.registrations.validation import normalise_submission, validate_submission
from tests.factories.programme import NOW
from tests.factories.submissions import make_child, make_submission, make_traveler

TODAY = date(2023, 1, 18)


def problems(submission: Submission, policy: Policy) -> list[tuple[str, str]]:
    found = validate_submission(submission=submission, policy=policy, at=NOW)
    return [(problem.field, str(problem.code)) for problem in found]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"given_names": ""}, "given_names", "name_required"),
        ({"given_names": "   "}, "given_names", "name_required"),
        ({"family_names": ""}, "family_names", "name_required"),
        ({"given_names": "a" * 101}, "given_names", "name_too_long"),
        ({"family_names": "ñ" * 300}, "family_names", "name_too_long"),
        ({"given_names": "Ma\x00ria"}, "given_names", "name_invalid"),
        ({"given_names": "Ma\nria"}, "given_names", "name_invalid"),
        ({"given_names": "Ma\u202eria"}, "given_names", "name_invalid"),
        ({"given_names": "12345"}, "given_names", "name_invalid"),
        ({"birth_date": TODAY + timedelta(days=1)}, "birth_date", "birth_date_in_future"),
        ({"birth_date": date(1890, 1, 1)}, "birth_date", "birth_date_impossible"),
        ({"nationality": "ZZ"}, "nationality", "nationality_unknown"),
        ({"nationality": "EU"}, "nationality", "nationality_unknown"),
        ({"nationality": "HTI"}, "nationality", "nationality_unknown"),
        ({"nationality": ""}, "nationality", "nationality_unknown"),
        ({"document_number": "--"}, "document_number", "document_invalid"),
        ({"document_number": "A" * 41}, "document_number", "document_invalid"),
        ({"criteria": frozenset({"under_21"})}, "criteria", "criterion_not_claimable"),
        ({"criteria": frozenset({"over_70"})}, "criteria", "criterion_not_claimable"),
        ({"criteria": frozenset({"rich"})}, "criteria", "criterion_unknown"),
    ],
)
def test_what_is_wrong_with_one_traveler(policy: Policy, changes: dict[str, object], field: str, code: str) -> None:
    submission = make_submission(travelers=(make_traveler(), make_traveler(**changes)))
    assert problems(submission, policy) == [(f"travelers.1.{field}", code)]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"ports": ()}, "ports", "ports_required"),
        ({"ports": ("SDG",) * 9}, "ports", "ports_too_many"),
        ({"ports": ("SDG", "XXX")}, "ports.1", "port_unknown"),
        ({"ports": ("SDG", "CLX", "SDG")}, "ports.2", "port_repeated"),
        ({"country": ""}, "location.country", "country_required"),
        ({"country": "QQ"}, "location.country", "country_unknown"),
        ({"state": None}, "location.state", "state_required"),
        ({"state": "Baja California"}, "location.state", "state_unknown"),
        ({"state": "US-CA"}, "location.state", "state_unknown"),
        ({"attestation": False}, "attestation", "attestation_required"),
        ({"email": "marie at example"}, "contact.email", "email_invalid"),
        ({"email": "a" * 400 + "@example.org"}, "contact.email", "email_invalid"),
        ({"email": "marie@example.org\nBcc: all@example.org"}, "contact.email", "email_invalid"),
        ({"phone": "123"}, "contact.phone", "phone_invalid"),
        ({"phone": "not a number"}, "contact.phone", "phone_invalid"),
        ({"language": "fr"}, "language", "language_not_offered"),
    ],
)
def test_what_is_wrong_with_the_rest(policy: Policy, changes: dict[str, object], field: str, code: str) -> None:
    assert problems(make_submission(**changes), policy) == [(field, code)]


def test_no_travelers(policy: Policy) -> None:
    submission = Submission(**{**_fields(make_submission()), "travelers": ()})
    assert problems(submission, policy) == [("travelers", "travelers_required")]


def test_two_travelers_with_the_same_document(policy: Policy) -> None:
    submission = make_submission(
        travelers=(make_traveler(document_number="ab-12 34"), make_traveler(document_number="AB1234"))
    )
    assert problems(submission, policy) == [("travelers.1.document_number", "document_repeated")]


def test_a_child_cannot_lead_where_there_is_an_adult(policy: Policy) -> None:
    assert problems(make_submission(travelers=(make_child(), make_traveler())), policy) == [
        ("travelers.0.birth_date", "lead_under_18")
    ]
    # Without an adult it is no problem of form: child protection takes over.
    assert problems(make_submission(travelers=(make_child(),)), policy) == []


def test_everything_is_said_at_once(policy: Policy) -> None:
    submission = make_submission(
        ports=("XXX",), attestation=False, travelers=(make_traveler(given_names="", nationality="??"),), email="x"
    )
    assert problems(submission, policy) == [
        ("travelers.0.given_names", "name_required"),
        ("travelers.0.nationality", "nationality_unknown"),
        ("ports.0", "port_unknown"),
        ("contact.email", "email_invalid"),
        ("attestation", "attestation_required"),
    ]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("محمد علي", "محمد علي"),
        ("נועה", "נועה"),
        ("Jose\u0301 Mari\u0301a", "José María"),
        ("می\u200cنا", "می\u200cنا"),
        ("Z̷a̷l̷g̷o̷", "Z̷a̷l̷g̷o̷"),
        ("O'Brien-Ñáñez, Jr.", "O'Brien-Ñáñez, Jr."),
        ("陈", "陈"),
        ("e\u0301" * 100, "é" * 100),
    ],
)
def test_names_of_any_script_are_fine_and_kept_in_one_form(policy: Policy, name: str, kept: str) -> None:
    submission = make_submission(travelers=(make_traveler(given_names=name, family_names=name),))
    assert problems(submission, policy) == []
    assert normalise_submission(submission).travelers[0].given_names == kept


def test_a_port_that_is_not_open_yet(policy: Policy) -> None:
    found = validate_submission(submission=make_submission(), policy=policy, at=NOW - timedelta(days=7))
    assert [problem.code for problem in found] == ["port_closed", "port_closed"]


def test_both_codes_of_mexico_city_are_the_same_place(policy: Policy) -> None:
    submission = make_submission(state="MX-CMX")
    assert problems(submission, policy) == []
    assert normalise_submission(submission).state == "MX-DIF"


def test_a_phone_without_its_country_is_read_as_one_of_where_they_are(policy: Policy) -> None:
    submission = normalise_submission(make_submission(phone="664 123 4567"))
    assert submission.phone == "+526641234567"
    assert problems(submission, policy) == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.text(max_size=310), document=st.text(max_size=90), phone=st.text(max_size=40), email=st.text(max_size=40)
)
def test_no_text_breaks_the_check_and_normalising_twice_changes_nothing(
    policy: Policy, name: str, document: str, phone: str, email: str
) -> None:
    submission = make_submission(
        travelers=(make_traveler(given_names=name, document_number=document),), phone=phone, email=email
    )
    once = normalise_submission(submission)
    assert normalise_submission(once) == once
    fields = {field for field, _code in problems(submission, policy)}
    assert fields <= {
        "travelers.0.given_names",
        "travelers.0.document_number",
        "contact.phone",
        "contact.email",
    }


def test_countries_have_names_in_the_offered_languages() -> None:
    spanish = dict(country_names(language="es"))
    assert spanish.keys() == COUNTRY_CODES
    assert spanish["HT"] == "Haití"
    assert dict(country_names(language="ar-xb"))["VE"]


def _fields(submission: Submission) -> dict[str, object]:
    return {name: getattr(submission, name) for name in Submission.__dataclass_fields__}
