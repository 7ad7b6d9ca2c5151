"""A group sees how often and by which role its file was opened, and what was decided: no names of staff."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.checkin.openings import openings_of
from fairport.checkin.operations import open_group_file, record_arrival, record_determination, review_determination
from fairport.registrations.models import Registration, Traveler
from fairport.registrations.submission import Receipt
from tests.apps.applicant.walking import main_text
from tests.cast import Cast
from tests.factories.draws import DRAW_TIME, confirm, hold_draw
from tests.factories.programme import NOW
from tests.factories.submissions import make_traveler, register


@pytest.fixture
def receipt(cast: Cast) -> Receipt:
    return register(travelers=(make_traveler(),), ports=("SDG",))


def opened(receipt: Receipt, cast: Cast, name: str, *, times: int = 1, after: timedelta = timedelta()) -> None:
    for _time in range(times):
        open_group_file(
            registration_id=receipt.registration_id,
            officer=cast.everybody()[name],
            reason="question",
            at=NOW + after,
        )


def signed_in_page(receipt: Receipt, client: Client) -> str:
    client.post("/status", {"code": receipt.access_code})
    return main_text(client.get("/status"))


def test_a_file_that_nobody_opened_says_so(receipt: Receipt, client: Client) -> None:
    assert "Nobody has opened your file." in signed_in_page(receipt, client)


def test_the_page_counts_and_names_roles_ports_and_days(cast: Cast, receipt: Receipt, client: Client) -> None:
    opened(receipt, cast, "officer", times=2)
    opened(receipt, cast, "supervisor", after=timedelta(days=2))
    words = signed_in_page(receipt, client)
    assert "Members of staff opened your file 3 times." in words
    assert "Supervisor, San Diego – San Ysidro" in words
    assert "Port officer, San Diego – San Ysidro (2 times)" in words
    assert words.index("Supervisor, San Diego – San Ysidro") < words.index("Port officer, San Diego"), (
        "the newest is first"
    )
    assert cast.officer.full_name not in words
    assert "question" not in words


def test_the_interface_tells_the_same(cast: Cast, receipt: Receipt, client: Client) -> None:
    opened(receipt, cast, "officer", times=31)
    opened(receipt, cast, "supervisor", after=timedelta(hours=1))
    headers = {"authorization": f"Bearer {receipt.access_code}"}
    answer = client.get("/api/v1/registrations/me", headers=headers).json()["file_openings"]
    assert answer["count"] == 32
    assert len(answer["last"]) == 30
    assert answer["last"][0] == {
        "at": (NOW + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "role": "supervisor",
        "port": "SDG",
    }
    assert answer["last"][1]["role"] == "port_officer"


def test_many_openings_cost_no_more_queries(cast: Cast, receipt: Receipt) -> None:
    registration = Registration.objects.select_related("data_key").get(pk=receipt.registration_id)
    counts = []
    for _turn in range(2):
        opened(receipt, cast, "officer", times=5)
        with CaptureQueriesContext(connection) as queries:
            openings_of(registration=registration, limit=30)
        counts.append(len(queries))
    assert counts == [2, 2]


def test_a_negative_is_read_only_once_it_is_in_effect(cast: Cast, client: Client) -> None:
    receipt = register(travelers=(make_traveler(),), ports=("SDG",))
    hold_draw()
    appointment = confirm(receipt.registration_id, at=DRAW_TIME + timedelta(hours=1))
    at = appointment.slot.starts_at + timedelta(minutes=5)
    check_in = record_arrival(
        appointment_id=appointment.pk,
        traveler_ids=[Traveler.objects.get().pk],
        officer=cast.officer,
        at=at,
    )[0]
    arrived = signed_in_page(receipt, client)
    negative = record_determination(
        check_in_id=check_in.pk,
        outcome="not_exempted",
        criterion=None,
        reason="The shelter says that they have a room there.",
        officer=cast.officer,
        at=at,
    )
    proposed = signed_in_page(receipt, client)
    assert "Being decided" in arrived
    assert proposed == arrived, "nothing tells that a negative waits"

    review_determination(
        determination_id=negative.pk,
        verdict="agreed",
        reason="A private remark between officers.",
        reviewer=cast.second_officer,
        at=at + timedelta(minutes=5),
    )

    decided = signed_in_page(receipt, client)
    for words in (
        "An officer has decided",
        "Not exempted",
        "No criterion is met, so this person gets no exemption now.",
        "A second officer looked at the case and agreed.",
        "The shelter says that they have a room there.",
        "ask for a supervisor of the port",
    ):
        assert words in decided
    assert "private remark" not in decided
    assert cast.second_officer.full_name not in decided
