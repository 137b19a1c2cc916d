"""The API's description as a page to read and to try out."""

import json
from typing import Any, ClassVar

import requests

from from_git.tests.kit.browser import Browser, Page
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.openapi.test_openapi import BATCHES, HISTORY, PICTURES, STREAM

PART = "document.querySelector('.opblock-get')"


class Docs(ServiceTestCase):
    """`/from-git/docs` in a real browser."""

    browser: ClassVar[Browser]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the browser."""
        super().setUpClass()
        cls.browser = Browser(cls, cls.base)

    def shown(self, **context: Any) -> Page:
        """The page, as soon as Swagger UI has drawn the operations."""
        page = self.browser.open(self, "/from-git/docs", **context)
        page.wait_for_selector(".opblock-get")
        return page

    def test_try_it_out_gives_a_real_answer(self) -> None:
        page = self.shown()

        page.click("#operations-answers-health_check_get .opblock-summary-control")
        page.click("button:text-is('Try it out')")
        page.click("button:text-is('Execute')")
        page.wait_for_selector(".live-responses-table .response-col_status:has-text('200')")

        said = page.inner_text(".live-responses-table .microlight")
        self.assertEqual(json.loads(said)["data"], self.answer("github.com/mfem", "bitbucket.org/mailchimp")["data"])
        self.assertEqual(self.browser.complaints, [])

    def test_everything_is_shown(self) -> None:
        page = self.shown()

        self.assertIn("from-git", page.inner_text(".info .title"))
        paths = [one.inner_text().replace("\u200b", "") for one in page.locator(".opblock-summary-path:visible").all()]
        batches = [path for path, methods in BATCHES.items() for _ in methods - {"head", "options"}]
        shown = ["/health-check"] * 2 + [*PICTURES, HISTORY[0], *batches, HISTORY[1], STREAM]  # one for each method
        self.assertEqual(paths, shown)
        for schema in ("Answer", "Data", "Profile", "Error503"):
            self.assertIn(schema, page.inner_text(".swagger-ui"))
        self.assertEqual(self.browser.complaints, [])

    def test_it_follows_the_system_to_dark_colours_and_back(self) -> None:
        def grounds(page: Page) -> list[str]:
            return [
                page.evaluate(f"getComputedStyle({one}).backgroundColor") for one in ("document.documentElement", PART)
            ]

        page = self.shown(color_scheme="dark")
        dark = grounds(page)
        page.emulate_media(color_scheme="light")
        page.wait_for_selector("html:not(.dark-mode)")

        self.assertEqual(dark[0], "rgb(28, 32, 34)")
        self.assertEqual(grounds(page)[0], "rgb(250, 250, 250)")
        self.assertNotEqual(grounds(page)[1], dark[1])

    def test_a_link_leads_back_to_the_page(self) -> None:
        page = self.shown()

        page.click("text=Back to the page")

        page.wait_for_url(f"{self.base}/from-git/test")

    def test_its_policy_lets_in_nothing_inline_that_runs_and_nothing_foreign(self) -> None:
        policy = requests.get(f"{self.base}/from-git/docs", timeout=30).headers["Content-Security-Policy"]

        self.assertIn("script-src 'self'", policy.split("; "))
        self.assertNotIn("unsafe", policy)
        self.assertNotIn("http", policy)
