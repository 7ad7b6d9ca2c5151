"""The interpreter that a group wishes, sealed in its file; it can be changed at any time, also at the gate."""

from __future__ import annotations

import uuid

from fairport.registrations.contexts import interpreter_context
from fairport.registrations.interpreters import InterpreterWish, wish_from_json
from fairport.registrations.models import Registration
from fairport.sealing.box import open_json, seal_json
from fairport.sealing.models import DataKey


def seal_interpreter(registration: Registration, data_key: DataKey, wish: InterpreterWish) -> bytes:
    """A wish as a registration's row keeps it."""
    return seal_json(data_key=data_key, context=interpreter_context(registration.pk), value=wish.as_json())


def set_interpreter(*, registration_id: uuid.UUID, wish: InterpreterWish | None) -> Registration:
    """Puts a wish, which the caller has checked, in the place of the one before; the caller appends the event.

    Raises Registration.DoesNotExist.
    """
    registration = (
        Registration.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=registration_id)
    )
    sealed = None if wish is None else seal_interpreter(registration, registration.data_key, wish)
    registration.sealed_interpreter = sealed
    registration.save(update_fields=["sealed_interpreter"])
    return registration


def open_interpreter(*, registration: Registration) -> InterpreterWish | None:
    """What a group wishes; its data key is at hand. Raises SealBroken once erased."""
    if registration.sealed_interpreter is None:
        return None
    box = bytes(registration.sealed_interpreter)
    return wish_from_json(
        open_json(data_key=registration.data_key, context=interpreter_context(registration.pk), box=box)
    )
