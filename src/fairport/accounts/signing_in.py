"""What is noted around signing in. The steps themselves are allauth's."""

from __future__ import annotations

from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F

from fairport.accounts.events import (
    PasskeyAdded,
    PasswordChanged,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorRemoved,
    SecondFactorSetUp,
    SessionsEnded,
    StaffSignedIn,
)
from fairport.accounts.models import FailedSignIns, User
from fairport.accounts.queries import SECOND_FACTORS, own_factors
from fairport.accounts.staffing import staff_subject
from fairport.audit.events import staff as staff_actor
from fairport.audit.operations import append_event


class NoSuchFactor(Exception):
    """It is not set up, or belongs to somebody else."""

    code = "no_such_factor"


class LastSecondFactor(Exception):
    """Nothing would be left beside the password."""

    code = "last_second_factor"


def note_sign_in(*, user: User, second_factor: bool, how: str, at: datetime) -> None:
    """Somebody signed in by `how`; without a second factor only until they have set one up."""
    event = StaffSignedIn(second_factor=second_factor, how=how)
    append_event(event=event, subject=staff_subject(user), actor=staff_actor(user.pk), at=at)


def note_second_factor(*, user: User, at: datetime) -> None:
    """Somebody set up their authenticator app; in the transaction that does it."""
    append_event(event=SecondFactorSetUp(), subject=staff_subject(user), actor=staff_actor(user.pk), at=at)


def note_passkey(*, user: User, at: datetime) -> None:
    """Somebody added a passkey; in the transaction that does it."""
    append_event(event=PasskeyAdded(), subject=staff_subject(user), actor=staff_actor(user.pk), at=at)


def note_new_recovery_codes(*, user: User, at: datetime) -> None:
    """Somebody made new recovery codes; in the transaction that does it."""
    append_event(event=RecoveryCodesMade(), subject=staff_subject(user), actor=staff_actor(user.pk), at=at)


def note_recovery_code(*, user: User, at: datetime) -> int:
    """Somebody came in with a recovery code; in the transaction that uses it up. Returns how many are left."""
    left = own_factors(user=user).recovery_codes
    append_event(event=RecoveryCodeUsed(left=left), subject=staff_subject(user), actor=staff_actor(user.pk), at=at)
    return left


@transaction.atomic
def remove_second_factor(*, user: User, factor_id: int, at: datetime) -> None:
    """Removes an authenticator app or a passkey of somebody. Raises NoSuchFactor, LastSecondFactor."""
    # Two removals at once must not each count the other's as the one that stays.
    User.objects.select_for_update().get(pk=user.pk)
    factors = Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS)
    factor = factors.filter(pk=factor_id).first()
    if factor is None:
        raise NoSuchFactor("This is not set up, or not any more.")
    if factors.count() == 1:
        raise LastSecondFactor("This is the only second factor.")
    factor.delete()
    event = SecondFactorRemoved(kind=factor.type)
    append_event(event=event, subject=staff_subject(user), actor=staff_actor(user.pk), at=at)


@transaction.atomic
def end_sessions(*, user: User, at: datetime) -> None:
    """Ends every session of somebody, also the one of this request unless its caller renews it."""
    User.objects.filter(pk=user.pk).update(session_version=F("session_version") + 1)
    user.refresh_from_db(fields=["session_version"])
    append_event(event=SessionsEnded(), subject=staff_subject(user), actor=staff_actor(user.pk), at=at)


def note_own_password(*, user: User, at: datetime) -> None:
    """Somebody replaced their password by an own one; in the transaction that does it."""
    User.objects.filter(pk=user.pk).update(password_is_temporary=False)
    append_event(event=PasswordChanged(), subject=staff_subject(user), actor=staff_actor(user.pk), at=at)


@transaction.atomic
def count_failed_sign_in(*, step: str, day: date) -> None:
    """Counts one failure of a step on a (UTC) day."""
    row, _made = FailedSignIns.objects.get_or_create(day=day, step=step)
    FailedSignIns.objects.filter(pk=row.pk).update(count=F("count") + 1)
