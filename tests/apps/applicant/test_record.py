"""A group takes along everything that is held about it, signed."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from fairport.applicant.record import RecordForged, RecordMalformed, verify_record
from tests.apps.applicant.conftest import Visit


def test_the_page_and_the_files_say_what_is_held(visit: Visit) -> None:
    visit.draw()
    page = visit.look("/status/record").content.decode()
    assert visit.receipt.registration_number in page

    record = verify_record(visit.look("/status/record.json").content)
    assert record["registration_number"] == visit.receipt.registration_number
    assert record["registered_at"] == "2023-01-18T17:00:00Z"
    assert [offer["state"] for offer in record["offers"]] == ["open"]
    assert len(record["draws"]) == 1
    assert record["travelers"][0]["given_names"] in page
    assert "access_code" not in json.dumps(record)


def test_the_paper_has_tags_and_says_its_language(visit: Visit) -> None:
    pdf = visit.look("/status/record.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in pdf.content
    assert b"/Lang" in pdf.content
    assert pdf["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/status/record", "/status/record.json", "/status/record.pdf"])
def test_without_the_access_code_there_is_none(client: Client, db: None, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 303
    assert response["Location"] == "/status"


def test_every_changed_value_is_found(visit: Visit) -> None:
    signed = json.loads(visit.look("/status/record.json").content)
    for field, value in [("registered_at", "2020-01-01T00:00:00Z"), ("size", 12), ("status", "confirmed")]:
        changed = {**signed, "record": {**signed["record"], field: value}}
        with pytest.raises(RecordForged):
            verify_record(json.dumps(changed).encode())
    with pytest.raises(RecordForged):
        verify_record(json.dumps({**signed, "key": "00000000"}).encode())


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff\xfe", b'{"format": "fairport-record/1"}', b'{"format": 1}', b"[" * 100_000]
)
def test_another_file_is_no_record(db: None, content: bytes) -> None:
    with pytest.raises(RecordMalformed):
        verify_record(content)
