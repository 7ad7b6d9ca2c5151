"""The index of what registrations share: written behind the registering, by the worker, and never in a person's way.

Source: docs/decisions/0041-fairness-watch.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import BinaryField, F, Func, Q

from fairport.oversight.models import IndexedFile, SharedIndex
from fairport.registrations.identity import document_index
from fairport.registrations.models import Registration
from fairport.registrations.queries import OpenTraveler, open_contact, open_travelers_of
from fairport.sealing.blind_index import blind_index
from fairport.sealing.box import SealBroken

_BATCH: Final = 500
MOST_AT_ONCE: Final = 50_000


def index_files(*, at: datetime, most: int = MOST_AT_ONCE) -> int:
    """Indexes registrations that are new or changed since, at most `most` of them, and forgets the erased ones.

    Returns how many were indexed. Two that run at once do the same work twice and no harm.
    """
    _forget_erased()
    done = 0
    while done < most:
        count = _index_batch(at, min(_BATCH, most - done))
        done += count
        if not count:
            break
    return done


@transaction.atomic
def _index_batch(at: datetime, size: int) -> int:
    box_now = Func(F("sealed_contact"), function="sha256", output_field=BinaryField())
    stale = Q(watch_index__isnull=True) | ~Q(watch_index__size=F("size")) | ~Q(watch_index__contact_hash=box_now)
    files = list(
        Registration.objects.filter(stale, data_key__wrapped__isnull=False)
        .select_related("data_key")
        .order_by("registered_at", "pk")[:size]
    )
    SharedIndex.objects.filter(registration__in=files).delete()
    IndexedFile.objects.filter(registration__in=files).delete()
    travelers = open_travelers_of(registrations=files)
    SharedIndex.objects.bulk_create(
        [
            SharedIndex(registration=file, kind=kind, index=index)
            for file in files
            for kind, index in set(_indexes_of(file, travelers.get(file.pk, [])))
        ],
        ignore_conflicts=True,
    )
    IndexedFile.objects.bulk_create(
        [
            IndexedFile(
                registration=file,
                contact_hash=hashlib.sha256(bytes(file.sealed_contact)).digest(),
                size=file.size,
                indexed_at=at,
            )
            for file in files
        ],
        ignore_conflicts=True,
    )
    return len(files)


def _indexes_of(file: Registration, travelers: list[OpenTraveler]) -> Iterator[tuple[str, bytes]]:
    try:
        contact = open_contact(registration=file)
    except SealBroken:
        # A damaged box holds up nobody else; the freeze tells the operators about it.
        return
    if contact.email:
        yield "email", blind_index(purpose="contact-email", value=contact.email.casefold())
    if contact.phone:
        yield "phone", blind_index(purpose="contact-phone", value=contact.phone)
    for traveler in travelers:
        if traveler.document_number:
            yield "document", document_index(nationality=traveler.nationality, number=traveler.document_number)


def _forget_erased() -> None:
    SharedIndex.objects.filter(registration__data_key__wrapped__isnull=True).delete()
