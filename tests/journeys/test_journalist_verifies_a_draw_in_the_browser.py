"""A journalist, and a group that was drawn, check a draw on its page; the machine they use is their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from playwright.sync_api import FilePayload, Request, Route, expect

from tests.journeys.conftest import Visit
from tests.journeys.families import one_person
from tests.journeys.holding import sign_in, submission
from tests.journeys.product import Product
from tests.journeys.visitor import PHONE, PSEUDO, Visitor, words

PUBLIC_AT_ONCE = ("manifest.json", "params.json", "beacon.json", "result.json")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw with a group in it, whose secret is known."""

    draw_id: str
    secret: str
    access_code: str

    @property
    def path(self) -> str:
        """Where its page is; below /status are the group's own lines of it."""
        return f"/draws/{self.draw_id.replace('/', '_')}"


@pytest.fixture(scope="module")
def drawn(product: Product) -> Drawn:
    """One draw for all tests here."""
    status, receipt = product.call("POST", "/registrations", submission(one_person()))
    assert status == 201, receipt
    product.draw()
    _, draws = product.call("GET", "/draws")
    assert draws[0]["state"] == "run"
    return Drawn(draws[0]["draw_id"], receipt["entry_secret"], receipt["access_code"])


def press(visitor: Visitor, english: str) -> None:
    """Presses a button that stays on the page."""
    visitor.control(english).click()


def check(visitor: Visitor) -> str:
    """Starts the check; gives what it said at the end."""
    press(visitor, "Check this draw")
    outcome = visitor.page.locator("[data-verify-outcome]")
    expect(outcome).to_be_visible(timeout=30_000)
    return outcome.inner_text()


def find_group(visitor: Visitor, secret: str) -> str:
    """Types the entry secret; gives what the page says of the group."""
    visitor.type("Entry secret", secret)
    press(visitor, "Find my group")
    found = visitor.page.locator("[data-verify-entry-outcome]")
    expect(found).not_to_be_empty(timeout=30_000)
    return found.inner_text()


def choose(visitor: Visitor, field: str, name: str, content: bytes) -> None:
    """Chooses a file of the visitor's own."""
    file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    visitor.page.locator(f"[data-verify-{field}]").set_input_files([file])


@pytest.fixture
def sent(visit: Visit) -> Iterator[tuple[Visitor, list[str]]]:
    """A visitor on a phone, and all that their browser sends."""
    visitor = visit(window=PHONE)
    requests: list[str] = []

    def note(request: Request) -> None:
        requests.append(f"{request.url} {request.all_headers()} {request.post_data}")

    visitor.page.context.on("request", note)
    yield visitor, requests
    assert requests


def test_before_the_release_the_page_checks_what_is_public(visit: Visit, drawn: Drawn) -> None:
    journalist = visit(window=PHONE)
    journalist.open("/draws")
    journalist.press("How places are given out")
    journalist.open(drawn.path)
    said = check(journalist)
    assert journalist.sees("What is public so far is right. The other files come later.")
    for heading in ("What this check proved", "What it cannot prove", "Attention"):
        assert journalist.text(heading) in said
    assert "does not bind the operator" in said
    assert "Who is in the list" in said
    journalist.forget_pages()
    journalist.check()


def test_before_the_release_a_group_shows_its_own_lines(visit: Visit, drawn: Drawn) -> None:
    group = visit(window=PHONE)
    sign_in(group, drawn.access_code)
    with group.page.expect_download() as saved:
        group.page.locator(f'a[href="/status{drawn.path}"]').click()
    lines = saved.value.path().read_bytes()
    group.open(drawn.path)
    assert "choose it above" in find_group(group, drawn.secret)
    choose(group, "lines", "lines.json", lines)
    said = find_group(group, drawn.secret)
    assert "Your line is in the list that was fixed" in said
    assert "It was offered a place" in said
    assert "Your line is among the published outcomes. The proof is right." in said
    changed = lines.replace(b",1,", b",2,", 1)
    choose(group, "lines", "lines.json", changed)
    assert "The proof does not fit" in find_group(group, drawn.secret)


@pytest.mark.parametrize("file", PUBLIC_AT_ONCE)
def test_a_changed_byte_is_shown_with_its_file(file: str, visit: Visit, drawn: Drawn) -> None:
    journalist = visit(window=PHONE)

    def change(route: Route) -> None:
        raw = bytearray(route.fetch().body())
        raw[len(raw) // 2] ^= 1
        route.fulfill(body=bytes(raw), status=200)

    journalist.page.route(f"**{drawn.path}/{file}", change)
    journalist.open(drawn.path)
    said = check(journalist)
    assert journalist.text("Something is wrong") in said
    assert file in said or (file == "manifest.json" and "result.json" in said)
    assert journalist.text("Nothing is wrong") not in said


def test_the_check_is_translated_and_stands_the_right_way_round(visit: Visit, drawn: Drawn, product: Product) -> None:
    reader = visit(window=PHONE, language=PSEUDO)
    _, details = product.call("GET", drawn.path)
    reader.names.update(word for file in details["files"] for word in words(file["name"]))
    reader.open(drawn.path)
    check(reader)
    find_group(reader, drawn.secret)
    reader.forget_pages()
    reader.check()


def test_without_scripts_the_page_says_how_to_check(visit: Visit, drawn: Drawn) -> None:
    reader = visit(window=PHONE, scripts=False)
    reader.open(drawn.path)
    assert reader.sees("Your browser does not run scripts. You can check the draw with Python: see below.")
    assert "python -m fairport.domain verify" in reader.main_text
    assert not reader.control("Check this draw").is_visible()


def test_after_the_release_everything_is_computed_again(
    sent: tuple[Visitor, list[str]], drawn: Drawn, product: Product
) -> None:
    visitor, requests = sent
    _, details = product.call("GET", drawn.path)
    product.advance_to(datetime.fromisoformat(details["all_files_public_from"]))
    visitor.open(drawn.path)
    said = find_group(visitor, drawn.secret)
    outcome = visitor.page.locator("[data-verify-outcome]").inner_text()
    assert visitor.text("Nothing is wrong") in outcome
    assert f"Computed again with {details['entries']:,} groups: everything is the same." in outcome
    assert "The group is in the list" in said
    assert "Its place in the order of tickets" in said
    assert "It was offered a place" in said
    assert find_group(visitor, "0" * 64) != said
    assert "There is no such group" in visitor.main_text
    assert "64 characters" in find_group(visitor, "what?")
    # What the group typed never left the browser.
    assert [one for one in requests if drawn.secret in one] == []
    visitor.forget_pages()
    visitor.check()


def test_files_that_were_saved_are_checked_the_same(visit: Visit, drawn: Drawn, product: Product) -> None:
    _, details = product.call("GET", drawn.path)
    assert all(file["public"] for file in details["files"])
    journalist = visit()
    journalist.open(drawn.path)
    archive = journalist.page.request.get(f"{product.address}{drawn.path}/bundle.tar.gz").body()
    journalist.page.locator("summary", has_text=journalist.text("Check files that you saved")).click()
    choose(journalist, "files", "draw.tar.gz", archive)
    expect(journalist.page.locator("[data-verify-right]")).to_be_visible(timeout=30_000)
    manifest = json.loads(journalist.page.request.get(f"{product.address}{drawn.path}/manifest.json").body())
    assert f"{manifest['n']:,} groups" in journalist.main_text
