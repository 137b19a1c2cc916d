"""What the page says when something goes wrong, beside the line that it is about."""

import json

from emulator import Fault
from from_git.forges.registry import labels
from from_git.tests.kit.pages import ACME, SILENT, SOLO, SPACED, TEAM, Page, PageTestCase

BITUCKET, REPOSITORY, LONG = "https://bitucket.org/a", "github.com/a/b", f"https://example.org/{'x' * 300}"


class Errors(PageTestCase):
    """Each in the words of the API."""

    def test_each_bad_line_has_its_own_words_and_a_mark_until_it_is_edited(self) -> None:
        page = self.open()
        hidden = "https://github.com/a\N{ZERO WIDTH SPACE}b"

        self.submit(page, ACME, BITUCKET, "", f" {REPOSITORY} ", LONG, hidden, BITUCKET)
        words = self.problems(page)

        self.assertEqual([one.split(":")[0] for one in words], [f"Line {n}" for n in (2, 4, 5, 6, 7)])
        self.assertEqual(words[0], "Line 2: unknown host bitucket.org; did you mean https://bitbucket.org/a?")
        self.assertIn("it looks like a repository", words[1])
        self.assertIn("unknown host example.org", words[2])
        self.assertIn("U+200B", words[3])
        self.assertEqual(page.locator(".gutter .bad").count(), 5)
        self.assertEqual(page.get_attribute("#url", "aria-invalid"), "true")
        self.assertIn("problems", page.get_attribute("#url", "aria-describedby") or "")
        self.assertFalse(page.is_visible(".again"))
        self.assertIn("Line 2:", page.inner_text("#said"))

        page.click("#problems li >> nth=1 >> button")
        page.keyboard.insert_text(SOLO)

        self.assertEqual(page.input_value("#url").split("\n")[3], SOLO)
        self.assertEqual(page.locator(".gutter .bad").count(), 4)
        self.assertEqual(len(self.problems(page)), 4)
        page.fill("#url", ACME)
        self.assertFalse(page.is_visible("#problems"))
        self.assertIsNone(page.get_attribute("#url", "aria-invalid"))
        self.assert_calm(page)

    def test_the_words_for_all_lines_are_those_of_the_api(self) -> None:
        urls = [BITUCKET, REPOSITORY, LONG, "github.com/a b", "x", "github.com/'\"<>", "https://gitee.com/a"]
        urls += [
            "git",
            "gi",
            f"{LONG}y",
            "\N{RIGHT-TO-LEFT OVERRIDE}a",
            "\N{PILE OF POO}",
            "\N{TAG LATIN SMALL LETTER A}",
            "\ta\tb",
        ]
        # what says of another line what the API says
        urls += [
            f"{ACME}' is not a {labels('or')} profile: it is odd.",
            f"'{ACME}' is not a {labels('or')} profile: ",
        ]
        # the API takes more characters for blanks than a browser does
        urls += ["\x85github.com/b/c\x1f"]
        page = self.open(ACME, *urls)

        lines, words = zip(*(one.split(": ", 1) for one in self.problems(page)), strict=True)

        self.assertEqual(lines, tuple(f"Line {number}" for number in range(2, len(urls) + 2)))
        failure = self.failure(400, ACME, *urls)
        meant = [f"; did you mean {one['suggestion']}?" if one["suggestion"] else "." for one in failure["urls"]]
        told = [one["reason"] + words for one, words in zip(failure["urls"], meant, strict=True)]
        self.assertEqual(list(words), told)
        self.assertEqual(page.inner_text(".general"), failure["advice"])

    def test_hundreds_of_bad_lines_are_marked_beside_their_numbers_and_not_all_said_aloud(self) -> None:
        lines = [f"github.com/x{number}" for number in range(100)] + [f"x{number}" for number in range(20)]
        page = self.open(*lines, viewport={"width": 360, "height": 740})
        self.problems(page)

        for spaced in (False, True):
            with self.subTest(spaced=spaced):
                if spaced:
                    page.evaluate(SPACED)
                mark, numbers, number = page.evaluate(BESIDE)
                self.assertLessEqual(mark["right"], numbers["left"])
                self.assertAlmostEqual(mark["bottom"], number["bottom"], delta=3)
        said = page.inner_text("#said")
        self.assertTrue(said.startswith("Line 101: it is no address;"))
        self.assertIn(" 17 more lines are wrong.", said)
        self.assertLess(len(said), 600)

    def test_lines_beyond_those_that_are_named_are_counted(self) -> None:
        page = self.open(*[f"x{number}" for number in range(120)])

        self.assertEqual(len(self.problems(page)), 20)
        self.assertTrue(page.inner_text(".general").startswith("100 more URLs are wrong. Correct"))

    def test_a_line_that_is_cut_and_lines_with_odd_characters_are_found(self) -> None:
        odd = ["x" * 3_000, "github.com/a\N{RIGHT-TO-LEFT OVERRIDE}b", "\N{PILE OF POO}", "'\"<&>"]
        page = self.open(*odd)

        self.assertEqual([one.split(":")[0] for one in self.problems(page)], [f"Line {n}" for n in (1, 2, 3, 4)])
        self.assertTrue(page.inner_text(".general").startswith("Correct"))

    def test_parameters_that_nobody_knows_are_refused_and_gone_with_the_next_question(self) -> None:
        page = self.browser.open(self, f"/from-git/test?url={ACME}&urls={TEAM}&t=1", until="load")

        said = page.inner_text(".general")
        self.assertTrue(said.startswith("'urls' is not a parameter here; did you mean 'url'? Known here: url, "), said)
        self.assertFalse(page.is_visible("#result"))
        self.assertEqual(page.input_value("#url"), ACME)
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)
        self.submit(page, ACME)
        self.result(page)
        self.assertEqual(page.evaluate("location.search"), f"?url={ACME}")
        self.assertFalse(page.is_visible("#problems"))
        page.go_back()
        self.problems(page)
        self.assertIn("'urls' is not a parameter here", page.inner_text(".general"))

    def test_an_error_that_comes_late_moves_nothing_on_a_small_screen(self) -> None:
        # half a second after a click, what moves has moved by itself
        self.settings_for_test(FLIGHT_SECONDS=2.0)
        self.emulator.faults.add(Fault("slow", path="/2.0/*", seconds=3.0))
        page = self.open(viewport={"width": 360, "height": 740})

        self.submit(page, TEAM)
        page.wait_for_selector("#progress")
        self.assertFalse(page.is_visible("#problems"))
        self.problems(page)
        page.evaluate("new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))")

        self.assert_calm(page)

    def test_after_the_way_back_from_an_error_a_small_screen_has_the_description_again(self) -> None:
        page = self.open(viewport={"width": 360, "height": 740})
        self.submit(page, BITUCKET)
        self.problems(page)
        self.assertFalse(page.is_visible(".start >> nth=0"))

        page.go_back()

        page.wait_for_selector(".start")
        self.assertFalse(page.is_visible("#problems"))

    def test_a_server_that_says_nothing_for_long_is_gone(self) -> None:
        def prepare(page: Page) -> None:
            page.clock.install()
            page.add_init_script(SILENT)

        page = self.open(ACME, before=prepare)
        page.wait_for_selector("#progress")

        page.clock.fast_forward(25_000)
        self.assertFalse(page.is_visible("#problems"))
        page.clock.fast_forward(10_000)
        self.problems(page)

        self.assertIn("The connection broke", page.inner_text(".general"))
        self.assertTrue(page.is_visible(".again"))

    def test_nothing_but_blanks_is_an_error_of_no_line(self) -> None:
        page = self.open()

        self.submit(page, "  ", " ")
        self.problems(page)

        self.assertIn("No url was given", page.inner_text(".general"))
        self.assertEqual(page.locator(".gutter .bad").count(), 0)

    def test_a_forge_that_is_down_is_said_at_its_line_and_can_be_asked_again(self) -> None:
        self.emulator.faults.add(Fault("status", path="/2.0/*", status=500))
        page = self.open()

        self.submit(page, ACME, TEAM)
        (words,) = self.problems(page)
        failure = self.failure(502, ACME, TEAM)
        self.assertEqual(words, f"Line 2: {failure['message']} {failure['advice']}")
        self.assertFalse(page.is_visible(".tiles"))
        self.emulator.faults.clear()
        page.focus(".again button")
        page.keyboard.press("Enter")
        self.result(page)

        self.assertFalse(page.is_visible("#problems"))
        # the button that had the focus is gone
        page.wait_for_selector("#result-title:focus")
        self.assert_calm(page)

    def test_a_used_up_limit_counts_down(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=429, headers={"Retry-After": "1777"}))
        page = self.open(color_scheme="dark")

        self.submit(page, TEAM, ACME)
        self.problems(page)
        before = page.inner_text(".again span")
        self.assertTrue(page.is_disabled(".again button"))
        self.assertIn("Ask again at ", page.inner_text(".general"))
        self.keep(page, "limit")
        hidden = page.evaluate(
            "(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.querySelector('.question'))"
        )
        self.assertLessEqual(hidden, 0)
        self.assert_accessible(page)
        page.wait_for_function("words => document.querySelector('.again span').textContent !== words", arg=before)

        self.assertRegex(before, r"^It can be asked again at \d\d:\d\d UTC( on [0-9-]+)?, in 29 min [34]\d s\.$")
        self.assertNotEqual(page.inner_text(".again span"), before)
        self.assertEqual(page.evaluate("shifts"), [])

    def test_the_end_of_the_wait_is_said(self) -> None:
        full = {"error": "ERR2", "message": "The server is full.", "advice": "Ask again soon.", "retryAfter": 3}
        page = self.open()
        self.answer_stream(page, status=503, content_type="application/json", body=json.dumps(full))

        self.submit(page, ACME)
        self.problems(page)

        self.assertEqual(page.inner_text(".general"), f"{full['message']} {full['advice']}")
        self.assertTrue(page.is_disabled(".again button"))
        page.wait_for_selector(".again span:text-is('It can be asked again now.')")
        self.assertEqual(page.inner_text("#said"), "It can be asked again now.")
        page.unroute_all()
        page.click(".again button")
        self.result(page)

    def test_what_no_time_helps_cannot_be_asked_again(self) -> None:
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=1, FLIGHT_SECONDS=60.0)
        page = self.open(TEAM)
        self.problems(page)

        self.assertIn("BITBUCKET_CALLS_PER_HOUR", page.inner_text(".general"))
        self.assertNotIn("Ask again", page.inner_text(".general"))
        self.assertFalse(page.is_visible(".again"))

    def test_a_connection_that_breaks_is_no_answer(self) -> None:
        progress = (
            'event: progress\ndata: {"profiles":{"done":0,"found":0,"known":1,"kept":0},"pages":{"done":0,"known":0},'
        )
        progress += '"watchers":{"done":0,"known":0},"retries":0,"waits":[],"cost":{},"elapsed":0}\n\n'
        page = self.open()
        for name, body in (("before the end", progress), ("within an event", progress + 'event: answer\ndata: {"err')):
            with self.subTest(name):
                self.answer_stream(page, content_type="text/event-stream", body=body)

                self.submit(page, ACME)
                self.problems(page)

                self.assertIn("The connection broke", page.inner_text(".general"))
                page.unroute_all()
                page.click(".again button")
                self.result(page)

    def test_an_answer_that_is_no_stream_is_said_too(self) -> None:
        page = self.open()
        for name, answer, words in (
            ("too long", {"status": 414, "json": {"error": "ERR3", "message": "Too long."}}, "Too long."),
            ("a proxy's page", {"status": 502, "content_type": "text/html", "body": "<p>Bad"}, "with status 502"),
        ):
            with self.subTest(name):
                self.answer_stream(page, **answer)

                self.submit(page, ACME)
                self.problems(page)
                page.unroute_all()

                self.assertIn(words, page.inner_text(".general"))
                self.assertEqual(page.is_visible(".again"), name != "too long")


BESIDE = """
() => {
  const box = (node, from) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    if (from) range.setStart(node, from);
    return range.getBoundingClientRect();
  };
  const text = document.querySelector(".numbers").firstChild;
  const marks = document.querySelectorAll(".bad");
  return [box(marks[marks.length - 1]), box(text), box(text, text.data.lastIndexOf("\\n") + 1)];
}
"""
"""Where the last line's mark is, all numbers, and its number."""
