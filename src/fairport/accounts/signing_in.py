"""What is noted around signing in. The steps themselves are allauth's."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from fairport.accounts.events import PasswordChanged, SecondFactorSetUp, StaffSignedIn
from fairport.accounts.models import FailedSignIns, User
from fairport.accounts.staffing import staff_subject
from fairport.audit.events import staff as staff_actor
from fairport.audit.operations import append_event


def note_sign_in(*, user: User, second_factor: bool, at: datetime) -> None:
    """Somebody signed in; without a second factor only until they have set one up."""
    event = StaffSignedIn(second_factor=second_factor)
    append_event(event=event, subject=staff_subject(user), actor=staff_actor(user.pk), at=at)


def note_second_factor(*, user: User, at: datetime) -> None:
    """Somebody set up their authenticator app; in the transaction that does it."""
    append_event(event=SecondFactorSetUp(), subject=staff_subject(user), actor=staff_actor(user.pk), at=at)


def note_own_password(*, user: User, at: datetime) -> None:
    """Somebody replaced their password by an own one; in the transaction that does it."""
    User.objects.filter(pk=user.pk).update(password_is_temporary=False)
    append_event(event=PasswordChanged(), subject=staff_subject(user), actor=staff_actor(user.pk), at=at)


@transaction.atomic
def count_failed_sign_in(*, step: str, day: date) -> None:
    """Counts one failure of a step on a (UTC) day."""
    row, _made = FailedSignIns.objects.get_or_create(day=day, step=step)
    FailedSignIns.objects.filter(pk=row.pk).update(count=F("count") + 1)
