"""Waits and durations as people say them."""

from unittest import TestCase

from emulator import Fault
from from_git.errors.words import ask_again, lasted, when
from from_git.tests.kit.streaming import SMALL, StreamTestCase

NOON = 1_795_867_200.0  # 2026-11-28 12:00:00 UTC


class Waits(TestCase):
    """Until something may go on."""

    def test_a_short_one_is_in_seconds_and_a_longer_one_in_minutes_with_the_clock(self) -> None:
        for seconds, words in {
            0.0: "in 1 second",
            0.2: "in 1 second",
            1.0: "in 1 second",
            1.1: "in 2 seconds",
            89.0: "in 89 seconds",
            90.0: "at 12:02 UTC, in 2 minutes",
            3_412.0: "at 12:57 UTC, in 57 minutes",
            7_140.0: "at 13:59 UTC, in 119 minutes",
            7_141.0: "at 14:00 UTC, in 2 hours",
            86_400.0: "at 12:00 UTC on 2026-11-29, in 24 hours",
        }.items():
            with self.subTest(seconds):
                self.assertEqual(when(seconds, NOON), words)
                self.assertEqual(ask_again(seconds, NOON), f"Ask again {words}.")

    def test_the_moment_that_is_named_is_never_too_early(self) -> None:
        self.assertEqual(when(100.0, NOON + 30.0), "at 12:03 UTC, in 2 minutes")


class Durations(TestCase):
    """What has passed."""

    def test_seconds_below_a_minute_and_then_minutes_and_hours(self) -> None:
        for seconds, words in {
            0.2: "0 s",
            59.4: "59 s",
            59.6: "1 min 0 s",
            754.0: "12 min 34 s",
            3_599.6: "1 h 0 min",
            7_500.0: "2 h 5 min",
        }.items():
            with self.subTest(seconds):
                self.assertEqual(lasted(seconds), words)


class LongWaits(StreamTestCase):
    """What whoever watches is told."""

    def test_a_fetch_that_waits_long_says_until_when_by_the_clock(self) -> None:
        self.settings_for_test(FLIGHT_SECONDS=7_200.0)
        self.emulator.faults.add(Fault("status", path="/graphql", status=429, times=1, headers={"Retry-After": "3412"}))

        waits = self.listener(SMALL).progress(lambda body: bool(body["waits"]))["waits"]

        self.assertRegex(waits[0], r"It goes on at \d\d:\d\d UTC( on [0-9-]+)?, in 57 minutes\.$")
