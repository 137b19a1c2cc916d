"""A real Squid in front: answers that are stale there, and answers that it does not keep."""

import re
import time

import requests
from django.core.cache import caches
from django.utils.http import http_date

from emulator import Fault
from from_git.tests.kit import proxied
from from_git.tests.kit.proxied import HOST, SPACK
from from_git.tests.kit.servers import needs_squid
from from_git.tests.server.test_squid import SquidTestCase


@needs_squid
class Revalidation(SquidTestCase, proxied.StaleTestCase):
    """What Squid keeps, once it is stale."""

    def stale(self, response: requests.Response, beyond: int = 0) -> None:
        """Wait until it is, and so many seconds longer."""
        most = int(re.findall(r"max-age=(\d+)", response.headers["Cache-Control"])[0])
        time.sleep(most - int(response.headers["Age"]) + beyond + 1)  # by the clock of Squid

    def setUp(self) -> None:
        """Things are fresh for a second."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=1.0, STALE_IF_ERROR_SECONDS=5.0)

    def test_the_service_confirms_it_with_a_304_and_squid_gives_the_whole_answer(self) -> None:
        before = time.time()
        first = self.through()
        self.stale(first)
        self.reached()

        second = self.through()

        self.assertEqual((second.status_code, second.content), (200, first.content))
        self.assertEqual(self.seen[0].headers["IF_NONE_MATCH"], first.headers["ETag"])
        self.assertEqual(self.reached(), [("GET", 304)])
        self.assertLess(int(second.headers["Age"]), time.time() - before)
        third = self.through()
        self.assertEqual((third.status_code, third.content), (200, first.content))

    def test_a_client_with_a_date_that_is_not_older_gets_a_304_too(self) -> None:
        first = self.through()
        self.stale(first)
        self.reached()

        second = self.through(If_Modified_Since=http_date(time.time() + 60))

        self.assertEqual((second.status_code, second.content), (304, b""))
        self.assertEqual(self.reached(), [("GET", 304)])

    def test_while_the_forge_is_down_the_old_answer_is_given_with_its_age_but_not_for_ever(self) -> None:
        first = self.through()
        self.emulator.faults.add(Fault("status", path="/graphql", status=401))
        self.stale(first)
        self.reached()

        old = self.through()

        self.assertEqual((old.status_code, old.content), (200, first.content))
        self.assertGreaterEqual(int(old.headers["Age"]), 2)
        self.assertEqual(self.reached(), [("GET", 502)])
        self.stale(first, beyond=4)  # and the seconds until now
        failure = self.through()
        self.assertEqual((failure.status_code, failure.json()["error"]), (502, "ERR2"))
        self.emulator.faults.clear()
        caches["default"].clear()
        self.assertEqual(self.through().content, first.content)

    def test_where_the_setting_says_so_no_old_answer_stands_in_for_an_error(self) -> None:
        self.settings_for_test(STALE_IF_ERROR_SECONDS=0.0)
        first = self.through()
        self.emulator.faults.add(Fault("status", path="/graphql", status=401))
        self.stale(first)

        self.assertEqual(self.through().status_code, 502)


@needs_squid
class Passed(SquidTestCase, proxied.PassedTestCase):
    """What Squid does not keep, and what it passes on."""

    def test_a_throttled_answer_is_not_kept(self) -> None:
        self.settings_for_test(CLIENT_RATE="1/hour")
        self.through()
        self.assertEqual(self.through(question={"url": "https://github.com/mfem"}).status_code, 429)
        self.settings_for_test(CLIENT_RATE="")
        self.assertEqual(self.through(question={"url": "https://github.com/mfem"}).status_code, 200)

    def test_the_page_is_not_kept(self) -> None:
        for _ in range(2):
            self.assert_cache(requests.get(f"{self.proxy}/from-git/test", timeout=30), "MISS")
        self.assertEqual(self.reached(), [("GET", 200)] * 2)

    def test_a_post_goes_through_each_time(self) -> None:
        for _ in range(2):
            response = requests.post(f"{self.proxy}/health-check", json=self.question, timeout=30)
            self.assertEqual(response.status_code, 200)
        self.assertEqual(self.reached(), [("POST", 200)] * 2)

    def test_the_client_its_id_and_the_host_pass(self) -> None:
        response = self.through(
            X_Request_ID="mine-1", X_Forwarded_For="192.0.2.7", X_Forwarded_Proto="https", Host="other.example"
        )

        self.assertEqual(response.status_code, 200)
        [asked] = self.seen
        self.assertEqual(response.headers["X-Request-ID"], "mine-1")
        self.assertEqual(asked.headers["X_REQUEST_ID"], "mine-1")
        self.assertEqual(asked.headers["X_FORWARDED_FOR"], "192.0.2.7, 127.0.0.1")
        self.assertEqual(asked.headers["X_FORWARDED_PROTO"], "https")
        self.assertEqual(asked.headers["HOST"], HOST)

    def test_without_an_id_the_service_logs_the_one_that_the_client_gets(self) -> None:
        for given in ({}, {"X_Request_ID": "not/an id"}):
            with self.subTest(given):
                response = self.through(question={"url": f"{SPACK}?{len(given)}"}, **given)
                self.assertEqual(response.headers["X-Request-ID"], self.seen[-1].headers["X_REQUEST_ID"])
                self.assertRegex(response.headers["X-Request-ID"], r"^squid-\d+$")

    def test_it_leads_nowhere_else(self) -> None:
        response = requests.get("http://192.0.2.1/from-git/test", proxies={"http": self.proxy}, timeout=30)

        self.assertEqual((response.status_code, self.reached()), (200, [("GET", 200)]))
        for method, path in (("GET", "/squid-internal-mgr/info"), ("CONNECT", "/"), ("TRACE", "/from-git/test")):
            with self.subTest(method):
                response = requests.request(method, self.proxy + path, timeout=30)
                self.assertGreaterEqual(response.status_code, 400)
                self.assertNotIn("squid/", response.headers["Server"])
