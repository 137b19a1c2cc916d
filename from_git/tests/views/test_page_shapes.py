"""How the page looks, and for whom, in a real browser."""

from urllib.parse import quote

from from_git.tests.kit.pages import ACME, GONE, SPACED, TEAM, Page, PageTestCase
from from_git.tests.views.test_page_browser import WIDTHS, answer


class Shapes(PageTestCase):
    """What it looks like, and for whom."""

    def test_each_state_is_accessible_and_fits_on_any_screen_in_light_and_dark(self) -> None:
        # each state in both schemes; each width, to 400 % of a small screen, with all that takes room
        for scheme, ground, widths in (
            ("light", "rgb(250, 249, 246)", (360, 1280, 320)),
            ("dark", "rgb(19, 24, 26)", (2560, 360, 768)),
        ):
            page = self.open(color_scheme=scheme, viewport={"width": widths[0], "height": 740})
            for state, width in zip(("form", "errors", "result"), widths, strict=True):
                with self.subTest(scheme=scheme, state=state, width=width):
                    page.set_viewport_size({"width": width, "height": 740})
                    self.bring(page, state)
                    self.assert_accessible(page)
                    for other in WIDTHS:
                        page.set_viewport_size({"width": other, "height": 740})
                        self.assert_fits(page)
                        self.keep(page, f"{state}-{other}-{scheme}")
            self.assertEqual(page.evaluate("getComputedStyle(document.body).backgroundColor"), ground)
            self.assert_silent()

    def bring(self, page: Page, state: str) -> None:
        """Bring the page to a state, with all open that is text."""
        if state == "errors":
            self.submit(page, "https://bitucket.org/a", ACME, "github.com/a/b")
            self.problems(page)
        if state == "result":
            self.submit(page, ACME, TEAM, GONE)
            self.result(page)
            page.evaluate(
                "document.querySelectorAll('#result details:not([data-picture], [data-slot=past] *)')"
                ".forEach(e => e.open = true)"
            )

    def test_with_more_space_between_letters_and_lines_it_fits_too(self) -> None:
        page = self.open(ACME, TEAM, viewport={"width": 360, "height": 740})
        self.result(page)

        page.evaluate(SPACED)

        self.assert_fits(page)

    def test_names_and_numbers_of_any_length_fit(self) -> None:
        names = [
            "<img src=x onerror=alert(1)>",
            "x" * 5_000,
            "\N{RIGHT-TO-LEFT OVERRIDE}a",
            "__proto__",
            *map(str, range(3_000)),
        ]
        most = 2**53 - 1
        data: dict[str, object] = {"originalRepos": most, "forkedRepos": 0, "watchers": most, "followers": 12_345_678}
        data |= {"langs": names, "langsNum": 5_000, "topics": names, "topicsNum": 0}
        page = self.open(viewport={"width": 360, "height": 740})
        self.answer_stream(page, content_type="text/event-stream", body=answer(data, names, ["_a_"]))

        self.submit(page, ACME)
        shown = self.result(page)

        self.assertEqual((shown["watchers"], shown["followers"]), ("9,007,199,254,740,991", "12,345,678"))
        self.assert_fits(page)
        # a number in two lines would be read as two
        cut = "all => all.filter((one) => one.scrollWidth > one.clientWidth || one.clientHeight > 60).length"
        for width in (320, 360, 640, 768, 1056, 1600, 2560):
            page.set_viewport_size({"width": width, "height": 740})
            self.assertEqual(page.locator(".value").evaluate_all(cut), 0, width)
        page.click("[data-slot=topics] .more button")
        self.assertEqual(page.locator("[data-slot=topics] li").count(), 50)
        self.assertEqual(page.locator("#result img[src]").count(), 0)
        markdown = page.locator("[data-picture] code").first.text_content() or ""
        self.assertTrue(markdown.startswith("![Card of \\_a\\_]("), markdown)

    def test_nobody_there_is_an_answer_without_an_empty_table(self) -> None:
        page = self.open(GONE)

        self.assertEqual(set(self.result(page).values()), {"0"})

        self.assertEqual(page.inner_text("h2 >> visible=true"), "Nobody there")
        self.assertFalse(page.is_visible("table"))

    def test_with_forced_colours_the_numbers_of_lines_stand_on_the_ground_of_the_field(self) -> None:
        page = self.open(forced_colors="active")

        edge, ground = page.evaluate(
            "[getComputedStyle(url).borderLeftColor, getComputedStyle(url.parentElement).backgroundColor]"
        )

        self.assertEqual(edge, ground)

    def test_print_leaves_the_form_out_and_keeps_the_bars(self) -> None:
        # as wide as A4 between its edges
        page = self.open(ACME, TEAM, viewport={"width": 718, "height": 1000})
        self.result(page)

        page.emulate_media(media="print", color_scheme="dark")
        self.assert_fits(page)

        for gone in ("form", ".copied button >> nth=0", ".choice label >> nth=1"):
            self.assertFalse(page.is_visible(gone), gone)
        for kept in (".tiles", "[data-slot=profiles] table", ".bar >> nth=0", "#printed", "[data-copy=curl] pre"):
            self.assertTrue(page.is_visible(kept), kept)
        self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('.bar')).printColorAdjust"), "exact")
        self.assertEqual(page.evaluate("getComputedStyle(document.body).color"), "rgb(28, 35, 38)")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        self.assertEqual(ground, "rgb(255, 255, 255)")
        self.keep(page, "print")

    def test_without_javascript_the_form_leads_to_a_table(self) -> None:
        page = self.open(java_script_enabled=False)

        self.assertFalse(page.is_visible("#progress"))
        self.assertFalse(page.is_visible("#result"))
        self.assertFalse(page.is_visible("#stop"))
        self.submit(page, ACME, GONE)
        page.wait_for_url("**/health-check?**")

        # fields that nobody filled in are sent too
        self.assertTrue(page.url.endswith("&forks=&archived=&active="), page.url)
        self.assertIn("3 public repositories of 1 profile on GitHub", page.inner_text("body"))
        self.assertIn(GONE, page.inner_text("body"))

    def test_no_word_of_a_stranger_becomes_a_part_of_the_page(self) -> None:
        ran: list[str] = []

        def watch(page: Page) -> None:
            page.on("dialog", lambda dialog: ran.append(dialog.message))

        hostile = "<img src=x onerror=alert(1)>"
        page = self.browser.open(self, f"/from-git/test?url=github.com/{hostile}&{quote(hostile)}=1", watch, "load")
        self.assertIn("'<img src=x", page.inner_text(".general"))
        page.click("[type=submit]")

        self.assertIn("a quote or a bracket", self.problems(page)[0])
        self.assertEqual(page.locator("#problems img").count(), 0)
        self.assertEqual(ran, [])
