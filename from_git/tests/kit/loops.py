"""Loops over batches in a test's own process, on an emulator and a database of their own."""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from from_git import forges
from from_git.batches import filling, states
from from_git.batches.loop import Loop
from from_git.models import Batch, BatchItem, Purpose
from from_git.profiles import parse_profiles
from from_git.tests.kit.databases import OnSQLite
from from_git.tests.kit.service import ServiceTestCase


def orgs(number: int, size: int = 3) -> list[str]:
    """Profiles at GitHub of so many repositories each."""
    return [f"https://github.com/org-{size}-{one}" for one in range(1, number + 1)]


def teams(number: int, size: int = 3) -> list[str]:
    """Profiles at Bitbucket of so many repositories each."""
    return [f"https://bitbucket.org/team-{size}-{one}" for one in range(1, number + 1)]


class LoopTestCase(OnSQLite, ServiceTestCase):
    """Batches, and loops that work on them."""

    def setUp(self) -> None:
        """Begin without batches."""
        super().setUp()
        self.ended = list[str]()

    def loop(self, **more: Any) -> Loop:
        """A loop of its own, which is closed at the test's end."""
        loop = Loop(f"test-{secrets.token_hex(4)}", ended=self.ended.extend, **more)
        self.addCleanup(loop.close)
        return loop

    def batch(self, urls: Sequence[str], client: str = "somebody", purpose: Purpose = Purpose.ASKED) -> Batch:
        """A batch of these profiles."""
        return filling.fill(parse_profiles(urls, forges.hosts()).profiles, client, purpose)

    def work(self, loop: Loop, *hosts: str, seconds: float = 60.0, batch: str | None = None) -> None:
        """Have a loop work on these hosts until nothing of them is due."""
        threads = [threading.Thread(target=loop.serve, args=(host, seconds, batch), daemon=True) for host in hosts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 5.0)

    def states(self, batch: Batch) -> dict[str, int]:
        """How many items of a batch are in each state."""
        return states.counts(batch.id)

    def items(self, batch: Batch) -> list[BatchItem]:
        """The items of a batch in their order."""
        return list(BatchItem.objects.filter(batch=batch).order_by("position"))

    def until(self, test: Callable[[], object], seconds: float = 30.0) -> None:
        """Wait until `test` holds."""
        end = time.monotonic() + seconds
        while not test():
            if time.monotonic() > end:
                raise AssertionError("it never came about")
            time.sleep(0.02)  # between two looks
        connection.close()

    def calls(self, forge: str = "github") -> int:
        """Calls to a forge."""
        return int(self.emulator.meter.snapshot()[forge].calls)

    def reread(self, batch: Batch) -> Batch:
        """The batch as it stands now."""
        return Batch.objects.get(id=batch.id)
