"""Drafts and safeguarding cases: sealed, found by their token or number, and gone on time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fairport.audit.models import Event
from fairport.domain.policy import Policy
from fairport.registrations.models import Draft, SafeguardingCase
from fairport.registrations.operations import discard_draft, open_safeguarding_case, purge_expired, save_draft
from fairport.registrations.queries import read_draft, read_safeguarding_case
from fairport.sealing.models import DataKey
from tests.factories.programme import NOW, PROGRAMME

pytestmark = pytest.mark.django_db
TOKEN = "a-random-token-of-the-browser"
TYPED = {"travelers": [{"given_names": "Quetzalli"}], "step": 3}


@pytest.fixture(autouse=True)
def published(policy: Policy) -> None:
    """Drafts belong to a programme."""


def test_what_was_typed_is_there_again_and_replaced_by_the_next_save() -> None:
    save_draft(token=TOKEN, programme=PROGRAMME, content={"step": 1}, at=NOW)
    save_draft(token=TOKEN, programme=PROGRAMME, content=TYPED, at=NOW + timedelta(hours=1))
    assert read_draft(token=TOKEN, at=NOW + timedelta(hours=2)) == TYPED
    draft = Draft.objects.get()
    assert b"Quetzalli" not in bytes(draft.sealed)
    assert TOKEN.encode() not in bytes(draft.token_index)
    assert DataKey.objects.count() == 1


def test_another_token_opens_nothing() -> None:
    save_draft(token=TOKEN, programme=PROGRAMME, content=TYPED, at=NOW)
    assert read_draft(token="another-token", at=NOW) is None


def test_a_draft_is_gone_with_its_key_48_hours_after_it_was_last_saved() -> None:
    save_draft(token=TOKEN, programme=PROGRAMME, content=TYPED, at=NOW)
    last = NOW + timedelta(hours=48)
    assert read_draft(token=TOKEN, at=last) is None
    assert purge_expired(at=last - timedelta(seconds=1)) == 0
    assert purge_expired(at=last) == 1
    assert (Draft.objects.count(), DataKey.objects.count()) == (0, 0)


def test_discarding_removes_the_draft_with_its_key() -> None:
    save_draft(token=TOKEN, programme=PROGRAMME, content=TYPED, at=NOW)
    discard_draft(token=TOKEN)
    discard_draft(token=TOKEN)
    assert (Draft.objects.count(), DataKey.objects.count()) == (0, 0)


def test_a_safeguarding_case_is_sealed_and_told_once() -> None:
    number = open_safeguarding_case(content={"where": "in a shelter in Nogales"}, language="es", at=NOW)
    case = SafeguardingCase.objects.get(number=number)
    assert read_safeguarding_case(case=case) == {"where": "in a shelter in Nogales"}
    assert b"Nogales" not in bytes(case.sealed)
    assert list(Event.objects.filter(subject_id=str(case.pk)).values_list("name", flat=True)) == ["safeguarding.opened"]
