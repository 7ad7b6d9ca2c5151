"""The pass: a short signed text that an officer can check without a network, knowing only the public keys.

Layout, version 1, before encoding: one byte of version, 4 of the signing key's id, 10 ASCII characters of the
confirmation number (without its dash), 3 of the port's code, 2 of the day (days since 2020-01-01), 2 + 2 of the band's
start and end (minutes of the port's local day), 1 of the group's size, then the lead traveler's initials as UTF-8 (at
most 16 bytes), and an Ed25519 signature over all of that. Numbers are big-endian. The whole is written in base 32
(RFC 4648, no padding) behind `FP1:`, so that a QR code can use its compact alphanumeric mode, and a person who types
it cannot get upper and lower case wrong.
"""

from __future__ import annotations

import base64
import binascii
import io
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils.safestring import SafeString

from fairport.appointments.models import Appointment
from fairport.domain.codes import CodeKind, format_code, normalise_code
from fairport.registrations.queries import open_travelers
from fairport.sealing.keyring import SigningKey, signing_key, verifying_keys

PREFIX: Final = "FP1:"
SIGNING_NAME: Final = "pass"
# Nobody's pass is longer: a text beyond it is not looked at.
MAX_CHARACTERS: Final = 200
MAX_INITIALS_BYTES: Final = 16

_VERSION: Final = 1
_DAY_ZERO: Final = date(2020, 1, 1)
_FIXED: Final = struct.Struct(">B4s10s3sHHHB")
_SIGNATURE_BYTES: Final = 64


class PassMalformed(Exception):
    """The text is not a pass at all: another code was scanned, or a part of it is missing."""

    code = "pass_malformed"


class PassTruncated(PassMalformed):
    """The text begins like a pass, but a part of it is missing."""

    code = "pass_truncated"


class PassForged(Exception):
    """It looks like a pass, but none of our keys signed it: changed, made up, or from another service."""

    code = "pass_forged"


@dataclass(frozen=True, slots=True)
class PassClaims:
    """What a pass says. Times are the port's local ones; `initials` are the lead traveler's."""

    confirmation_number: str
    port: str
    date: date
    band_start: time
    band_end: time
    size: int
    initials: str


def make_pass(*, appointment: Appointment) -> str:
    """The signed text for an appointment, under 200 characters. Raises SealBroken once the person was erased."""
    lead = open_travelers(registration=appointment.registration)[0]
    slot = appointment.slot
    claims = PassClaims(
        confirmation_number=appointment.confirmation_number,
        port=slot.port_id,
        date=slot.date,
        band_start=slot.band_start,
        band_end=slot.band_end,
        size=appointment.size,
        initials=initials_of(given_names=lead.given_names, family_names=lead.family_names),
    )
    return sign_pass(claims=claims, key=signing_key(SIGNING_NAME))


def sign_pass(*, claims: PassClaims, key: SigningKey) -> str:
    """The text of a pass that says `claims`, signed by `key`."""
    body = _FIXED.pack(
        _VERSION,
        bytes.fromhex(key.id),
        normalise_code(claims.confirmation_number).encode("ascii"),
        claims.port.encode("ascii"),
        (claims.date - _DAY_ZERO).days,
        _minutes(claims.band_start),
        _minutes(claims.band_end),
        claims.size,
    ) + _cut(claims.initials)
    return PREFIX + base64.b32encode(body + key.private.sign(body)).decode("ascii").rstrip("=")


def read_pass(text: str) -> PassClaims:
    """What a pass says, if one of our own keys signed it. Raises PassMalformed, PassForged."""
    return verify_pass(text=text, public_keys=public_keys())


def verify_pass(*, text: str, public_keys: Mapping[str, Ed25519PublicKey]) -> PassClaims:
    """What a pass says, if one of `public_keys` (by key id) signed it; needs neither network nor database.

    Case and white space do not matter. Raises PassMalformed (PassTruncated for the beginning of one), PassForged.
    """
    content = _decode(text)
    body, signature = content[:-_SIGNATURE_BYTES], content[-_SIGNATURE_BYTES:]
    version, key_id, number, port, day, start, end, size = _FIXED.unpack_from(body)
    if version != _VERSION:
        raise PassMalformed("This pass has an unknown version.")
    public_key = public_keys.get(key_id.hex())
    if public_key is None:
        raise PassForged("The key that signed this pass is not ours.")
    try:
        public_key.verify(signature, body)
    except InvalidSignature as error:
        raise PassForged("The signature does not fit this pass.") from error
    return PassClaims(
        confirmation_number=format_code(number.decode("ascii"), CodeKind.CONFIRMATION_NUMBER),
        port=port.decode("ascii"),
        date=_DAY_ZERO + timedelta(days=day),
        band_start=time(*divmod(start, 60)),
        band_end=time(*divmod(end, 60)),
        size=size,
        initials=body[_FIXED.size :].decode("utf-8"),
    )


def public_keys() -> dict[str, Ed25519PublicKey]:
    """The keys that may have signed a pass, by id."""
    return {key_id: private.public_key() for key_id, private in verifying_keys(SIGNING_NAME).items()}


def published_keys() -> dict[str, str]:
    """The same keys for publication: id to the 32 raw bytes of the key (RFC 8032) in base64."""
    raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    return {key_id: base64.b64encode(key.public_bytes(*raw)).decode("ascii") for key_id, key in public_keys().items()}


def initials_of(*, given_names: str, family_names: str) -> str:
    """The first letter of the given and of the family names, in capitals; whatever script they are in."""
    return "".join(letter for letter in map(_first_letter, (given_names, family_names)) if letter)


def qr_svg(text: str) -> SafeString:
    """A pass as a QR code in SVG, scaling to its box; without style attributes, which our pages do not allow."""
    image = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        image,
        kind="svg",
        xmldecl=False,
        svgns=True,
        svgclass=None,
        lineclass=None,
        omitsize=True,
        border=4,
        light="#fff",
    )
    # Only numbers out of segno's own matrix are in it.
    return SafeString(image.getvalue().decode("utf-8").strip())


def _decode(text: str) -> bytes:
    compact = "".join(text.split()).upper()
    if len(compact) > MAX_CHARACTERS or not compact.startswith(PREFIX):
        raise PassMalformed("This is not a pass.")
    encoded = compact[len(PREFIX) :]
    try:
        content = base64.b32decode(encoded + "=" * (-len(encoded) % 8))
    except (binascii.Error, ValueError) as error:
        raise PassTruncated("This pass is incomplete.") from error
    # Spare bits at the end may be anything to a decoder: one pass has one text only.
    if base64.b32encode(content).decode("ascii").rstrip("=") != encoded:
        raise PassTruncated("This pass is incomplete.")
    initials = len(content) - _FIXED.size - _SIGNATURE_BYTES
    if not 0 <= initials <= MAX_INITIALS_BYTES:
        raise PassTruncated("This pass is incomplete.")
    return content


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _first_letter(names: str) -> str:
    for character in unicodedata.normalize("NFC", names):
        if character.isalpha():
            # One sign only, also where a capital letter is written with two.
            return character.upper() if len(character.upper()) == 1 else character
    return ""


def _cut(initials: str) -> bytes:
    return initials.encode("utf-8")[:MAX_INITIALS_BYTES].decode("utf-8", errors="ignore").encode("utf-8")
