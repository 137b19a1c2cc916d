"""The bytes of recent answers, which are given again without a look at what is kept."""

import threading
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from django.test import RequestFactory, SimpleTestCase

from from_git import flights
from from_git.httpcache import Recent
from from_git.kept.store import Store
from from_git.logfacts import facts_of
from from_git.memory import SharedMemory
from from_git.middleware import REFUSED_CHARSET
from from_git.tests.httpcache.test_caching import MFEM, SPACK, TEAM, CachingTestCase
from from_git.tests.httpcache.test_httpcache import NOW, fetched, made
from from_git.tests.kit.hosts import host_of
from from_git.values.profile import Profile

OWN = {"X-Request-ID", "Date", "Age", "Last-Modified"}
"""Headers that two responses with the same answer need not share."""


class Again(CachingTestCase):
    """Which requests get recent bytes."""

    def test_a_plain_question_asked_again_has_the_same_headers_its_own_id_and_its_own_line(self) -> None:
        first = self.remembered(SPACK, "https://bitbucket.org/nobody")

        with self.assertLogs("from_git.middleware", "INFO") as logs:
            second = self.ask(SPACK, "https://bitbucket.org/nobody")

        self.assertEqual(self.looks(), 0)
        self.assertEqual(second.content, first.content)
        self.assertEqual(set(second.headers) | OWN, set(first.headers) | OWN)
        for name in set(second.headers) - OWN:
            self.assertEqual(second.headers[name], first.headers[name], name)
        self.assertNotEqual(second.headers["X-Request-ID"], first.headers["X-Request-ID"])
        for fact in (
            *("'profiles': 2", "'asked': ['github/spack', 'bitbucket/nobody']", "'missing': 1", "'cache_hits': 2"),
            *("'status': 200", second.headers["X-Request-ID"]),
        ):
            self.assertIn(fact, str(facts_of(logs.records[0])))

    def test_whatever_may_change_the_answer_is_looked_at(self) -> None:
        self.settings_for_test(ALLOWED_HOSTS=["127.0.0.1", "localhost"])
        for headers, used in [
            ({}, True),
            ({"Accept": "*/*"}, True),
            ({"User-Agent": "x", "Content-Type": "text/plain", "Pragma": "no-cache"}, True),
            ({"Cache-Control": "max-age=86400"}, True),
            ({"Cache-Control": "max-age=0, NO-CACHE"}, False),
            ({"Cache-Control": "max-age=0"}, False),
            ({"Cache-Control": "no-store"}, True),
            ({"Accept": "application/json"}, False),
            ({"Host": "localhost"}, False),
            ({"X-Forwarded-Host": "localhost"}, False),
            ({"Content-Length": "0"}, False),
        ]:
            with self.subTest(headers):
                self.remembered(SPACK)  # asking anew has made the bytes old
                self.assertEqual(self.exchange("GET", **headers)[0], 200)
                self.assertEqual(not self.looks(), used)

    def test_what_is_refused_stays_refused(self) -> None:
        self.settings_for_test(USE_X_FORWARDED_HOST=True)
        self.remembered(SPACK)
        for status, headers in [
            (400, {"Host": "evil.example"}),
            (400, {"X-Forwarded-Host": "evil.example"}),
            (406, {"Accept": "image/png"}),
            (411, {"Transfer-Encoding": "chunked"}),
            (413, {"Content-Length": "99999999"}),
            (415, {"Content-Type": "application/json; charset=hex"}),
        ]:
            with self.subTest(headers):
                self.assertEqual(self.ask(SPACK, headers=headers).status_code, status)

    def test_another_query_is_another_question(self) -> None:
        self.answer(SPACK)
        self.remembered(MFEM)
        first = self.remembered(SPACK)

        self.assertNotEqual(self.answer(MFEM), first.json())
        self.assertEqual(self.answer(SPACK), first.json())
        self.assertEqual(self.looks(), 0)
        self.assertEqual(self.ask(f"{SPACK}?x=1").content, first.content)
        self.assertEqual(self.looks(), 1)

    def test_nothing_is_given_again_once_something_was_fetched(self) -> None:
        self.remembered(SPACK)

        self.answer(MFEM)
        self.looks()
        self.answer(SPACK)

        self.assertEqual(self.looks(), 1)

    def test_the_rate_of_a_client_counts_every_request(self) -> None:
        self.remembered(SPACK)
        self.settings_kept(CLIENT_RATE="2/minute")
        self.addCleanup(self.settings_kept, CLIENT_RATE="")

        self.assertEqual([self.ask(SPACK).status_code for _ in range(3)], [200, 200, 429])

    def test_many_at_once_get_what_they_asked_for(self) -> None:
        expected = {url: self.remembered(url).content for url in (SPACK, MFEM, TEAM)}
        wrong: list[object] = []

        def ask(number: int) -> None:
            for turn in range(8):
                url = list(expected)[(number + turn) % 3]
                headers = {"Cache-Control": "no-cache"} if (number, turn) == (0, 3) else {}
                response = self.ask(url, headers=headers)
                if response.content != expected[url]:
                    wrong.append((url, response.status_code, response.content))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        self.assertEqual(wrong, [])


class FakeTime:
    """Both clocks, standing still."""

    def __init__(self) -> None:
        self.monotonic_now, self.now = 50.0, NOW

    def monotonic(self) -> float:
        """See `time`."""
        return self.monotonic_now

    def time(self) -> float:
        """See `time`."""
        return self.now


class Bounds(SimpleTestCase):
    """How long, how many and how large."""

    def setUp(self) -> None:
        """One answer, on clocks that stand still."""
        super().setUp()
        self.clock = FakeTime()
        self.enterContext(self.settings(PROFILE_CACHE_SECONDS=300.0, CLIENT_RATE=""))
        self.recent, self.one = Recent(self.clock.monotonic, self.clock.time), made(fetched(0))

    def asked(self, query: str = "url=x", **options: Any) -> HttpRequest:
        """A request."""
        return RequestFactory().get(f"/health-check?{query}", **options)

    def put(self, request: HttpRequest) -> None:
        """Remember the answer to it."""
        self.recent.put(request, flights.version(), self.one)

    def test_for_a_second_and_not_beyond_the_answers_own_time(self) -> None:
        for monotonic, now, there in [
            (50.0, NOW, True),
            (50.99, NOW + 0.99, True),
            (51.0, NOW + 1.0, False),
            (50.5, NOW + 299.9, True),
            (50.5, NOW + 300.0, False),
        ]:
            with self.subTest(monotonic=monotonic, now=now):
                self.clock.monotonic_now, self.clock.now = 50.0, NOW
                self.put(self.asked())
                self.clock.monotonic_now, self.clock.now = monotonic, now
                self.assertEqual(self.recent.get(self.asked()), self.one if there else None)

    def test_of_those_who_come_too_late_one_makes_it_anew_and_others_get_it_for_a_quarter_of_a_second(self) -> None:
        again = self.recent.again(self.asked())
        for seconds, there in [(0.0, True), (0.24, True), (0.25, False)]:
            with self.subTest(seconds):
                self.clock.monotonic_now, self.clock.now = 50.0, NOW
                self.put(self.asked())
                self.assertIs(again(), self.one)
                self.clock.monotonic_now = 51.0 + seconds
                self.assertIsNone(again())  # a look is no request
                self.assertIsNone(again())
                self.assertIsNone(self.recent.get(self.asked()))
                for found in (again(), self.recent.get(self.asked()), again()):
                    self.assertIs(found, self.one if there else None)
                self.clock.now = NOW + 300.0
                self.assertIsNone(again())

    def test_scheme_and_path_count_and_methods_with_a_meaning_of_their_own_do_not_come_in(self) -> None:
        self.put(self.asked())

        self.assertIs(self.recent.get(self.asked()), self.one)
        self.assertIs(self.recent.get(RequestFactory().head("/health-check?url=x")), self.one)
        self.assertIsNone(self.recent.get(self.asked(secure=True)))
        self.assertIsNone(self.recent.get(RequestFactory().get("/other?url=x")))
        for method in ("POST", "OPTIONS", "PUT"):
            other = RequestFactory().generic(method, "/health-check?url=y")
            self.put(other)
            self.assertIsNone(self.recent.get(other))
            self.assertIsNone(self.recent.get(self.asked("url=y")))

    def test_what_may_be_refused_for_its_body_or_charset_does_not_come_in(self) -> None:
        self.put(self.asked())
        for name in ("CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", REFUSED_CHARSET):
            with self.subTest(name):
                self.assertIsNone(self.recent.get(self.asked(**{name: "1"})))
                self.assertIs(self.recent.get(self.asked(**{name: ""})), self.one)

    def test_an_empty_accept_takes_nothing(self) -> None:
        self.put(self.asked())

        self.assertIsNone(self.recent.get(self.asked(headers={"Accept": ""})))
        self.assertIs(self.recent.get(self.asked(headers={"Accept": "*/*"})), self.one)

    def test_of_many_the_last_ones_stay(self) -> None:
        for number in range(127):
            self.put(self.asked(f"n={number}"))
        self.put(self.asked("n=0"))
        self.put(self.asked("n=127"))
        self.put(self.asked("n=128"))

        there = [number for number in range(129) if self.recent.get(self.asked(f"n={number}"))]

        self.assertEqual(there, [0, *range(2, 129)])

    def test_what_is_long_or_large_is_not_remembered(self) -> None:
        length = sum(map(len, ("http", "/health-check", "*/*")))
        for size, there in [(4_096 - length, True), (4_097 - length, False)]:
            for asked in (self.asked("x" * size), self.asked("x", headers={"Accept": "x" * (size + 2)})):
                self.put(asked)
                self.assertEqual(self.recent.get(asked) is not None, there)
        for size, there in [(131_072, True), (131_073, False)]:
            self.one = made(fetched(0), body=b"x" * size)
            self.put(self.asked("large"))
            self.assertEqual(self.recent.get(self.asked("large")) is self.one, there)

    def test_the_version_changes_when_what_was_fetched_can_be_found(self) -> None:
        versions: list[object] = []

        class Noting(LocMemCache):
            def set(self, *args: Any, **kwargs: Any) -> None:
                versions.append(store.version)
                super().set(*args, **kwargs)

        store = Store(SharedMemory(Noting("noting", {})))
        before = store.version

        for seconds in (300.0, 0.0):
            with self.settings(PROFILE_CACHE_SECONDS=seconds, LAST_GOOD_SECONDS=0.0):
                store.keep(Profile(host_of("github"), "o", "o", "https://github.com/o"), fetched(0))
                self.assertIsNot(store.version, before)
                self.assertEqual(versions, [before])

    def test_another_version_of_what_is_kept_makes_all_of_it_old(self) -> None:
        self.put(self.asked())
        flights.close()

        self.assertIsNone(self.recent.get(self.asked()))
