"""Pictures where a forge gives no new numbers, and errors that are drawn."""

import threading
from typing import Any

import requests
from django.core.cache import cache

from emulator import Fault, Owner, Repository
from emulator.tests.helpers import settled
from from_git.logfacts import facts_of
from from_git.tests.pictures.test_picture_views import BADGE, DRAWN, EVERY, NOBODY, SPACK, TEAM, PictureTestCase
from from_git.tests.pictures.test_pictures import shown
from from_git.values.tempo import Tempo


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
        self.assert_all_fail("'visibility' is not a parameter here", "bad request", SPACK, visibility="false")
        self.assert_all_fail("'urls' is not a parameter here; did you mean 'url'?", "bad request", SPACK, urls=TEAM)
        for name in ("utm_source", "_", "cachebust"):
            self.assertNotIn("isError", self.draw(BADGE, SPACK, **{name: "1"}).json())

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
        # by then a busy machine must have some of them, and a quick one not all
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0, REQUEST_DEADLINE=3.0)
        self.emulator.faults.add(Fault("slow", path="*/watchers", seconds=1.0))
        large, card = "https://bitbucket.org/team-200", "/from-git/card.svg"
        self.assert_failed(card, self.draw(card, large), "It goes on being read", "Bitbucket: still counting")
        self.emulator.faults.clear()
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

        lines: list[Any] = [facts_of(one) for one in caught.records]
        self.assertEqual([(one["status"], one["outcome"]) for one in lines], [(200, "ERR3"), (200, "ERR2")])
        self.assertEqual(lines[1]["failed"], "github/spack")

    def test_errors_are_not_kept(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        self.emulator.faults.add(Fault("status", path="/graphql", status=401))
        self.draw("/from-git/card.svg", SPACK)
        self.emulator.faults.clear()
        self.assertIn("public", self.draw("/from-git/card.svg", SPACK).headers["Cache-Control"])
