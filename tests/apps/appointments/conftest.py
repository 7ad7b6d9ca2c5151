from __future__ import annotations

from collections.abc import Iterator

import pytest

from fairport.domain.policy import Policy
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import open_programme


@pytest.fixture(autouse=True)
def policy(db: None) -> Iterator[Policy]:
    """The founding programme with its slots; after each test every held place must have its reason."""
    yield open_programme()
    assert_places_add_up()
