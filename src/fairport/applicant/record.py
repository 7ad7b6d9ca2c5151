"""A group's own record: everything that is held about it, in one file that the service has signed.

Whoever takes over a queue, after a programme ended or moved, can check with the public key that the file says what
Fairport wrote, and since when the group waits.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fairport.applicant.verified_reasons import held_reasons
from fairport.appointments.models import Appointment, Offer
from fairport.checkin.queries import decisions_of
from fairport.draws.queries import draws_of_subject
from fairport.placements.queries import held_placements
from fairport.programmes.queries import policy_of_version
from fairport.registrations.models import Registration
from fairport.registrations.queries import open_contact, open_travelers
from fairport.sealing.keyring import RECORD_KEY, signing_key, verifying_keys

FORMAT: Final = "fairport-record/1"
ALL_DRAWS: Final = 10_000


class RecordMalformed(Exception):
    """The file is not a record: another file, or a part of one."""

    code = "record_malformed"


class RecordForged(Exception):
    """The file was changed, or none of our keys signed it."""

    code = "record_forged"


def build_record(*, registration: Registration, at: datetime) -> dict[str, Any]:
    """What is held about a group, as JSON values; moments are UTC in ISO 8601. Raises SealBroken once erased."""
    policy = policy_of_version(version_id=registration.policy_version_id).policy
    contact = open_contact(registration=registration)
    offers = Offer.objects.filter(registration=registration).select_related("slot").order_by("made_at", "id")
    appointments = (
        Appointment.objects.filter(registration=registration).select_related("slot").order_by("confirmed_at", "id")
    )
    return {
        "made_at": _moment(at),
        "programme": registration.programme_id,
        "policy": {"version": policy.version, "sha256": policy.sha256},
        "registration_number": registration.number,
        "registered_at": _moment(registration.registered_at),
        "status": registration.status,
        "size": registration.size,
        "ports": registration.ports,
        "language": registration.language,
        "last_sign_of_life_at": _moment(registration.last_sign_of_life_at),
        "declines": registration.declines,
        "contact": {
            "email": contact.email,
            "phone": contact.phone,
            "country": contact.country,
            "state": contact.state,
        },
        "travelers": [
            {
                "given_names": person.given_names,
                "family_names": person.family_names,
                "birth_date": person.birth_date.isoformat(),
                "nationality": person.nationality,
                "document_number": person.document_number,
                "criteria": list(person.criteria),
                "registered_at": _moment(person.registered_at),
            }
            for person in open_travelers(registration=registration)
        ],
        "draws": [
            {"draw_id": draw.draw_id, "entry_id": draw.entry_id, "outcome": draw.outcome or None}
            for draw in draws_of_subject(subject_id=registration.pk, limit=ALL_DRAWS)
        ],
        "offers": [{**_place(offer), "state": offer.state, "made_at": _moment(offer.made_at)} for offer in offers],
        "appointments": [
            {
                **_place(appointment),
                "confirmation_number": appointment.confirmation_number,
                "state": appointment.state,
            }
            for appointment in appointments
        ],
        "decisions": [
            {
                "name": f"{decision.given_names} {decision.family_names}",
                "outcome": decision.outcome.label,
                "criterion": decision.criterion,
                "reason": decision.reason,
                "decided_at": _moment(decision.effective_at),
            }
            for decision in decisions_of(registration=registration)
            # Who is still being decided about has none.
            if decision.outcome is not None and decision.effective_at is not None
        ],
        "verified_reasons": [
            {
                "name": reason.traveler,
                "criterion": reason.criterion,
                "where": reason.where,
                "words": reason.words,
                "verified_at": _moment(reason.verified_at),
                "valid_until": _moment(reason.valid_until),
                "taken_back_at": None if reason.taken_back_at is None else _moment(reason.taken_back_at),
                "taken_back_words": reason.taken_back_words,
            }
            for reason in held_reasons(registration=registration)
        ],
        "placements_outside_the_draw": [
            {"reason": placement.reason, "words": placement.words, "approved_at": _moment(placement.approved_at)}
            for placement in held_placements(registration=registration)
        ],
    }


def sign_record(record: dict[str, Any]) -> bytes:
    """The record as a signed file.

    A JSON object of `format`, `record`, `key` (id), `public_key` and `signature`: Ed25519, base64, over the format, a
    newline, and the record as JSON with sorted keys, no spaces and no escapes beyond those that JSON needs.
    """
    key = signing_key(RECORD_KEY)
    signed = {
        "format": FORMAT,
        "record": record,
        "key": key.id,
        "public_key": _base64(key.private.public_key().public_bytes_raw()),
        "signature": _base64(key.private.sign(_signed_bytes(record))),
    }
    return (json.dumps(signed, ensure_ascii=False, indent=1) + "\n").encode()


def verify_record(content: bytes) -> dict[str, Any]:
    """The record of a signed file, if one of our own keys signed it. Raises RecordMalformed, RecordForged."""
    try:
        file = json.loads(content)
        if file["format"] != FORMAT:
            raise RecordMalformed("This is not a record of a registration.")
        record, key_id, signature = file["record"], str(file["key"]), base64.b64decode(file["signature"])
        signed = _signed_bytes(record)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RecordMalformed("This is not a record of a registration.") from error
    keys: dict[str, Ed25519PublicKey] = {
        name: private.public_key() for name, private in verifying_keys(RECORD_KEY).items()
    }
    try:
        keys[key_id].verify(signature, signed)
    except (KeyError, InvalidSignature) as error:
        raise RecordForged("This record was changed, or we did not sign it.") from error
    assert isinstance(record, dict)
    return record


def _signed_bytes(record: Any) -> bytes:
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{FORMAT}\n{text}".encode()


def _place(held: Offer | Appointment) -> dict[str, Any]:
    slot = held.slot
    return {
        "port": slot.port_id,
        "date": slot.date.isoformat(),
        "band_start": slot.band_start.strftime("%H:%M"),
        "size": held.size,
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
