"""One running product for all journeys, and people with browsers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from fairport.config.paths import CHECKOUT
from tests.journeys.laboratory import Laboratory
from tests.journeys.product import Product
from tests.journeys.visitor import LOCALE, Visitor, visiting

# Nothing of the browser's own talks to the network.
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Visit = Callable[..., Visitor]


def chromium_options(*more: str) -> dict[str, Any]:
    """How Debian's Chromium is started here."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found is not None, "Chromium is missing: make test installs Debian's"
    # Chromium's own sandbox refuses to work for root.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    return {"executable_path": found, "args": [*QUIET, *sandbox, *more]}


def make_pseudo_catalogues(folder: Path) -> Path:
    """Writes the pseudo-language into a folder."""
    maker = CHECKOUT / "tools" / "make_pseudo_language.py"
    subprocess.run([sys.executable, str(maker), str(folder)], check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="session")
def product_folder() -> Iterator[Path]:
    """The product's var folder. Not pytest's own: its path is too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="fairport-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def pseudo_catalogues(product_folder: Path) -> Path:
    """The texts of the right-to-left pseudo-language, where the product looks for them."""
    return make_pseudo_catalogues(product_folder / "locale")


@pytest.fixture(scope="session")
def product(product_folder: Path, pseudo_catalogues: Path) -> Iterator[Product]:
    """`fairport serve --demo`, with the pseudo-language offered."""
    with Product(product_folder, FAIRPORT_PSEUDO_LANGUAGE="1").running() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium; each visitor has a profile of their own in it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**chromium_options())
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def laboratory(browser: Browser) -> Iterator[Laboratory]:
    """The verifier of the draw pages by itself."""
    opened = Laboratory(browser)
    yield opened
    opened.close()


@pytest.fixture
def visit(browser: Browser, product: Product, pseudo_catalogues: Path) -> Iterator[Visit]:
    """`visit(language=…, window=…, scripts=…)` gives a person with a browser."""
    with ExitStack() as people:

        def arrive(**options: Any) -> Visitor:
            catalogues = pseudo_catalogues if options.get("language", "en").startswith("ar") else LOCALE
            return people.enter_context(visiting(browser, address=product.address, catalogues=catalogues, **options))

        yield arrive


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys come last: while Playwright is there, its event loop makes Django refuse to be used directly."""
    items.sort(key=lambda item: Path(__file__).parent in item.path.parents)
