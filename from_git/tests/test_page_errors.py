"""What the page says when something goes wrong, beside the line that it is about."""

import json

from emulator import Fault
from from_git.tests.pages import ACME, SOLO, TEAM, Page, PageTestCase

BITUCKET, REPOSITORY, LONG = "https://bitucket.org/a", "github.com/a/b", f"https://example.org/{'x' * 300}"
STREAM = "/from-git/stream"


class Errors(PageTestCase):
    """Each in the words of the API."""

    def answer_stream(self, page: Page, **answer: object) -> None:
        """Let the next stream be this."""
        page.route(lambda url: STREAM in url, lambda route: route.fulfill(**answer))

    def test_each_bad_line_has_its_own_words_and_a_mark_until_it_is_edited(self) -> None:
        page = self.open()
        hidden = "https://github.com/a\N{ZERO WIDTH SPACE}b"

        self.submit(page, ACME, BITUCKET, "", f" {REPOSITORY} ", LONG, hidden, BITUCKET)
        words = self.problems(page)

        self.assertEqual([one.split(":")[0] for one in words], [f"Line {n}" for n in (2, 4, 5, 6, 7)])
        self.assertIn(f"'{BITUCKET}' is not a GitHub or Bitbucket profile: unknown host bitucket.org;", words[0])
        self.assertTrue(words[0].endswith("did you mean bitbucket.org?"))
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
        urls = [BITUCKET, REPOSITORY, LONG, "github.com/a b", "x", "github.com/'\"<>", "https://gitlab.com/a"]
        page = self.open(*urls)

        words = [one.split(": ", 1)[1] for one in self.problems(page)]

        self.assertEqual(" ".join(words), self.failure(400, *urls)["message"])
        self.assertEqual(len(words), len(urls))

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
        message = self.failure(502, ACME, TEAM)["message"]
        self.assertEqual(words, f"Line 2: {message}")
        self.assertFalse(page.is_visible("#result"))
        self.emulator.faults.clear()
        page.click(".again button")
        self.result(page)

        self.assertFalse(page.is_visible("#problems"))
        self.assert_calm(page)

    def test_a_used_up_limit_counts_down(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=429, headers={"Retry-After": "1777"}))
        page = self.open()

        self.submit(page, TEAM, ACME)
        self.problems(page)
        before = page.inner_text(".again span")
        self.keep(page, "limit")
        page.wait_for_timeout(1_200)

        self.assertRegex(before, r"^It can be asked again in 29 min [34]\d s\.$")
        self.assertNotEqual(page.inner_text(".again span"), before)
        self.assertEqual(page.evaluate("shifts"), [])

    def test_the_end_of_the_wait_is_said(self) -> None:
        full = {"error": "ERR2", "message": "The server is full. Ask again in 1 s.", "retryAfter": 1}
        page = self.open()
        self.answer_stream(page, status=503, content_type="application/json", body=json.dumps(full))

        self.submit(page, ACME)
        self.problems(page)

        self.assertEqual(page.inner_text(".general"), full["message"])
        page.wait_for_selector(".again span:text-is('It can be asked again now.')")
        self.assertEqual(page.inner_text("#said"), "It can be asked again now.")

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
