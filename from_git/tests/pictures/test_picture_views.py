"""Charts, cards and badges over real sockets: the API's numbers and caching, errors that are drawn, methods, policy."""

import base64
import hashlib
import json
import re
import threading
from typing import Any

import requests
from django.core.cache import cache
from django.urls import resolve, reverse

from emulator import Fault, Owner, Repository
from from_git.tests.kit.leftovers import settled
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.pictures.test_pictures import described, read, shown
from from_git.values.keys import KEYS
from from_git.values.tempo import Tempo

SPACK, TEAM, NOBODY = "https://github.com/spack", "https://bitbucket.org/mailchimp", "https://bitbucket.org/nobody"
DRAWN = {"/from-git/chart/langs.svg": 360, "/from-git/chart/repos.svg": 360, "/from-git/chart/topics.svg": 360}
DRAWN |= {"/from-git/card.svg": 200}
"""Each picture's address and its height."""
BADGE = "/from-git/badge/watchers"
EVERY = (*DRAWN, BADGE)
SVG, JSON = "image/svg+xml; charset=utf-8", "application/json"


class PictureTestCase(ServiceTestCase):
    """Asks for pictures."""

    def draw(self, path: str, *urls: str, method: str = "GET", **options: Any) -> requests.Response:
        """The response for `urls`, which is a 200 of the one media type."""
        headers = options.pop("headers", {})
        response = requests.request(
            method, self.base + path, params={"url": list(urls), **options}, headers=headers, timeout=30
        )
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.headers["Content-Type"], JSON if "badge" in path else SVG)
        return response

    def assert_failed(self, path: str, response: requests.Response, words: str, short: str) -> None:
        """An error is drawn, in the picture's size, for nobody to keep."""
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        for name in ("ETag", "Age", "Last-Modified"):
            self.assertNotIn(name, response.headers)
        if "badge" in path:
            self.assertTrue(response.json()["isError"])
            self.assertEqual(response.json()["message"], short)
        else:
            self.assertEqual(read(response.content).get("height"), str(DRAWN[path]))
            self.assertIn(f"{short[0].upper()}{short[1:]}", shown(response.content))
            self.assertIn(words, described(response.content))


class Drawn(PictureTestCase):
    """Answers."""

    def test_the_card_has_the_numbers_of_the_api(self) -> None:
        data = self.answer(SPACK, TEAM, NOBODY)["data"]

        lines = shown(self.draw("/from-git/card.svg", SPACK, TEAM, NOBODY).content)

        keys = ("originalRepos", "forkedRepos", "watchers", "followers", "langsNum", "topicsNum")
        self.assertEqual(lines[2:14:2], [f"{data[key]:,}" for key in keys])
        self.assertIn("no such profile: bitbucket.org/nobody", lines)

    def test_the_charts_have_the_numbers_of_the_api(self) -> None:
        expand = {"url": [SPACK, TEAM], "expand": "profiles,langs,topics"}
        body = requests.get(f"{self.base}/health-check", params=expand, timeout=30).json()

        for chart in ("langs", "topics"):
            said = described(self.draw(f"/from-git/chart/{chart}.svg", SPACK, TEAM).content)
            ordered = sorted(body[f"{chart}Detail"], key=lambda one: (-one["repos"], one["name"]))
            for one in ordered[:10]:
                self.assertRegex(said, rf"{re.escape(one['name'])}: {one['repos']} repositor(y|ies)[,;]")
            self.assertIn(f"and {len(ordered) - 10} more", said)
        said = described(self.draw("/from-git/chart/repos.svg", SPACK, TEAM).content)
        for row in [*body["profiles"], {**body["data"], "owner": "Total"}]:
            self.assertIn(f"{row['owner']}: {row['originalRepos']} original and {row['forkedRepos']} forked", said)

    def test_there_is_a_badge_for_each_key(self) -> None:
        data = self.answer(SPACK, TEAM)["data"]
        for key, one in KEYS.items():
            with self.subTest(key):
                made = self.draw(f"/from-git/badge/{key}", SPACK, TEAM).json()
                self.assertEqual((made["schemaVersion"], made["label"]), (1, one.label.lower()))
                self.assertNotIn("isError", made)
                if isinstance(data[key], int):
                    self.assertEqual(made["message"], f"{data[key]:,}")
                else:
                    names, _, more = made["message"].partition(" +")
                    self.assertLessEqual(set(names.split(", ")), set(data[key]))
                    self.assertEqual(len(names.split(", ")) + int(more), len(data[key]))

    def test_where_nobody_exists_the_picture_says_so_and_may_be_kept(self) -> None:
        for path in EVERY:
            with self.subTest(path):
                response = self.draw(path, NOBODY)
                self.assertIn("public", response.headers["Cache-Control"])
                if path == BADGE:
                    self.assertEqual((response.json()["message"], response.json()["isError"]), ("not found", True))
                else:
                    self.assertIn("No such profile", shown(response.content))

    def test_what_the_client_accepts_and_format_change_nothing(self) -> None:
        for path in EVERY:
            for accept in ("text/html", "application/json", "image/png", "image/svg+xml;q=0", ""):
                self.draw(path, SPACK, headers={"Accept": accept}, format="csv")

    def test_the_theme_is_that_which_is_asked_for(self) -> None:
        for path in DRAWN:
            both, light, dark = (
                self.draw(path, SPACK, **one).text for one in ({}, {"theme": "light"}, {"theme": "dark"})
            )
            self.assertEqual(["prefers-color-scheme" in one for one in (both, light, dark)], [True, False, False])
            self.assertNotEqual(light, dark)

    def test_routes_have_their_names(self) -> None:
        self.assertEqual(
            [reverse("chart", kwargs={"name": name}) for name in ("langs", "repos", "topics")], [*DRAWN][:3]
        )
        self.assertEqual([resolve(path).url_name for path in EVERY], ["chart"] * 3 + ["card", "badge"])


class Kept(PictureTestCase):
    """What caches are told."""

    def setUp(self) -> None:
        """Keep profiles."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)

    def test_a_picture_is_kept_like_the_answer(self) -> None:
        api = self.ask(SPACK, TEAM)
        for path in EVERY:
            with self.subTest(path):
                response = self.draw(path, SPACK, TEAM)
                self.assertEqual(response.headers["Cache-Control"], api.headers["Cache-Control"])
                self.assertNotIn("Vary", response.headers)  # it is the same whatever is accepted
                self.assertTrue(0 <= int(response.headers["Age"]) <= 60)
                self.assertEqual(self.draw(path, SPACK, TEAM).headers["ETag"], response.headers["ETag"])

                same = {"If-None-Match": response.headers["ETag"]}
                again = requests.get(self.base + path, params={"url": [SPACK, TEAM]}, headers=same, timeout=30)
                self.assertEqual((again.status_code, again.content), (304, b""))

    def test_pictures_of_one_moment_are_not_taken_for_each_other(self) -> None:
        asked = [(path, theme) for path in DRAWN for theme in (None, "light", "dark")]
        first = [self.draw(path, SPACK, **({"theme": theme} if theme else {})) for path, theme in asked]
        again = [self.draw(path, SPACK, **({"theme": theme} if theme else {})) for path, theme in asked]

        self.assertEqual([one.content for one in first], [one.content for one in again])
        self.assertEqual(len({one.content for one in first}), len(asked))
        self.assertEqual(len({one.headers["ETag"] for one in first}), len(asked))
        # the bytes that are used again have their own policy
        self.assertEqual(
            [one.headers["Content-Security-Policy"] for one in first],
            [one.headers["Content-Security-Policy"] for one in again],
        )


class Old(PictureTestCase):
    """Last good numbers; nothing else is kept here."""

    def test_last_good_numbers_are_shown_with_their_age_and_not_kept(self) -> None:
        fresh = {path: self.draw(path, SPACK) for path in EVERY}
        self.emulator.faults.add(Fault("status", status=403))

        for path in EVERY:
            with self.subTest(path):
                response = self.draw(path, SPACK)
                self.assertEqual(response.headers["Cache-Control"], "no-store")
                self.assertNotIn("ETag", response.headers)
                self.assertIn(" s ago", response.text)
                self.assertNotIn(" s ago", fresh[path].text)

    def test_after_a_while_last_good_numbers_will_do(self) -> None:
        self.draw("/from-git/card.svg", SPACK)
        self.emulator.faults.add(Fault("hang", path="/graphql"))

        self.tempo_for_test(patience=0.1)
        self.assertIn("GitHub gives no new numbers", self.draw("/from-git/card.svg", SPACK).text)

    def test_a_setting_says_how_long_they_may_be_shown_and_zero_never(self) -> None:
        self.draw("/from-git/card.svg", SPACK)
        self.emulator.faults.add(Fault("status", status=403))
        self.settings_kept(LAST_GOOD_SECONDS=0.0)

        self.assertNotIn(" s ago", self.draw("/from-git/card.svg", SPACK).text)

    def test_a_missing_owner_never_shows_an_old_value(self) -> None:
        self.world.add(Owner("github", "leaver", "User", [Repository("one")]))
        gone = "https://github.com/leaver"
        self.draw("/from-git/card.svg", gone)
        self.world.remove("github", "leaver")

        for path in EVERY:
            with self.subTest(path):
                self.assertNotIn(" ago", self.draw(path, gone).text)
        self.emulator.faults.add(Fault("status", status=403))
        for path in EVERY:
            with self.subTest(path):
                self.assertNotIn(" ago", self.draw(path, gone).text)

    def test_they_are_added_to_new_ones_of_the_other_forge_and_are_new_again_with_their_own(self) -> None:
        self.world.add(Owner("github", "shrinking", "User", [Repository("one", watchers=5), Repository("two")]))
        self.world.add(Owner("bitbucket", "growing", "Workspace", [Repository("one", watchers=20)]))
        urls = "https://github.com/shrinking", "https://bitbucket.org/growing"
        self.assertEqual(self.draw(BADGE, *urls).json()["message"], "25")

        self.world.add(Owner("github", "shrinking", "User", [Repository("two")]))
        self.world.add(Owner("bitbucket", "growing", "Workspace", [Repository("one", watchers=300)]))
        self.emulator.faults.add(Fault("status", path="/graphql", status=403))
        self.assertRegex(self.draw(BADGE, *urls).json()["message"], r"^305 \(\d+ s ago\)$")
        self.assertIn("GitHub gives no new numbers", self.draw("/from-git/card.svg", *urls).text)

        self.emulator.faults.clear()
        self.assertEqual(self.draw(BADGE, *urls).json()["message"], "300")

    def test_the_api_never_shows_them(self) -> None:
        self.draw("/from-git/card.svg", SPACK)
        self.emulator.faults.add(Fault("status", status=403))
        self.assertIn(" s ago", self.draw(BADGE, SPACK).text)

        self.failure(502, SPACK)
        stream = requests.get(f"{self.base}/from-git/stream", params={"url": SPACK}, timeout=30).text
        self.assertTrue("event: failure" in stream and "event: answer" not in stream)

    def test_they_do_where_a_budget_allows_no_call(self) -> None:
        self.draw(BADGE, TEAM)
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=1)
        self.failure(503, TEAM)
        self.assertRegex(self.draw(BADGE, TEAM).json()["message"], r"^[\d,]+ \(\d+ s ago\)$")
        # one that there are none of is an error for all
        self.assertTrue(self.draw(BADGE, TEAM, "https://bitbucket.org/team-7").json()["isError"])

    def test_they_do_where_somebody_wants_what_is_kept_anew(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        self.draw(BADGE, SPACK)
        self.emulator.faults.add(Fault("status", status=403))
        self.assertNotIn(" ago", self.draw(BADGE, SPACK).text)
        self.assertIn(" ago", self.draw(BADGE, SPACK, headers={"Cache-Control": "no-cache"}).text)

    def test_who_the_api_found_missing_shows_none(self) -> None:
        self.world.add(Owner("github", "passer-by", "User", [Repository("one")]))
        gone = "https://github.com/Passer-By"
        self.draw("/from-git/card.svg", gone)
        self.world.remove("github", "passer-by")
        self.assertEqual(self.answer(gone.lower())["missing"], [gone.lower()])

        self.emulator.faults.add(Fault("hang", path="/graphql"))
        self.settings_kept(REQUEST_DEADLINE=0.5, TEMPO=Tempo(patience=0.1))
        for path in EVERY:
            self.assertNotIn(" ago", self.draw(path, gone).text)

    def test_whoever_is_missing_is_named_beside_them(self) -> None:
        self.draw("/from-git/card.svg", SPACK)
        self.emulator.faults.add(Fault("status", path="/graphql", status=403))
        for path in DRAWN:
            lines = shown(self.draw(path, SPACK, NOBODY).content)
            self.assertRegex(lines[-2], "^GitHub gives no new numbers; as of .* s ago$")
            self.assertEqual(lines[-1], "no such profile: bitbucket.org/nobody")


class Failures(PictureTestCase):
    """Errors, all of which are a picture."""

    def assert_all_fail(self, words: str, short: str, *urls: str, **options: Any) -> None:
        """Every picture shows this error."""
        for path in EVERY:
            with self.subTest(path):
                self.assert_failed(path, self.draw(path, *urls, **options), words, short)

    def test_a_wrong_question(self) -> None:
        self.assert_all_fail("did you mean bitbucket.org?", "bad request", "https://bitucket.org/mailchimp")
        self.assert_all_fail("No url was given.", "bad request")
        self.settings_kept(MAX_QUERY_BYTES=100)
        self.assert_all_fail("longer than 100 bytes", "address too long", SPACK, more="x" * 100)

    def test_a_parameter_that_nobody_knows(self) -> None:
        self.assert_all_fail("'archived' is not a parameter here", "bad request", SPACK, archived="false")
        self.assert_all_fail("'urls' is not a parameter here; did you mean 'url'?", "bad request", SPACK, urls=TEAM)
        for name in ("utm_source", "_", "cachebust"):
            self.assertNotIn("isError", self.draw(BADGE, SPACK, **{name: "1"}).json())

    def test_a_wrong_theme_is_named_beside_wrong_urls(self) -> None:
        for path in DRAWN:
            self.assert_failed(path, self.draw(path, SPACK, theme="blue"), "light and dark, not 'blue'", "bad request")
            said = described(self.draw(path, "https://github.com/a/b", theme="blue").content)
            self.assertTrue("light and dark, not 'blue'" in said and "github.com/a/b" in said)

    def test_an_error_has_the_theme_that_is_asked_for(self) -> None:
        self.assertNotIn("prefers-color-scheme", self.draw("/from-git/card.svg", theme="dark").text)

    def test_a_failure_of_a_forge(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=502))
        self.assert_all_fail("502", "GitHub: no answer", SPACK, TEAM)
        self.emulator.faults.clear()
        self.emulator.faults.add(Fault("status", path="/graphql", status=401))
        self.assert_all_fail("GITHUB_API_TOKEN", "GitHub: credentials refused", SPACK)

    def test_a_limit_and_the_deadline(self) -> None:
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=1)
        self.assert_all_fail("BITBUCKET_CALLS_PER_HOUR", "Bitbucket: rate limit", TEAM)
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=0, REQUEST_DEADLINE=0.2)
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        self.assert_all_fail("REQUEST_DEADLINE", "GitHub: timed out", SPACK)

    def test_what_is_slow_goes_on_being_counted_and_the_next_look_finds_it(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0, REQUEST_DEADLINE=0.5)
        self.emulator.faults.add(Fault("slow", path="*/watchers", seconds=0.1))
        large, card = "https://bitbucket.org/team-200", "/from-git/card.svg"
        self.assert_failed(card, self.draw(card, large), "It goes on being read", "Bitbucket: still counting")
        self.assertTrue(settled(lambda: "public" in self.draw(card, large).headers["Cache-Control"], True))

    def test_beyond_the_rate(self) -> None:
        cache.clear()
        self.addCleanup(cache.clear)
        self.settings_for_test(CLIENT_RATE="1/hour")
        self.draw(BADGE, SPACK)
        self.assert_all_fail("1/hour (CLIENT_RATE)", "asked too often", SPACK)

    def test_a_full_server(self) -> None:
        self.settings_kept(SERVER_THREADS=5, REQUEST_DEADLINE=3.0)
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        first = threading.Thread(target=self.draw, args=("/from-git/card.svg", SPACK))
        first.start()
        self.assertTrue(settled(lambda: self.emulator.meter.snapshot()["github"].calls > 0, True))
        self.assert_all_fail("SERVER_THREADS", "server busy", SPACK)
        first.join()
        self.emulator.faults.clear()
        self.assertIn("public", self.draw(BADGE, TEAM).headers["Cache-Control"])

    def test_our_own_fault(self) -> None:
        self.settings_for_test(GITHUB_GRAPHQL_URL=None)
        self.assert_all_fail("Something went wrong in from-git itself", "internal error", SPACK)

    def test_the_log_has_the_true_outcome(self) -> None:
        with self.assertLogs("from_git.middleware", "INFO") as caught:
            self.draw("/from-git/card.svg", "https://example.org/a")
            self.settings_for_test(GITHUB_API_TOKEN="")
            self.draw(BADGE, SPACK)

        lines: list[Any] = [one.msg for one in caught.records]
        self.assertEqual([(one["status"], one["outcome"]) for one in lines], [(200, "ERR3"), (200, "ERR2")])
        self.assertEqual(lines[1]["failed"], "github/spack")

    def test_errors_are_not_kept(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        self.emulator.faults.add(Fault("status", path="/graphql", status=401))
        self.draw("/from-git/card.svg", SPACK)
        self.emulator.faults.clear()
        self.assertIn("public", self.draw("/from-git/card.svg", SPACK).headers["Cache-Control"])


class Elsewhere(PictureTestCase):
    """What stays as everywhere."""

    def test_an_unknown_badge_is_a_404_that_names_those_that_there_are(self) -> None:
        for query in ("", f"?url={SPACK}", "?url=nonsense"):
            response = requests.get(f"{self.base}/from-git/badge/stars{query}", timeout=30)
            self.assertEqual((response.status_code, response.json()["error"]), (404, "ERR3"))
            self.assertIn("no such badge", response.json()["message"])
            for key in KEYS:
                self.assertIn(key, response.json()["advice"])

    def test_an_unknown_chart_is_nothing(self) -> None:
        for path in (
            "/from-git/chart/stars.svg",
            "/from-git/chart/card.svg",
            "/from-git/chart/langs",
            "/from-git/badge/",
        ):
            response = requests.get(f"{self.base}{path}?url={SPACK}", timeout=30)
            self.assertEqual((response.status_code, response.json()["error"]), (404, "ERR3"))
            self.assertIn("nothing at this address", response.json()["message"])

    def test_other_methods_are_refused_and_options_named(self) -> None:
        for path in EVERY:
            for method in ("POST", "PUT", "DELETE", "TRACE"):
                with self.subTest(path, method=method):
                    response = requests.request(method, self.base + path, timeout=30)
                    self.assertEqual((response.status_code, response.json()["error"]), (405, "ERR3"))
                    self.assertEqual(response.headers["Allow"], "GET, HEAD, OPTIONS")
            options = requests.options(self.base + path, timeout=30)
            self.assertEqual((options.status_code, options.headers["Allow"]), (204, "GET, HEAD, OPTIONS"))

    def test_head_is_get_without_the_body(self) -> None:
        for path in EVERY:
            for urls in ((SPACK,), ("nonsense",)):
                with self.subTest(path, urls=urls):
                    got, head = (self.draw(path, *urls, method=method) for method in ("GET", "HEAD"))
                    self.assertEqual(head.content, b"")
                    same = ("Content-Length", "Content-Type", "Cache-Control", "Content-Security-Policy")
                    self.assertEqual([got.headers[one] for one in same], [head.headers[one] for one in same])

    def test_the_policy_lets_in_the_picture_s_own_style_and_nothing_else(self) -> None:
        strict = set(requests.get(f"{self.base}/livez", timeout=30).headers["Content-Security-Policy"].split("; "))
        for path in DRAWN:
            for urls in ((SPACK,), ()):
                response = self.draw(path, *urls)
                [style] = re.findall(rb"<style>(.*?)</style>", response.content, re.DOTALL)
                digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
                policy = set(response.headers["Content-Security-Policy"].split("; "))
                self.assertEqual(policy - strict, {f"style-src 'self' 'sha256-{digest}'"})
                self.assertEqual(strict - policy, {"style-src 'self'"})
        self.assertEqual(set(self.draw(BADGE, SPACK).headers["Content-Security-Policy"].split("; ")), strict)
        self.assertEqual(json.loads(self.draw(BADGE, SPACK).text)["schemaVersion"], 1)
