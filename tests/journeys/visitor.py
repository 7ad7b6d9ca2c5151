"""A person with a browser. Every page that they see is checked on the way, whatever they came for."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request

import fairport
from fairport.registrations.interpreters import NAMES

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
PSEUDO = "ar-xb"
LOCALE = Path(fairport.__file__).parent / "locale"
# The browser reports a refused form (4xx) like a missing file; the answer itself is what the test looks at. It also
# reports each request that a page makes after a test cut the network.
REFUSED_PAGE = re.compile(
    r"Failed to load resource: (the server responded with a status of 4\d\d|net::ERR_INTERNET_DISCONNECTED)"
)


class Visitor:
    """One browser window of one person, in one language.

    Attributes:
        page: Playwright's page, for what the methods here do not cover.
        names: words that no language translates; in the pseudo-language all others must be.
        complaints: what is wrong with the pages seen so far; the fixture that made the visitor refuses any.
    """

    def __init__(self, page: Page, *, address: str, language: str, scripts: bool, catalogues: Path) -> None:
        """`catalogues`: the folder with the compiled texts of `language`."""
        self.page = page
        self.address = address
        self.language = language
        self.scripts = scripts
        self.complaints: list[str] = []
        self.names: set[str] = {
            "Fairport",
            "English",
            "Español",
            "Pseudo",
            "UTC",
            "QR",
            *words(" ".join(NAMES.values())),
        }
        self._texts = gettext.translation("django", catalogues, [_locale_name(language)], fallback=language == "en")
        self._axe = Axe()
        self._seen: set[tuple[str, str, str]] = set()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complain(f"script error: {error}"))
        page.on("request", self._watch_request)

    # ---- what a person does

    def open(self, path: str) -> None:
        """Types an address of the product."""
        self.page.goto(f"{self.address}{path}")
        self.check()

    def press(self, text: str) -> None:
        """Presses the button or link with the English text `text`, in the visitor's language; a page follows."""
        self.follow(self.control(text))

    def follow(self, control: Locator) -> None:
        """Presses a control that leads to a page."""
        with self.page.expect_navigation():
            control.click()
        self.check()

    def reload(self) -> None:
        """The browser's own button."""
        self.page.reload()
        self.check()

    def type(self, label: str, text: str) -> None:
        """Types into the field of that (English) label."""
        self.field(label).fill(text)

    def choose(self, label: str, value: str) -> None:
        """Chooses by value in the list of that label."""
        self.field(label).select_option(value)

    def tick(self, label: str, *, context: str | None = None) -> None:
        """Ticks the box of that label. Its tile is what people press."""
        box = self.field(label, context=context)
        if not box.is_checked():
            self.page.locator(f'label[for="{box.get_attribute("id")}"]').click()
        assert box.is_checked(), f"{label} did not get ticked"

    # ---- what a person sees

    def text(self, english: str, *, context: str | None = None) -> str:
        """The text in the visitor's language; `context` is gettext's."""
        texts = self._texts
        translated = texts.pgettext(context, english) if context else texts.gettext(english)
        assert self.language == "en" or translated != english, f"no {self.language} text for {english!r}"
        return translated

    def control(self, english: str) -> Locator:
        """The one button or link of that text in the page's main part."""
        name = self.text(english)
        main = self.page.get_by_role("main")
        found = main.get_by_role("button", name=name, exact=True).or_(main.get_by_role("link", name=name, exact=True))
        return found.first

    def field(self, label: str, *, context: str | None = None) -> Locator:
        """The field whose label begins like that in English; "(optional)" or an explanation may follow."""
        name = re.escape(self.text(label, context=context))
        return self.page.get_by_role("main").get_by_label(re.compile(rf"^\s*{name}")).first

    @property
    def heading(self) -> str:
        """The page's main heading."""
        return self.page.get_by_role("heading", level=1).inner_text()

    @property
    def main_text(self) -> str:
        """All text of the page's main part, as shown."""
        return self.page.get_by_role("main").inner_text()

    @property
    def path(self) -> str:
        """Where the visitor is."""
        return urlsplit(self.page.url).path

    def sees(self, english: str) -> bool:
        """Whether the page's main part says this, in the visitor's language."""
        return _plain(self.text(english)) in _plain(self.main_text)

    # ---- what must hold on every page

    def check(self) -> None:
        """Looks at the page as it stands: it fits, it is for everybody, and it says what language it is in."""
        page = self.page
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self._complain(f"{wide} px wider than the window")
        direction = page.evaluate("document.documentElement.dir + ' ' + document.documentElement.lang")
        expected = f"{'rtl' if self.language.startswith('ar') else 'ltr'} {self.language}"
        if direction != expected and page.locator("main").count():
            self._complain(f"is in {direction}, not {expected}")
        if self.language == PSEUDO and (escaped := self._untranslated()):
            self._complain(f"not translated: {escaped}")
        if self.scripts and self._is_new():
            for violation in self._axe.run(page, options=AXE_OPTIONS).response["violations"]:
                nodes = "; ".join(str(node["html"])[:200] for node in violation["nodes"][:3])
                self._complain(f"axe {violation['id']}: {violation['help']}: {nodes}")

    def forget_pages(self) -> None:
        """Looks closely at every page again, also at one seen before."""
        self._seen.clear()

    def _untranslated(self) -> list[str]:
        """Words outside the pseudo-language's brackets; codes are no words."""
        text = self.page.locator("body").inner_text()
        for code in self.page.locator("code").all_inner_texts():
            text = text.replace(code, " ")
        outside, depth = [], 0
        for sign in text:
            depth += (sign == "⟦") - (sign == "⟧")
            outside.append(sign if depth == 0 else " ")
        return [word for word in words("".join(outside)) if word not in self.names]

    def _is_new(self) -> bool:
        # A traveler's page has a random name, and each state of a page another heading.
        kind = re.sub(r"[0-9a-f-]{8,}", "*", self.path)
        heading = self.page.get_by_role("heading").all_inner_texts()
        key = (kind, "|".join(heading), str(self.page.get_by_role("alert").count()))
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSED_PAGE.match(message.text):
            self._complain(f"console: {message.text}")

    def _watch_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:", "about:")):
            self._complain(f"asks another host: {request.url}")

    def _complain(self, what: str) -> None:
        self.complaints.append(f"{self.path or self.page.url}: {what}")


def words(text: str) -> list[str]:
    """The words in Latin letters."""
    return re.findall(r"[A-Za-zÀ-ÿ]{2,}", text)


@contextmanager
def visiting(
    browser: Browser,
    *,
    address: str,
    language: str = "en",
    window: dict[str, int] = DESKTOP,
    scripts: bool = True,
    catalogues: Path = LOCALE,
    **options: object,
) -> Iterator[Visitor]:
    """A person with a fresh browser profile; at the end nothing may be wrong with any page seen."""
    context = browser.new_context(
        viewport=window,  # type: ignore[arg-type]
        java_script_enabled=scripts,
        locale={"en": "en-US", "es": "es-MX"}.get(language, language),
        reduced_motion="reduce",
        **options,  # type: ignore[arg-type]
    )
    context.set_default_timeout(10_000)
    try:
        visitor = Visitor(
            context.new_page(), address=address, language=language, scripts=scripts, catalogues=catalogues
        )
        yield visitor
        assert not visitor.complaints, "\n".join(visitor.complaints)
    finally:
        context.close()


def _locale_name(language: str) -> str:
    """The folder of a language's texts: ar-xb is ar_XB."""
    first, dash, rest = language.partition("-")
    return f"{first}_{rest.upper()}" if dash else first


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
