"""Who can register, with every reason, on the day of the registration."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.eligibility import (
    BirthDateRefused,
    ClaimProblem,
    DeclaredLocation,
    Reason,
    TravelerFacts,
    Verdict,
    age_on,
    assess_eligibility,
    can_lead,
    check_claims,
    validate_birth_date,
)
from fairport.domain.policy import CRITERIA, DERIVED_CRITERIA, Policy, load_policy
from tests.domain.building import POLICY_FILE, policy_text, repeatable

TODAY = dt.date(2023, 1, 18)
SONORA = DeclaredLocation("MX", "MX-SON")
POLICY = load_policy(POLICY_FILE.read_bytes())
CLAIMABLE = [criterion for criterion in CRITERIA if criterion not in DERIVED_CRITERIA]


def traveler(age: int, *claimed: str) -> TravelerFacts:
    return TravelerFacts(dt.date(TODAY.year - age, 1, 1), frozenset(claimed))


def assess(
    *travelers: TravelerFacts, location: DeclaredLocation = SONORA, policy: Policy = POLICY, on: dt.date = TODAY
) -> Verdict:
    return assess_eligibility(policy=policy, travelers=travelers, on=on, location=location)


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("2000-01-18", "2021-01-17", 20),
        ("2000-01-18", "2021-01-18", 21),
        ("2004-02-29", "2025-02-28", 20),
        ("2004-02-29", "2025-03-01", 21),
        ("2004-02-29", "2024-02-28", 19),
        ("2004-02-29", "2024-02-29", 20),
        ("2023-01-18", "2023-01-18", 0),
        ("1900-02-28", "2000-02-29", 100),
    ],
)
def test_ages(born: str, on: str, age: int) -> None:
    assert age_on(dt.date.fromisoformat(born), dt.date.fromisoformat(on)) == age


@repeatable
@given(born=st.dates(dt.date(1900, 1, 1), dt.date(2023, 1, 1)), days=st.integers(0, 40_000))
def test_ages_never_go_back_and_grow_by_one_a_year(born: dt.date, days: int) -> None:
    on = born + dt.timedelta(days=days)
    age = age_on(born, on)
    assert age <= age_on(born, on + dt.timedelta(days=1)) <= age + 1
    assert abs(days - age * 365.2425) < 367


@pytest.mark.parametrize(
    ("born", "code"),
    [
        (TODAY + dt.timedelta(days=1), "birth_date_in_future"),
        (dt.date(1897, 1, 18), "birth_date_impossible"),
        (dt.date(1, 1, 1), "birth_date_impossible"),
    ],
)
def test_impossible_birth_dates(born: dt.date, code: str) -> None:
    with pytest.raises(BirthDateRefused) as refused:
        validate_birth_date(born, TODAY)
    assert refused.value.code == code


def test_the_oldest_and_the_youngest_are_possible() -> None:
    for born in (dt.date(1897, 1, 19), TODAY):
        validate_birth_date(born, TODAY)
        assert 0 <= age_on(born, TODAY) <= 125


@pytest.mark.parametrize("criterion", CLAIMABLE)
def test_any_one_criterion_in_any_traveler_is_enough(criterion: str) -> None:
    verdict = assess(traveler(40), traveler(41, criterion), traveler(42))
    assert verdict == Verdict(True, (), (frozenset(), frozenset({criterion}), frozenset()))


@pytest.mark.parametrize(
    ("born", "derived"),
    [
        ("2002-01-18", set()),
        ("2002-01-19", {"under_21"}),
        ("1952-01-19", set()),
        ("1952-01-18", {"over_70"}),
        ("1953-01-18", set()),
    ],
)
def test_the_age_criteria_follow_from_the_birth_date(born: str, derived: set[str]) -> None:
    verdict = assess(TravelerFacts(dt.date.fromisoformat(born), frozenset()))
    assert verdict.found == (derived,)
    assert verdict.eligible is bool(derived)


def test_a_birthday_between_two_days_changes_the_verdict() -> None:
    leapling = TravelerFacts(dt.date(2004, 2, 29), frozenset())
    assert assess(leapling, on=dt.date(2025, 2, 28)).eligible
    assert not assess(leapling, on=dt.date(2025, 3, 1)).eligible


def test_without_a_criterion_the_reason_is_exact() -> None:
    assert assess(traveler(30), traveler(45)).reasons == (Reason("no_criterion"),)


def test_an_age_criterion_that_was_claimed_counts_for_nothing() -> None:
    assert assess(traveler(40, "under_21", "over_70")).found == (frozenset(),)


@pytest.mark.parametrize(
    "location",
    [DeclaredLocation("MX", "MX-CHP"), DeclaredLocation("MX"), DeclaredLocation("US", "US-TX"),
     DeclaredLocation("GT", "MX-SON")],
)  # fmt: skip
def test_outside_the_area(location: DeclaredLocation) -> None:
    assert assess(traveler(40, "threat"), location=location).reasons == (Reason("outside_location"),)
    text = policy_text().replace("enabled = true", "enabled = false")
    assert assess(traveler(40, "threat"), location=location, policy=load_policy(text.encode())).eligible


def test_the_capital_is_in_the_area() -> None:
    assert assess(traveler(40, "threat"), location=DeclaredLocation("MX", "MX-DIF")).eligible


def test_a_child_alone_is_told_apart() -> None:
    assert assess(traveler(17), traveler(3)).reasons == (Reason("child_alone"),)
    assert assess(traveler(17), traveler(18)).eligible
    assert (can_lead(dt.date(2005, 1, 18), TODAY), can_lead(dt.date(2005, 1, 19), TODAY)) == (True, False)


def test_the_largest_group() -> None:
    twelve = [traveler(40, "threat")] * 12
    assert assess(*twelve).eligible
    assert assess(*twelve, traveler(1)).reasons == (Reason("group_too_large"),)


def test_every_reason_is_given() -> None:
    verdict = assess(*[traveler(17)] * 13, location=DeclaredLocation("MX", "MX-ROO"))
    assert [reason.code for reason in verdict.reasons] == ["outside_location", "child_alone", "group_too_large"]
    with pytest.raises(ValueError, match="at least one traveler"):
        assess()


def test_claims_are_checked_against_the_policy() -> None:
    fewer = load_policy(policy_text().replace('  "pregnancy",\n', "").encode())
    assert check_claims(["threat", "disability"], policy=POLICY) == ()
    assert check_claims(["under_21", "threat", "poor", "over_70", "pregnancy"], policy=fewer) == (
        ClaimProblem("criterion_not_claimable", "under_21"),
        ClaimProblem("criterion_unknown", "poor"),
        ClaimProblem("criterion_not_claimable", "over_70"),
        ClaimProblem("criterion_unknown", "pregnancy"),
    )


facts = st.builds(
    TravelerFacts, st.dates(dt.date(1900, 1, 1), TODAY), st.frozensets(st.sampled_from(CLAIMABLE), max_size=3)
)


@repeatable
@given(travelers=st.lists(facts, min_size=1, max_size=14), extra=facts)
def test_verdicts(travelers: list[TravelerFacts], extra: TravelerFacts) -> None:
    verdict = assess(*travelers)
    codes = {reason.code for reason in verdict.reasons}
    assert verdict.eligible == (not codes)
    assert ("no_criterion" in codes) == (not any(verdict.found))
    assert ("group_too_large" in codes) == (len(travelers) > 12)
    for one, found in zip(travelers, verdict.found, strict=True):
        assert found >= one.claimed
        assert found - one.claimed <= DERIVED_CRITERIA
    # The order of the travelers does not matter, and one more never takes a criterion or the adult away.
    assert {reason.code for reason in assess(*reversed(travelers)).reasons} == codes
    assert {reason.code for reason in assess(*travelers, extra).reasons} - codes <= {"group_too_large"}
