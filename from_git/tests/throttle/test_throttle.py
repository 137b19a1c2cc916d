"""CLIENT_RATE: how often one client may ask."""

import socket
from typing import Any

import requests
from django.core.cache import cache

from from_git.logfacts import facts_of
from from_git.tests.kit.raw import RawServer, silent
from from_git.tests.kit.service import ServiceTestCase

URL = "https://github.com/user-3"


class ClientRate(ServiceTestCase):
    """`/health-check` beyond the rate."""

    def setUp(self) -> None:
        """Begin with nothing counted."""
        super().setUp()
        cache.clear()
        self.addCleanup(cache.clear)

    def statuses(self, *forwarded: str) -> list[int]:
        """The statuses of answers to a request for each X-Forwarded-For."""
        return [self.ask(URL, headers={"X-Forwarded-For": value}).status_code for value in forwarded]

    def redis_at(self, port: int) -> None:
        """Use a cache as CACHE_URL would make it, there."""
        options: dict[str, Any] = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
        backend = "from_git.upstream.rediscache.SharedCache"
        location = f"redis://127.0.0.1:{port}/0"
        self.settings_for_test(CACHES={"default": {"BACKEND": backend, "LOCATION": location, "OPTIONS": options}})

    def test_by_default_there_is_no_bound_and_nothing_is_counted(self) -> None:
        for _ in range(5):
            self.answer(URL)

        self.assertIsNone(cache.get("throttle_client_127.0.0.1"))

    def test_beyond_the_rate_is_a_429_that_says_when_to_ask_again(self) -> None:
        self.settings_for_test(CLIENT_RATE="2/hour")
        self.answer(URL)
        self.answer(URL)
        calls = self.emulator.meter.snapshot()["github"].calls

        response = self.ask(URL)

        self.assertEqual(response.status_code, 429)
        body = response.json()
        self.assertEqual(list(body), ["error", "message", "advice", "retryAfter"])
        self.assertEqual(body["error"], "ERR3")
        self.assertIn("2/hour (CLIENT_RATE)", body["message"])
        self.assertTrue(3_000 < body["retryAfter"] <= 3_600, body)
        self.assertEqual(response.headers["Retry-After"], str(body["retryAfter"]))
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, calls)

    def test_the_page_and_its_files_are_not_counted(self) -> None:
        self.settings_for_test(CLIENT_RATE="1/hour")
        for path in ("/from-git/test", "/static/from_git/page.css") * 3:
            self.assertEqual(requests.get(self.base + path, timeout=30).status_code, 200)

        self.answer(URL)

    def test_without_proxies_nobody_can_be_somebody_else(self) -> None:
        self.settings_for_test(CLIENT_RATE="1/hour")

        self.assertEqual(self.statuses("10.0.0.1", "10.0.0.2"), [200, 429])

    def test_behind_a_proxy_the_client_is_who_the_proxy_says_and_not_who_the_client_says(self) -> None:
        self.settings_for_test(CLIENT_RATE="1/hour")
        self.settings_for_test(NUM_PROXIES=1)

        self.assertEqual(self.statuses("10.0.0.1", "10.0.0.2", "10.9.9.9, 10.0.0.2"), [200, 200, 429])

    def test_where_fewer_proxies_speak_than_there_are_the_first_of_them_decides(self) -> None:
        self.settings_for_test(CLIENT_RATE="1/hour", NUM_PROXIES=2)

        self.assertEqual(self.statuses("10.0.0.1", "10.0.0.2", "10.0.0.2, 10.8.8.8"), [200, 200, 429])

    def test_an_address_is_the_same_client_in_each_of_its_spellings(self) -> None:
        self.settings_for_test(CLIENT_RATE="2/hour", NUM_PROXIES=1)
        for spellings in (
            ("203.0.113.9:40001", "203.0.113.9:40002", "203.0.113.9"),
            ("2001:db8:0:1::1", "[2001:DB8:0:1:ffff::2]:40001", "2001:db8:0:1:0:0:0:3"),
            ("::ffff:203.0.113.10", "203.0.113.10", "[::ffff:cb00:710a]:80"),
            ("unknown", "_hidden", "203.0.113.9.1"),  # no address: the connection's, which is one for all
        ):
            with self.subTest(spellings):
                self.assertEqual(self.statuses(*spellings), [200, 200, 429])
        self.assertEqual(self.statuses("2001:db8:0:2::1"), [200])

    def test_while_the_cache_is_down_nobody_is_refused(self) -> None:
        self.settings_for_test(CLIENT_RATE="1/hour")
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        hanging = self.enterContext(RawServer(silent))
        for where in (port, int(hanging.url.split(":")[2].split("/")[0])):
            with self.subTest(where), self.assertLogs("from_git", "INFO") as logs:
                self.redis_at(where)
                self.answer(URL)
                self.answer(URL)
                said = [facts_of(one)["throttle"] for one in logs.records if one.getMessage() == "request"]
                self.assertEqual([str(one)[:5] for one in said], ["off: "] * 2)
