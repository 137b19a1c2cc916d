"""`/health-check` over real sockets, from the client to the forges: the contract row by row."""

import http.client
import json
import socket
import threading
from typing import Any

import requests

from emulator import Fault, Owner, Repository
from from_git.tests.kit.service import ServiceTestCase

KEYS = ["originalRepos", "forkedRepos", "watchers", "followers", "langs", "langsNum", "topics", "topicsNum"]


class Answer(ServiceTestCase):
    """What a 200 holds."""

    def test_owners_on_both_forges_add_up_and_missing_ones_are_named(self) -> None:
        response = self.ask("https://github.com/spack", "https://bitbucket.org/mailchimp", "bitbucket.org/nobody")

        self.assertEqual(response.headers["Content-Type"], "application/json")
        body = response.json()
        self.assertEqual(list(body), ["error", "data", "missing"])
        self.assertEqual(body["error"], "OK")
        self.assertEqual(list(body["data"]), KEYS)
        self.assertEqual(body["data"], self.world.sum([("github", "spack"), ("bitbucket", "mailchimp")]))
        self.assertEqual(body["missing"], ["bitbucket.org/nobody"])

    def test_the_same_state_gives_the_same_bytes_in_any_order_of_urls(self) -> None:
        urls = ["https://github.com/spack", "https://github.com/mailchimp", "https://bitbucket.org/mailchimp"]

        first, second = self.ask(*urls), self.ask(*reversed(urls))

        self.assertEqual(first.content, second.content)
        self.assertNotIn(b", ", first.content)

    def test_the_same_profile_in_many_spellings_counts_once(self) -> None:
        once = self.answer("https://github.com/spack")

        often = self.answer(
            "github.com/Spack", "HTTP://WWW.GITHUB.COM/SPACK/", "github.com/orgs/spack/repositories?x=1"
        )

        self.assertEqual(often, once)

    def test_missing_profiles_are_named_once_as_first_asked_in_the_order_asked(self) -> None:
        body = self.answer(
            " github.com/Nobody-2", "bitbucket.org/nobody-1/", "https://GITHUB.com/nobody-2", "github.com/spack"
        )

        self.assertEqual(body["missing"], ["github.com/Nobody-2", "bitbucket.org/nobody-1/"])
        self.assertEqual(body["data"], self.world.sum([("github", "spack")]))

    def test_one_parameter_may_hold_one_url_a_line_as_the_form_sends_it(self) -> None:
        body = self.answer("https://github.com/spack\r\n\r\nhttps://bitbucket.org/nobody\r\n")

        self.assertEqual(body["missing"], ["https://bitbucket.org/nobody"])
        self.assertEqual(body["data"], self.world.sum([("github", "spack")]))

    def test_hundreds_of_profiles_at_once_add_up(self) -> None:
        self.settings_for_test(GITHUB_SECONDS_PER_MINUTE=0)  # on a busy machine they take more than a minute has
        owners = [("github", f"user-{n}") for n in range(1, 121)] + [("bitbucket", f"team-{n}") for n in range(1, 21)]

        self.assert_exact(*owners)

    def test_names_that_are_not_ascii_stay_as_they_are(self) -> None:
        self.world.add(Owner("github", "tiny", "User", [Repository("a", languages={"Grüße": 1}, topics=("日本",))]))

        response = self.ask("https://github.com/tiny")

        self.assertEqual(response.json()["data"]["langs"], ["grüße"])
        self.assertIn("日本", response.content.decode())


class Post(ServiceTestCase):
    """The same question in a body."""

    urls = ("https://github.com/spack", "https://bitbucket.org/nobody")

    def post(self, status: int = 200, **options: Any) -> dict[str, Any]:
        """The body of the answer to a POST."""
        response = requests.post(f"{self.base}/health-check", timeout=30, **options)
        self.assertEqual(response.status_code, status, response.text)
        return dict(response.json())

    def test_json_form_and_multipart_ask_the_same(self) -> None:
        answer = self.answer(*self.urls)

        self.assertEqual(self.post(json={"url": list(self.urls)}), answer)
        self.assertEqual(self.post(json={"url": "\n".join(self.urls)}), answer)
        self.assertEqual(self.post(data=[("url", url) for url in self.urls]), answer)
        self.assertEqual(self.post(files=[("url", (None, url)) for url in self.urls]), answer)

    def test_a_body_of_another_shape_is_a_wrong_request(self) -> None:
        for body in (b"{", b"[]", b'"x"', b'{"url": 7}', b'{"url": [7]}', b'{"url": {"a": 1}}', b"\xff", b"[" * 50_000):
            with self.subTest(body[:20]):
                failure = self.post(400, data=body, headers={"Content-Type": "application/json"})
                self.assertEqual(failure["error"], "ERR3")

    def test_a_body_without_urls_shows_how_to_ask(self) -> None:
        cases: list[dict[str, Any]] = [{"json": {}}, {"json": {"url": []}}, {"data": {"x": "1"}}]
        for options in cases:
            with self.subTest(options):
                failure = self.post(400, **options)
                self.assertIn("No url was given.", failure["message"])
                self.assertIn("/health-check?url=https://github.com/ORG", failure["advice"])

    def test_another_media_type_or_charset_is_a_415(self) -> None:
        for kind in ("text/xml", "application/json; charset=utf-16", "application/json; charset=hex"):
            with self.subTest(kind):
                failure = self.post(415, data=b"{}", headers={"Content-Type": kind})
                self.assertEqual(list(failure), ["error", "message", "advice"])
        answer = self.post(
            data=b'{"url": "github.com/mfem"}', headers={"Content-Type": 'application/json; charset="UTF-8"'}
        )
        self.assertEqual(answer["error"], "OK")

    def test_an_uploaded_file_is_no_url(self) -> None:
        failure = self.post(400, files={"url": ("urls.txt", b"https://github.com/spack")})

        self.assertIn("A value of url is a file", failure["message"])
        self.assertIn("form fields url=", failure["advice"])

    def raw(self, head: str, body: bytes) -> bytes:
        """What comes back for these bytes when the client then closes its side."""
        host, port = self.base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(f"POST /health-check HTTP/1.1\r\nHost: {host}\r\n{head}\r\n\r\n".encode() + body)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65_536), b""))

    def test_a_body_that_ends_early_is_refused_and_never_half_read(self) -> None:
        form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99"

        answer = self.raw(form, b"url=https://github.com/spa")

        self.assertIn(b" 400 ", answer)
        self.assertIn(b"ended before its Content-Length", answer)

    def test_djangos_own_server_refuses_chunks_and_lengths_that_nobody_means(self) -> None:
        for head, status in (("Transfer-Encoding: chunked", b" 411 "), (f"Content-Length: {'9' * 30}", b" 413 ")):
            with self.subTest(head):
                answer = self.raw(f"Content-Type: application/json\r\n{head}", b"2\r\n{}\r\n0\r\n\r\n")
                self.assertIn(status, answer)
                self.assertEqual(answer.count(b"HTTP/1.1"), 1)
                # exactly one answer: what follows the head is not taken for another request
                self.assertEqual(json.loads(answer.partition(b"\r\n\r\n")[2])["error"], "ERR3")

    def test_a_body_over_the_limit_is_a_413(self) -> None:
        cases: list[dict[str, Any]] = [{"data": b"url=" + b"x" * 11_000_000}, {"json": {"url": "x" * 11_000_000}}]
        for options in cases:
            headers = {} if "json" in options else {"Content-Type": "application/x-www-form-urlencoded"}
            self.assertEqual(self.post(413, headers=headers, **options)["error"], "ERR3")

    def test_ten_thousand_profiles_are_any_number(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN="")

        failure = self.post(502, data=[("url", f"https://github.com/user-{n}") for n in range(10_000)])

        self.assertIn("GITHUB_API_TOKEN is not set", failure["message"])


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


class UpstreamFails(ServiceTestCase):
    """502, 503 and 504."""

    github = "https://github.com/spack"
    bitbucket = "https://bitbucket.org/mailchimp"
    paths = (("github", "/graphql"), ("bitbucket", "/2.0/repositories/mailchimp"), ("bitbucket", "*/watchers"))

    def test_each_fault_of_each_upstream_is_a_502_that_names_forge_and_profile(self) -> None:
        faults: dict[str, dict[str, Any]] = {
            "reset": {},
            "truncate": {},
            "status": {"status": 500, "body": b"<html>oops</html>"},
            "body": {"body": b"<html>all fine</html>"},
        }
        for forge, path in self.paths:
            for kind, options in faults.items():
                with self.subTest(forge=forge, path=path, kind=kind):
                    self.emulator.faults.clear()
                    self.emulator.faults.add(Fault(kind, path=path, **options))
                    failure = self.failure(502, self.github, self.bitbucket)
                    profile = getattr(self, forge)
                    self.assertEqual(list(failure), ["error", "message", "advice", "upstream", "profile"])
                    self.assertEqual(
                        (failure["error"], failure["upstream"], failure["profile"]), ("ERR2", forge, profile)
                    )
                    self.assertIn(profile, failure["message"])

    def test_every_5xx_and_3xx_is_a_502(self) -> None:
        for forge, path in self.paths:
            for status in (301, 302, 307, 500, 502, 503, 504, 418):
                with self.subTest(path=path, status=status):
                    self.emulator.faults.clear()
                    headers = {"Location": "http://evil.example/"} if status < 400 else {}
                    self.emulator.faults.add(Fault("status", path=path, status=status, headers=headers))
                    self.assertIn(str(status), self.failure(502, getattr(self, forge))["message"])

    def test_a_limit_is_a_503_with_retry_after(self) -> None:
        limits = [
            ("github", Fault("status", "/graphql", status=429, headers={"Retry-After": "77"})),
            ("github", Fault("status", "/graphql", status=403, headers={"Retry-After": "77"})),
            (
                "github",
                Fault("graphql_errors", "/graphql", headers={"Retry-After": "77"}, errors=({"type": "RATE_LIMIT"},)),
            ),
            ("bitbucket", Fault("status", "*/watchers", status=429, headers={"Retry-After": "77"})),
        ]
        for forge, fault in limits:
            with self.subTest(forge=forge, fault=fault.kind, status=fault.status):
                self.emulator.faults.clear()
                self.emulator.faults.add(fault)
                response = self.ask(getattr(self, forge))
                self.assertEqual(response.status_code, 503)
                self.assertEqual(response.headers["Retry-After"], "77")
                self.assertEqual(list(response.json()), ["error", "message", "advice", "upstream", "retryAfter"])
                self.assertEqual((response.json()["upstream"], response.json()["retryAfter"]), (forge, 77))

    def test_a_forge_that_never_answers_is_a_502_after_the_timeouts_of_its_calls(self) -> None:
        self.settings_for_test(UPSTREAM_TIMEOUT=0.3)
        self.tempo_for_test(most_tries=2)
        for forge, path in self.paths:
            with self.subTest(path):
                self.emulator.faults.clear()
                self.emulator.faults.add(Fault("hang", path=path))
                self.assertIn("UPSTREAM_TIMEOUT", self.failure(502, getattr(self, forge))["message"])

    def test_the_deadline_is_a_504_even_where_one_call_may_take_longer(self) -> None:
        self.settings_for_test(UPSTREAM_TIMEOUT=30.0, REQUEST_DEADLINE=0.4)
        for kind in ("hang", "drip"):
            for forge, path in self.paths:
                with self.subTest(path=path, kind=kind):
                    self.emulator.faults.clear()
                    self.emulator.faults.add(Fault(kind, path=path, seconds=0.05))
                    failure = self.failure(504, getattr(self, forge))
                    self.assertEqual(list(failure), ["error", "message", "advice", "upstream", "profile"])
                    self.assertIn("within 0.4 s (REQUEST_DEADLINE)", failure["message"])

    def test_one_failing_profile_among_many_fails_the_answer(self) -> None:
        self.emulator.faults.add(Fault("status", path="*/watchers", after=200, status=500))

        failure = self.failure(502, self.github, "https://bitbucket.org/team-300", self.bitbucket)

        self.assertNotIn("data", failure)

    def test_the_first_error_stops_the_calls_that_have_not_begun(self) -> None:
        self.emulator.faults.add(Fault("status", path="*/watchers", after=20, status=403))

        self.failure(502, "https://bitbucket.org/team-1000")
        self.answer(self.github)

        self.assertLess(self.emulator.meter.snapshot()["watchers"].calls, 100)

    def test_the_failure_of_one_profile_stops_the_calls_for_the_others(self) -> None:
        self.emulator.faults.add(Fault("slow", path="*team-1000*/watchers", seconds=0.05))
        self.emulator.faults.add(Fault("status", path="/graphql", status=500))

        self.failure(502, "https://bitbucket.org/team-1000", self.github)
        before = self.emulator.meter.snapshot()["watchers"].calls
        # its tasks would take turns with those of the other workspace, were they not stopped
        self.answer("https://bitbucket.org/team-100")

        self.assertLessEqual(self.emulator.meter.snapshot()["watchers"].calls - before, 100 + 16)

    def test_a_missed_deadline_names_the_first_profile_that_is_not_done(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=0.5)
        self.emulator.faults.add(Fault("hang", contains="spack"))
        self.emulator.faults.add(Fault("hang", path="/2.0/repositories/mailchimp"))

        failure = self.failure(504, "https://github.com/mfem", self.bitbucket, self.github)

        self.assertEqual((failure["upstream"], failure["profile"]), ("bitbucket", self.bitbucket))

    def test_our_own_fault_is_logged_with_its_traceback_and_an_upstreams_in_one_line(self) -> None:
        with self.assertLogs("from_git", "WARNING") as logs:
            self.emulator.faults.add(Fault("status", path="/graphql", status=500))
            self.failure(502, self.github)
            self.settings_for_test(GITHUB_GRAPHQL_URL=None)
            self.failure(500, self.github)

        self.assertEqual([record.levelname for record in logs.records], ["WARNING", "ERROR", "WARNING"])
        self.assertIn("'failed': 'github/spack'", logs.output[0])
        self.assertIn("'reason': 'it answered with status 500", logs.output[0])
        self.assertIn("Traceback", logs.output[1])

    def test_the_service_is_fit_again_at_once(self) -> None:
        self.settings_for_test(UPSTREAM_TIMEOUT=30.0, REQUEST_DEADLINE=0.3, NUM_THREADS_GITHUB=2)
        self.emulator.faults.add(Fault("hang", path="/graphql", times=1))
        self.failure(504, self.github)

        self.settings_kept(REQUEST_DEADLINE=20.0)

        self.assert_exact(("github", "spack"))

    def test_our_own_fault_is_a_500_without_internals(self) -> None:
        self.settings_for_test(GITHUB_GRAPHQL_URL=None)

        failure = self.failure(500, self.github)

        self.assertEqual(list(failure), ["error", "message", "advice"])
        self.assertEqual(failure["error"], "ERRX")
        self.assertNotIn("NoneType", json.dumps(failure))


class Fairness(ServiceTestCase):
    """Requests side by side."""

    def test_a_small_request_passes_a_large_one_on_the_same_pools(self) -> None:
        self.emulator.faults.add(Fault("slow", path="*team-2000*/watchers", seconds=0.02))
        ended: list[str] = []
        under_way = threading.Semaphore(0)

        def count(upstream: str, path: str, body: str) -> None:
            if path.endswith("/watchers"):
                under_way.release()

        self.emulator.before_call(count)
        self.addCleanup(self.emulator.before_call, None)

        def ask(name: str) -> None:
            self.answer(f"https://bitbucket.org/{name}")
            ended.append(name)

        large = threading.Thread(target=ask, args=("team-2000",))
        large.start()
        for _ in range(50):
            under_way.acquire(timeout=30)

        ask("team-5")
        large.join()

        self.assertEqual(ended, ["team-5", "team-2000"])

    def test_requests_do_not_add_threads(self) -> None:
        self.answer("https://github.com/spack", "https://bitbucket.org/team-300")

        threads = [threading.Thread(target=self.answer, args=("https://bitbucket.org/team-200",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        pools = [thread.name for thread in threading.enumerate() if thread.name.startswith(("github", "bitbucket"))]
        self.assertLessEqual(len(pools), 8 + 4 + 16)
