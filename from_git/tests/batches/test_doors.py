"""How many profiles may begin, so that nothing is claimed that cannot be paid."""

import time

from from_git import forges
from from_git.askers import Asker
from from_git.batches.doors import Door
from from_git.tests.kit.loops import LoopTestCase, orgs, teams

BITBUCKET, GITHUB = "bitbucket.org", "github.com"


class Doors(LoopTestCase):
    """What one host lets begin."""

    def test_without_a_bound_all_may_begin(self) -> None:
        self.assertEqual(Door(GITHUB).admits(32), 32)
        self.assertEqual(Door("unknown.example").admits(32), 32)

    def test_no_more_begin_than_can_be_paid_beside_what_is_left_to_requests(self) -> None:
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=20)
        door = Door(BITBUCKET)

        self.assertEqual([door.admits(4), door.admits(32)], [4, 8])  # 512, halved until 15 calls pay for it
        door.entered(8)
        self.assertEqual(door.admits(32), 0)
        self.assertTrue(0.0 < door.opens - time.monotonic() <= 1.0, door.opens)

    def test_nothing_begins_with_what_is_left_to_requests(self) -> None:
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=3)
        self.answer(teams(1, size=1)[0])
        door = Door(BITBUCKET)

        self.assertEqual(door.admits(1), 0)
        self.assertGreater(door.opens - time.monotonic(), 3.0)
        forges.forge(forges.hosts()[BITBUCKET]).foresee(Asker(), 1, 1.0)  # is not refused

    def test_a_forge_that_refuses_all_lets_nothing_begin_and_is_asked_seldom(self) -> None:
        host = forges.hosts()[GITHUB]
        forges.forge(host).accounts.all[0].limit.block(600.0, "its limit.")
        door = Door(GITHUB)

        self.assertEqual(door.admits(32), 0)
        self.assertAlmostEqual(door.opens - time.monotonic(), 5.0, delta=0.5)
        self.assertEqual(Door(BITBUCKET).admits(32), 32)

    def test_after_a_refusal_one_begins_and_then_more(self) -> None:
        door = Door(GITHUB)
        door.refused(0.0)
        self.assertEqual(door.admits(32), 0)

        begun = list[int]()
        for _ in range(3):
            door.opens, door._asked = 0.0, -1e9  # a second later
            begun.append(door.admits(32))

        self.assertEqual(begun, [1, 2, 4])


class Paid(LoopTestCase):
    """A batch at a forge whose budget it fills."""

    def test_a_batch_stops_at_its_part_of_a_budget_and_a_request_is_served(self) -> None:
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=60)
        batch, loop = self.batch([*teams(40, size=1), *orgs(30)]), self.loop()

        loop.begin(BITBUCKET, 4.0)
        self.work(loop, GITHUB)
        self.until(lambda: loop.idle)

        states = self.states(batch)
        self.assertEqual(states["done"] + states["waiting"], 70)
        self.assertGreater(states["done"], 30)
        self.assertLessEqual(self.calls("bitbucket"), 45)
        items = [one for one in self.items(batch) if one.state == "waiting"]
        self.assertEqual({one.attempts for one in items}, {0})
        self.answer("https://bitbucket.org/team-1-99")
