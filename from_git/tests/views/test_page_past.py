"""Numbers over time in the page and on a page of their own."""

import requests

from from_git.tests.kit.pages import ACME, SOLO, StoredPageTestCase
from from_git.tests.kit.past import day, found, put


class Past(StoredPageTestCase):
    """What is shown when somebody asks for it."""

    def setUp(self) -> None:
        """Have a past."""
        super().setUp()
        put(ACME, day(1), found(5, "c coq", "api"))
        put(ACME, day(3), found(9, "c rust", "api web <b>"))
        put(SOLO, day(2), found(1_000))

    def test_nothing_is_asked_for_before_and_then_it_shows_what_has_changed(self) -> None:
        asked: list[str] = []
        page = self.open(ACME, SOLO)
        page.on("request", lambda request: asked.append(request.url))
        page.wait_for_selector("#result h2")
        self.assertEqual([url for url in asked if "history" in url or "past.js" in url], [])
        page.click("text=What has changed")
        page.wait_for_selector("text=From 2026-01-02 12:00 to 2026-01-03 12:00 UTC")
        shown = page.inner_text("[data-slot=past]")
        for words in ("Stars: +4, now 1,009", "Topics: +2, now 3", "New languages: rust", "New topics: <b> and web"):
            self.assertIn(words, shown)
        self.assertIn("Languages that are gone: rocq prover", shown)
        page.wait_for_function("document.querySelector('[data-slot=past] img').naturalWidth > 0")
        page.click("text=counts as a table")
        heads = page.locator("[data-slot=past] thead th").all_inner_texts()
        self.assertEqual([one.lower() for one in heads][:4], ["counted (utc)", "original", "forked", "watchers"])
        rows = page.locator("[data-slot=past] tbody tr").all_inner_texts()
        self.assertEqual([row.split()[0] for row in rows], ["2026-01-03", "2026-01-02"])
        self.keep(page, "past")
        self.assert_accessible(page)
        self.assert_silent()

    def test_of_profiles_that_are_not_watched_it_says_how_to_watch_them(self) -> None:
        page = self.open("https://bitbucket.org/acme-team")
        page.wait_for_selector("#result h2")
        page.click("text=What has changed")
        page.wait_for_selector("text=is not watched")
        self.assertIn("manage.py watch add https://bitbucket.org/acme-team", page.inner_text("[data-slot=past]"))

    def test_without_a_script_it_is_a_page(self) -> None:
        page = self.browser.open(self, f"/health-check?url={ACME}&format=html", java_script_enabled=False)
        page.click("text=Numbers over time")
        self.assertIn("acme over time", page.inner_text("h2"))
        self.assertIn("Stars: +4, now 9", page.inner_text("main"))
        for name in ("JSON", "CSV", "The numbers of now"):
            address = page.get_attribute(f"text={name}", "href") or ""
            self.assertEqual(requests.get(self.base + address, timeout=30).status_code, 200, name)
        self.assertEqual(self.browser.complaints, [])

    def test_nothing_to_compare_and_nothing_at_all_are_said(self) -> None:
        page = requests.get(f"{self.base}/from-git/history?url={SOLO}&format=html", timeout=30).text
        self.assertNotIn("<h4>", page)
        self.assertIn("The last count as a table", page)
        put(SOLO, day(3), found(1_000))
        page = requests.get(f"{self.base}/from-git/history?url={SOLO}&format=html", timeout=30).text
        self.assertIn("Nothing has changed.", page)
        self.assertIn("The last 2 counts as a table", page)
        page = requests.get(f"{self.base}/from-git/history?url={SOLO}&format=html&until=2026-01-01", timeout=30).text
        self.assertIn("There is no snapshot of each of these profiles", page)
