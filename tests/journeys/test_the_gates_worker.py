"""What the gate's service worker keeps, by itself: one page with its files, never half of a new one, nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from fairport.config.paths import CHECKOUT

WORKER = CHECKOUT / "src" / "fairport" / "static" / "office" / "gate-worker.js"
KEPT = """async (expected) => {
  const paths = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) paths.push(new URL(request.url).pathname);
  return JSON.stringify(paths.sort()) === JSON.stringify(expected);
}"""


@dataclass
class Site:
    """A site of one gate, whose kept page has a version and a file of its own."""

    port: int = 0
    version: int = 1
    down: bool = False
    signed_out: bool = False
    missing: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def answer(self, path: str) -> tuple[int, str, str]:
        """Status, type and text for a path."""
        self.asked.append(path)
        if path == "/office/gate/worker.js":
            return 200, "text/javascript", WORKER.read_text(encoding="utf-8")
        if self.down:
            return 503, "text/html", "<title>down</title>"
        if path == "/office/gate/offline":
            return 200, "text/html", self.page("kept", f'<meta name="gate-files" content="/static/{self.version}.js">')
        if path.startswith("/static/") and path not in self.missing:
            return 200, "text/javascript", f"document.title += ' with {path}'"
        if path.startswith("/office/"):
            return 200, "text/html", self.page(path.rpartition("/")[2], "")
        return 404, "text/html", ""

    def page(self, title: str, head: str) -> str:
        script = f'<script src="/static/{self.version}.js"></script>'
        return f"<!doctype html><title>{title} {self.version}</title>{head}{script}"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if site.signed_out and self.path in ("/office/gate", "/office/gate/offline"):
                self.send_response(302)
                self.send_header("Location", "/office/sign-in")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            status, kind, text = site.answer(self.path)
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Service-Worker-Allowed", "/office/gate")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """The gate's page with its worker at work."""
    context: BrowserContext = browser.new_context()
    opened = context.new_page()
    opened.goto(f"{site.address}/office/gate")
    opened.evaluate(
        """async () => {
          navigator.serviceWorker.register("/office/gate/worker.js", { scope: "/office/gate" });
          await navigator.serviceWorker.ready;
        }"""
    )
    yield opened
    context.close()


def open_page(page: Page, site: Site, path: str = "/office/gate") -> str:
    """Opens a page and gives its title."""
    page.goto(f"{site.address}{path}")
    return page.title()


def wait_until_kept(page: Page, *paths: str) -> None:
    """Waits until exactly these are kept."""
    page.wait_for_function(KEPT, arg=sorted(paths))


def test_it_keeps_one_page_and_its_files(page: Page, site: Site) -> None:
    wait_until_kept(page, "/office/gate/offline", "/static/1.js")
    for path in ("/office/day", "/office/gate/conflicts", "/office/gate/scans", "/office/gate"):
        open_page(page, site, path)
    wait_until_kept(page, "/office/gate/offline", "/static/1.js")


def test_without_a_network_it_opens_the_kept_page_and_no_other(page: Page, site: Site) -> None:
    page.context.set_offline(True)
    assert open_page(page, site) == "kept 1 with /static/1.js"
    for path in ("/office/day", "/office/gate/conflicts"):
        with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
            open_page(page, site, path)


def test_a_server_that_is_down_is_no_network(page: Page, site: Site) -> None:
    site.down = True
    assert open_page(page, site) == "kept 1 with /static/1.js"
    assert open_page(page, site, "/office/day") == "down"


def test_a_newer_page_comes_with_its_files_and_an_open_one_keeps_its_own(page: Page, site: Site) -> None:
    site.version = 2
    assert open_page(page, site) == "gate 2 with /static/2.js"
    wait_until_kept(page, "/office/gate/offline", "/static/1.js", "/static/2.js")
    page.context.set_offline(True)
    assert open_page(page, site) == "kept 2 with /static/2.js"

    page.context.set_offline(False)
    site.version = 3
    open_page(page, site)
    wait_until_kept(page, "/office/gate/offline", "/static/2.js", "/static/3.js")


def test_half_of_a_newer_page_is_not_kept(page: Page, site: Site) -> None:
    site.version, site.missing = 2, {"/static/2.js"}
    open_page(page, site)
    # Once by the page, once by the worker.
    while site.asked.count("/static/2.js") < 2:
        page.evaluate("new Promise(requestAnimationFrame)")
    page.context.set_offline(True)
    assert open_page(page, site) == "kept 1 with /static/1.js"


def test_who_is_signed_out_is_sent_to_sign_in_and_the_kept_page_stays(page: Page, site: Site) -> None:
    site.signed_out = True
    assert open_page(page, site).startswith("sign-in")
    page.context.set_offline(True)
    assert open_page(page, site) == "kept 1 with /static/1.js"
