"""What a person chooses on the page: which repositories count, which profiles stand side by side, what is left out."""

import io
import zipfile

import requests

from emulator import Fault
from from_git.tests.kit.pages import ACME, GONE, SOLO, TEAM, Page, PageTestCase
from from_git.tests.views.test_page_browser import answer
from from_git.values.filters import Filter

BITUCKET = "https://bitucket.org/a"


class Filters(PageTestCase):
    """Which repositories count."""

    def choose(self, page: Page, **values: str) -> None:
        """Open the filters, and fill them in."""
        if not page.is_visible("#forks"):
            page.click(".filters summary")
        for name, value in values.items():
            if name == "active":
                page.fill("#active", value)
            else:
                page.select_option(f"#{name}", value)

    def test_a_filter_stands_in_the_address_and_with_the_answer_and_the_way_back_takes_it_away(self) -> None:
        page = self.open(ACME, TEAM)
        before = self.result(page)
        self.assertFalse(page.is_visible("#forks"))

        self.choose(page, forks="no")
        page.click("[type=submit]")
        page.wait_for_selector("[data-slot=summary]:has-text('no forks')")
        after = self.result(page)

        said = "12 public repositories of 2 profiles on GitHub and Bitbucket, no forks"
        self.assertEqual(page.inner_text("[data-slot=summary]"), said)
        self.assertEqual((before["forkedRepos"], after["forkedRepos"]), ("5", "0"))
        self.assertEqual(page.evaluate("location.search"), f"?url={ACME}&url={TEAM}&forks=no")
        page.go_back()
        page.wait_for_selector("[data-slot=summary]:not(:has-text('no forks'))")
        self.assertEqual((self.result(page), page.input_value("#forks")), (before, ""))
        page.go_forward()
        page.wait_for_selector("[data-slot=summary]:has-text('no forks')")
        self.assertEqual((self.result(page), page.input_value("#forks")), (after, "no"))
        page.reload()
        self.assertEqual(self.result(page), after)
        self.assertTrue(page.is_visible("#forks"))
        self.assert_calm(page)

    def test_it_says_each_filter_as_the_api_does(self) -> None:
        for forks, archived, active in (("no", None, 1), ("only", "no", 1234), (None, "only", None)):
            wanted = Filter(forks, archived, None if active is None else 0, active)  # type: ignore[arg-type]
            with self.subTest(wanted.words):
                page = self.browser.open(self, f"/from-git/test?url={ACME}&{wanted.query}", until="load")
                self.result(page)
                self.assertIn(wanted.words, page.inner_text("[data-slot=summary]"))

    def test_where_nothing_passes_the_answer_says_so(self) -> None:
        page = self.browser.open(self, f"/from-git/test?url={SOLO}&forks=only", until="load")

        self.assertEqual(set(self.result(page).values()), {"0"})

        self.assertEqual(page.inner_text("[data-slot=summary]"), "No repository passes the filter (forks only).")
        self.assert_accessible(page)

    def test_all_that_is_taken_away_has_the_filter(self) -> None:
        page = self.browser.open(self, f"/from-git/test?url={ACME}&forks=no&archived=", until="load")
        self.result(page)

        asked = f"?url={ACME}&forks=no"
        links = page.locator(".links a").evaluate_all("links => links.map(one => one.href)")
        self.assertEqual(len(links), 5)
        for link in links:
            self.assertTrue(link.startswith(f"{self.base}/health-check{asked}&"), link)
        for kind in ("curl", "share"):
            self.assertIn(asked, page.inner_text(f"[data-copy={kind}] pre"))
        page.click("[data-picture] summary >> nth=0")
        page.click("[data-slot=badges] summary")
        self.assertIn(f"{asked})", page.inner_text("[data-picture] pre >> nth=0"))
        self.assertIn("%26forks%3Dno", page.inner_text("[data-badge=followers] pre"))
        rows = requests.get(page.get_attribute("[data-slot=rows]", "href") or "", timeout=30).text
        self.assertEqual([row.split(",")[2] for row in rows.splitlines()], ["name", "site", "tool"])
        book = requests.get(page.get_attribute("[data-slot=rows-xlsx]", "href") or "", timeout=30).content
        with zipfile.ZipFile(io.BytesIO(book)) as sheets:
            self.assertIn("xl/workbook.xml", sheets.namelist())

    def test_two_clicks_lead_from_the_first_view_to_a_filtered_workbook(self) -> None:
        page = self.open()

        page.click(".start a >> nth=1")
        self.result(page)
        with page.expect_download() as begun:
            page.click("[data-slot=xlsx]")

        self.assertIn("no forks", page.inner_text("[data-slot=summary]"))
        self.assertEqual(begun.value.suggested_filename, "from-git.xlsx")
        with zipfile.ZipFile(begun.value.path()) as sheets:
            self.assertIn("xl/worksheets/sheet3.xml", sheets.namelist())

    def test_a_filter_that_a_forge_does_not_tell_is_said_at_its_line_and_the_others_can_be_counted(self) -> None:
        page = self.open()
        page.fill("#url", f"{ACME}\n{TEAM}")
        self.choose(page, archived="no")

        page.click("[type=submit]")
        (words,) = self.problems(page)
        self.assertEqual(words, "Line 2: Bitbucket does not tell which repositories are archived.")
        page.click(".without button")
        self.result(page)

        self.assertEqual(page.evaluate("location.search"), f"?url={ACME}&archived=no")
        self.assertEqual(page.input_value("#url"), ACME)

    def test_what_is_no_number_of_days_is_refused_in_the_words_of_the_api(self) -> None:
        page = self.open()
        page.fill("#url", ACME)
        self.choose(page, active="1.5")

        page.click("[type=submit]")
        self.problems(page)

        self.assertIn("active takes whole days from 1 to 36,500, not '1.5'", page.inner_text(".general"))
        self.assertFalse(page.is_visible(".without"))


class Refused(PageTestCase):
    """Answers without those that were refused."""

    def test_the_finished_rows_are_no_total_and_one_button_counts_without_the_refused_one(self) -> None:
        self.emulator.faults.add(Fault("status", path="/2.0/*", status=500))
        page = self.open()

        self.submit(page, ACME, TEAM, SOLO)
        self.problems(page)

        self.assertEqual(page.inner_text("#result-title"), "Not a total")
        self.assertIn("2 profiles were finished", page.inner_text("[data-slot=summary]"))
        self.assertEqual(page.locator("tbody a").all_inner_texts(), ["acme", "Solo"])
        for gone in (".tiles", "tfoot", ".choose", "tbody input", "[data-copy]"):
            self.assertFalse(page.is_visible(gone), gone)
        self.keep(page, "refused")
        self.assert_accessible(page)
        page.click("button:text-is('Count without these')")
        self.result(page)
        self.assertEqual(page.evaluate("location.search"), f"?url={ACME}&url={SOLO}")
        self.assertTrue(page.is_visible("tfoot"))
        self.assertFalse(page.is_visible("#problems"))

    def test_lines_that_are_no_profiles_are_left_out_by_the_same_button(self) -> None:
        page = self.open(ACME, BITUCKET, "github.com/a/b")
        self.problems(page)

        page.click(".without button")
        self.result(page)

        self.assertEqual(page.input_value("#url"), ACME)

    def test_where_no_line_is_right_there_is_nothing_to_count_without(self) -> None:
        page = self.open(BITUCKET)

        self.problems(page)

        self.assertFalse(page.is_visible(".without"))
        self.assertFalse(page.is_visible("#result"))


class Compared(PageTestCase):
    """Two to six profiles side by side."""

    def test_the_bars_of_a_number_have_one_scale(self) -> None:
        page = self.open(ACME, TEAM, SOLO)
        self.result(page)
        self.assertTrue(page.is_disabled(".choose button"))

        page.check("tbody input >> nth=0")
        self.assertTrue(page.is_disabled(".choose button"))
        page.check("tbody input >> nth=2")
        page.click("button:text-is('Compare 2')")

        rows = page.locator("[data-slot=compared] tbody tr")
        told = {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows.all()}
        self.assertEqual(told["Stars"], ["1,235", "2"])
        shares = rows.locator(".bar").evaluate_all("bars => bars.map(one => +one.style.getPropertyValue('--share'))")
        # repositories are one thing, whether original or forked
        self.assertEqual(shares[:4], [1, 0.5, 0.5, 0])
        lefts = rows.locator(".bar").evaluate_all("bars => bars.map(one => one.getBoundingClientRect().left)")
        self.assertEqual(len(set(lefts)), 2)
        heads = page.locator("[data-slot=compared] thead th a").all_inner_texts()
        self.assertEqual(heads, ["acme", "Solo"])
        self.assertEqual(page.evaluate("document.activeElement.id"), "compared-title")
        self.keep(page, "compared")
        self.assert_accessible(page)
        page.click("[data-slot=compared] .head button")
        self.assertFalse(page.is_visible("[data-slot=compared]"))
        self.assertEqual(page.evaluate("document.activeElement.textContent"), "Compare 2")
        self.assert_calm(page)

    def test_six_are_the_most(self) -> None:
        page = self.open()
        data: dict[str, object] = dict.fromkeys(("originalRepos", "forkedRepos", "watchers", "followers"), 0)
        data |= {"langs": ["c", "go"], "langsNum": 2, "topics": [], "topicsNum": 0}
        body = answer(data, [], [f"owner-{number}" for number in range(8)])
        self.answer_stream(page, content_type="text/event-stream", body=body)
        self.submit(page, ACME)
        self.result(page)

        for number in range(6):
            page.check(f"tbody input >> nth={number}")
        self.assertEqual(page.locator("tbody input:disabled").count(), 2)
        page.click("button:text-is('Compare 6')")

        self.assertEqual(page.locator("[data-slot=compared] thead th").count(), 6)
        for width in (360, 768, 1280, 2560):
            page.set_viewport_size({"width": width, "height": 740})
            self.assert_fits(page)
        page.uncheck("tbody input >> nth=0")
        self.assertEqual(page.locator("tbody input:disabled").count(), 0)

    def test_a_single_profile_has_nothing_to_be_compared_with(self) -> None:
        page = self.open(ACME, GONE)
        self.result(page)

        self.assertEqual(page.locator("tbody input").count(), 0)
        self.assertFalse(page.is_visible(".choose"))
        self.assertFalse(page.is_visible("tfoot"))
