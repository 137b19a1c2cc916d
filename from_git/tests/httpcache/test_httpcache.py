"""What HTTP caches are told, and what conditions make of an answer: dates and tags as made up, without a server."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.test import RequestFactory, SimpleTestCase, override_settings
from django.utils.http import http_date

from from_git.aggregator import Answer
from from_git.httpcache import Rendered, rendered, respond
from from_git.tests.kit.finds import found_with
from from_git.tests.kit.hosts import host_of
from from_git.values.found import Fetched
from from_git.values.profile import Profile
from from_git.values.stats import Stats

NOW = 1_800_000_000.0
STATS = Stats(1, 2, 3, 4, {}, {})


def fetched(at: float, oldest: float | None = None, missing: bool = False) -> Fetched:
    """What was fetched so many seconds after NOW; `oldest`: its oldest number, as long after NOW."""
    return Fetched(None if missing else found_with(STATS), NOW + at, NOW + (at if oldest is None else oldest))


def made(*all_fetched: Fetched, body: bytes = b"{}", **headers: str) -> Rendered:
    """An answer to as many profiles."""
    profiles = [
        Profile(host_of("github"), f"o{n}", f"o{n}", f"https://github.com/o{n}") for n in range(len(all_fetched))
    ]
    outcomes = dict(zip(profiles, all_fetched, strict=True))
    missing = tuple(one for one, outcome in outcomes.items() if outcome.found is None)
    found = {one: outcome.found for one, outcome in outcomes.items() if outcome.found}
    response = HttpResponse(body, headers={"Content-Type": "application/json", "X-Else": "x", **headers})
    return rendered(Answer(outcomes, found, missing, STATS), response)


def asked(one: Rendered, seconds: float = 10.0, method: str = "GET", **headers: str) -> HttpResponse:
    """The response to a request with these headers, so many seconds after NOW."""
    whole: Mapping[str, Any] = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    response = respond(RequestFactory().generic(method, "/health-check", **whole), one, NOW + seconds)
    assert isinstance(response, HttpResponse)
    return response


@override_settings(PROFILE_CACHE_SECONDS=300.0, STALE_IF_ERROR_SECONDS=3600.0)
class Freshness(SimpleTestCase):
    """`Age` and `Cache-Control`."""

    def said(self, one: Rendered, seconds: float) -> tuple[str, str]:
        """Both headers."""
        response = asked(one, seconds)
        return response.headers["Age"], response.headers["Cache-Control"]

    def test_both_count_from_the_oldest_and_end_when_the_first_profile_is_asked_for_again(self) -> None:
        for case, one, seconds, age, most in [
            ("just now", made(fetched(0)), 0.0, "0", 300),
            ("a part of a second is none", made(fetched(0)), 0.999, "0", 300),
            ("later", made(fetched(0)), 299.5, "299", 300),
            ("two ages", made(fetched(0), fetched(250)), 260.0, "260", 300),
            ("two ages, the other way round", made(fetched(250), fetched(0)), 260.0, "260", 300),
            ("missing ones are kept a fifth", made(fetched(0, missing=True)), 1.0, "1", 60),
            ("a missing one beside a found one", made(fetched(0), fetched(20, missing=True)), 30.0, "30", 80),
            (
                "a missing one beside one that ends before",
                made(fetched(0), fetched(270, missing=True)),
                280.0,
                "280",
                300,
            ),
            ("a watcher count of long ago", made(fetched(0, oldest=-86_400)), 5.0, "86405", 86_700),
            ("and another profile without", made(fetched(0, oldest=-100), fetched(-200)), 5.0, "205", 300),
            ("a clock that is behind", made(fetched(5)), 0.0, "0", 300),
            ("a clock that was set back while it counted", made(fetched(0, oldest=400)), 0.0, "0", 0),
        ]:
            with self.subTest(case):
                self.assertEqual(self.said(one, seconds), (age, f"public, max-age={most}, stale-if-error=3600"))

    def test_nothing_is_fresh_beyond_its_time_whatever_parts_of_seconds_there_are(self) -> None:
        for at in (0.0, 0.1, 0.5, 0.999):
            for oldest in (at, -3.3, -5.0):
                for kept in (0.0, 0.3, 1.0, 2.7):
                    with self.subTest(at=at, oldest=oldest, kept=kept), self.settings(PROFILE_CACHE_SECONDS=kept):
                        one = made(fetched(at, oldest=oldest))
                        age, control = self.said(one, at + kept + 0.01)
                        self.assertGreaterEqual(int(age), int(control.split("max-age=")[1].split(",")[0]))

    @override_settings(PROFILE_CACHE_SECONDS=0.0, STALE_IF_ERROR_SECONDS=0.0)
    def test_what_is_not_kept_is_never_fresh(self) -> None:
        one = made(fetched(0))

        self.assertEqual(self.said(one, 0.01), ("0", "public, max-age=0, stale-if-error=0"))
        self.assertEqual(asked(one, if_none_match=one.etag).status_code, 304)

    @override_settings(PROFILE_CACHE_SECONDS=1.9, STALE_IF_ERROR_SECONDS=2.9)
    def test_seconds_are_whole_and_never_rounded_up(self) -> None:
        self.assertEqual(self.said(made(fetched(0.5)), 1.0)[1], "public, max-age=1, stale-if-error=2")


@override_settings(PROFILE_CACHE_SECONDS=300.0)
class Tags(SimpleTestCase):
    """`ETag`, If-None-Match and If-Match."""

    def test_one_for_each_representation_strong_and_of_the_bytes_alone(self) -> None:
        first = made(fetched(0), body=b"a")

        self.assertRegex(first.etag, r'\A"[0-9a-f]{32}"\Z')
        self.assertEqual(made(fetched(7), fetched(9, missing=True), body=b"a", Allow="GET").etag, first.etag)
        self.assertNotEqual(made(fetched(0), body=b"b").etag, first.etag)
        self.assertNotEqual(made(fetched(0), body=b"a", **{"Content-Type": "text/csv"}).etag, first.etag)

    def test_if_none_match_compares_weakly_with_any_of_a_list(self) -> None:
        one = made(fetched(0))
        for tags, status in [
            (one.etag, 304),
            (f"W/{one.etag}", 304),
            (f'"other", W/"more" ,{one.etag}', 304),
            ("*", 304),
            (" * ", 304),
            ('"other"', 200),
            (one.etag.strip('"'), 200),
            (f'"W/{one.etag[1:]}', 200),
            ('"*"', 200),
            ("", 200),
            ("\x00\xff,,,", 200),
        ]:
            for method in ("GET", "HEAD"):
                with self.subTest(tags, method=method):
                    self.assertEqual(asked(one, method=method, if_none_match=tags).status_code, status)

    def test_if_match_compares_strongly_and_fails_with_412_in_our_form(self) -> None:
        one = made(fetched(0))
        for tags, status in [
            (one.etag, 200),
            (f'"other", {one.etag}', 200),
            ("*", 200),
            (f"W/{one.etag}", 412),
            ('"other"', 412),
            ("nonsense", 412),
        ]:
            with self.subTest(tags):
                self.assertEqual(asked(one, if_match=tags).status_code, status)

        response = asked(one, if_match='"other"')

        body = json.loads(response.content)
        self.assertEqual((list(body), body["error"]), (["error", "message", "advice"], "ERR3"))
        self.assertEqual(response.headers["Content-Type"], "application/json")
        self.assertEqual(response.headers["X-Else"], "x")
        for name in ("ETag", "Cache-Control", "Age", "Vary", "Last-Modified", "Content-Length"):
            self.assertNotIn(name, response.headers)

    def test_if_match_comes_before_if_none_match(self) -> None:
        one = made(fetched(0))

        self.assertEqual(asked(one, if_match='"other"', if_none_match=one.etag).status_code, 412)
        self.assertEqual(asked(one, if_match=one.etag, if_none_match=one.etag).status_code, 304)


@override_settings(PROFILE_CACHE_SECONDS=300.0)
class Dates(SimpleTestCase):
    """`Last-Modified`, If-Modified-Since and If-Unmodified-Since."""

    def test_it_is_the_newest_fetch_from_the_next_second_on(self) -> None:
        one = made(fetched(-50, oldest=-99), fetched(2.7), fetched(-20, missing=True))
        for seconds, there in [(0.0, False), (2.7, False), (2.999, False), (3.0, True), (200.0, True)]:
            with self.subTest(seconds):
                expected = http_date(NOW + 2) if there else None
                self.assertEqual(asked(one, seconds).headers.get("Last-Modified"), expected)

    def test_if_modified_since_is_304_from_the_same_second_on(self) -> None:
        one = made(fetched(2.7))
        for date, status in [
            (http_date(NOW + 1), 200),
            (http_date(NOW + 2), 304),
            (http_date(NOW + 3), 304),
            (http_date(NOW + 10**6), 304),
            (http_date(0), 200),
            ("Friday, 15-Jan-27 08:00:02 GMT", 304),
            ("Fri Jan 15 08:00:02 2027", 304),
            ("Fri, 32 Jan 2027 08:00:02 GMT", 200),
            ("garbage", 200),
            ("", 200),
        ]:
            for method in ("GET", "HEAD"):
                with self.subTest(date, method=method):
                    self.assertEqual(asked(one, method=method, if_modified_since=date).status_code, status)

    def test_if_unmodified_since_is_412_before_it(self) -> None:
        one = made(fetched(2.7))
        for date, status in [
            (http_date(NOW + 1), 412),
            (http_date(0), 412),
            (http_date(NOW + 2), 200),
            (http_date(NOW + 3), 200),
            ("garbage", 200),
        ]:
            with self.subTest(date):
                self.assertEqual(asked(one, if_unmodified_since=date).status_code, status)

    def test_within_its_own_second_no_date_is_compared_with(self) -> None:
        one = made(fetched(2.7))
        for seconds in (1.0, 2.9):
            with self.subTest(seconds):
                self.assertEqual(asked(one, seconds, if_modified_since=http_date(NOW + 2)).status_code, 200)
                self.assertEqual(asked(one, seconds, if_unmodified_since=http_date(NOW - 9)).status_code, 200)
                self.assertEqual(asked(one, seconds, if_none_match=one.etag).status_code, 304)

    def test_tags_win_over_dates_in_both_directions(self) -> None:
        one, old, new = made(fetched(2)), http_date(NOW), http_date(NOW + 5)
        cases: list[tuple[int, dict[str, Any]]] = [
            (304, {"if_none_match": one.etag, "if_modified_since": old}),
            (200, {"if_none_match": '"other"', "if_modified_since": new}),
            (200, {"if_none_match": "garbage", "if_modified_since": new}),
            (200, {"if_match": one.etag, "if_unmodified_since": old}),
            (412, {"if_match": '"other"', "if_unmodified_since": new}),
            (412, {"if_unmodified_since": old, "if_none_match": one.etag}),
        ]
        for status, headers in cases:
            with self.subTest(headers):
                self.assertEqual(asked(one, **headers).status_code, status)


@override_settings(PROFILE_CACHE_SECONDS=300.0, STALE_IF_ERROR_SECONDS=60.0)
class NotModified(SimpleTestCase):
    """What a 304 brings to whoever keeps the answer."""

    def test_it_has_what_the_200_says_of_freshness_and_neither_a_body_nor_a_length(self) -> None:
        one = made(fetched(0), body=b"x" * 70, Vary="Accept")

        whole, response = asked(one, 9.0), asked(one, 9.0, if_none_match=one.etag)

        self.assertEqual(response.content, b"")
        names = ("ETag", "Cache-Control", "Age", "Vary", "Last-Modified")
        self.assertEqual(dict(response.headers), {name: whole.headers[name] for name in names})
        self.assertEqual(response.headers["Age"], "9")

    def test_what_is_said_here_wins_over_what_a_view_has_said(self) -> None:
        one = made(fetched(0), body=b"{}", ETag='"x"', Age="7", **{"Cache-Control": "no-store"})

        response = asked(one, 9.0)

        self.assertEqual((response.headers["ETag"], response.headers["Age"]), (one.etag, "9"))
        self.assertEqual(response.headers["Cache-Control"], "public, max-age=300, stale-if-error=60")

    def test_vary_is_what_the_view_has_said_and_nothing_where_it_said_nothing(self) -> None:
        for expected, one in [
            (None, made(fetched(0))),
            ("origin, accept", made(fetched(0), Vary="origin, accept")),
        ]:
            for response in (asked(one), asked(one, if_none_match="*")):
                self.assertEqual(response.headers.get("Vary"), expected)
