"""How many profiles may begin at a host."""

import time
from collections.abc import Callable

from emulator.tests.helpers import settled
from from_git.batches.doors import Door
from from_git.tests.kit.service import ServiceTestCase


class Doors(ServiceTestCase):
    """Of a host whose limits refuse what was foreseen."""

    def test_after_a_refusal_one_profile_enters_later_and_all_when_it_has_passed(self) -> None:
        door, seen = Door("github.com"), list[int]()

        for took_in in (door.refused, door.refused, door.passed):
            self.enter(door, seen, took_in)
        self.assertTrue(settled(lambda: door.admits(8) > 0, True))

        self.assertEqual([*seen, door.admits(8)], [8, 1, 1, 8])

    def test_refusals_in_a_row_have_longer_pauses(self) -> None:
        door, pauses = Door("github.com"), list[float]()

        for _ in range(2):
            self.enter(door, [], door.refused)
            pauses.append(round(door.opens - time.monotonic()))

        self.assertEqual(pauses, [1, 2])

    def enter(self, door: Door, seen: list[int], took_in: Callable[[], None]) -> None:
        """Let in what is admitted when something is, and take in what became of the first and of one more."""
        self.assertTrue(settled(lambda: door.admits(8) > 0, True))
        seen.append(door.admits(8))
        door.entered(seen[-1])
        took_in()
        took_in()
