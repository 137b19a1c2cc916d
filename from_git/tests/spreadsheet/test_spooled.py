"""Several workbooks at the same time."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from unittest import TestCase

from from_git.aggregator import Answer
from from_git.errors import DeadlineError
from from_git.spreadsheet import spooled
from from_git.tests.kit.workbook import pages
from from_git.tests.spreadsheet.test_spreadsheet import NAMES, answer
from from_git.values.profile import Profile
from from_git.values.repository import Repository

_PATIENCE = 60.0


class Held(Answer):
    """An answer whose repositories can be read once `go` is set."""

    go = threading.Event()
    begun = threading.Semaphore(0)

    def repositories(self) -> Iterator[tuple[Profile, Repository]]:
        """As of any answer, a little later."""
        self.begun.release()
        self.go.wait(_PATIENCE)
        return super().repositories()


class AtOnce(TestCase):
    """How many are made at a time."""

    def test_two_are_made_and_others_wait_until_their_time_is_over(self) -> None:
        one = answer([Repository("R1", "one")])
        held = Held(**{field.name: getattr(one, field.name) for field in fields(one)})
        with ThreadPoolExecutor(2) as pool:
            made = [pool.submit(spooled, held) for _ in range(2)]
            try:
                for _ in made:
                    self.assertTrue(held.begun.acquire(timeout=_PATIENCE))
                with self.assertRaises(DeadlineError) as caught:
                    spooled(one, time.monotonic() + 1.0)  # to make it takes a few milliseconds
            finally:
                held.go.set()
            self.assertIn("CSV", caught.exception.advice)
            for each in [*made, pool.submit(spooled, one)]:
                with each.result(_PATIENCE) as file:
                    self.assertEqual(list(pages(file)), NAMES)
