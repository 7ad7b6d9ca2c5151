"""The two public logs as C2SP `tlog-tiles` has them, proofs, cosignatures, and every public key."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from fairport.accounts.access import public
from fairport.applicant.api_errors import problem_response
from fairport.audit.operations import (
    CheckpointUnknown,
    CosignatureInvalid,
    NoteInvalid,
    WitnessesInvalid,
    WitnessUnknown,
    add_cosignatures,
)
from fairport.audit.queries import LogName, checkpoint_note, consistency_proof, list_public_keys, public_tile
from fairport.clock.queries import now

TEXT: Final = "text/plain; charset=utf-8"
# A checkpoint is replaced every few seconds; a tile is what it is for ever.
SHORT: Final = "public, max-age=3"
FOR_EVER: Final = "public, max-age=31536000, immutable"
_LONGEST_SIZE = 19


@public
@require_safe
def checkpoint(request: HttpRequest, log: LogName) -> HttpResponse:
    """The last signed checkpoint with its cosignatures."""
    try:
        return _published(checkpoint_note(log=log), TEXT, SHORT)
    except CheckpointUnknown as unknown:
        return problem_response(404, unknown.code)


@public
@require_safe
def tile(request: HttpRequest, log: LogName, path: str) -> HttpResponse:
    """256 hashes of the tree, fewer at its edge; of the draw log also the entries."""
    content = public_tile(log=log, path=path)
    if content is None:
        return problem_response(404, "not_found")
    return _published(content, "application/octet-stream", FOR_EVER)


@public
@require_safe
def consistency(request: HttpRequest, log: LogName) -> HttpResponse:
    """That the checkpoint of `new` leaves, by default the last, continues the tree of `old` leaves, by default none."""
    old, new = request.GET.get("old", "0"), request.GET.get("new")
    for name, value in (("old", old), ("new", new)):
        if value is not None and not (value.isascii() and value.isdigit() and len(value) < _LONGEST_SIZE):
            return problem_response(422, "invalid", [(name, "field_invalid")])
    try:
        proof = consistency_proof(log=log, old=int(old), new=None if new is None else int(new))
    except CheckpointUnknown as unknown:
        return problem_response(404, unknown.code)
    return _published(proof, TEXT, SHORT)


@public
@csrf_exempt
@require_POST
def cosignatures(request: HttpRequest, log: LogName) -> HttpResponse:
    """Takes a checkpoint with the lines of witnesses in its body; answers with all that are kept for it."""
    try:
        kept = add_cosignatures(log=log, note=request.body, at=now())
    except CheckpointUnknown as unknown:
        return problem_response(404, unknown.code)
    except WitnessUnknown as unknown:
        return problem_response(403, unknown.code)
    except (NoteInvalid, CosignatureInvalid) as refused:
        return problem_response(422, refused.code)
    except WitnessesInvalid as broken:
        return problem_response(503, broken.code)
    return HttpResponse(checkpoint_note(log=log, size=kept.size), content_type=TEXT)


@public
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Every public key, today's first; for the logs and witnesses as C2SP vkeys, for the passes by key id."""
    try:
        response = JsonResponse(list_public_keys())
    except WitnessesInvalid as broken:
        return problem_response(503, broken.code)
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _published(content: str | bytes, content_type: str, cache: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = cache
    # Anybody's page may check the logs.
    response["Access-Control-Allow-Origin"] = "*"
    return response
