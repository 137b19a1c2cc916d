"""The service behind a real proxy, which notes what reaches it."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar
from wsgiref.types import StartResponse, WSGIEnvironment

import requests
from django.core.cache import caches

from coding_challenge.wsgi import application
from emulator import Fault
from from_git.tests.kit.hostile import exchange, request
from from_git.tests.kit.service import ServiceTestCase

HOST = "from-git.example.org"
SPACK = "https://github.com/spack"


@dataclass(frozen=True)
class Asked:
    """A request that reached the service."""

    method: str
    status: int
    headers: dict[str, str]
    """Names as WSGI has them, without HTTP_."""


class ProxiedTestCase(ServiceTestCase):
    """The service, which notes what reaches it, behind a proxy."""

    proxy: ClassVar[str]
    seen: ClassVar[list[Asked]]

    @classmethod
    def setUpClass(cls) -> None:
        """Note what reaches the service, and start the proxy."""
        super().setUpClass()
        cls.seen = []

        def noting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            def begin(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
                given = {name[5:]: value for name, value in environ.items() if name.startswith("HTTP_")}
                cls.seen.append(Asked(environ["REQUEST_METHOD"], int(status[:3]), given))
                return start_response(status, headers, *error)

            return application(environ, begin)

        cls.server.set_app(noting)
        cls.proxy = cls.start_proxy(cls.base)

    @classmethod
    def start_proxy(cls, origin: str) -> str:
        """Start the proxy in front of `origin` until the end of the class; its address."""
        raise NotImplementedError

    def assert_cache(self, response: requests.Response, word: str) -> None:
        """What the proxy says of itself: HIT, MISS and others."""
        raise NotImplementedError

    def setUp(self) -> None:
        """Each test has a question of its own, because the proxy remembers those of others."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0, ALLOWED_HOSTS=[HOST])
        self.question = {"url": [f"{SPACK}?{self.id()}"]}
        self.seen.clear()

    def through(
        self, method: str = "GET", question: Any = None, path: str = "/health-check", **headers: str
    ) -> requests.Response:
        """The answer that the proxy gives."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.proxy + path
        return requests.request(method, url, params=question or self.question, headers=named, timeout=30)

    def assert_one_for_all_at_once(self) -> None:
        """Eight who ask at the same time get the same answer."""
        with ThreadPoolExecutor(8) as askers:
            answers = list(askers.map(lambda _: self.through(), range(8)))
        self.assertEqual([one.status_code for one in answers], [200] * 8)
        self.assertEqual(len({one.content for one in answers}), 1)

    def reached(self) -> list[tuple[str, int]]:
        """Method and status of what has reached the service since the last time."""
        found = [(one.method, one.status) for one in self.seen]
        self.seen.clear()
        return found


class HitsTestCase(ProxiedTestCase):
    """What any proxy keeps, as long as it is fresh."""

    given_id: ClassVar[str]
    """A pattern for the id of a request that came without one."""

    def test_a_kept_answer_carries_the_id_of_its_own_request(self) -> None:
        first = self.through(X_Request_ID="first-client")
        second, third = self.through(X_Request_ID="second-client"), self.through()

        for response, word in ((first, "MISS"), (second, "HIT"), (third, "HIT")):
            self.assert_cache(response, word)
        self.assertEqual(first.headers["X-Request-ID"], "first-client")
        self.assertEqual(second.headers["X-Request-ID"], "second-client")
        self.assertRegex(third.headers["X-Request-ID"], self.given_id)

    def test_the_second_request_is_a_hit_and_does_not_reach_the_service(self) -> None:
        first, second = self.through(), self.through()

        self.assertEqual((first.status_code, second.status_code), (200, 200))
        self.assert_cache(first, "MISS")
        self.assert_cache(second, "HIT")
        self.assertEqual(self.reached(), [("GET", 200)])
        self.assertEqual(second.content, first.content)
        for name in ("ETag", "Cache-Control", "Vary", "Content-Type", "Content-Security-Policy", "X-Frame-Options"):
            self.assertEqual(second.headers[name], first.headers[name])

    def test_head_is_answered_from_a_kept_get(self) -> None:
        first = self.through()

        second = self.through("HEAD")

        self.assert_cache(second, "HIT")
        self.assertEqual((second.status_code, second.content), (200, b""))
        self.assertEqual(second.headers["Content-Length"], str(len(first.content)))
        self.assertEqual(self.reached(), [("GET", 200)])

    def test_representations_are_kept_apart(self) -> None:
        plain, wide = self.through(), self.through(Accept="text/csv")
        again = [self.through(), self.through(Accept="text/csv")]

        self.assertNotEqual(plain.content, wide.content)
        self.assertNotEqual(plain.headers["ETag"], wide.headers["ETag"])
        self.assertEqual([one.content for one in again], [plain.content, wide.content])
        for one in again:
            self.assert_cache(one, "HIT")
        self.assertEqual(len(self.reached()), 2)

    def test_a_picture_is_kept_whatever_is_accepted(self) -> None:
        for path in ("/from-git/card.svg", "/from-git/chart/langs.svg", "/from-git/badge/langs"):
            with self.subTest(path):
                first = self.through(path=path, Accept="image/svg+xml")
                second = self.through(path=path, Accept="*/*")
                self.assertNotIn("Vary", first.headers)
                self.assertEqual(second.content, first.content)
                self.assert_cache(second, "HIT")
                self.reached()
                again = self.through(path=path, If_None_Match=first.headers["ETag"])
                self.assertEqual((again.status_code, self.reached()), (304, []))


class StaleTestCase(ProxiedTestCase):
    """What any proxy has kept, once it is stale."""

    def stale(self, response: requests.Response) -> None:
        """Wait until what a proxy has kept with a response is stale."""
        raise NotImplementedError

    def test_what_has_changed_is_given_whole_and_kept(self) -> None:
        before = self.world.owner("github", "user-3")
        assert before is not None
        self.addCleanup(self.world.add, before)
        question = {"url": "https://github.com/user-3"}
        first = self.through(question=question)
        self.world.change("github", "user-3", create=2)
        self.stale(first)
        self.reached()

        second = self.through(question=question)

        self.assertEqual(self.reached(), [("GET", 200)])
        self.assertEqual(second.json()["data"], self.world.sum([("github", "user-3")]))
        self.assertNotEqual(second.headers["ETag"], first.headers["ETag"])


class PassedTestCase(ProxiedTestCase):
    """What no proxy keeps or passes on."""

    def test_errors_are_not_kept(self) -> None:
        for status, question, fault in [
            (400, {"url": "https://example.org/a"}, None),
            (502, None, Fault("status", path="/graphql", status=401)),
            (503, None, Fault("status", path="/graphql", status=429, headers={"Retry-After": "77"})),
        ]:
            with self.subTest(status):
                asked = question or {"url": f"https://github.com/user-3?{status}"}
                caches["default"].clear()
                if fault:
                    self.emulator.faults.add(fault)
                for _ in range(2):
                    response = self.through(question=asked)
                    self.assertEqual(response.status_code, status)
                    self.assertEqual(response.headers["Cache-Control"], "no-store")
                    self.assert_cache(response, "MISS")
                self.assertEqual(self.reached(), [("GET", status)] * 2)
                self.emulator.faults.clear()

    def test_probes_but_livez_are_not_for_the_public(self) -> None:
        for path in (
            "/metrics",
            "/readyz",
            "/metrics?x=1",
            "/readyz/",
            "/%6detrics",
            "//metrics",
            "/metrics;x",
            "/metrics#x",
        ):
            with self.subTest(path):
                asked = request(path.encode(), {"Host": HOST.encode()})
                self.assertEqual(exchange(self.proxy, asked)[0], 403)
        self.assertEqual(self.reached(), [])
        self.assertEqual(self.through(path="/livez").status_code, 200)
        self.assertEqual(requests.get(f"{self.base}/metrics", timeout=30).status_code, 200)
