from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q, Sum
from psycopg import sql

from fairport.domain.policy import Policy
from fairport.registrations.answers import answer_again
from fairport.registrations.contexts import contact_context, secret_context, traveler_context
from fairport.registrations.drafts import read_draft
from fairport.registrations.interpreting import open_interpreter
from fairport.registrations.models import Registration, RegistrationStatus, Traveler
from fairport.registrations.safeguarding import list_safeguarding_cases, read_safeguarding_case
from fairport.registrations.submission import Receipt, receipt_from_json
from fairport.sealing.box import SealBroken, file_opener, open_bytes, open_json
from fairport.sealing.models import DataKey

__all__ = [
    "OpenContact",
    "OpenTraveler",
    "PoolRow",
    "WaitingTotals",
    "due_for_renewal_reminder",
    "find_by_number",
    "get_registration",
    "is_readable",
    "list_safeguarding_cases",
    "open_contact",
    "open_entry_secret",
    "open_groups",
    "open_interpreter",
    "open_leads",
    "open_readable_travelers",
    "open_travelers",
    "open_travelers_of",
    "pool_rows",
    "read_draft",
    "read_safeguarding_case",
    "receipt_again",
    "waiting_totals",
    "withdrawals_to_close",
]


@dataclass(frozen=True, slots=True)
class OpenTraveler:
    """A traveler with everything opened, for whoever may see it. `criteria` are those found on the day they joined."""

    id: uuid.UUID
    position: int
    registered_at: datetime
    adult: bool
    given_names: str
    family_names: str
    birth_date: date
    nationality: str
    document_number: str | None
    criteria: tuple[str, ...]
    # To the lead traveler, of a child who was added at the gate (joining.RELATIONS); empty for everybody else.
    relation: str = ""


@dataclass(frozen=True, slots=True)
class OpenContact:
    """How to reach a group, and where they said they are."""

    email: str | None
    phone: str | None
    country: str
    state: str | None


class PoolRow(NamedTuple):
    """What the freeze needs of a waiting registration. `entry_secret` has 32 bytes; `registered_on` is a UTC day.

    `displaced`: a place of theirs was taken back, and they have had no other since.
    """

    registration_id: uuid.UUID
    entry_secret: bytes
    size: int
    registered_on: date
    ports: tuple[str, ...]
    declines: int
    displaced: bool


@dataclass(frozen=True, slots=True)
class WaitingTotals:
    """Who waits in a programme: registrations, people who want one of some ports, registrations with less seniority."""

    registrations: int
    people: int
    behind: int


def get_registration(*, registration_id: uuid.UUID) -> Registration:
    """A registration with its data key at hand. Raises Registration.DoesNotExist."""
    return Registration.objects.select_related("data_key").get(pk=registration_id)


def find_by_number(*, number: str) -> Registration | None:
    """A registration by its number as shown (`format_code`), or None."""
    return Registration.objects.select_related("data_key").filter(number=number).first()


def receipt_again(*, idempotency_key: str, at: datetime) -> Receipt | None:
    """The receipt that was given under a key, for 24 hours."""
    answer = answer_again(key=idempotency_key, at=at)
    return receipt_from_json(answer) if isinstance(answer, dict) and "access_code" in answer else None


def open_travelers(*, registration: Registration) -> list[OpenTraveler]:
    """Who is in a registration, opened, lead first; who left is not among them. Raises SealBroken once erased."""
    travelers = Traveler.objects.filter(registration=registration, left_at__isnull=True)
    return [_opened(traveler, registration.data_key) for traveler in travelers]


def open_readable_travelers(*, registration: Registration) -> list[tuple[Traveler, OpenTraveler | None]]:
    """Who is in a registration, lead first; None for who was erased or whose box is damaged."""
    data_keys = {registration.pk: registration.data_key}
    travelers = Traveler.objects.filter(registration=registration, left_at__isnull=True)
    return [(traveler, _opened_if_readable(traveler, data_keys)) for traveler in travelers]


def open_groups(
    *, registrations: Sequence[Registration]
) -> dict[uuid.UUID, list[tuple[Traveler, OpenTraveler | None]]]:
    """Who is in each of many registrations, as `open_readable_travelers` gives it, with one statement.

    Their data keys are at hand.
    """
    data_keys = {registration.pk: registration.data_key for registration in registrations}
    groups: dict[uuid.UUID, list[tuple[Traveler, OpenTraveler | None]]] = {pk: [] for pk in data_keys}
    for traveler in Traveler.objects.filter(registration_id__in=groups, left_at__isnull=True):
        groups[traveler.registration_id].append((traveler, _opened_if_readable(traveler, data_keys)))
    return groups


def _opened_if_readable(traveler: Traveler, data_keys: Mapping[uuid.UUID, DataKey]) -> OpenTraveler | None:
    try:
        return _opened(traveler, data_keys[traveler.registration_id])
    except SealBroken:
        return None


def open_travelers_of(*, registrations: Sequence[Registration]) -> dict[uuid.UUID, list[OpenTraveler]]:
    """Who is in each of many registrations by its id, opened, with one statement. Their data keys are at hand.

    A traveler who cannot be opened, since the file was erased or damaged, is left out.
    """
    data_keys = {registration.pk: registration.data_key for registration in registrations}
    found: dict[uuid.UUID, list[OpenTraveler]] = {}
    rows = Traveler.objects.filter(registration_id__in=data_keys, left_at__isnull=True)
    for traveler in rows.order_by("registration_id", "position"):
        try:
            opened = _opened(traveler, data_keys[traveler.registration_id])
        except SealBroken:
            continue
        found.setdefault(traveler.registration_id, []).append(opened)
    return found


def open_leads(*, registrations: Sequence[Registration]) -> dict[uuid.UUID, OpenTraveler]:
    """The lead traveler of each registration by its id, opened, with one statement. Their data keys are at hand.

    Who was erased or is damaged is not among them: one file must not keep a list of others from being read.
    """
    data_keys = {registration.pk: registration.data_key for registration in registrations}
    leads = (
        Traveler.objects.filter(registration_id__in=data_keys, left_at__isnull=True)
        .order_by("registration_id", "position")
        .distinct("registration_id")
    )
    opened = {}
    for lead in leads:
        try:
            opened[lead.registration_id] = _opened(lead, data_keys[lead.registration_id])
        except SealBroken:
            continue
    return opened


def _opened(traveler: Traveler, data_key: DataKey) -> OpenTraveler:
    content = open_json(data_key=data_key, context=traveler_context(traveler.pk), box=bytes(traveler.sealed))
    return OpenTraveler(
        id=traveler.pk,
        position=traveler.position,
        registered_at=traveler.registered_at,
        adult=traveler.adult,
        given_names=content["given_names"],
        family_names=content["family_names"],
        birth_date=date.fromisoformat(content["birth_date"]),
        nationality=content["nationality"],
        document_number=content["document_number"],
        criteria=tuple(content["criteria"]),
        relation=content.get("relation", ""),
    )


def open_contact(*, registration: Registration) -> OpenContact:
    """How to reach a group. Raises SealBroken once erased."""
    content = open_json(
        data_key=registration.data_key,
        context=contact_context(registration.pk),
        box=bytes(registration.sealed_contact),
    )
    return OpenContact(**content)


def open_entry_secret(*, registration: Registration) -> bytes:
    """The 32 bytes from which both sides compute the group's entry ids. Raises SealBroken once erased."""
    return open_bytes(
        data_key=registration.data_key,
        context=secret_context(registration.pk),
        box=bytes(registration.sealed_entry_secret),
    )


def is_readable(*, registration: Registration) -> bool:
    """Whether a file can still be opened, so that its people can be told; not once erased or damaged."""
    try:
        open_contact(registration=registration)
    except SealBroken:
        return False
    return True


def pool_rows(*, programme: str, on_unreadable: Callable[[uuid.UUID], None]) -> Iterator[PoolRow]:
    """The waiting registrations of a programme, streamed in no particular order, with one statement.

    One whose entry secret does not open (a damaged box, an erased key) is left out, and its id told to `on_unreadable`:
    it must not keep all others from being drawn.
    """
    # By binary COPY: a cursor of the ORM takes several times as long.
    statement = """
        COPY (
            SELECT file.id, file.sealed_entry_secret, file.size, (file.registered_at AT TIME ZONE 'UTC')::date,
                   array_to_string(file.ports, ' '), file.declines, file.displaced_at IS NOT NULL, key.id,
                   key.master_id, key.wrapped
            FROM registrations_registration AS file JOIN sealing_datakey AS key ON key.id = file.data_key_id
            WHERE file.programme_id = {} AND file.status = {}
        ) TO STDOUT (FORMAT BINARY)
    """
    filled = sql.SQL(statement).format(sql.Literal(programme), sql.Literal(RegistrationStatus.WAITING.value))
    open_box = file_opener()
    # Many people name the same ports in the same order.
    ports_of = cache(_split)
    with connection.cursor() as cursor, cursor.copy(filled) as copy:
        copy.set_types(["uuid", "bytea", "int2", "date", "text", "int2", "bool", "uuid", "text", "bytea"])
        for pk, sealed, size, day, ports, declines, displaced, key_id, master_id, wrapped in copy.rows():
            try:
                secret = open_box(key_id, master_id, wrapped, secret_context(pk), sealed)
            except SealBroken:
                on_unreadable(pk)
                continue
            yield PoolRow(pk, secret, size, day, ports_of(ports), declines, displaced)


def _split(ports: str) -> tuple[str, ...]:
    return tuple(ports.split())


def due_for_renewal_reminder(*, policy: Policy, at: datetime) -> list[Registration]:
    """Waiting registrations that will lapse within the policy's reminder time and were not reminded yet."""
    return list(
        Registration.objects.select_related("data_key")
        .filter(
            programme_id=policy.programme,
            status=RegistrationStatus.WAITING,
            renewal_reminded_at__isnull=True,
            last_sign_of_life_at__lte=at - (policy.renewal_period - policy.renewal_reminder),
            last_sign_of_life_at__gt=at - policy.renewal_period,
        )
        .order_by("last_sign_of_life_at")
    )


def withdrawals_to_close(*, policy: Policy, at: datetime) -> Sequence[Registration]:
    """Withdrawn registrations of a programme whose time to undo is over, oldest first."""
    return list(
        Registration.objects.select_related("data_key")
        .filter(
            programme_id=policy.programme,
            status=RegistrationStatus.WITHDRAWN,
            closed_at__isnull=True,
            withdrawn_at__lte=at - policy.withdrawal_undo,
        )
        .order_by("withdrawn_at")
    )


def waiting_totals(*, programme: str, registered_at: datetime, ports: Sequence[str]) -> WaitingTotals:
    """How many wait, how many of them registered after a moment, and how many people want one of `ports`."""
    waiting = Registration.objects.filter(programme_id=programme, status=RegistrationStatus.WAITING)
    totals = waiting.aggregate(
        registrations=Count("id"),
        people=Sum("size", filter=Q(ports__overlap=list(ports))),
        behind=Count("id", filter=Q(registered_at__gt=registered_at)),
    )
    return WaitingTotals(totals["registrations"], totals["people"] or 0, totals["behind"])
