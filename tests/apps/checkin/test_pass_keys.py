"""A gate of somebody else: it knows the published keys and the written layout, and none of our code."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client

from fairport.appointments.models import Appointment
from fairport.appointments.passes import make_pass
from tests.apps.checkin.conftest import Group


def test_a_pass_is_checked_with_what_is_published(group: Group, client: Client) -> None:
    appointment = Appointment.objects.select_related("registration__data_key", "slot").get()
    text = make_pass(appointment=appointment)

    keys = {key["id"]: key for key in client.get("/api/v1/pass-keys").json()}
    encoded = text.removeprefix("FP1:")
    content = base64.b32decode(encoded + "=" * (-len(encoded) % 8))
    key = keys[content[1:5].hex()]
    assert key["algorithm"] == "Ed25519"
    Ed25519PublicKey.from_public_bytes(base64.b64decode(key["public_key"])).verify(content[-64:], content[:-64])
    assert content[5:15].decode() == appointment.confirmation_number.replace("-", "")
    assert content[15:18] == b"SDG"
    assert content[24] == 3
    assert content[25:-64].decode() == "MD"
