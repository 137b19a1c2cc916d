"""`/health-check` over real sockets, from the client to the forges: answers, in the address and in a body."""

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
        self.settings_for_test(NUM_THREADS_GITHUB=8, NUM_THREADS_BITBUCKET=4, NUM_THREADS_BITBUCKET_WATCHERS=16)
        self.answer("https://github.com/spack", "https://bitbucket.org/team-300")

        threads = [threading.Thread(target=self.answer, args=("https://bitbucket.org/team-200",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        pools = [thread.name for thread in threading.enumerate() if thread.name.startswith(("github", "bitbucket"))]
        self.assertLessEqual(len(pools), 8 + 4 + 16)
