"""Long lists on the page, tables on narrow screens, paper, and addresses that others reach."""

from from_git.tests.kit.pages import ACME, SOLO, TEAM, PageTestCase
from from_git.tests.views.test_page_browser import WIDTHS, answer

NUMBERS = {"originalRepos": 1_234, "forkedRepos": 5, "watchers": 98_765, "followers": 1_234_567}
LISTS: dict[str, object] = {"langs": [], "langsNum": 123, "topics": [], "topicsNum": 4_567}


class Long(PageTestCase):
    """Nothing is shown all at once that may freeze a tab."""

    def test_a_list_is_shown_in_parts_with_a_search_and_a_way_back(self) -> None:
        page = self.open()
        names = [f"topic-{number:05}" for number in range(20_000)]
        body = answer({**NUMBERS, **LISTS}, names, ["acme"])
        self.answer_stream(page, content_type="text/event-stream", body=body)
        self.submit(page, ACME)
        self.result(page)
        topics = page.locator("[data-slot=topics]")
        self.assertFalse(topics.locator("input").is_visible())

        topics.get_by_role("button", name="Show 40 more").click()
        self.assertEqual(page.evaluate("document.activeElement.textContent"), "topic-000101 repository")
        topics.get_by_role("button", name="Show 50 more").click()
        self.assertEqual(topics.locator("li").count(), 100)
        self.assertEqual(topics.locator(".more span").inner_text(), "100 of 20,000 topics")
        topics.get_by_label("Search topics").fill(" TOPIC-1999 ")
        self.assertEqual(topics.locator("li").count(), 10)
        self.assertEqual(page.inner_text("#said"), "10 topics found.")
        topics.get_by_label("Search topics").fill("nothing of this name")
        self.assertEqual(page.inner_text("#said"), "No topic found.")
        page.set_viewport_size({"width": 1280, "height": 4_000})  # no row lies under buttons that stay in view
        self.assert_accessible(page)
        topics.get_by_role("button", name="Show fewer").click()

        self.assertEqual(topics.locator(".name").all_inner_texts(), names[:10])
        self.assertFalse(topics.locator("input").is_visible())
        self.assertEqual(page.evaluate("document.activeElement.textContent"), "Show 40 more")

    def test_shares_are_never_all_or_none_of_it_and_a_name_is_no_markdown(self) -> None:
        page = self.open()
        body = answer({**NUMBERS, **LISTS, "originalRepos": 999, "forkedRepos": 1}, ["one"], ["a_b"])
        self.answer_stream(page, content_type="text/event-stream", body=body)
        self.submit(page, ACME)
        self.result(page)
        notes = [page.inner_text(f".tiles [data-key={key}] .note") for key in ("originalRepos", "forkedRepos")]
        self.assertEqual(notes, ["99 % of all", "1 % of all"])
        self.assertIn(r"![Card of a\_b](", page.text_content(".take:not([data-slot])") or "")

    def test_a_short_list_is_shown_whole(self) -> None:
        page = self.open(TEAM)
        self.result(page)
        langs = page.locator("[data-slot=langs]")

        langs.get_by_role("button", name="Show all 14").click()
        self.assertEqual(langs.locator("li").count(), 14)
        langs.get_by_label("Search languages").fill("lang1")
        self.assertEqual(langs.locator("li").count(), 4)
        langs.get_by_role("button", name="Show fewer").click()

        self.assertEqual(langs.locator("li").count(), 10)

    def test_many_profiles_are_shown_fifty_at_a_time_sorted_and_searched_as_a_whole(self) -> None:
        page = self.open()
        owners = [f"owner-{number:04}" for number in range(2_000)]
        self.answer_stream(page, content_type="text/event-stream", body=answer({**NUMBERS, **LISTS}, [], owners))
        self.submit(page, ACME)
        self.result(page)
        profiles = page.locator("[data-slot=profiles]")

        self.assertEqual(profiles.locator("tbody tr").count(), 50)
        for _ in range(2):
            page.click("th[data-key=owner] button")
        self.assertEqual(profiles.locator("tbody a").first.inner_text(), "owner-1999")
        page.check("tbody input >> nth=0")
        profiles.get_by_label("Search profiles").fill("owner-000")
        self.assertEqual(profiles.locator("tbody tr").count(), 10)
        page.check("tbody input >> nth=0")

        # what is chosen stays so where the search does not show it
        self.assertEqual(page.inner_text(".choose button"), "Compare 2")
        self.assertEqual(page.inner_text("tfoot th"), "All 2,000 profiles")


class Tables(PageTestCase):
    """On any screen."""

    def test_no_column_is_cut_though_hosts_and_names_are_long(self) -> None:
        host = "git.a-department-with-a-long-name.example.org:8443"
        self.settings_for_test(GITHUB_HOST=host)
        page = self.open()
        body = answer({**NUMBERS, **LISTS}, [], [f"{'long-' * 7}name", "b"]).replace('"github.com"', f'"{host}"')
        self.answer_stream(page, content_type="text/event-stream", body=body)
        self.submit(page, f"https://{host}/b")
        self.result(page)

        for width in (*WIDTHS, 1024):
            page.set_viewport_size({"width": width, "height": 740})
            with self.subTest(width=width):
                self.assert_fits(page)
                hidden, left, cut = page.evaluate(REACHED)
                self.assertEqual(cut, [])
                # the numbers have room beside the column that stays
                self.assertGreater(left, 90)
                if width >= 768:
                    self.assertLessEqual(hidden, 0)


class Paper(PageTestCase):
    """What is printed."""

    def test_it_has_the_address_and_the_day_with_its_year(self) -> None:
        page = self.open(ACME)
        self.result(page)
        self.assertFalse(page.is_visible("#printed"))

        page.emulate_media(media="print")

        year = page.evaluate("new Date().getFullYear()")
        self.assertIn(f"{self.base}/from-git/test?url=", page.inner_text("#printed"))
        self.assertRegex(page.inner_text("#printed"), rf"\d+ \w+ {year}, \d\d:\d\d$")
        self.assertRegex(page.inner_text("tbody time"), rf"^\d+ \w+ {year}, \d\d:\d\d\s*\(just now\)$")

    def test_what_the_screen_shows_is_there_and_what_it_folds_away_is_not(self) -> None:
        page = self.open(ACME, SOLO)
        self.result(page)
        page.check("tbody input >> nth=0")
        page.check("tbody input >> nth=1")
        page.click(".choose button")
        page.click("[data-slot=badges] summary")

        page.emulate_media(media="print")

        for shown in (
            "[data-slot=compared] table",
            "[data-badge=watchers] pre",
            "[data-copy=curl] pre",
            "[data-slot=csv]",
        ):
            self.assertTrue(page.is_visible(shown), shown)
        for folded in ("#counts", "[data-picture] >> nth=0", "tbody input >> nth=0", "[data-slot=compared] button"):
            self.assertFalse(page.is_visible(folded), folded)

    def test_an_error_is_printed_too(self) -> None:
        page = self.open("https://bitucket.org/a")
        self.problems(page)

        page.emulate_media(media="print")

        self.assertIn("did you mean https://bitbucket.org/a?", page.inner_text("#problems"))
        self.assertIn("/from-git/test?url=", page.inner_text("#printed"))


class Addresses(PageTestCase):
    """Where others find the pictures."""

    def test_under_an_address_that_nobody_else_reaches_it_says_so(self) -> None:
        page = self.open(ACME)
        self.result(page)

        self.assertIn("Set PUBLIC_URL", page.inner_text("[data-slot=private]"))

    def test_a_public_address_is_that_of_all_snippets_and_pictures_come_from_here(self) -> None:
        self.settings_for_test(PUBLIC_URL="https://from-git.example.org/tools")
        page = self.open(ACME)
        self.result(page)

        page.click("[data-slot=badges] summary")
        page.click("[data-picture] summary >> nth=0")
        snippets = page.locator(".copied pre").evaluate_all(
            "all => all.map(one => decodeURIComponent(one.textContent))"
        )
        self.assertEqual(len(snippets), 2 + 4 + 8)
        for snippet in snippets:
            self.assertRegex(snippet, r"https://from-git\.example\.org/tools/(from-git|health-check)")
        self.assertFalse(page.is_visible("[data-slot=private]"))
        image = page.locator("[data-picture] img[src]").evaluate("one => one.src")
        self.assertTrue(image.startswith(self.base), image)
        self.assert_silent()

    def test_it_knows_which_addresses_are_public(self) -> None:
        page = self.open()
        inside = "a localhost x.localhost b.local c.internal d.lan 127.0.0.1 10.1.2.3 192.168.0.9 172.16.0.1 172.31.9.9"
        inside += " 169.254.1.1 100.64.0.1 100.127.0.1 0.0.0.0 [::1] [::] [fd00::1] [fe80::1] e.home.arpa f.test"
        outside = "example.org git.example.org 8.8.8.8 172.32.0.1 100.128.0.1 11.0.0.1 [2001:4860::1] local.example.org"

        known = page.evaluate(
            "async (names) => { const { INSIDE } = await import('/static/from_git/page/takeaway.js');"
            " return names.map((name) => INSIDE.test(name)) }",
            [*inside.split(), *outside.split()],
        )

        self.assertEqual(known, [True] * len(inside.split()) + [False] * len(outside.split()))


REACHED = """
() => {
  const box = document.querySelector("[data-slot=profiles] .scroll");
  box.scrollLeft = box.scrollWidth;
  const [own, first] = [box.getBoundingClientRect(), box.querySelector("tbody th").getBoundingClientRect()];
  const cut = [...box.querySelectorAll("th, td")].filter((one) => one.scrollWidth > one.clientWidth + 1);
  const last = box.querySelector("tbody tr").lastChild.getBoundingClientRect();
  if (last.right > own.right) cut.push("the last");
  return [box.scrollWidth - box.clientWidth, own.right - first.right, cut.map((one) => one.outerHTML ?? one)];
}
"""
"""Scrolled to its end: what was hidden, the room beside the column that stays, and cells that are cut."""
