"""What a gate without a network needs beforehand: the keys that passes are signed with."""

from __future__ import annotations

from typing import Annotated, Final

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from fairport.accounts.access import public
from fairport.appointments.passes import published_keys

router = Router()
EXAMPLE_ID: Final = "3f0c9a1e"


class PassKeyOut(Schema):
    """A key that may have signed a pass. Older keys stay in the list for as long as their passes are good."""

    id: Annotated[str, Field(description="The key id that passes carry, 4 bytes in hex.", examples=[EXAMPLE_ID])]
    algorithm: Annotated[str, Field(description="Ed25519 (RFC 8032).")]
    public_key: Annotated[str, Field(description="The 32 raw bytes of the public key in base64.")]


@router.get("/pass-keys", response=list[PassKeyOut], summary="Public keys of passes")
@public
def pass_keys(request: HttpRequest) -> list[PassKeyOut]:
    """The public keys with which anyone can check a pass offline."""
    return [
        PassKeyOut(id=key_id, algorithm="Ed25519", public_key=public_key)
        for key_id, public_key in sorted(published_keys().items())
    ]
