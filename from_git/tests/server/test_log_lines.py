"""The log: one line for each request, what it holds, and what it can never hold."""

import base64
import http.client
import io
import json
import logging
import logging.config
import socket
from typing import Any
from urllib.parse import quote

import requests
from django.test import override_settings

from emulator import Fault
from from_git.conf import settings
from from_git.errors import TransientError
from from_git.options import table
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.server.test_logs import FORMS, handler


class Lines(ServiceTestCase):
    """What a request leaves in the log."""

    def setUp(self) -> None:
        """Collect the lines of from_git and of Django's errors as JSON, and as text."""
        super().setUp()
        self.written: dict[str, io.StringIO] = {}
        for name in ("from_git", "django.request"):
            logger = logging.getLogger(name)
            self.addCleanup(setattr, logger, "propagate", logger.propagate)
            self.addCleanup(logger.setLevel, logger.level)
            logger.propagate = False
            logger.setLevel(logging.DEBUG)
        for form in FORMS:
            made, self.written[form] = handler(form)
            for name in ("from_git", "django.request"):
                logging.getLogger(name).addHandler(made)
                self.addCleanup(logging.getLogger(name).removeHandler, made)

    def lines(self) -> list[dict[str, Any]]:
        """The lines so far, without those for debugging."""
        facts = [json.loads(line) for line in self.written["json"].getvalue().splitlines()]
        return [one for one in facts if one["level"] != "debug"]

    def raw(self, request: bytes) -> bytes:
        """The answer to exactly these bytes."""
        host, port = self.base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while part := connection.recv(65_536):
                answer += part
        return answer

    def test_a_request_has_one_line_with_all_that_it_was_and_cost(self) -> None:
        response = self.ask("https://github.com/Spack", "https://bitbucket.org/mailchimp", "bitbucket.org/nobody")

        counts = self.emulator.meter.snapshot()
        [line] = self.lines()
        self.assertEqual(line["request_id"], response.headers["X-Request-ID"])
        self.assertEqual(
            {name: line[name] for name in ("event", "level", "method", "path", "status", "outcome")},
            {
                "event": "request",
                "level": "info",
                "method": "GET",
                "path": "/health-check",
                "status": 200,
                "outcome": "OK",
            },
        )
        self.assertEqual((line["profiles"], line["missing"], line["cache_hits"]), (3, 1, 0))
        self.assertEqual(line["asked"], ["github/Spack", "bitbucket/mailchimp", "bitbucket/nobody"])
        self.assertEqual(
            (line["github_calls"], line["github_points"]), (counts["github"].calls, counts["github"].points)
        )
        self.assertEqual(line["bitbucket_calls"], counts["bitbucket"].calls)
        self.assertIsInstance(line["seconds"] + line["github_seconds"] + line["bitbucket_seconds"], float)

    def test_only_the_first_20_profiles_are_named(self) -> None:
        self.ask(*(f"https://github.com/user-{number}" for number in range(1, 31)))

        [line] = self.lines()
        self.assertEqual((line["profiles"], len(line["asked"])), (30, 20))

    def test_the_outcome_is_the_code_of_the_answer(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=500))
        outcomes = [(400, "ERR3"), (404, "ERR3"), (405, "ERR3"), (413, "ERR3"), (502, "ERR2"), (500, "ERRX")]

        requests.get(f"{self.base}/health-check", timeout=30)
        requests.get(f"{self.base}/nope", timeout=30)
        requests.delete(f"{self.base}/health-check", timeout=30)
        self.raw(b"POST /health-check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n\r\n")
        self.failure(502, "https://github.com/spack")
        self.settings_for_test(GITHUB_GRAPHQL_URL=None)
        self.failure(500, "https://github.com/spack")

        written = [line for line in self.lines() if line["event"] == "request"]
        self.assertEqual([(line["status"], line["outcome"]) for line in written], outcomes)
        self.assertEqual([line["level"] for line in written], ["info"] * 4 + ["warning"] * 2)
        failed = written[4]
        self.assertEqual((failed["failed"], failed["github_calls"]), ("github/spack", TransientError.attempts))
        self.assertEqual(failed["github_retries"], TransientError.attempts - 1)
        self.assertIn("500", failed["reason"])

    def test_the_tracebacks_of_our_faults_carry_the_id_of_their_request(self) -> None:
        self.settings_for_test(GITHUB_GRAPHQL_URL=None, TEMPLATES=[])

        for path in ("/health-check?url=github.com/spack", "/from-git/test"):
            with self.subTest(path):
                before = len(self.lines())
                response = requests.get(self.base + path, headers={"X-Request-ID": "mine-7"}, timeout=30)
                self.assertEqual((response.status_code, response.headers["X-Request-ID"]), (500, "mine-7"))
                trace, line = self.lines()[before:]
                self.assertIn("Traceback", trace["exception"])
                self.assertEqual((trace["request_id"], line["request_id"]), ("mine-7", "mine-7"))

    def test_nothing_of_one_request_is_in_the_line_of_the_next_on_its_connection(self) -> None:
        with requests.Session() as session:
            session.get(f"{self.base}/health-check?url=github.com/spack", timeout=30)
            session.get(f"{self.base}/from-git/test", timeout=30)

        first, second = self.lines()
        self.assertNotEqual(first["request_id"], second["request_id"])
        self.assertNotIn("profiles", second)

    def test_a_path_or_a_header_cannot_forge_a_line(self) -> None:
        forged = "x%0D%0A2026-01-01T00:00:00Z%20INFO%20forged%1B%5B2J"
        requests.get(f"{self.base}/{forged}", timeout=30)
        self.raw(
            b"GET /%0d%0a2026 HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-ID: a\r\n 2026-01-01 forged\r\n"
            b"Connection: close\r\n\r\n"
        )
        self.raw(b"GE\x0bT /\x0b2026 HTTP/9.9\r\n\r\n")

        self.assertEqual(len(self.lines()), 3)
        text = self.written["text"].getvalue()
        self.assertEqual(len(text.splitlines()), 3, text)
        for line in text.splitlines():
            self.assertRegex(line, r"^\S+Z INFO from_git\.middleware request request_id=[0-9a-f]{32} ")
            self.assertTrue(line.isprintable())

    def test_a_long_path_is_cut(self) -> None:
        requests.get(f"{self.base}/{'x' * 50_000}", timeout=30)

        self.assertLess(len(self.written["text"].getvalue()), 1_000)

    def test_no_credential_and_no_query_is_ever_in_the_log(self) -> None:
        self.settings_for_test(
            BITBUCKET_USERNAME="me@example.org", BITBUCKET_API_TOKEN="ATATT-hush-hush", GITHUB_API_TOKEN="ghp_hushhush"
        )
        self.emulator.faults.add(Fault("status", "/graphql", status=403, body=b'{"message": "ghp_hushhush is bad"}'))
        pair = base64.b64encode(b"me@example.org:ATATT-hush-hush").decode()
        secrets = [pair, "ghp_hushhush", "ATATT-hush-hush", settings.SECRET_KEY, "hush", "query-secret"]

        self.ask("https://github.com/spack?access_token=query-secret")
        self.ask("https://bitbucket.org/mailchimp?access_token=query-secret")
        self.ask("https://nowhere.example/?access_token=query-secret")
        for secret in secrets[:-2]:
            requests.get(f"{self.base}/{quote(secret)}?token=query-secret", timeout=30)
        logging.getLogger("from_git").error("what if a library says %s", "ghp_hushhush")

        for form in FORMS:
            for secret in secrets:
                with self.subTest(form, secret=secret):
                    self.assertNotIn(secret, self.written[form].getvalue())

    def assert_hidden(self, *secrets: str) -> None:
        """A line that holds them, as they are and as an address holds them, does not show them."""
        for secret in secrets:
            logging.getLogger("from_git").error("%s and redis://:%s@host/0", secret, quote(secret, safe=""))
            for form in FORMS:
                written = self.written[form].getvalue()
                self.assertIn("***", written)
                self.assertNotIn(secret.lower(), written.lower())
                self.assertNotIn(quote(secret, safe="").lower(), written.lower())

    def test_whatever_the_table_of_settings_calls_a_secret_is_hidden(self) -> None:
        for option in table():
            if option.secret:
                with self.subTest(option.name), override_settings(**{option.name: f"hush/{option.name}+1"}):
                    self.assert_hidden(f"hush/{option.name}+1")

    def test_passwords_in_addresses_are_hidden_whoever_has_the_setting(self) -> None:
        for name in ("CACHE_URL", "DATABASE_URL", "UPSTREAM_PROXY", "GITHUB_GRAPHQL_URL"):
            for address, secrets in [
                ("redis://:s3cret%2Fpart@host:1/0", ["s3cret/part"]),
                ("redis://me:s3cret%2Fpart@host:1/0", ["s3cret/part"]),
                ("http://tok3nAlone@host:1", ["tok3nAlone"]),
                ("postgres://h/n?sslmode=require&password=hush-hush", ["hush-hush"]),
            ]:
                if name in [option.name for option in table()]:
                    with self.subTest(name, address=address), override_settings(**{name: address}):
                        self.assert_hidden(*secrets)

    def test_an_address_without_a_password_is_shown(self) -> None:
        with override_settings(CACHE_URL="redis://cache.example:6379/0"):
            logging.getLogger("from_git").error("asked redis://cache.example:6379/0")

        self.assertIn("redis://cache.example:6379/0", self.written["text"].getvalue())

    def test_an_id_that_comes_in_is_kept_if_it_is_one(self) -> None:
        for given, kept in [
            ("0af7651916cd43dd8448eb211c80319c", True),
            ("A.b_c-9", True),
            ("x" * 128, True),
            ("x" * 129, False),
            ("", False),
            ("a b", False),
            ('a"b', False),
            ("a;b", False),
            ("ünï", False),
        ]:
            with self.subTest(given):
                headers = {"X-Request-ID": given.encode()}
                answer = requests.get(f"{self.base}/from-git/test", headers=headers, timeout=30)
                if kept:
                    self.assertEqual(answer.headers["X-Request-ID"], given)
                else:
                    self.assertRegex(answer.headers["X-Request-ID"], "^[0-9a-f]{32}$")

    def test_every_response_has_the_id(self) -> None:
        def answer(method: str, path: str, length: str = "0", **headers: str) -> http.client.HTTPResponse:
            connection = http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=30)
            self.addCleanup(connection.close)
            headers = {"X-Request-ID": "mine", "Content-Length": length, **headers}
            connection.request(method, path, headers=headers)
            return connection.getresponse()

        for status, response in [
            (200, answer("GET", "/from-git/test")),
            (200, answer("GET", "/static/from_git/page.css")),
            (302, answer("GET", "/")),
            (400, answer("GET", "/health-check")),
            (400, answer("GET", "/from-git/test", Host="evil.example")),
            (404, answer("GET", "/nope")),
            (404, answer("GET", "/static/nope.css")),
            (405, answer("POST", "/from-git/test")),
            (405, answer("DELETE", "/static/from_git/page.css")),
            (411, answer("POST", "/health-check", **{"Transfer-Encoding": "chunked"})),
            (413, answer("POST", "/health-check", "99999999")),
            (413, answer("POST", "/health-check", "9" * 20)),
            (415, answer("POST", "/health-check", **{"Content-Type": "application/json; charset=hex"})),
        ]:
            with self.subTest(status=status):
                self.assertEqual((response.status, response.headers["X-Request-ID"]), (status, "mine"))
                self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual([line["request_id"] for line in self.lines()], ["mine"] * 13)
