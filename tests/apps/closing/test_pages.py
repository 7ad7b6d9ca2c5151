"""The office's page of programmes, what everybody reads, and the commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from fairport.approvals.models import Proposal
from fairport.programmes.models import Closure, ClosureState
from tests.apps.closing.conftest import LAST_DAY, OVER, REASON, announced
from tests.apps.draws.conftest import Run, run
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.programme import PROGRAMME
from tests.factories.submissions import register

__all__ = ["run"]
OFFICE = "/office/programmes"
OPERATORS = {"operator", "second_operator"}
WORDS = ("--words", "en=The law has changed.", "--words", "es=La ley ha cambiado.")


@pytest.mark.parametrize(
    ("action", "data"), [("confirm", {"reason": REASON}), ("take-back", {}), ("reopen", {"reason": REASON})]
)
def test_only_operators_act(cast: Cast, clock: StandingClock, action: str, data: dict[str, str]) -> None:
    announced()
    for name, user in cast.everybody().items():
        if name in OPERATORS:
            continue
        assert signed_in(user).post(f"{OFFICE}/{PROGRAMME}/{action}", data).status_code == 403, name
    assert Client().post(f"{OFFICE}/{PROGRAMME}/{action}", data).status_code == 302
    assert not Proposal.objects.exists()
    assert Closure.objects.get().state == ClosureState.ANNOUNCED


def test_an_operator_proposes_and_sees_that_it_waits(cast: Cast, clock: StandingClock) -> None:
    announced()
    browser = signed_in(cast.operator)
    assert browser.post(f"{OFFICE}/{PROGRAMME}/confirm", {"reason": REASON}).status_code == 302
    assert "A second person has to decide" in browser.get(OFFICE).content.decode()
    again = browser.post(f"{OFFICE}/{PROGRAMME}/confirm", {"reason": REASON})
    assert again.status_code == 409
    assert "<code>already_proposed</code>" in again.content.decode()


def test_a_reason_that_is_too_short_stays_in_the_form(cast: Cast, clock: StandingClock) -> None:
    announced()
    page = signed_in(cast.operator).post(f"{OFFICE}/{PROGRAMME}/confirm", {"reason": "Because"})
    assert page.status_code == 400
    assert "Because" in page.content.decode()


def test_what_is_not_announced_is_neither_confirmed_nor_opened(cast: Cast, clock: StandingClock) -> None:
    browser = signed_in(cast.operator)
    for action in ("confirm", "take-back", "reopen"):
        page = browser.post(f"{OFFICE}/{PROGRAMME}/{action}", {"reason": REASON})
        assert page.status_code == 409, action
        assert "<code>no_closure</code>" in page.content.decode()
    assert browser.post(f"{OFFICE}/unknown/confirm", {"reason": REASON}).status_code == 404


@pytest.mark.parametrize("path", ["/", "/ports"])
def test_everybody_reads_it(client: Client, cast: Cast, clock: StandingClock, path: str) -> None:
    assert "The law has changed." not in client.get(path).content.decode()
    announced()
    assert "The law has changed." in client.get(path).content.decode()
    client.cookies["fairport_language"] = "es"
    assert "La ley ha cambiado." in client.get(path, headers={"accept-language": "es"}).content.decode()


def test_after_the_end_the_form_says_so(
    client: Client, cast: Cast, clock: StandingClock, confirmed: Callable[[], Closure]
) -> None:
    confirmed()
    assert client.get("/register/").status_code == 303
    clock.at = OVER
    for path in ("/register/", "/register/language", "/register/review"):
        page = client.get(path)
        assert page.status_code == 410
        assert "This programme has ended" in page.content.decode()
    assert "/register/" not in client.get("/").content.decode().split("<main")[1].split("<h2")[0]


def test_the_group_reads_it_on_its_own_page(client: Client, cast: Cast, clock: StandingClock) -> None:
    receipt = register()
    announced()
    client.post("/status", {"code": receipt.access_code})
    page = client.get("/status").content.decode()
    assert "The law has changed." in page
    assert "/status/record" in page


def test_the_commands_announce_show_and_take_back(run: Run, cast: Cast, clock: StandingClock) -> None:
    status, printed, complaint = run("programme", "close", PROGRAMME, "--last-day", str(LAST_DAY), *WORDS)
    assert (status, complaint) == (0, "")
    assert "Not final yet" in printed
    assert "Announced: the last day is 2023-03-01." in run("programme", "show", PROGRAMME)[1]
    assert run("programme", "close", PROGRAMME, "--last-day", str(LAST_DAY), *WORDS)[0] == 1
    assert run("programme", "reopen", PROGRAMME)[0] == 0
    assert "No end is announced." in run("programme", "show", PROGRAMME)[1]
    assert run("programme", "show", "unknown") == (1, "", "There is no programme unknown.\n")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--last-day", "soon", *WORDS), 2),
        (("--last-day", "2023-03-01", "--words", "The law has changed."), 2),
        (("--last-day", "2023-01-20", *WORDS), 1),
        (("--last-day", "2023-03-01", "--words", "en=Only English."), 1),
    ],
)
def test_wrong_words_are_refused(
    run: Run, cast: Cast, clock: StandingClock, arguments: tuple[str, ...], status: int
) -> None:
    assert run("programme", "close", PROGRAMME, *arguments)[0] == status
    assert not Closure.objects.exists()


def test_a_saved_record_is_verified_by_the_command(
    run: Run, client: Client, cast: Cast, clock: StandingClock, tmp_path: Path
) -> None:
    receipt = register()
    client.post("/status", {"code": receipt.access_code})
    saved: Any = client.get("/status/record.json").content
    path = tmp_path / "record.json"
    path.write_bytes(saved)
    status, printed, _complaint = run("programme", "verify-record", str(path))
    assert status == 0
    assert receipt.registration_number in printed
    path.write_bytes(saved.replace(b"2023-01-18T17", b"2020-01-18T17", 1))
    assert run("programme", "verify-record", str(path))[0] == 1
