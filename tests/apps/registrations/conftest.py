from __future__ import annotations

import pytest

from fairport.domain.policy import Policy
from tests.factories.programme import load_programme


@pytest.fixture
def policy(db: None) -> Policy:
    """The founding programme's policy, published, with its ports."""
    return load_programme().policy
