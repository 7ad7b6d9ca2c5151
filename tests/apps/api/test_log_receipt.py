"""An applicant's proof that the public log holds their registration."""

from __future__ import annotations

import hashlib
import json

import pytest

from fairport.audit.keys import keys_of
from fairport.audit.models import LogName
from fairport.audit.operations import sequence_log
from fairport.audit.proofs import parse_proof, verify_proof
from fairport.domain.policy import Policy
from tests.apps.api.conftest import Api, Clock
from tests.factories.programme import NOW
from tests.factories.submissions import register

pytestmark = pytest.mark.django_db
ADDRESS = "/registrations/me/log-receipt"


def test_the_registration_is_proven_to_be_in_the_log(api: Api, policy: Policy, clock: Clock) -> None:
    register()
    receipt = register()
    sequence_log(at=NOW)
    answer = api.get(ADDRESS, code=receipt.access_code)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    told = answer.json()  # type: ignore[attr-defined]
    salt = parse_proof(told["proof"].encode()).extra
    assert salt is not None
    leaf = hashlib.sha256(salt + told["payload"].encode()).digest()
    verify_proof(content=told["proof"].encode(), leaf_data=leaf, keys=keys_of(log=LogName.EVENTS))
    payload = json.loads(told["payload"])
    assert payload["name"] == "registration.submitted"
    assert payload["at"].startswith(NOW.strftime("%Y-%m-%dT%H:%M:%S"))


def test_seconds_after_the_registration_there_is_none_yet(api: Api, policy: Policy, clock: Clock) -> None:
    receipt = register()
    answer = api.get(ADDRESS, code=receipt.access_code)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_in_log")  # type: ignore[attr-defined]


def test_nobody_gets_it_without_the_access_code(api: Api, policy: Policy, clock: Clock) -> None:
    register()
    sequence_log(at=NOW)
    assert api.get(ADDRESS).status_code == 401
    assert api.get(ADDRESS, code="WRONG-CODE").status_code == 401
