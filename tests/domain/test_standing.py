"""What verified facts do in a draw: never a harm, never a matter of the group's size."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.policy import CRITERIA, PolicyError, load_policy
from fairport.domain.standing import MOST_TICKETS, ONE_TIER, Standing, TierRule, TierRules, standing
from tests.domain.building import POLICY_FILE, policy_text, repeatable

FOLDER = POLICY_FILE.parent
TRIAL = FOLDER / "trial" / "title-42-most-vulnerable-first.toml"
SECOND = FOLDER / "title-42-exemption-2023-2.toml"
facts = st.frozensets(st.sampled_from(CRITERIA))


@st.composite
def tier_rules(draw: st.DrawFn) -> TierRules:
    """Rules that a policy file could have: from the best standing to the worst, no criterion twice."""
    order = draw(st.permutations(CRITERIA))
    cuts = sorted(draw(st.sets(st.integers(1, len(order) - 1), max_size=4)))
    groups = [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    standings = draw(
        st.lists(
            st.builds(Standing, st.integers(1, 9), st.integers(1, MOST_TICKETS)),
            min_size=len(groups) + 1,
            max_size=len(groups) + 1,
            unique=True,
        )
    )
    best_first = sorted(standings, key=lambda one: one.order)
    rules = [TierRule(frozenset(group), one) for group, one in zip(groups, best_first, strict=False)]
    return TierRules(default=best_first[-1], rules=tuple(rules))


def tiers(text: str) -> str:
    """The founding policy with a section `[tiers]`."""
    return policy_text().replace("[arrival]", f"[tiers]\n{text}\n\n[arrival]", 1)


def problems_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(PolicyError) as refused:
        load_policy(text.encode())
    assert all(problem.message.endswith(".") for problem in refused.value.problems)
    return [(problem.path, problem.code) for problem in refused.value.problems]


@repeatable
@given(rules=tier_rules(), some=facts, more=facts)
def test_more_facts_are_never_worse(rules: TierRules, some: frozenset[str], more: frozenset[str]) -> None:
    assert standing(facts=some | more, rules=rules).order <= standing(facts=some, rules=rules).order


@repeatable
@given(rules=tier_rules(), found=facts)
def test_a_standing_is_one_that_a_draw_accepts(rules: TierRules, found: frozenset[str]) -> None:
    given_to_them = standing(facts=found, rules=rules)
    assert 1 <= given_to_them.tier <= 9
    assert 1 <= given_to_them.weight <= MOST_TICKETS


@repeatable
@given(rules=tier_rules(), found=facts)
def test_whose_place_was_taken_back_goes_first(rules: TierRules, found: frozenset[str]) -> None:
    displaced = standing(facts=found, rules=rules, displaced=True)
    assert displaced.tier == 0
    assert displaced.weight == standing(facts=found, rules=rules).weight


@repeatable
@given(rules=tier_rules(), found=st.lists(st.sampled_from(CRITERIA)))
def test_it_does_not_matter_in_how_many_travelers_a_fact_was_found(rules: TierRules, found: list[str]) -> None:
    assert standing(facts=found * 3, rules=rules) == standing(facts=frozenset(found), rules=rules)


@repeatable
@given(found=facts)
def test_without_a_section_everyone_is_alike(found: frozenset[str]) -> None:
    policy = load_policy(POLICY_FILE.read_bytes())
    assert policy.tiers == ONE_TIER
    assert standing(facts=found, rules=policy.tiers) == Standing(1, 1)


def test_the_trial_policy_puts_the_most_vulnerable_first() -> None:
    policy = load_policy(TRIAL.read_bytes())
    assert (policy.programme, policy.version) == ("title-42-most-vulnerable-first", "1")
    for criterion in ("physical_illness", "mental_illness", "disability", "pregnancy", "threat"):
        assert standing(facts={criterion}, rules=policy.tiers) == Standing(1, 1)
    for criterion in ("no_housing", "under_21", "over_70"):
        assert standing(facts={criterion}, rules=policy.tiers) == Standing(2, 4)
    assert standing(facts=(), rules=policy.tiers) == Standing(2, 1)
    assert standing(facts={"no_housing", "pregnancy"}, rules=policy.tiers) == Standing(1, 1)


def test_the_trial_policy_differs_from_the_founding_one_in_what_it_says_and_in_nothing_else() -> None:
    trial, founding = load_policy(TRIAL.read_bytes()), load_policy(POLICY_FILE.read_bytes())
    differ = {name for name in founding.__dataclass_fields__ if getattr(trial, name) != getattr(founding, name)}
    assert differ == {"programme", "version", "title", "tiers", "facts", "exceptional", "sha256"}


def test_the_second_version_of_the_founding_policy_adds_facts_and_a_cap_and_nothing_else() -> None:
    second, founding = load_policy(SECOND.read_bytes()), load_policy(POLICY_FILE.read_bytes())
    differ = {name for name in founding.__dataclass_fields__ if getattr(second, name) != getattr(founding, name)}
    assert differ == {"version", "effective_from", "facts", "exceptional", "sha256"}
    assert founding.exceptional.people_per_port_and_week == 0
    assert second.exceptional.people_per_port_and_week == 24


def test_how_long_a_fact_holds() -> None:
    policy = load_policy(SECOND.read_bytes())
    assert policy.facts.validity_of("pregnancy") == dt.timedelta(days=280)
    assert policy.facts.validity_of("threat") == dt.timedelta(days=365)
    assert load_policy(POLICY_FILE.read_bytes()).facts.validity_of("pregnancy") == dt.timedelta(days=365)


GOOD = 'default = { tier = 3, weight = 1 }\nrules = [{ any_of = ["threat"], tier = 1, weight = 2 }]'


def test_a_section_is_read() -> None:
    policy = load_policy(tiers(GOOD).encode())
    assert policy.tiers == TierRules(Standing(3, 1), (TierRule(frozenset({"threat"}), Standing(1, 2)),))


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ("tier = 1", "tier = 0", "tiers.rules[0].tier", "tier_reserved"),
        ("tier = 1", "tier = 10", "tiers.rules[0].tier", "out_of_range"),
        ("tier = 1", "tier = true", "tiers.rules[0].tier", "wrong_type"),
        ("weight = 2", "weight = 65", "tiers.rules[0].weight", "out_of_range"),
        ("weight = 2", "weight = 0", "tiers.rules[0].weight", "out_of_range"),
        (", weight = 2", "", "tiers.rules[0].weight", "missing_key"),
        ('["threat"]', "[]", "tiers.rules[0].any_of", "empty"),
        ('["threat"]', '["fear"]', "tiers.rules[0].any_of", "unknown_criterion"),
        ('["threat"]', '"threat"', "tiers.rules[0].any_of", "wrong_type"),
        ("any_of", "all_of", "tiers.rules[0].any_of", "missing_key"),
        ("any_of", "all_of", "tiers.rules[0].all_of", "unknown_key"),
        ('rules = [{ any_of = ["threat"], tier = 1, weight = 2 }]', "rules = []", "tiers.rules", "empty"),
        ("default = { tier = 3, weight = 1 }\n", "", "tiers.default", "missing_key"),
        ("default = { tier = 3, weight = 1 }", "default = 3", "tiers.default", "wrong_type"),
        ("default = { tier = 3,", "default = { tier = 0,", "tiers.default.tier", "tier_reserved"),
        ("tier = 3, weight = 1", "tier = 1, weight = 2", "tiers.rules", "tiers_out_of_order"),
        ("tier = 3, weight = 1", "tier = 1, weight = 3", "tiers.rules", "tiers_out_of_order"),
        ("}]", '}, { any_of = ["pregnancy"], tier = 1, weight = 3 }]', "tiers.rules", "tiers_out_of_order"),
        ("}]", '}, { any_of = ["threat"], tier = 2, weight = 3 }]', "tiers.rules", "criterion_in_two_rules"),
        ("rules = ", "size = 3\nrules = ", "tiers.size", "unknown_key"),
    ],
)  # fmt: skip
def test_what_a_section_may_not_say(old: str, new: str, path: str, code: str) -> None:
    assert old in GOOD
    assert (path, code) in problems_of(tiers(GOOD.replace(old, new, 1)))


def test_one_tier_with_more_tickets_for_some_is_in_order() -> None:
    policy = load_policy(tiers(GOOD.replace("tier = 3", "tier = 1")).encode())
    assert policy.tiers.default == Standing(1, 1)


def test_a_value_that_cannot_be_read_is_reported_alone() -> None:
    assert problems_of(tiers(GOOD.replace("tier = 3", 'tier = "3"'))) == [("tiers.default.tier", "wrong_type")]


@pytest.mark.parametrize(
    ("section", "path", "code"),
    [
        ("[facts]\nvalid_days = 0", "facts.valid_days", "out_of_range"),
        ("[facts]\nvalid_days_of = { threat = 3 }", "facts.valid_days", "missing_key"),
        ("[facts]\nvalid_days = 9\nvalid_days_of = { fear = 3 }", "facts.valid_days_of.fear", "unknown_key"),
        ("[facts]\nvalid_days = 9\nvalid_days_of = { threat = -3 }", "facts.valid_days_of.threat", "out_of_range"),
        ("[exceptional]", "exceptional.people_per_port_and_week", "missing_key"),
        ("[exceptional]\npeople_per_port_and_week = -1", "exceptional.people_per_port_and_week", "out_of_range"),
        ("[exceptional]\npeople_per_port_and_week = 1\nfriends = 2", "exceptional.friends", "unknown_key"),
    ],
)
def test_what_the_other_sections_may_not_say(section: str, path: str, code: str) -> None:
    assert problems_of(policy_text().replace("[arrival]", f"{section}\n\n[arrival]", 1)) == [(path, code)]
