"""The world of the tests of streams, and what is asked of each of them."""

import gc
from typing import Any

from emulator import Fault
from emulator.tests.helpers import settled
from from_git import admission
from from_git.tests.kit.events import Event, Listener, listen
from from_git.tests.kit.exposition import sample
from from_git.tests.views.test_lifecycle import LifecycleTestCase

SPACK, MAILCHIMP = "https://github.com/spack", "https://bitbucket.org/mailchimp"
TEAM, SMALL, NOBODY = "https://bitbucket.org/team-30", "https://github.com/user-3", "https://github.com/nobody"
SLOW = Fault("slow", path="*/watchers", seconds=0.1)


def names(events: list[Event]) -> list[str]:
    """Of the events, each row of the same name once."""
    found = [event.name for event in events]
    return [name for number, name in enumerate(found) if not number or found[number - 1] != name]


def progresses(events: list[Event]) -> list[Any]:
    """The bodies of the progress."""
    return [event.body for event in events if event.name == "progress"]


def taken() -> float:
    """Places that are taken, as the metrics say."""
    admission.publish()
    return sample("answers_under_way")


class StreamTestCase(LifecycleTestCase):
    """Questions asked as a stream."""

    def listen(self, *urls: str, **options: Any) -> list[Event]:
        """All events."""
        return listen(self.base, *urls, **options)

    def listener(self, *urls: str, **options: Any) -> Listener:
        """A stream that is read bit by bit."""
        return self.enterContext(Listener(self.base, *urls, **options))

    def ticking(self, seconds: float) -> None:
        """Let it look so often."""
        self.tempo_for_test(tick=seconds)

    def beating(self, seconds: float) -> None:
        """Let its heart beat so often."""
        self.tempo_for_test(heartbeat=seconds)

    def calls(self) -> int:
        """Calls to both forges."""
        meter = self.emulator.meter.snapshot()
        return meter["github"].calls + meter["bitbucket"].calls

    def assert_all_given_back(self) -> None:
        """No place is taken, no thread is busy, no flight is under way, no gauge says otherwise."""
        gc.collect()  # what holds a response that was never closed, as a traceback does
        self.assertEqual(settled(taken, 0), 0)
        self.assert_idle()
        self.assert_nothing_left()
        for pool in ("github", "bitbucket", "bitbucket-watchers"):
            self.assertEqual(sample("pool_queued", pool), 0)
