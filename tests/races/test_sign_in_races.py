"""Two at once: a recovery code opens one browser, the last second factor stays, and the last operator too."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db.models import QuerySet

from fairport.accounts import staffing
from fairport.accounts.models import Role, RoleGrant, User
from fairport.accounts.operations import LastOperator, LastSecondFactor, remove_second_factor, revoke_role
from tests.cast import make_staff
from tests.factories.programme import NOW
from tests.factories.racing import kinds, race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person() -> User:
    return make_staff("Pat Person")


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self.all())


def meeting(monkeypatch: pytest.MonkeyPatch, target: Any, name: str) -> None:
    """Both callers have read before either goes on; with a lock the second one comes later, and alone."""
    both = threading.Barrier(2)
    original = getattr(target, name)

    def slow(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(timeout=2)
        return result

    monkeypatch.setattr(target, name, slow)


def use(person: User, code: str) -> bool:
    authenticator = Authenticator.objects.get(user=person, type="recovery_codes")
    return bool(RecoveryCodes(authenticator).validate_code(code))


def test_a_recovery_code_opens_once(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    meeting(monkeypatch, RecoveryCodes, "_is_code_used")

    results = race(lambda: use(person, code), lambda: use(person, code))

    assert sorted(results) == [False, True]


def test_without_the_lock_it_would_open_twice(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the race above is a race."""
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    meeting(monkeypatch, RecoveryCodes, "_is_code_used")
    without_locks(monkeypatch)

    assert race(lambda: use(person, code), lambda: use(person, code)) == [True, True]


def two_factors(person: User) -> list[int]:
    return [
        Authenticator.objects.create(user=person, type="webauthn", data={"name": name}).pk for name in ("one", "two")
    ]


def remove_both(person: User) -> list[Any]:
    return race(
        *(
            lambda pk=pk: remove_second_factor(user=person, factor_id=pk, at=NOW)  # type: ignore[misc]
            for pk in two_factors(person)
        )
    )


def test_of_the_last_two_factors_one_stays(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting(monkeypatch, QuerySet, "count")

    results = remove_both(person)

    assert kinds(results) == [LastSecondFactor.__name__, "NoneType"]
    assert Authenticator.objects.filter(user=person).count() == 1


def test_without_the_lock_none_would_stay(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    meeting(monkeypatch, QuerySet, "count")
    without_locks(monkeypatch)

    assert kinds(remove_both(person)) == ["NoneType", "NoneType"]
    assert not Authenticator.objects.filter(user=person).exists()


def operators() -> list[tuple[User, int]]:
    people = [make_staff(name, (Role.OPERATOR, None)) for name in ("Ole Operator", "Oda Second")]
    return [(user, RoleGrant.objects.get(user=user).pk) for user in people]


def take_each_others_role() -> list[Any]:
    (one, first), (two, second) = operators()
    return race(
        lambda: revoke_role(grant_id=second, reason="moved away", revoked_by=one, at=NOW),
        lambda: revoke_role(grant_id=first, reason="moved away", revoked_by=two, at=NOW),
    )


def test_two_operators_who_take_each_others_role_leave_one(monkeypatch: pytest.MonkeyPatch) -> None:
    meeting(monkeypatch, staffing, "_lock_operators")

    assert kinds(take_each_others_role()) == [LastOperator.__name__, "NoneType"]
    assert RoleGrant.objects.filter(role=Role.OPERATOR, revoked_at__isnull=True).count() == 1


def test_without_the_lock_they_would_leave_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    meeting(monkeypatch, staffing, "_lock_operators")
    without_locks(monkeypatch)

    assert kinds(take_each_others_role()) == ["NoneType", "NoneType"]
