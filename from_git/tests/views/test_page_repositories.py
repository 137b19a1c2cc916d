"""The page's table of repositories, which a worker holds, with a real browser."""

import json
from typing import Any

import requests

from emulator import Owner, Repository
from from_git.tests.kit.pages import ACME, SOLO, TEAM, Page, PageTestCase

MANY = "https://github.com/org-2000"
SECTION = "[data-slot=repositories]"
TABLE = f"{SECTION} table"
# how many rows each message of a worker brings to the page
WATCH_MESSAGES = """
window.messages = [];
window.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => messages.push(data.rows?.length ?? 0));
  }
};
"""


class Repositories(PageTestCase):
    """Sorting, searching, and one part at a time."""

    points = 1_000_000

    def table(self, *urls: str, **context: Any) -> Page:
        """The page with its table of the repositories of `urls`, scrolled into view."""
        page = self.open(*urls, before=lambda page: page.add_init_script(WATCH_MESSAGES), **context)
        self.result(page)
        self.near(page)
        page.wait_for_selector(f"{TABLE} tbody tr")
        return page

    def near(self, page: Page) -> None:
        """Scroll there."""
        page.evaluate(f"document.querySelector('{SECTION}').scrollIntoView()")

    def answer_once(self, page: Page, part: str, **answer: object) -> None:
        """Let the first request whose address has `part` be answered so, and the later ones by the server."""
        left = [answer]
        # a route with `times` ends while requests are under way, which then hang now and then
        page.route(lambda url: part in url, lambda route: route.fulfill(**left.pop()) if left else route.continue_())

    def fails_once(self, part: str, words: str, **answer: object) -> Page:
        """A page that gets this answer for `part` at first, says these words, and has its rows when tried again."""
        page = self.open()
        self.answer_once(page, part, **answer)
        self.submit(page, ACME)
        self.result(page)
        self.near(page)
        self.said(page, words)

        page.click(f"{SECTION} button:text-is('Try again')")
        page.wait_for_selector(f"{TABLE} tbody tr")
        return page

    def rows(self, page: Page) -> list[list[str]]:
        """The cells as they are shown."""
        read = "rows => rows.map(row => [...row.children].map(cell => cell.innerText.trim()))"
        found: list[list[str]] = page.locator(f"{TABLE} tbody tr").evaluate_all(read)
        return found

    def names(self, page: Page) -> list[str]:
        """The first cells, without what is said below the name."""
        return [row[0].split("\n")[0] for row in self.rows(page)]

    def said(self, page: Page, words: str) -> None:
        """Wait until this is said, on the page and aloud."""
        page.wait_for_selector(f"{SECTION} .more >> text={words}")
        self.assertEqual(page.inner_text("#said"), words)

    def answered(self, page: Page, button: Any) -> None:
        """Press it, even if it says that it does nothing, and wait for the worker."""
        count = page.evaluate("messages.length")
        button.dispatch_event("click")
        looked = f"done => {{ const look = () => messages.length > {count} ? done() : setTimeout(look, 10); look(); }}"
        page.evaluate(f"new Promise({looked})")

    def sort(self, page: Page, heading: str) -> str | None:
        """Press it; the order that it says then."""
        head = page.locator(f"{TABLE} th:has(button:text-is('{heading}'))")
        self.answered(page, head.locator("button"))
        return head.get_attribute("aria-sort")

    def test_each_repository_has_a_row_and_what_is_not_told_is_no_number(self) -> None:
        page = self.table(ACME, TEAM)

        rows = {row[0]: row[1:] for row in self.rows(page)}
        self.assertEqual(len(rows), 17)
        self.assertEqual(rows["tool"][:4], ["acme", "34", "7", "python"])
        self.assertEqual(rows["copy\nfork"][:3], ["acme", "1", "1"])
        self.assertRegex(rows["tool"][-1], r"^20\d\d-\d\d-\d\d$")
        languages = page.locator(f"{SECTION} [name=language] option").all_inner_texts()
        self.assertEqual((languages[:2], len(languages)), (["any language", "python"], 18))  # the most frequent first
        nothing = "\N{EN DASH}"
        self.assertEqual(rows["part-3"], ["acme-team", nothing, "3", "lang03", nothing, nothing])
        links = page.locator(f"{TABLE} a").evaluate_all("links => links.map(link => link.href)")
        self.assertEqual((links[0], links[-1]), (f"{ACME}/copy", f"{TEAM}/part-9"))
        self.assert_calm(page)

    def test_they_are_asked_for_when_somebody_comes_near_and_once(self) -> None:
        asked: list[str] = []
        small = {"width": 800, "height": 120}
        page = self.open(
            ACME, before=lambda page: page.on("request", lambda one: asked.append(one.url)), viewport=small
        )
        self.result(page)
        listed = f"{self.base}/health-check?url={ACME}&expand=repositories&format=json"
        self.assertNotIn(listed, asked)

        self.near(page)
        page.wait_for_selector(f"{TABLE} tbody tr")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")

        self.assertEqual(asked.count(listed), 1)

    def test_print_has_them_too_where_nobody_has_come_near(self) -> None:
        page = self.open(ACME, viewport={"width": 800, "height": 120})
        self.result(page)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.wait_for_selector(f"{TABLE} tbody tr", state="attached")

    def test_headings_sort_both_ways(self) -> None:
        page = self.table(ACME, TEAM)

        self.assertEqual(self.sort(page, "Stars"), "descending")
        self.assertEqual(self.names(page)[:3], ["site", "tool", "copy"])
        self.assertEqual(self.sort(page, "Stars"), "ascending")
        # what a forge does not tell comes last either way
        self.assertEqual(self.names(page)[:4], ["copy", "tool", "site", "part-0"])
        self.assertEqual(self.sort(page, "Pushed"), "descending")
        self.assertEqual(self.sort(page, "Repository"), "ascending")
        self.assertEqual(page.locator(f"{TABLE} th[aria-sort]").count(), 1)
        self.assertEqual(self.names(page)[:2], ["copy", "part-0"])

    def test_a_search_and_filters_leave_what_fits(self) -> None:
        both = Repository("first", True, is_archived=True, languages={"CMake": 1}, license="GPL-3.0")
        self.world.add(Owner("github", "marks", "User", [both]))
        page = self.table(ACME, SOLO, "https://github.com/marks")
        rows = page.locator(f"{TABLE} tbody tr")

        page.fill(f"{SECTION} [type=search]", "gPl-3 CMake")
        self.said(page, "1\N{EN DASH}1 of 1 found")
        self.assertEqual(self.rows(page)[0][0], "first\nfork, archived")
        page.fill(f"{SECTION} [type=search]", "WEB html")
        self.said(page, "1\N{EN DASH}1 of 1 found")
        self.assertEqual(self.names(page), ["site"])
        page.fill(f"{SECTION} [type=search]", "")
        page.select_option(f"{SECTION} [name=language]", "python")
        self.said(page, "1\N{EN DASH}2 of 2 found")
        page.select_option(f"{SECTION} [name=forks]", "no")
        self.said(page, "1\N{EN DASH}1 of 1 found")
        self.assertEqual(self.names(page), ["tool"])
        page.select_option(f"{SECTION} [name=archived]", "only")
        self.said(page, "None found.")
        self.assertEqual(rows.count(), 0)

    def test_what_a_forge_does_not_tell_passes_no_filter(self) -> None:
        page = self.table(TEAM, SOLO)

        page.select_option(f"{SECTION} [name=archived]", "no")
        self.said(page, "1\N{EN DASH}1 of 1 found")

        self.assertEqual(self.names(page), ["notes"])

    def test_thousands_come_in_parts_of_fifty_and_never_all_at_once(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=600.0)
        page = self.table(MANY)
        rows = page.locator(f"{TABLE} tbody tr")

        answer = requests.get(f"{self.base}/health-check", {"url": MANY, "expand": "repositories"}, timeout=60).json()
        names = [row["name"] for row in answer["repositories"]]
        self.assertEqual(self.names(page), names[:50])
        page.click(f"{SECTION} button:text-is('Next')")
        self.said(page, "51\N{EN DASH}100 of 2,000")
        self.assertEqual(self.names(page), names[50:100])
        page.click(f"{SECTION} button:text-is('Previous')")
        self.said(page, "1\N{EN DASH}50 of 2,000")
        self.answered(page, page.locator(f"{SECTION} button:text-is('Previous')"))
        self.assertEqual(self.names(page), names[:50])  # there is nothing before them
        self.sort(page, "Stars")
        most = sorted((row["stars"] for row in answer["repositories"]), reverse=True)[:50]
        self.assertEqual([int(row[2].replace(",", "")) for row in self.rows(page)], most)
        self.assertEqual(rows.count(), 50)
        self.assertLessEqual(max(page.evaluate("messages")), 50)
        self.assert_silent()

    def test_two_whole_parts_are_two_and_another_order_begins_with_the_first(self) -> None:
        page = self.table("https://github.com/org-100")
        further = page.locator(f"{SECTION} button:text-is('Next')")
        self.answered(page, further)
        self.assertEqual(further.get_attribute("aria-disabled"), "true")
        self.answered(page, further)  # there is nothing behind them
        self.said(page, "51\N{EN DASH}100 of 100")
        self.sort(page, "Stars")
        self.said(page, "1\N{EN DASH}50 of 100")
        self.assertEqual(further.get_attribute("aria-disabled"), "false")

    def test_the_filter_of_the_question_goes_with_it(self) -> None:
        page = self.browser.open(self, f"/from-git/test?url={ACME}&forks=no", until="load")
        self.result(page)
        self.near(page)
        page.wait_for_selector(f"{TABLE} tbody tr")

        self.assertEqual(self.names(page), ["site", "tool"])

    def test_an_error_is_said_and_tried_again(self) -> None:
        body = json.dumps({"error": "ERR2", "message": "The forge is down.", "advice": "Ask again."})
        words, kind = "The forge is down. Ask again.", "application/json"

        page = self.fails_once("/health-check?", words, status=502, content_type=kind, body=body)

        self.assertFalse(page.is_visible(f"{SECTION} button:text-is('Try again')"))

    def test_an_answer_that_is_cut_off_and_a_blocked_worker_are_tried_again(self) -> None:
        for part, body in (("/health-check?", '{"repositories": [{"na'), ("/repositories-worker.js", "throw 1")):
            kind = "application/json" if "?" in part else "text/javascript"
            self.fails_once(part, "The connection broke.", content_type=kind, body=body)

    def test_another_answer_ends_the_worker_and_none_has_no_table(self) -> None:
        self.world.add(Owner("github", "nothing", "User", []))
        page = self.table(ACME)

        self.submit(page, SOLO)
        page.wait_for_selector("h2:has-text('Solo')")
        self.near(page)
        page.wait_for_selector(f"{TABLE} a:text-is('notes')")
        self.assertEqual(len(page.workers), 1)
        self.submit(page, "https://github.com/nothing")
        page.wait_for_selector("h2:has-text('nothing')")

        self.assertFalse(page.is_visible(SECTION))

    def test_it_is_accessible_and_fits_at_any_width(self) -> None:
        for scheme in ("light", "dark"):
            page = self.table(ACME, TEAM, color_scheme=scheme)
            self.assert_accessible(page)
            for width in (320, 360, 768, 1280, 2560):
                page.set_viewport_size({"width": width, "height": 900})
                self.assert_fits(page)
                self.keep(page, f"repositories-{width}-{scheme}")
