"""The browser's verifier without the product: it gets bundles and says what it thinks of them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

from fairport.config.paths import CHECKOUT

WORKER = CHECKOUT / "src" / "fairport" / "static" / "verify-worker.js"
ADDRESS = "http://laboratory.test"
PAGE = b"<!doctype html><title>Laboratory</title>"
ASK = """async ({tasks}) => {
  const worker = new Worker("/verify-worker.js");
  const unpack = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const answer = () => new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({data}) => { if (data.kind !== "progress") resolve(data); };
  });
  const answers = [];
  for (const task of tasks) {
    const chosen = task.chosen && Object.entries(task.chosen).map(([name, text]) => ({name, bytes: unpack(text)}));
    const answered = answer();
    worker.postMessage({...task, ...(chosen ? {chosen} : {})});
    answers.push(await answered);
  }
  worker.terminate();
  return answers;
}"""

Bundle = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verifier said of one bundle: `code` is empty if nothing is wrong."""

    file: str
    line: int | None
    code: str
    report: Mapping[str, Any]

    def codes(self, kind: str) -> list[str]:
        """The codes of `proven`, `unproven` or `warnings`."""
        return [sentence["code"] for sentence in self.report[kind]]


class Laboratory:
    """A page of no site, with the verifier's worker.

    Attributes:
        files: what the site has beside it, by path.
    """

    def __init__(self, browser: Browser) -> None:
        self.files: dict[str, bytes] = {}
        self._context = browser.new_context()
        self._context.route("**/*", self._answer)
        self.page: Page = self._context.new_page()
        self.page.goto(f"{ADDRESS}/")

    def close(self) -> None:
        """Closes the page."""
        self._context.close()

    def judge(self, bundles: Sequence[Bundle]) -> list[Verdict]:
        """The verdict on each bundle, in their order."""
        return [_verdict(answer) for answer in self.ask([check_task(bundle) for bundle in bundles])]

    def ask(self, tasks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """What one worker answers to some tasks, one after the other."""
        answers: list[dict[str, Any]] = self.page.evaluate(ASK, {"tasks": tasks})
        return answers

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        site = {"/": PAGE, f"/{WORKER.name}": WORKER.read_bytes(), **self.files}
        route.fulfill(body=site.get(path, b""), status=200 if path in site else 404)


def read_bundle(folder: Path) -> dict[str, bytes]:
    """A folder's files by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def check_task(bundle: Bundle) -> dict[str, Any]:
    """A task for `Laboratory.ask`."""
    return {"kind": "check", "chosen": {name: _pack(raw) for name, raw in bundle.items()}}


def public_task(
    laboratory: Laboratory, bundle: Bundle, names: Sequence[str], *, previous: Bundle | None = None
) -> dict[str, Any]:
    """A task for `Laboratory.ask`: to check what the site says is public of a bundle, after the draw before it."""
    laboratory.files = {f"/draws/one/{name}": raw for name, raw in bundle.items()}
    laboratory.files |= {f"/draws/before/{name}": raw for name, raw in (previous or {}).items()}
    return {
        "kind": "check",
        "address": "/draws/one/",
        "fingerprints": {name: sha256(bundle[name]).hexdigest() for name in names},
        "previous": "/draws/before/" if previous else "",
    }


def _pack(raw: bytes) -> str:
    return b64encode(raw).decode()


def _verdict(answer: dict[str, Any]) -> Verdict:
    if answer["kind"] == "report":
        return Verdict("", None, "", answer["report"])
    assert answer["kind"] == "refused", answer
    return Verdict(answer["file"], answer["line"], answer["code"], {})
