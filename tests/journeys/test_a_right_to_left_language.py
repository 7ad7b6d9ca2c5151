"""Someone whose language runs from right to left registers: all is mirrored, and no text escapes translation."""

from __future__ import annotations

import pytest

from fairport.applicant.places import MEXICAN_STATES
from tests.journeys.conftest import Visit
from tests.journeys.families import marias_family
from tests.journeys.holding import sign_in
from tests.journeys.registering import fill_in, send
from tests.journeys.visitor import PHONE, PSEUDO, words


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_registering_right_to_left(visit: Visit, scripts: bool) -> None:
    visitor = visit(language=PSEUDO, window=PHONE, scripts=scripts)
    family = marias_family()
    own = [*map(str, MEXICAN_STATES.values()), family.email, "San Diego San Ysidro Calexico West Tijuana Mexicali"]
    own += [f"{person.given_names} {person.family_names} {person.document}" for person in family.people]
    visitor.names |= set(words(" ".join(own)))
    fill_in(visitor, family)
    receipt = send(visitor)
    sign_in(visitor, receipt.access_code)
    assert visitor.sees("You are waiting")
