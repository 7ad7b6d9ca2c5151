"""A document is corrected to one that is just being registered, or two officers correct one person at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fairport.checkin.operations import correct_traveler
from fairport.registrations import correcting
from fairport.registrations.correcting import CorrectedMeanwhile, Identity, identity_of, version_of
from fairport.registrations.models import DocumentClaim, Registration, Traveler
from fairport.registrations.queries import open_travelers
from fairport.registrations.submission import DocumentInUse, Receipt
from tests.cast import Cast
from tests.factories.programme import NOW
from tests.factories.racing import kinds, race
from tests.factories.submissions import make_traveler, register

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "The passport that she showed has another number."


def correcting_to(receipt: Receipt, officer: Any, **changes: Any) -> Callable[[], Any]:
    traveler = Traveler.objects.get(registration_id=receipt.registration_id)
    registration = Registration.objects.select_related("data_key").get(pk=receipt.registration_id)
    old = identity_of(open_travelers(registration=registration)[0])
    values = {field: getattr(old, field) for field in Identity.__dataclass_fields__} | changes
    version = version_of(traveler=traveler)
    return lambda: correct_traveler(
        traveler_id=traveler.pk,
        identity=Identity(**values),
        version=version,
        reason=REASON,
        officer=officer,
        at=NOW,
    )


def test_one_document_stays_with_one_file(cast: Cast) -> None:
    receipt = register(travelers=(make_traveler(),), ports=("SDG",))
    newcomer = make_traveler(document_number="QQ424242")

    results = race(
        correcting_to(receipt, cast.officer, document_number="QQ-424242"),
        lambda: register(travelers=(newcomer,), ports=("SDG",)),
    )

    assert DocumentInUse.__name__ in kinds(results)
    assert sum(isinstance(result, DocumentInUse) for result in results) == 1
    assert DocumentClaim.objects.count() == Registration.objects.count()


def test_two_officers_at_once_one_correction(cast: Cast) -> None:
    receipt = register(travelers=(make_traveler(),), ports=("SDG",))

    results = race(
        correcting_to(receipt, cast.officer, given_names="Anna"),
        correcting_to(receipt, cast.supervisor, given_names="Ana"),
    )

    assert kinds(results) == [CorrectedMeanwhile.__name__, "NoneType"]


def test_without_comparing_versions_one_officer_would_undo_the_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = register(travelers=(make_traveler(),), ports=("SDG",))
    both = [
        correcting_to(receipt, cast.officer, given_names="Anna"),
        correcting_to(receipt, cast.supervisor, document_number="QQ424243"),
    ]
    seen = version_of(traveler=Traveler.objects.get())
    monkeypatch.setattr(correcting, "version_of", lambda traveler: seen)

    results = race(*both)

    assert kinds(results) == ["NoneType", "NoneType"]
    registration = Registration.objects.select_related("data_key").get()
    person = open_travelers(registration=registration)[0]
    both_hold = (person.given_names, person.document_number) == ("Anna", "QQ424243")
    assert not both_hold, "the race that the version is there for"
