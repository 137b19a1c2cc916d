"""The page in a real browser, in front of a small world, and what is asked of it in every state."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar
from unittest import SkipTest
from urllib.parse import urlencode

from emulator import Owner, Repository
from from_git.tests.kit.browser import Browser, Page
from from_git.tests.kit.databases import OnSQLite
from from_git.tests.kit.service import ServiceTestCase

try:
    from axe_playwright_python.sync_playwright import Axe
except ImportError as missing:
    raise SkipTest("axe-playwright-python is not installed (requirements-dev.txt)") from missing

__all__ = ["ACME", "GONE", "SILENT", "SOLO", "SPACED", "TEAM", "Page", "PageTestCase", "StoredPageTestCase"]

ACME, TEAM, SOLO = "https://github.com/acme", "https://bitbucket.org/acme-team", "https://github.com/Solo"
GONE = "https://bitbucket.org/nobody"
_OWNERS = (
    Owner(
        "github",
        "acme",
        "Organization",
        [
            Repository("site", stars=1200, watchers=90, languages={"HTML": 5_000, "CSS": 900}, topics=["web"]),
            Repository("tool", stars=34, watchers=7, languages={"Python": 2_500_000}, topics=["cli", "web"]),
            Repository("copy", is_fork=True, stars=1, watchers=1, languages={"Python": 10}),
        ],
    ),
    Owner("github", "Solo", "User", [Repository("notes", stars=2, watchers=3, languages={"TeX": 70})]),
    Owner(
        "bitbucket",
        "acme-team",
        "Workspace",
        [Repository(f"part-{n}", is_fork=n % 4 == 0, watchers=n, languages={f"lang{n:02}": 1}) for n in range(14)],
    ),
)
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# what moves without somebody having touched the page in the half second before
_WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput)
      shifts.push(`${entry.value}: ${entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80))}`);
}).observe({ type: "layout-shift", buffered: true });
"""
# a server that has begun to answer, and says nothing more
SILENT = """
const { fetch } = window;
window.fetch = (address, options) => String(address).includes("/stream?")
  ? Promise.resolve(new Response(new ReadableStream(), { headers: { "Content-Type": "text/event-stream" } }))
  : fetch(address, options);
"""
# WCAG 1.4.12
SPACED = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
  p { margin-bottom: 2em !important }`);
document.adoptedStyleSheets = [sheet];
"""


def query(*urls: str) -> str:
    """`?url=…` for `urls`."""
    return "?" + urlencode({"url": urls}, doseq=True)


class PageTestCase(ServiceTestCase):
    """A browser for the class; the forges know ACME, TEAM and SOLO."""

    browser: ClassVar[Browser]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the browser."""
        super().setUpClass()
        for owner in _OWNERS:
            cls.world.add(owner)
        cls.browser = Browser(cls, cls.base)

    def open(self, *urls: str, before: Callable[[Page], Any] | None = None, **context: Any) -> Page:
        """The page, with `urls` in its address."""

        def prepare(page: Page) -> None:
            page.add_init_script(_WATCH_SHIFTS)
            if before:
                before(page)

        return self.browser.open(self, "/from-git/test" + (query(*urls) if urls else ""), prepare, "load", **context)

    def answer_stream(self, page: Page, **answer: object) -> None:
        """Let the next stream be this."""
        page.route(lambda url: "/from-git/stream?" in url, lambda route: route.fulfill(**answer))

    def submit(self, page: Page, *lines: str) -> None:
        """Type the lines and press the button."""
        page.fill("#url", "\n".join(lines))
        page.click("[type=submit]")

    def result(self, page: Page) -> dict[str, str]:
        """Wait for the numbers, as they are shown by key."""
        page.wait_for_selector(".tiles li >> nth=0")
        tiles = page.locator(".tiles li")
        pairs = tiles.evaluate_all(
            "tiles => tiles.map(one => [one.dataset.key, one.querySelector('.value').firstChild.data])"
        )
        return dict(pairs)

    def problems(self, page: Page) -> list[str]:
        """Wait for a failure; what is said about lines."""
        page.wait_for_selector("#problems:not([hidden])")
        return page.locator("#problems li").all_inner_texts()

    def assert_calm(self, page: Page) -> None:
        """Nothing has moved by itself, nothing complains, nothing went to another host."""
        self.assertEqual(page.evaluate("shifts"), [])
        self.assert_silent()

    def assert_silent(self) -> None:
        """Nothing complains, nothing went to another host."""
        # Chromium takes a stream for aborted whose script does not wait for its end, and some that it has read; a list
        # of repositories and its worker are given up when another answer comes
        ended = ("/stream?", "&expand=repositories&", "/repositories-worker.js")
        complaints = [
            one for one in self.browser.complaints if "ERR_ABORTED" not in one or not any(part in one for part in ended)
        ]
        self.assertEqual(complaints, [])

    def assert_accessible(self, page: Page) -> None:
        """No rule of WCAG 2.2 AA that a program can check is broken, and nothing is wider than the screen."""
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]})
        broken = [
            (one["id"], node["html"][:120], node["failureSummary"][:200])
            for one in found.response["violations"]
            for node in one["nodes"]
        ]
        self.assertEqual(broken, [])
        self.assert_fits(page)

    def assert_fits(self, page: Page) -> None:
        """Nothing is wider than the screen."""
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)

    def keep(self, page: Page, name: str) -> None:
        """Save what is seen, where the environment's SCREENSHOTS names a folder."""
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"page-{name}.png", full_page=True)


class StoredPageTestCase(OnSQLite, PageTestCase):
    """The same in front of a database of its own."""

    @classmethod
    def setUpClass(cls) -> None:
        """Let this thread ask the database: the browser's events run on it too, and wait meanwhile."""
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        cls.addClassCleanup(os.environ.pop, "DJANGO_ALLOW_ASYNC_UNSAFE")
        super().setUpClass()
