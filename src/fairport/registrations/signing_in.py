"""Signing in with an access code: no account, no e-mail, no password to forget."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Final

from fairport.domain.codes import CodeKind, is_well_formed, normalise_code
from fairport.registrations.attempts import address_bucket, attempt_bucket, record_failures
from fairport.registrations.filing import access_code_index
from fairport.registrations.models import Registration, RegistrationStatus

# A shelter's people share one address: a few typing errors each must not use up everybody's tries.
FAILURES_AN_HOUR_BY_ADDRESS: Final = 60
FAILURES_AN_HOUR_BY_BEGINNING: Final = 10
# Reading the status page ten times in a row is one sign of life.
_SAME_VISIT: Final = timedelta(minutes=10)


class WrongCode(Exception):
    """No registration has this access code. Says nothing more, whatever is wrong with it."""

    code = "wrong_code"


def sign_in_with_code(*, code: str, address: str, at: datetime) -> Registration:
    """The registration of an access code, typed in any style.

    For a waiting registration this is a sign of life; a lapsed one is not renewed by looking. A right code always gets
    in: its 95 random bits cannot be guessed, so the limits only tell wrong ones (by network address and by the code's
    first group) to slow down. Raises WrongCode or TooManyAttempts. Not to be called inside a transaction.
    """
    well_formed = is_well_formed(code, CodeKind.ACCESS_CODE)
    index = access_code_index(code if well_formed else "")
    # The database compares hashes under a key that no caller knows, so its timing tells nothing about the code.
    registration = Registration.objects.select_related("data_key").filter(access_code_index=index).first()
    stored = bytes(registration.access_code_index) if registration is not None else bytes(32)
    if hmac.compare_digest(stored, index) and well_formed and registration is not None:
        _note_sign_of_life(registration, at)
        return registration
    limits = {address_bucket(kind="code-address", address=address): FAILURES_AN_HOUR_BY_ADDRESS}
    if well_formed:
        beginning = attempt_bucket(kind="code-beginning", value=normalise_code(code)[:5])
        limits[beginning] = FAILURES_AN_HOUR_BY_BEGINNING
    record_failures(limits=limits, at=at)
    raise WrongCode


def _note_sign_of_life(registration: Registration, at: datetime) -> None:
    if registration.status != RegistrationStatus.WAITING or at - registration.last_sign_of_life_at < _SAME_VISIT:
        return
    # It may have lapsed since it was read; then only the applicant's own renewal brings it back.
    changed = Registration.objects.filter(pk=registration.pk, status=RegistrationStatus.WAITING).update(
        last_sign_of_life_at=at, renewal_reminded_at=None
    )
    if changed:
        registration.last_sign_of_life_at = at
        registration.renewal_reminded_at = None
