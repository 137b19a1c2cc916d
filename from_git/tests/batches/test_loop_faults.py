"""Loops whose database fails, or takes no outcome."""

import math
import threading
from typing import Any

from django.db import DataError, connection

from emulator import Fault
from from_git.batches import leases, states
from from_git.flights.flight import Flight
from from_git.models import BatchItem, Purpose
from from_git.tests.kit.databases import OnKilledPostgres
from from_git.tests.kit.loops import LoopTestCase, orgs

GITHUB = "github.com"


class Between:
    """Stands before the statements of leases, and gives some of their answers itself."""

    def __init__(self, **instead: Any) -> None:
        self.instead = instead

    def __getattr__(self, name: str) -> Any:
        return self.instead.get(name) or getattr(leases, name)


class Killed(OnKilledPostgres, LoopTestCase):
    """A PostgreSQL of its own that is killed."""

    def test_a_database_that_was_killed_and_is_back_costs_no_item_and_no_call(self) -> None:
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.05))
        batch, loop = self.batch(orgs(150)), self.loop()
        job = loop.begin(GITHUB, 90.0)
        self.until(lambda: self.states(batch).get("done", 0) > 30)

        self.database.kill()
        connection.close()
        self.until(lambda: not len(loop._air))
        self.database.start()

        self.until(job.over.is_set, 60.0)
        self.assertEqual(self.states(batch), {"done": 150})
        self.assertEqual((self.calls(), {one.attempts for one in self.items(batch)}), (150, {1}))
        self.assertEqual(self.ended, [batch.id])


class Refused(LoopTestCase):
    """Outcomes that cannot be written, and statements that fail as nobody expects."""

    def test_an_outcome_that_the_database_does_not_take_fails_its_item_alone(self) -> None:
        batch = self.batch(orgs(40))
        bad = self.items(batch)[17].id

        def finish(worker: str, done: Any) -> None:
            if any(one.id == bad and one.result for one in done):
                raise DataError("too large")
            leases.finish(worker, done)

        self.work(self.loop(store=Between(finish=finish)), GITHUB)

        self.assertEqual(self.states(batch), {"done": 39, "failed": 1})
        self.assertEqual([one.id for one in self.items(batch) if one.error == "ERRX"], [bad])

    def test_a_statement_that_fails_for_once_ends_nothing(self) -> None:
        failures = {"claim", "finish", "renew"}

        def once(name: str) -> Any:
            def ask(*arguments: Any) -> Any:
                if name in failures:
                    failures.discard(name)
                    raise ValueError(name)
                return getattr(leases, name)(*arguments)

            return ask

        batch = self.batch(orgs(40))

        self.work(self.loop(store=Between(**{name: once(name) for name in ("claim", "finish")})), GITHUB)

        self.assertEqual(self.states(batch)["done"], 40)

    def test_what_was_found_of_watched_profiles_is_kept_in_the_transaction_of_their_items(self) -> None:
        kept = list[tuple[list[str], bool]]()

        def keep(found: Any) -> None:
            kept.append(([one.url for one in found], connection.in_atomic_block))

        batch, other = self.batch(orgs(3), purpose=Purpose.SNAPSHOT), self.batch(orgs(2, size=2))

        self.work(self.loop(keep=keep), GITHUB)

        self.assertEqual((self.states(batch), self.states(other)), ({"done": 3}, {"done": 2}))
        self.assertEqual(sorted(one for urls, _ in kept for one in urls), orgs(3))
        self.assertEqual({within for _, within in kept}, {True})

    def test_a_fault_of_our_own_fails_its_item_alone(self) -> None:
        batch, loop = self.batch(orgs(10)), self.loop()
        BatchItem.objects.filter(position=4).update(url="https://github.com/no such owner")

        self.work(loop, GITHUB)

        self.assertEqual(self.states(batch), {"done": 9, "failed": 1})

    def test_a_loop_at_work_takes_over_what_a_dead_worker_held_before_all_else(self) -> None:
        self.settings_for_test(PROFILES_IN_FLIGHT=1)
        batch = self.batch(orgs(30))
        [dead] = leases.claim("dead", GITHUB, 1)
        BatchItem.objects.filter(id=dead.id).update(lease="2020-01-01T00:00:00Z")

        self.work(self.loop(), GITHUB)

        self.assertEqual(self.states(batch), {"done": 30})
        ended = [one.id for one in BatchItem.objects.order_by("finished", "id")]
        self.assertLess(ended.index(dead.id), 20)
        self.assertEqual(self.ended, [batch.id])

    def test_what_others_have_by_now_or_is_cancelled_is_left_at_the_next_look(self) -> None:
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        batch, loop = self.batch(orgs(3)), self.loop()
        loop.begin(GITHUB, 60.0)
        self.until(lambda: len(loop._air) == 3)

        states.cancel(batch.id)
        loop._renewed = -math.inf
        loop._air.news.put(None)

        self.until(lambda: not len(loop._air), 10.0)  # far less than a lease
        self.assertEqual(self.states(batch), {"cancelled": 3})

    def test_what_could_not_be_renewed_is_left_when_its_lease_is_over(self) -> None:
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        batch, loop = self.batch(orgs(3)), self.loop()
        loop.begin(GITHUB, 60.0)
        self.until(lambda: len(loop._air) == 3)

        for held in loop._all():
            held.until = 0.0
        loop._air.news.put(None)

        self.until(lambda: not len(loop._air))
        self.assertEqual(self.states(batch), {"running": 3})

    def test_news_that_cannot_be_read_ends_nothing(self) -> None:
        batch, loop = self.batch(orgs(3)), self.loop()
        loop._air.news.put(Flight.__new__(Flight))

        with self.assertLogs("from_git.batches.loop", "ERROR"):
            self.work(loop, GITHUB)

        self.assertEqual(self.states(batch), {"done": 3})

    def test_the_thread_ends_with_the_loop(self) -> None:
        loop = self.loop()
        self.work(loop, GITHUB)
        loop.close()
        self.assertNotIn("batches", [one.name for one in threading.enumerate()])
