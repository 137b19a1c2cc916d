"""A real Chromium for a test, and all that it complains of."""

import shutil
from collections.abc import Callable
from typing import Any, Literal
from unittest import SkipTest, TestCase

try:
    from playwright.sync_api import Page, sync_playwright
except ImportError as missing:
    raise SkipTest("playwright is not installed (requirements-dev.txt)") from missing

__all__ = ["Browser", "Page"]

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# as root in a container, and silent towards its maker
_OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
_PATIENCE = 30_000.0  # ms
Until = Literal["domcontentloaded", "load", "networkidle"]


class Browser:
    """Chromium until the end of the class; skips its tests where there is none.

    Attributes:
        complaints: of the pages' consoles, of scripts, and of requests that failed or left for another host.
    """

    def __init__(self, case: type[TestCase], base: str) -> None:
        if _CHROMIUM is None:
            raise SkipTest("chromium is not installed")
        self.complaints: list[str] = []
        self._base = base
        driver = case.enterClassContext(sync_playwright())
        self._chromium = driver.chromium.launch(executable_path=_CHROMIUM, args=_OPTIONS)
        case.addClassCleanup(self._chromium.close)

    def open(
        self,
        case: TestCase,
        path: str,
        before: Callable[[Page], Any] | None = None,
        until: Until = "networkidle",
        **context: Any,
    ) -> Page:
        """The page at the address, as soon as nothing more is loaded; closed at the end of the test.

        Args:
            before: is given the page while it is still empty.
            until: what is waited for instead.
            context: options of Playwright's `new_context`, like `color_scheme`.
        """
        own = self._chromium.new_context(**context)
        case.addCleanup(own.close)
        page = own.new_page()
        page.set_default_timeout(_PATIENCE)
        self.complaints.clear()
        page.on("console", lambda said: self._note(said.type in ("error", "warning"), said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(f"{request.url}: {request.failure}"))
        page.on("request", lambda request: self._look(request.url))
        if before:
            before(page)
        page.goto(self._base + path, wait_until=until)
        return page

    def _note(self, matters: bool, text: str) -> None:
        if matters:
            self.complaints.append(text)

    def _look(self, url: str) -> None:
        if not url.startswith((self._base + "/", "data:", "blob:" + self._base)):
            self.complaints.append(f"{url} is of another host")
