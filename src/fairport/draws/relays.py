"""Asking drand's relays for a round. Nobody here is trusted: whoever calls checks the signature."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from email.message import Message
from http.client import HTTPException
from typing import IO, Final
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from fairport.domain.beacon import QUICKNET_CHAIN_HASH, SIGNATURE_BYTES, BeaconRefused, DrandBeacon

# Of one relay: to connect, and for the whole answer. The next one is asked then.
TIMEOUT_SECONDS: Final = 5.0
LARGEST_ANSWER: Final = 4096
_PIECE: Final = 1024
_SIGNATURE: Final = re.compile(f"[0-9a-f]{{{2 * SIGNATURE_BYTES}}}")


class BeaconUnavailable(Exception):
    """No relay has a good signature of the round, so the draw waits. The message has each relay's reason."""

    code = "beacon_unavailable"


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str) -> None:
        """A relay that is named answers itself, so that nobody can point the server to addresses inside its network."""


_OPENER = build_opener(_NoRedirects)


def fetch_round(*, round_number: int, relays: Sequence[str], check: Callable[[DrandBeacon], object]) -> DrandBeacon:
    """The round from the first relay whose answer passes `check`, which raises BeaconRefused.

    Relays are addresses such as `https://api.drand.sh`. Raises BeaconUnavailable.
    """
    reasons = []
    for relay in relays:
        try:
            beacon = _read_answer(_ask(f"{relay.rstrip('/')}/{QUICKNET_CHAIN_HASH}/public/{round_number}"))
            check(beacon)
        except (OSError, HTTPException, ValueError, BeaconRefused) as error:
            reasons.append(f"{relay}: {_reason(error)}")
        else:
            return beacon
    told = "; ".join(reasons) or "no relay is configured"
    raise BeaconUnavailable(f"Round {round_number} is not to be had, so the draw waits: {told}.")


def _ask(address: str) -> bytes:
    if not address.startswith(("https://", "http://")):
        raise ValueError("is no http or https address")
    until = time.monotonic() + TIMEOUT_SECONDS
    answer = b""
    request = Request(address, headers={"Accept": "application/json", "User-Agent": "fairport"})
    with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as response:
        # Piece by piece, since the timeout of a socket begins anew with each byte.
        while piece := response.read1(_PIECE):
            answer += piece
            if len(answer) > LARGEST_ANSWER:
                raise ValueError("answers with more than a round")
            if time.monotonic() > until:
                raise TimeoutError("answers too slowly")
    return answer


def _read_answer(answer: bytes) -> DrandBeacon:
    try:
        content = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise ValueError("does not answer with JSON") from error
    found = content if isinstance(content, dict) else {}
    round_number, signature = found.get("round"), found.get("signature")
    if type(round_number) is not int or not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        raise ValueError("does not answer with a round and its signature")
    return DrandBeacon(round_number, bytes.fromhex(signature))


def _reason(error: Exception) -> str:
    if isinstance(error, URLError) and error.reason:
        return str(error.reason)
    return str(error).removesuffix(".") or type(error).__name__
