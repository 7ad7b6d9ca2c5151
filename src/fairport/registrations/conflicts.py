"""Who keeps out of a group's case: nobody decides, verifies or places in their own, or where they filed."""

from __future__ import annotations

from fairport.accounts.models import User
from fairport.audit.events import staff
from fairport.audit.queries import subjects_of_events
from fairport.registrations.events import RegistrationSubmitted
from fairport.registrations.filing import registration_subject
from fairport.registrations.identity import normalise_name
from fairport.registrations.models import Registration
from fairport.registrations.queries import open_travelers


class OwnCase(Exception):
    """Somebody in the group has the officer's own full name: somebody else does it."""

    code = "own_case"


class OwnRegistration(Exception):
    """The officer filed the group's registration: somebody else does it."""

    code = "own_registration"


def refuse_conflict(*, registration: Registration, officer: User) -> None:
    """Refuses an officer who filed the registration or has the name of a traveler in it.

    Raises OwnRegistration, OwnCase; SealBroken once the people were erased.
    """
    subject = registration_subject(registration)
    filed = subjects_of_events(
        name=RegistrationSubmitted.name, actor=staff(officer.pk), kind=subject.kind, subject_ids=[subject.id]
    )
    if filed:
        raise OwnRegistration("You filed this registration.")
    refuse_own_name(registration=registration, officer=officer)


def refuse_own_name(*, registration: Registration, officer: User) -> None:
    """Refuses an officer who has the name of a traveler in the group. Raises OwnCase; SealBroken once erased."""
    own = normalise_name(officer.full_name)
    for traveler in open_travelers(registration=registration):
        if normalise_name(f"{traveler.given_names} {traveler.family_names}") == own:
            raise OwnCase("Somebody in this group has your name.")
