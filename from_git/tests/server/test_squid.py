"""A real Squid in front, with the documented configuration."""

import time

import requests
from django.core.cache import caches
from django.test import SimpleTestCase

from emulator import Fault
from from_git.tests.kit import proxied
from from_git.tests.kit.project import ROOT
from from_git.tests.kit.proxied import HOST, SPACK
from from_git.tests.kit.servers import SQUID_CONF, needs_squid, start_squid


class SquidTestCase(proxied.ProxiedTestCase):
    """The service behind a Squid."""

    @classmethod
    def start_proxy(cls, origin: str) -> str:
        """See `ProxiedTestCase`."""
        return start_squid(cls, origin)

    def assert_cache(self, response: requests.Response, word: str) -> None:
        """What Squid says of itself: HIT or MISS."""
        self.assertEqual(response.headers["X-Cache"], f"{word} from {HOST}")


@needs_squid
class Hits(SquidTestCase, proxied.HitsTestCase):
    """What Squid keeps, as long as it is fresh."""

    given_id = r"^squid-\d+$"

    def test_its_age_grows_from_the_services(self) -> None:
        self.through()
        time.sleep(1.1)  # Squid counts whole seconds

        second = self.through()
        other = self.through(question={"url": [SPACK, f"{SPACK}?{self.id()}"]})

        self.assert_cache(second, "HIT")
        self.assertGreaterEqual(int(second.headers["Age"]), 1)
        self.assert_cache(other, "MISS")
        self.assertGreaterEqual(int(other.headers["Age"]), 1)  # what the service has kept is as old

    def test_a_client_that_has_it_gets_a_304_from_squid(self) -> None:
        first = self.through()
        self.reached()

        by_tag = self.through(If_None_Match=f'"other", {first.headers["ETag"]}')
        by_date = self.through(If_Modified_Since=first.headers["Date"])
        other = self.through(If_None_Match='"other"')

        self.assertEqual([one.status_code for one in (by_tag, by_date, other)], [304, 304, 200])
        self.assertEqual(other.content, first.content)
        self.assertEqual(self.reached(), [])

    def test_no_cache_of_a_client_reaches_the_service_and_renews_what_squid_keeps(self) -> None:
        self.through()
        self.emulator.meter.reset()

        anew = self.through(Cache_Control="no-cache")

        self.assert_cache(anew, "MISS")
        self.assertIn("no-cache", self.seen[-1].headers["CACHE_CONTROL"])
        self.assertEqual(self.reached(), [("GET", 200)] * 2)
        self.assertGreater(self.emulator.meter.snapshot()["github"].calls, 0)
        self.assert_cache(self.through(), "HIT")

    def test_max_age_0_of_a_client_has_the_service_ask_anew_and_squid_keep_what_is_still_right(self) -> None:
        first = self.through()
        self.emulator.meter.reset()
        self.reached()

        anew = self.through(Cache_Control="max-age=0")

        self.assertEqual((anew.status_code, anew.content), (200, first.content))
        self.assertIn("max-age=0", self.seen[-1].headers["CACHE_CONTROL"])
        self.assertEqual(self.reached(), [("GET", 304)])
        self.assertGreater(self.emulator.meter.snapshot()["github"].calls, 0)

    def test_no_store_of_a_client_is_answered_from_what_squid_keeps(self) -> None:
        self.through()
        self.reached()

        self.assert_cache(self.through(Cache_Control="no-store"), "HIT")

        self.assertEqual(self.reached(), [])

    def test_what_squid_says_of_its_own_asks_no_forge_anew(self) -> None:
        self.through()
        self.emulator.meter.reset()

        other = self.through(question={"url": [SPACK, f"{SPACK}?{self.id()}"]})

        self.assert_cache(other, "MISS")
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)

    def test_many_who_ask_at_once_cost_one_fetch(self) -> None:
        self.through()
        calls = self.emulator.meter.snapshot()["github"].calls
        caches["default"].clear()
        self.emulator.meter.reset()
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.5, times=1))
        self.question = {"url": [f"{SPACK}?many"]}
        self.assert_one_for_all_at_once()
        self.assertLess(self.emulator.meter.snapshot()["github"].calls, 2 * calls)


class Documentation(SimpleTestCase):
    """docs/squid.md."""

    def test_it_shows_the_configuration_word_for_word(self) -> None:
        text = (ROOT / "docs" / "squid.md").read_text(encoding="utf-8")

        self.assertEqual(text.count("```squid\n"), 1)
        self.assertEqual(text.split("```squid\n")[1].split("```")[0], SQUID_CONF.read_text(encoding="utf-8"))
