"""The places that a file's sealed boxes are bound to: a box moved to another row does not open."""

from __future__ import annotations

import uuid


def contact_context(registration_id: uuid.UUID) -> str:
    return f"contact:{registration_id}"


def interpreter_context(registration_id: uuid.UUID) -> str:
    return f"interpreter:{registration_id}"


def secret_context(registration_id: uuid.UUID) -> str:
    return f"entry-secret:{registration_id}"


def traveler_context(traveler_id: uuid.UUID) -> str:
    return f"traveler:{traveler_id}"
