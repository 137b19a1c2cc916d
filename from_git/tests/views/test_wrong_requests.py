"""`/health-check`, asked wrongly: 400 and its relatives."""

import http.client

import requests

from from_git.tests.kit.service import ServiceTestCase


class WrongRequest(ServiceTestCase):
    """400 and its relatives."""

    def test_no_url_shows_how_to_ask(self) -> None:
        for urls in ((), ("",), ("  ", "\r\n")):
            with self.subTest(urls):
                failure = self.failure(400, *urls)
                self.assertEqual(list(failure), ["error", "message", "advice"])
                self.assertEqual(failure["error"], "ERR3")
                self.assertEqual(failure["message"], "No url was given.")
                self.assertIn(
                    "/health-check?url=https://github.com/ORG&url=https://bitbucket.org/TEAM", failure["advice"]
                )

    def test_every_bad_url_is_named_at_once_and_no_forge_is_asked(self) -> None:
        failure = self.failure(
            400, "https://bitucket.org/mailchimp", "https://github.com/spack", "https://github.com/spack/spack"
        )

        self.assertIn("'https://bitucket.org/mailchimp'", failure["message"])
        self.assertIn("did you mean bitbucket.org?", failure["message"])
        self.assertIn("'https://github.com/spack/spack'", failure["message"])
        self.assertIn("did you mean https://github.com/spack?", failure["message"])
        self.assertNotIn("'https://github.com/spack' ", failure["message"])
        self.assertEqual(list(failure), ["error", "message", "advice", "urls", "urlsMore"])
        self.assertEqual(
            failure["urls"],
            [
                {
                    "url": "https://bitucket.org/mailchimp",
                    "reason": "unknown host bitucket.org",
                    "suggestion": "https://bitbucket.org/mailchimp",
                },
                {
                    "url": "https://github.com/spack/spack",
                    "reason": "it looks like a repository, not a profile",
                    "suggestion": "https://github.com/spack",
                },
            ],
        )
        self.assertEqual(failure["urlsMore"], 0)
        self.assertIn("https://github.com/OWNER", failure["advice"])
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)

    def test_a_bad_url_is_shown_cut_and_with_odd_characters_escaped(self) -> None:
        response = self.ask("https://x.example/\x1b[31m\u202e" + "y" * 5_000)
        message, [named] = response.json()["message"], response.json()["urls"]

        self.assertTrue(response.text.isprintable())
        self.assertTrue(named["url"].startswith("https://x.example/\x1b[31m\u202ey"))
        self.assertEqual(len(named["url"]), 201)
        self.assertNotIn("\x1b", message)
        self.assertNotIn("\u202e", message)
        self.assertIn("\\u001b", message)
        self.assertLess(len(message), 400)

    def test_more_profiles_than_allowed_are_refused_and_spellings_of_one_are_one(self) -> None:
        self.settings_for_test(MAX_PROFILES=2)

        self.answer("github.com/spack", "github.com/SPACK/", "bitbucket.org/mailchimp")
        failure = self.failure(400, "github.com/a", "github.com/b", "github.com/c")

        self.assertIn("MAX_PROFILES", failure["message"])

    def test_other_methods_formats_and_addresses_answer_in_the_same_form(self) -> None:
        cases: list[tuple[str, str, dict[str, str], int]] = [
            ("PUT", "/health-check", {}, 405),
            ("DELETE", "/health-check?url=github.com/spack", {}, 405),
            ("POST", "/from-git/test", {}, 405),
            ("GET", "/health-check?url=github.com/spack", {"Accept": "image/png"}, 406),
            ("GET", "/health-check?url=github.com/spack&format=xml", {}, 404),
            ("GET", "/health-check/", {}, 404),
            ("GET", "/nowhere", {"Accept": "text/html"}, 404),
            ("GET", "/static/nowhere.css", {}, 404),
            ("GET", "/health-check?url=github.com/spack", {"Host": "evil.example"}, 400),
        ]
        for method, path, headers, status in cases:
            with self.subTest(f"{method} {path} {headers}"):
                response = requests.request(method, self.base + path, headers=headers, timeout=30)
                self.assertEqual(response.status_code, status)
                self.assertEqual(list(response.json()), ["error", "message", "advice"])
                self.assertEqual(response.json()["error"], "ERR3")
                if status == 405:
                    self.assertIn("GET", response.headers["Allow"])

    def test_head_answers_as_get_without_a_body(self) -> None:
        response = requests.head(f"{self.base}/health-check", params={"url": "github.com/spack"}, timeout=30)

        self.assertEqual((response.status_code, response.content), (200, b""))

    def test_a_line_of_a_megabyte_is_fine_and_a_longer_one_than_the_limit_is_a_414(self) -> None:
        self.assertEqual(self.ask("github.com/spack?" + "x" * 1_000, *["github.com/spack"] * 20_000).status_code, 200)
        for length in (5_000_000, 20_000_000):
            with self.subTest(length):
                response = self.ask("x" * length)
                self.assertEqual(response.status_code, 414)
                self.assertEqual(response.json()["error"], "ERR3")

    def test_what_is_no_http_gets_no_html(self) -> None:
        connection = http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=30)
        self.addCleanup(connection.close)
        connection.putrequest('G"T', "/", skip_host=True)
        connection._http_vsn_str = "HTTP/9"  # type: ignore[attr-defined]
        connection.endheaders()

        response = connection.getresponse()

        self.assertGreaterEqual(response.status, 400)
        self.assertNotIn(b"<html", response.read().lower())
