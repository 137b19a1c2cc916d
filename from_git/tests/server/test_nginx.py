"""A real nginx in front, with the configuration in docs/nginx.md."""

import time
from contextlib import ExitStack
from typing import ClassVar

import requests
from django.core.cache import caches

from emulator import Fault
from emulator.tests.helpers import settled
from from_git.tests.kit import proxied
from from_git.tests.kit.events import Listener
from from_git.tests.kit.forges import entry_for
from from_git.tests.kit.middleman import Middleman
from from_git.tests.kit.proxied import HOST, SPACK
from from_git.tests.kit.servers import needs_nginx, start_nginx
from from_git.tests.kit.streaming import taken


class NginxTestCase(proxied.ProxiedTestCase):
    """The service behind an nginx."""

    @classmethod
    def start_proxy(cls, origin: str) -> str:
        """See `ProxiedTestCase`."""
        return start_nginx(cls, origin)

    def assert_cache(self, response: requests.Response, word: str) -> None:
        """What nginx says of itself: HIT, MISS and others."""
        self.assertEqual(response.headers["X-Cache"], word)


@needs_nginx
class Hits(NginxTestCase, proxied.HitsTestCase):
    """What nginx caches, as long as it is fresh."""

    given_id = r"^[0-9a-f]{32}$"

    def test_clients_are_told_to_ask_again_and_no_age(self) -> None:
        for _ in range(2):
            response = self.through()
            self.assertEqual(response.headers["Cache-Control"], "public, no-cache")
            self.assertNotIn("Age", response.headers)

    def test_an_answer_that_counts_internal_repositories_is_for_its_client_alone(self) -> None:
        entry = entry_for(self.emulator, "github", "octocorp.ghe.com", count=["public", "internal"])
        self.settings_for_test(FORGES=[entry])
        self.question = {"url": ["https://octocorp.ghe.com/spack"]}
        for _ in range(2):
            response = self.through()
            self.assertEqual((response.status_code, response.headers["X-Cache"]), (200, "MISS"))
            self.assertEqual(response.headers["Cache-Control"], "private, no-cache")

    def test_a_client_that_has_it_gets_a_304_from_nginx(self) -> None:
        first = self.through()
        self.reached()

        by_tag = self.through(If_None_Match=f'"other", {first.headers["ETag"]}')
        other = self.through(If_None_Match='"other"')

        self.assertEqual([one.status_code for one in (by_tag, other)], [304, 200])
        self.assertEqual(by_tag.headers["ETag"], first.headers["ETag"])
        self.assertEqual(other.content, first.content)
        self.assertEqual(self.reached(), [])

    def test_a_client_that_wants_a_new_answer_reaches_the_service_and_renews_what_nginx_caches(self) -> None:
        for number, said in enumerate(("no-cache", "max-age=0", "no-transform, No-Cache")):
            with self.subTest(said):
                self.question = {"url": [f"{SPACK}?{self.id()}{number}"]}
                caches["default"].clear()
                self.through()
                self.emulator.meter.reset()
                self.reached()

                anew = self.through(Cache_Control=said)

                self.assert_cache(anew, "BYPASS")
                self.assertEqual(self.seen[-1].headers["CACHE_CONTROL"], said)
                self.assertEqual(self.reached(), [("GET", 200)])
                self.assertGreater(self.emulator.meter.snapshot()["github"].calls, 0)
                self.assert_cache(self.through(Cache_Control="max-age=60"), "HIT")

    def test_what_is_no_id_is_replaced(self) -> None:
        self.through()

        response = self.through(X_Request_ID="not/an id")

        self.assert_cache(response, "HIT")
        self.assertRegex(response.headers["X-Request-ID"], self.given_id)

    def test_many_who_ask_at_once_reach_the_service_once(self) -> None:
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.5, times=1))
        self.assert_one_for_all_at_once()
        self.assertEqual(self.reached(), [("GET", 200)])


@needs_nginx
class Revalidation(NginxTestCase, proxied.StaleTestCase):
    """What nginx has cached, once it is stale."""

    def setUp(self) -> None:
        """Things are fresh for a second."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=1.0, STALE_IF_ERROR_SECONDS=60.0)

    def stale(self, response: requests.Response) -> None:
        """Wait until it is: nginx counts whole seconds."""
        time.sleep(2.1)  # nginx's clock

    def test_the_service_confirms_it_with_a_304_and_nginx_gives_the_whole_answer(self) -> None:
        first = self.through()
        self.stale(first)
        self.reached()

        second, third = self.through(), self.through()

        self.assertEqual((second.status_code, second.content), (200, first.content))
        self.assert_cache(second, "REVALIDATED")
        self.assertEqual(self.seen[0].headers["IF_NONE_MATCH"], first.headers["ETag"])
        self.assertEqual(self.reached(), [("GET", 304)])
        self.assertEqual((third.status_code, third.content), (200, first.content))
        self.assert_cache(third, "HIT")

    def test_an_error_of_the_service_passes_though_there_is_an_old_answer(self) -> None:
        first = self.through()
        self.emulator.faults.add(Fault("status", path="/graphql", status=401))
        self.stale(first)

        failure = self.through()

        self.assertEqual((failure.status_code, failure.json()["error"]), (502, "ERR2"))
        self.assertEqual(failure.headers["Cache-Control"], "no-store")


@needs_nginx
class Down(NginxTestCase):
    """A service that cannot be reached."""

    way: ClassVar[ExitStack]

    @classmethod
    def start_proxy(cls, origin: str) -> str:
        """With a way to the service that a test can end."""
        cls.way = cls.enterClassContext(ExitStack())
        return super().start_proxy(cls.way.enter_context(Middleman(cls.server.server_port)).instead_of(origin))

    def test_the_old_answer_is_given_for_as_long_as_it_allows_itself(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=1.0, STALE_IF_ERROR_SECONDS=60.0)
        first = self.through()
        self.settings_for_test(STALE_IF_ERROR_SECONDS=0.0)
        other = {"url": f"https://github.com/mfem?{self.id()}"}
        self.through(question=other)
        self.way.close()
        time.sleep(2.1)  # nginx's clock

        old, error, unknown = self.through(), self.through(question=other), self.through(question={"url": SPACK})

        self.assertEqual((old.status_code, old.content), (200, first.content))
        self.assert_cache(old, "STALE")
        self.assertEqual((error.status_code, unknown.status_code), (502, 502))


@needs_nginx
class Passed(NginxTestCase, proxied.PassedTestCase):
    """What nginx does not cache, and what it passes on."""

    def test_neither_the_page_nor_a_post_is_cached(self) -> None:
        for _ in range(2):
            page = requests.get(f"{self.proxy}/from-git/test", timeout=30)
            posted = requests.post(f"{self.proxy}/health-check", json=self.question, timeout=30)
            self.assertEqual((page.status_code, posted.status_code), (200, 200))
        self.assertEqual(self.reached(), [("GET", 200), ("POST", 200)] * 2)

    def test_a_throttled_client_is_known_by_its_address(self) -> None:
        self.settings_for_test(CLIENT_RATE="1/hour", NUM_PROXIES=1)

        statuses = [
            self.through(question={"url": f"{SPACK}?{number}"}, X_Forwarded_For=f"192.0.2.{number}").status_code
            for number in range(2)
        ]

        self.assertEqual(statuses, [200, 429])  # what the client itself says is not believed
        self.assertEqual(self.seen[0].headers["X_FORWARDED_FOR"], "192.0.2.0, 127.0.0.1")

    def test_the_clients_id_the_host_and_the_scheme_pass(self) -> None:
        response = self.through(X_Request_ID="mine-1", X_Forwarded_Proto="https", Host="other.example")

        self.assertEqual(response.status_code, 200)
        [asked] = self.seen
        self.assertEqual((asked.headers["X_REQUEST_ID"], response.headers["X-Request-ID"]), ("mine-1", "mine-1"))
        self.assertEqual((asked.headers["HOST"], asked.headers["X_FORWARDED_PROTO"]), (HOST, "http"))

    def test_events_of_a_stream_come_at_once_and_to_each_listener(self) -> None:
        self.tempo_for_test(heartbeat=0.3)
        self.emulator.faults.add(Fault("hang", path="*/watchers"))

        with ExitStack() as listeners:
            for _ in range(2):  # both while nothing has ended yet
                listener = listeners.enter_context(Listener(self.proxy, "https://bitbucket.org/team-7"))
                self.assertEqual(listener.progress(lambda body: body["watchers"]["known"] == 7)["watchers"]["done"], 0)
        # a stream hears of that with its next heartbeat, and would ask the forges of the test that comes then
        self.assertEqual(settled(taken, 0), 0)

    def test_static_files_keep_what_the_service_says(self) -> None:
        path = "/static/from_git/page.css"
        ours, theirs = (requests.get(f"{base}{path}", timeout=30) for base in (self.base, self.proxy))

        self.assertEqual((theirs.status_code, theirs.content), (200, ours.content))
        self.assertEqual(theirs.headers["Cache-Control"], ours.headers["Cache-Control"])

    def test_a_long_list_passes(self) -> None:
        urls = [f"{SPACK}?{'x' * 90}{number}" for number in range(400)]

        response = self.through(question={"url": urls})

        self.assertEqual(response.status_code, 200)
        self.assertGreater(len(response.request.url or ""), 40_000)

    def test_a_list_of_more_than_10_mib_reaches_the_service(self) -> None:
        response = requests.post(f"{self.proxy}/from-git/batches", data=b"\n" * 11_000_000, timeout=60)

        self.assertEqual((response.status_code, response.json()["error"]), (404, "ERR3"))  # BATCHES is off
        self.assertNotIn("X-Cache", response.headers)
