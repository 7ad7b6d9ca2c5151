"""Tiers put the verified first, and the seniority share keeps everyone else's wait within bounds: measured."""

import pytest

from tests.domain.building import ROOT
from tests.domain.tier_simulation import RULES, play, row

FOUNDING, TRIAL, STRICT, _TICKETS = RULES


@pytest.mark.parametrize(
    ("name", "verified", "share"), [(FOUNDING, 0.3, (1, 2)), (TRIAL, 0.6, (1, 2)), (STRICT, 0.6, (0, 1))]
)
def test_the_documentation_has_what_the_simulation_gives(name: str, verified: float, share: tuple[int, int]) -> None:
    documented = (ROOT / "docs/policy.md").read_text(encoding="utf-8").splitlines()
    assert row(name, verified=verified, share=share) in documented


def test_without_tiers_a_fact_changes_nothing() -> None:
    found = play(RULES[FOUNDING], verified=0.3)
    assert abs(found["threat"].median - found[""].median) <= 2


def test_the_seniority_share_bounds_the_wait_of_those_without_a_fact() -> None:
    alike, tiers = play(RULES[FOUNDING], verified=0.3), play(RULES[TRIAL], verified=0.3)
    assert tiers["threat"].nine_of_ten <= 1
    assert tiers["no_housing"].median < alike["no_housing"].median
    assert tiers[""].nine_of_ten <= 1.25 * alike[""].nine_of_ten
    # The control: without it they wait twice as long and more.
    assert play(RULES[TRIAL], verified=0.6, share=(0, 1))[""].nine_of_ten > 2 * alike[""].nine_of_ten
