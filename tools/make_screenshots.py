"""Makes the README's pictures anew from a running demonstration of its own: docs/pictures/*.png.

python tools/make_screenshots.py
"""

from __future__ import annotations

import struct
import sys
import tempfile
import zlib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests.journeys.conftest import chromium_options, make_pseudo_catalogues  # noqa: E402
from tests.journeys.families import marias_family, one_person  # noqa: E402
from tests.journeys.holding import go_to_the_port, look, register_by_api, sign_in  # noqa: E402
from tests.journeys.office import (  # noqa: E402
    SAN_DIEGO,
    check,
    decide_about_all,
    open_file,
    record_arrival,
    sign_in_staff,
)
from tests.journeys.product import Product  # noqa: E402
from tests.journeys.registering import choose_language, say_where, write_person  # noqa: E402
from tests.journeys.visitor import PSEUDO, Visitor, visiting  # noqa: E402

PICTURES = PROJECT / "docs" / "pictures"
PHONE = {"width": 360, "height": 800}
DESKTOP = {"width": 1180, "height": 800}
SCALE = 1.5
LARGEST_BYTES = 150_000


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fairport-") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options())
        with Product(Path(folder)).running() as product:
            take_pictures(product, browser)
            take_picture_of_ranking(product, browser)
        # The pseudo-language only now, so that the other pictures do not offer it.
        catalogues = make_pseudo_catalogues(Path(folder) / "locale")
        with Product(Path(folder), FAIRPORT_PSEUDO_LANGUAGE="1").running() as product:
            take_picture_right_to_left(product, browser, catalogues)
        browser.close()
    for picture in sorted(PICTURES.glob("*.png")):
        pack(picture)
        print(f"{picture.relative_to(PROJECT)}  {picture.stat().st_size} bytes")
        if picture.stat().st_size > LARGEST_BYTES:
            print(f"{picture.name} is larger than {LARGEST_BYTES} bytes.", file=sys.stderr)
            return 1
    return 0


def take_pictures(product: Product, browser: Browser) -> None:
    """Follows a family of four from the first page to the decision."""
    family = marias_family(state="MX-SON", ports=("SDG",))
    code = register_by_api(product, family)
    with visiting(browser, address=product.address, window=PHONE, device_scale_factor=SCALE) as visitor:
        visitor.open("/")
        take(visitor, "home-phone")
        visitor.press("Register")
        choose_language(visitor)
        say_where(visitor, one_person())
        write_person(visitor, family.people[0])
        visitor.press("Everyone is here: continue")
        take(visitor, "reasons-phone")
        product.draw()
        sign_in(visitor, code)
        take(visitor, "offer-phone")
        visitor.press("Yes, we take this place")
        visitor.press("Show and print the pass")
        take(visitor, "pass-phone")
    with visiting(browser, address=product.address, window=DESKTOP) as visitor:
        visitor.open("/draws")
        visitor.follow(visitor.page.locator("main table a[href^='/draws/']").first)
        take(visitor, "draw-desktop")
        go_to_the_port(product, look(product, code)["appointment"])
        sign_in_staff(visitor, product, SAN_DIEGO)
        take(visitor, "office-day-desktop")
        check(visitor, look(product, code)["appointment"]["confirmation_number"])
        take(visitor, "office-check-desktop")
        open_file(visitor)
        record_arrival(visitor)
        decide_about_all(visitor, family)
        take(visitor, "office-case-desktop")


def take_picture_of_ranking(product: Product, browser: Browser) -> None:
    """The bars and the map of the shipped areas."""
    with visiting(browser, address=product.address, window=DESKTOP, device_scale_factor=SCALE) as visitor:
        visitor.open("/data/metros")
        visitor.page.locator(".fp-charts").scroll_into_view_if_needed()
        visitor.page.wait_for_load_state("networkidle")
        visitor.page.locator(".fp-charts").screenshot(path=PICTURES / "metros-desktop.png")


def take_picture_right_to_left(product: Product, browser: Browser, catalogues: Path) -> None:
    """The form in the pseudo-language."""
    visit = {"language": PSEUDO, "catalogues": catalogues, "window": PHONE, "device_scale_factor": SCALE}
    with visiting(browser, address=product.address, **visit) as visitor:
        visitor.open("/register/")
        choose_language(visitor)
        say_where(visitor, one_person())
        take(visitor, "right-to-left-phone")
        # The names of states count as not translated; the journeys know them.
        visitor.complaints.clear()


def take(visitor: Visitor, name: str) -> None:
    """What the window shows, from the top of the page."""
    visitor.page.evaluate("window.scrollTo(0, 0)")
    visitor.page.screenshot(path=PICTURES / f"{name}.png")


def pack(picture: Path) -> None:
    """Writes a PNG again with the best compression, pixels unchanged."""
    data = picture.read_bytes()
    chunks, place = [], 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        chunks.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + length]))
        place += 12 + length
    pixels = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    header = next(body for kind, body in chunks if kind == b"IHDR")
    packed = [(b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    picture.write_bytes(
        data[:8]
        + b"".join(
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
            for kind, body in packed
        )
    )


if __name__ == "__main__":
    sys.exit(main())
