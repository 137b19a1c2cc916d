"""REST framework's browsable API of `/health-check`, in a real browser and under our policy."""

from typing import ClassVar
from urllib.parse import quote

import requests

from from_git.tests.kit.browser import Browser, Page
from from_git.tests.kit.service import ServiceTestCase

QUESTION = "/health-check?url=github.com/mfem&url=bitbucket.org/nobody&format=api"


class Browsable(ServiceTestCase):
    """What a person sees."""

    browser: ClassVar[Browser]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the browser."""
        super().setUpClass()
        cls.browser = Browser(cls, cls.base)

    def test_it_shows_the_answer_with_its_styles_and_without_a_complaint(self) -> None:
        page = self.browser.open(self, QUESTION)

        shown = page.inner_text(".response-info")
        self.assertIn("HTTP 200 OK", shown)
        self.assertIn('"watchers":', shown)
        self.assertIn("bitbucket.org/nobody", shown)
        self.assertEqual(page.title(), "Health Check \N{EN DASH} from-git")
        # styles and scripts are at work: Bootstrap's font, and the colours that a script gives to JSON
        self.assertIn("Helvetica", page.evaluate("getComputedStyle(document.body).fontFamily"))
        self.assertGreater(page.locator(".response-info .str").count(), 0)
        self.assertEqual(self.browser.complaints, [])

    def test_its_form_posts_json_and_shows_the_answer(self) -> None:
        page = self.browser.open(self, QUESTION)

        page.fill("textarea[name=_content]", '{"url": ["https://github.com/spack"]}')
        page.click("form:has(textarea[name=_content]) button")
        page.wait_for_selector("text=POST /health-check")

        self.assertIn('"originalRepos":', page.inner_text(".response-info"))
        self.assertEqual(self.browser.complaints, [])

    def test_the_other_formats_are_one_click_away(self) -> None:
        page = self.browser.open(self, QUESTION)

        page.click(".dropdown-toggle")
        page.wait_for_selector(".dropdown-menu a:text-is('json')", state="visible")
        page.click(".dropdown-menu a:text-is('json')")
        page.wait_for_url("**format=json**")

        self.assertTrue(page.inner_text("body").startswith('{"error":"OK"'))
        self.assertEqual(self.browser.complaints, [])

    def test_an_error_is_a_page_too(self) -> None:
        page = self.browser.open(self, "/health-check?url=github.com/a/b&format=api")

        self.assertIn("HTTP 400 Bad Request", page.inner_text(".response-info"))
        self.assertIn("ERR3", page.inner_text(".response-info"))
        # Chromium itself notes the status of a page
        self.assertEqual([one for one in self.browser.complaints if "status of 400" not in one], [])

    def test_nothing_that_is_asked_runs_in_it(self) -> None:
        ran: list[str] = []
        url = quote("github.com/</pre><script>alert(1)</script><img src=x onerror=alert(2)>", safe="")

        def watch(page: Page) -> None:
            page.on("dialog", lambda dialog: ran.append(dialog.message))

        page = self.browser.open(self, f"/health-check?url={url}&format=api", watch)

        self.assertIn("<script>", page.inner_text(".response-info"))
        self.assertEqual(ran, [])

    def test_its_policy_is_that_of_all_pages_and_what_it_needs(self) -> None:
        page = requests.get(self.base + QUESTION, headers={"Accept": "text/html"}, timeout=30)
        plain = requests.get(self.base + QUESTION.replace("api", "json"), timeout=30)

        policy, strict = (set(one.headers["Content-Security-Policy"].split("; ")) for one in (page, plain))
        wider = {"script-src 'self'", "connect-src 'self'", "font-src 'self'", "img-src data: 'self'"}
        self.assertEqual((policy - strict, strict - policy), (wider, {"img-src data:"}))
        self.assertNotIn("Set-Cookie", page.headers)
        self.assertNotIn("<style", page.text)
