"""The page of a batch, with a real browser and without its script."""

from typing import Any

import requests

from from_git import forges
from from_git.batches import filling, leases, states
from from_git.batches.leases import Finished
from from_git.kept.stored import pack
from from_git.models import Batch, ItemState, Purpose
from from_git.profiles import parse_profiles
from from_git.tests.kit.finds import found_with
from from_git.tests.kit.pages import Page, StoredPageTestCase
from from_git.values.found import Fetched
from from_git.values.stats import Stats

WIDTHS = (320, 768, 1280, 2560)
EVIL = "<b>evil</b>\u202e"
STATS = Stats(3, 1, 1_234, 5, {}, {})


class BatchPage(StoredPageTestCase):
    """A batch of four, in front of a database of its own."""

    def setUp(self) -> None:
        """Four profiles that wait."""
        super().setUp()
        self.settings_for_test(BATCHES=True)
        urls = [f"https://github.com/owner-{number}" for number in range(3)] + ["https://bitbucket.org/owner-3"]
        self.batch = filling.fill(parse_profiles(urls, forges.hosts()).profiles, "me", Purpose.COMMAND)
        self.path = f"/from-git/batches/{self.batch.id}"

    def finish(self, *states: ItemState) -> None:
        """Give the next profiles of GitHub these ends."""
        for one, state in zip(leases.claim("me", "github.com", len(states)), states, strict=True):
            result = pack(Fetched(found_with(STATS), 1.0, 1.0)) if state == ItemState.DONE else None
            words = {"error": "ERR2", "reason": EVIL} if state == ItemState.FAILED else {}
            leases.finish("me", [Finished(one.id, one.attempts, state, result, **words)])
        leases.ended([self.batch.id])

    def html(self) -> requests.Response:
        """The page as it is sent."""
        response = requests.get(self.base + self.path, headers={"Accept": "text/html"}, timeout=30)
        self.assertEqual(response.status_code, 200, response.text)
        return response

    def opened(self, **context: Any) -> Page:
        """The page in a browser."""
        return self.browser.open(self, self.path, **context)

    def test_it_says_how_far_it_is_and_marks_numbers_so_far(self) -> None:
        self.finish(ItemState.DONE, ItemState.FAILED)
        page = self.opened(java_script_enabled=False)

        self.assertEqual(page.inner_text("h2"), "Batch of 4 profiles under way")
        self.assertEqual(page.inner_text(".lead"), "Of 4: 1 found, 1 failed, 2 waiting.")
        self.assertEqual(page.inner_text("#numbers"), "So far, of 1 profile")
        self.assertIn("1,234", page.locator(".value").all_inner_texts())
        self.assertEqual(page.get_attribute("progress", "value"), "2")
        self.assertEqual(page.inner_text("#failed + p + ul li"), "https://github.com/owner-1: <b>evil</b>\\u202e")
        self.assertEqual(self.browser.complaints, [])

    def test_zeros_are_marked_too_while_nothing_is_found(self) -> None:
        self.assertIn("So far, of 0 profiles", self.html().text)

    def test_its_policy_is_strict_and_its_address_goes_nowhere(self) -> None:
        headers = self.html().headers
        for words in ("default-src 'none'", "script-src 'self'", "connect-src 'self'"):
            self.assertIn(words, headers["Content-Security-Policy"])
        self.assertNotIn("unsafe", headers["Content-Security-Policy"])
        self.assertEqual((headers["Referrer-Policy"], headers["Cache-Control"]), ("no-referrer", "no-store"))

    def test_without_its_script_it_loads_itself_anew_until_the_end(self) -> None:
        self.assertIn('<noscript><meta http-equiv="refresh"', self.html().text)
        states.cancel(self.batch.id)
        self.assertNotIn("refresh", self.html().text)

    def test_links_lead_to_the_other_forms(self) -> None:
        self.finish(ItemState.DONE)
        page = self.opened(java_script_enabled=False)
        for link in page.locator(".links a").all():
            address = link.evaluate("one => one.href")
            with self.subTest(address):
                self.assertEqual(requests.get(address, timeout=30).status_code, 200)

    def test_it_is_live_and_keeps_its_place(self) -> None:
        page = self.opened()
        page.evaluate("window.same = true")
        self.finish(ItemState.DONE, ItemState.MISSING, ItemState.DONE)
        page.wait_for_selector("text=Of 4: 2 found, 1 missing, 1 waiting.")
        [held] = leases.claim("me", "bitbucket.org", 1)
        leases.finish("me", [Finished(held.id, held.attempts, ItemState.MISSING)])
        leases.ended([self.batch.id])
        page.wait_for_selector("h2:has-text('Batch of 4 profiles done')")
        self.assertEqual(page.inner_text("#numbers"), "The numbers")
        self.assertTrue(page.evaluate("window.same"))
        self.assertEqual(page.locator("[data-cancel]").count(), 0)
        self.assertEqual(self.browser.complaints, [])

    def test_it_is_cancelled_by_its_button(self) -> None:
        page = self.opened()
        page.on("dialog", lambda dialog: dialog.accept())
        page.focus("[data-cancel]")
        page.keyboard.press("Enter")
        page.wait_for_selector("h2:has-text('cancelled')")
        page.wait_for_function("document.activeElement.textContent.includes('cancelled')")
        self.assertEqual(Batch.objects.get().state, "cancelled")
        self.assertEqual(self.browser.complaints, [])

    def test_a_list_that_is_uploaded_leads_there(self) -> None:
        page = self.open()
        page.click("#many summary")
        self.assert_accessible(page)
        text = b"https://github.com/acme\n\nhttps://bitbucket.org/nobody\n"
        page.set_input_files("#list", {"name": "list.txt", "mimeType": "text/plain", "buffer": text})
        page.click("#many button")
        page.wait_for_selector("h2:has-text('Batch of 2 profiles')")

    def test_off_there_is_no_form_for_a_list(self) -> None:
        self.settings_for_test(BATCHES=False)
        self.assertEqual(self.open().locator("#many").count(), 0)

    def test_it_is_accessible_and_fits_at_any_width_in_light_and_dark(self) -> None:
        self.finish(ItemState.DONE, ItemState.FAILED, ItemState.MISSING)
        leases.give_back("me", [])
        for scheme in ("light", "dark"):
            page = self.opened(color_scheme=scheme)
            self.assert_accessible(page)
            for width in WIDTHS:
                with self.subTest(scheme=scheme, width=width):
                    page.set_viewport_size({"width": width, "height": 900})
                    self.assert_fits(page)
                    self.keep(page, f"batch-{width}-{scheme}")
