"""Cosignatures: outsiders say that they saw a checkpoint, and that it continues what they saw before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction

from fairport.audit.keys import keys_of, origin_of, witness_keys
from fairport.audit.models import LogCheckpoint, LogCosignature, LogName
from fairport.audit.notes import NoteInvalid, open_note, parse_head, parse_note
from fairport.audit.publishing import publish_logs

# A witness's clock may be ahead of ours by so much.
CLOCK_SKEW = timedelta(minutes=5)


class WitnessUnknown(Exception):
    """None of the signatures is of a witness whose key is configured."""

    code = "witness_unknown"


class CosignatureInvalid(Exception):
    """The signature of a known witness does not fit, or its time is in the future."""

    code = "cosignature_invalid"


class CheckpointUnknown(Exception):
    """The log never signed this checkpoint."""

    code = "checkpoint_unknown"


def add_cosignatures(*, log: LogName, note: bytes, at: datetime) -> LogCheckpoint:
    """Keeps the cosignatures of configured witnesses in `note`, one of our checkpoints with their lines added.

    The same witness again for the same checkpoint changes nothing: its first time stands. Lines of others are passed
    over. Raises NoteInvalid, CheckpointUnknown, WitnessUnknown, CosignatureInvalid, WitnessesInvalid.
    """
    parsed = parse_note(note)
    head = parse_head(parsed.text)
    checkpoint = LogCheckpoint.objects.filter(log=log, size=head.size).first()
    if checkpoint is None or parse_note(checkpoint.note.encode()).text != parsed.text:
        raise CheckpointUnknown(f"{origin_of(log=log)} never signed this checkpoint.")
    witnesses = witness_keys()
    known = {(key.name, key.id) for key in witnesses}
    if not any((signature.name, signature.key_id) in known for signature in parsed.signatures):
        raise WitnessUnknown("None of the signatures is of a witness that this log knows.")
    try:
        opened = open_note(note=note, keys=[*witnesses, *keys_of(log=log)])
    except NoteInvalid as error:
        raise CosignatureInvalid(str(error)) from error
    for cosignature in opened.cosignatures:
        if cosignature.at > at + CLOCK_SKEW:
            raise CosignatureInvalid(f"The cosignature of {cosignature.key.name} is dated in the future.")
    with transaction.atomic():
        LogCosignature.objects.bulk_create(
            [
                LogCosignature(
                    checkpoint=checkpoint,
                    witness=str(cosignature.key),
                    signed_at=cosignature.at,
                    line=cosignature.line,
                    received_at=at.astimezone(UTC),
                )
                for cosignature in opened.cosignatures
            ],
            ignore_conflicts=True,
        )
        transaction.on_commit(publish_logs)
    return checkpoint
