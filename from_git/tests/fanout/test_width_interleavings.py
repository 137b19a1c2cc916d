"""Pools whose width changes while groups come and go, in many orders of their threads; see `scheduler.py`."""

from collections import Counter
from functools import partial

from from_git.fanout import Pool, TaskGroup, Width
from from_git.tests.kit.locks import scheduled
from from_git.tests.kit.scheduler import Scheduler
from from_git.tests.kit.seeds import SeededTestCase

_SECONDS = 0.2  # of a task at most
_DEADLINE = 10_000.0


class World:
    """Two pools of one width, and groups whose tasks start others on both."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.chance, clock = self.scheduler.random, self.scheduler.clock
        self.most = self.chance.choice((1, 2, 5, 8))
        self.width = Width(self.most, self.chance.randrange(1, 4), clock.now)
        self.pools = [Pool(name, self.most, "", self.width) for name in ("lists", "details")]
        self.groups: list[TaskGroup] = []
        self.started = self.ended = 0
        self.running: Counter[Pool] = Counter()
        self.highest: Counter[Pool] = Counter()

    def begin(self, groups: int, cancels: bool) -> None:
        """Start so many groups one after the other, of which some are set aside, and some cancelled."""
        for number in range(groups):
            group = TaskGroup(_DEADLINE, clock=self.scheduler.clock)
            self.groups.append(group)
            for _ in range(self.chance.randrange(1, 12)):
                self.start(group, self.chance.randrange(3))
            if number % 5 == 1:
                group.set_aside()
            group.seal()
            self.scheduler.sleep(self.chance.random())
            if cancels and number % 3 == 2:
                self.chance.choice(self.groups).cancel()

    def start(self, group: TaskGroup, depth: int) -> None:
        """One more task."""
        self.started += 1
        delay = self.chance.choice((0.0, 0.0, 0.3))
        pool = self.chance.choice(self.pools)
        group.start(pool, self.task, pool, group, depth, delay=delay)

    def task(self, pool: Pool, group: TaskGroup, depth: int) -> None:
        """A call that is answered, or refused for a limit; each makes the width another one."""
        self.running[pool] += 1
        self.highest[pool] = max(self.highest[pool], self.running[pool])
        begun, seconds = self.scheduler.clock.now(), _SECONDS * self.chance.random()
        self.scheduler.sleep(seconds)
        match self.chance.randrange(20):
            case 0:
                pool.limited(begun)
            case 1:
                self.width.narrow(self.chance.randrange(1, 9))
            case _:
                pool.answered(0, begun, seconds)
        for _ in range(2 * (depth > 0)):
            self.start(group, depth - 1)
        self.running[pool] -= 1
        self.ended += 1


class Changing(SeededTestCase):
    """What holds however wide they are meanwhile."""

    def run_one(self, seed: int, cancels: bool = False) -> World:
        """A run to its end; in it no pool had more tasks under way than threads, and all threads are free again."""
        scheduler = Scheduler(seed)
        with scheduler.installed(scheduled("fanout")):
            world = World(scheduler)
            scheduler.run(partial(world.begin, 8, cancels))
            for pool in world.pools:
                self.assertLessEqual(world.highest[pool], world.most)
                self.assertEqual((pool._serving, pool.idle), (0, pool.width))
                pool.close()
        self.assertTrue(all(group.ended for group in world.groups))
        return world

    def test_each_task_runs_once(self) -> None:
        def check(seed: int) -> None:
            world = self.run_one(seed)
            self.assertEqual(world.ended, world.started)

        self.for_seeds(check, 12)

    def test_groups_that_are_cancelled_hold_up_no_other(self) -> None:
        def check(seed: int) -> None:
            world = self.run_one(seed, cancels=True)
            for group in world.groups:
                if not group._cancelled:
                    self.assertTrue(group.wait(0))

        self.for_seeds(check, 12)
