"""Reading a problem document, and insisting that it is one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse


def problem_of(response: HttpResponse, status: int, code: str) -> list[tuple[str, str]]:
    """The (field, code) pairs of a refusal with this status and code."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()  # type: ignore[attr-defined]
    assert document.keys() == {"type", "title", "status", "code", "errors"}
    assert (document["status"], document["code"]) == (status, code)
    assert document["title"].endswith(".")
    assert all(error["message"].endswith(".") for error in document["errors"])
    return [(error["field"], error["code"]) for error in document["errors"]]
