"""Tests of claims and leases."""

import threading
from datetime import timedelta

from django.db.models.functions import Now

from from_git.batches import LEASE, leases, sql, states
from from_git.batches.leases import Finished, GivenBack
from from_git.models import BatchItem, ItemState
from from_git.tests.kit.databases import OnPostgres, OnSQLite, in_threads
from from_git.tests.kit.filled import HOST, dies, done, filled, held, item


class Leases(OnSQLite):
    """One worker beside another."""

    def test_items_are_claimed_in_their_order_and_each_by_one(self) -> None:
        filled(40)
        first, second = leases.claim("one", HOST, 32), leases.claim("two", HOST, 32)
        self.assertEqual([one.position for one in (*first, *second)], list(range(40)))
        self.assertEqual({one.attempts for one in (*first, *second)}, {1})
        self.assertEqual((first[0].client, first[0].purpose, first[0].url), ("me", "asked", f"https://{HOST}/owner-0"))
        self.assertEqual(leases.claim("three", HOST, 32), [])
        self.assertEqual(leases.claim("three", "bitbucket.org", 32), [])

    def test_no_more_are_claimed_than_wanted_whatever_the_database_knows_of_the_table(self) -> None:
        filled(1)
        with sql.transaction() as cursor:
            cursor.execute("ANALYZE from_git_batchitem")  # of one row, so that PostgreSQL joins it the simple way
        batch = filled(20)
        self.assertEqual(len(leases.claim("one", HOST, 3)), 3)
        self.assertEqual(len(leases.claim("one", HOST, 1, batch=batch.id)), 1)
        self.assertEqual(dies("one"), 4)
        self.assertEqual(len(leases.claim("one", HOST, 1, alone=True)), 1)

    def test_many_workers_that_claim_and_finish_at_once_get_each_item_once(self) -> None:
        batch, rounds = filled(200), 60

        def work(number: int) -> list[int]:
            got = []
            for _ in range(rounds):
                claimed = leases.claim(f"worker-{number}", HOST, 7)
                leases.finish(f"worker-{number}", done(*claimed))
                got += [one.position for one in claimed]
            return got

        got = sorted(position for one in in_threads(6, work) for position in one)
        self.assertEqual(got, list(range(200)))
        self.assertEqual(states.counts(batch.id), {"done": 200})
        self.assertEqual(leases.ended([batch.id]), [batch.id])

    def test_of_one_batch_only_its_own_are_claimed(self) -> None:
        first, second = filled(2), filled(2)
        self.assertEqual({one.batch_id for one in leases.claim("one", HOST, 9, batch=second.id)}, {second.id})
        self.assertEqual(leases.claim("one", HOST, 9, batch=second.id), [])
        self.assertEqual(len(leases.claim("one", HOST, 9, batch=first.id)), 2)

    def test_what_was_found_stands_in_the_row_and_nobody_holds_it(self) -> None:
        batch = filled(2)
        one, two = leases.claim("one", HOST, 2)
        leases.finish("one", [*done(one), Finished(two.id, 1, ItemState.FAILED, error="ERR2", reason="a\0b\ud800")])
        row = item(batch)
        self.assertEqual((row.state, row.worker, row.lease), ("done", "", None))
        self.assertEqual(bytes(row.result or b""), b"found")
        self.assertIsNotNone(row.finished)
        row = item(batch, 1)
        self.assertEqual((row.state, row.error, row.reason, row.result), ("failed", "ERR2", "ab?", None))

    def test_only_the_last_claim_may_finish(self) -> None:
        batch = filled(1)
        (late,) = leases.claim("one", HOST, 1)
        self.assertEqual(dies("one"), 1)
        (now,) = leases.claim("two", HOST, 1, alone=True)
        leases.finish("one", [Finished(late.id, late.attempts, ItemState.FAILED, reason="late")])
        leases.give_back("one", [GivenBack(late.id, late.attempts, 0.0, "late")])
        self.assertEqual((item(batch).state, item(batch).worker), ("running", "two"))
        leases.finish("two", done(now))
        leases.finish("one", [Finished(late.id, late.attempts, ItemState.FAILED, reason="late")])
        self.assertEqual((item(batch).state, item(batch).reason), ("done", ""))

    def test_the_same_worker_may_not_finish_by_an_earlier_claim(self) -> None:
        batch = filled(1)
        (late,) = leases.claim("one", HOST, 1)
        dies("one")
        leases.claim("one", HOST, 1, alone=True)
        leases.finish("one", done(late))
        leases.give_back("one", [GivenBack(late.id, late.attempts, 0.0)])
        self.assertEqual(item(batch).state, "running")

    def test_a_limit_costs_no_attempt_and_a_failure_counts(self) -> None:
        batch = filled(2)
        one, two = leases.claim("one", HOST, 2)
        with self.assertNoLogs("from_git", "DEBUG"):
            leases.give_back(
                "one", [GivenBack(two.id, 1, 600.0, "fails", failed=True), GivenBack(one.id, 1, 600.0, "limit")]
            )
        self.assertEqual([(item(batch, at).attempts, item(batch, at).tries) for at in (0, 1)], [(0, 0), (1, 1)])
        self.assertEqual((item(batch).state, item(batch).reason, item(batch).worker), ("waiting", "limit", ""))
        self.assertEqual(leases.claim("one", HOST, 2), [])
        self.assertTrue(590 < leases.waiting_hosts()[HOST] <= 600)

    def test_what_waits_for_a_moment_that_has_passed_is_claimed(self) -> None:
        filled(1)
        (one,) = leases.claim("one", HOST, 1)
        leases.give_back("one", [GivenBack(one.id, 1, 0.0, "limit")])
        self.assertEqual(leases.waiting_hosts(), {HOST: 0.0})
        self.assertEqual([one.attempts for one in leases.claim("two", HOST, 1)], [1])

    def test_what_it_has_waited_for_is_not_told_of_it_any_more(self) -> None:
        batch = filled(2)
        items = leases.claim("one", HOST, 2)
        leases.give_back("one", [GivenBack(one.id, 1, 0.0, "limit") for one in items])
        items = leases.claim("two", HOST, 2)
        self.assertEqual(item(batch).reason, "")
        leases.finish("two", done(items[0]))
        dies("two")
        self.assertEqual([item(batch, at).not_before for at in (0, 1)], [None, None])

    def test_a_worker_renews_what_it_holds_and_learns_of_what_it_does_not(self) -> None:
        batch = filled(3)
        items = leases.claim("one", HOST, 3)
        BatchItem.objects.update(lease=Now())
        self.assertEqual(leases.renew("one", held(items)), {one.id for one in items})
        self.assertEqual(BatchItem.objects.filter(lease__gt=Now() + timedelta(seconds=LEASE - 10)).count(), 3)
        leases.finish("one", done(items[0]))
        self.assertEqual(leases.renew("one", held(items)), {items[1].id, items[2].id})
        self.assertEqual(leases.renew("two", held(items)), set())
        self.assertEqual(leases.renew("one", [(items[1].id, 2)]), set())
        self.assertEqual(leases.renew("one", []), set())
        states.cancel(batch.id)
        self.assertEqual(leases.renew("one", held(items)), set())

    def test_outcomes_that_come_too_late_are_told_to_the_log_at_most(self) -> None:
        batch = filled(2)
        items = leases.claim("one", HOST, 2)
        states.cancel(batch.id)
        with self.assertLogs("from_git.batches", "DEBUG") as logs:
            leases.finish("one", done(*items))
        self.assertEqual([record.getMessage() for record in logs.records], ["2 of 2 outcomes came too late"])
        self.assertEqual(states.counts(batch.id), {"cancelled": 2})

    def test_all_that_a_dead_worker_held_waits_again_however_much(self) -> None:
        batch = filled(230)
        leases.claim("one", HOST, 230)
        self.assertEqual(dies("one"), 230)
        self.assertEqual(states.counts(batch.id), {"waiting": 230})

    def test_a_lease_that_has_not_passed_is_left_alone(self) -> None:
        filled(2)
        leases.claim("one", HOST, 2)
        self.assertEqual(leases.reap(settled=0.0), 0)

    def test_nothing_is_claimed_of_a_batch_that_is_being_cancelled(self) -> None:
        first, second = filled(2), filled(2)
        type(first).objects.filter(id=first.id).update(state="cancelled")
        self.assertEqual({one.batch_id for one in leases.claim("one", HOST, 4)}, {second.id})
        self.assertEqual(states.counts(first.id), {"cancelled": 2})
        self.assertEqual(BatchItem.objects.filter(batch=first, worker="", lease=None, alone=False).count(), 2)


class LeasesOnPostgres(OnPostgres, Leases):
    """The same on PostgreSQL."""

    def test_no_claim_waits_for_another_one(self) -> None:
        filled(4)
        first, second = threading.Event(), threading.Event()

        def work(number: int) -> list[int]:
            if number:
                first.wait(30)
                found = leases.claim("two", HOST, 2)
                second.set()
            else:
                with sql.transaction():
                    found = leases.claim("one", HOST, 2)
                    first.set()
                    self.assertTrue(second.wait(15))
            return [one.position for one in found]

        self.assertEqual(in_threads(2, work), [[0, 1], [2, 3]])


class Deaths(OnSQLite):
    """Items whose workers died."""

    def test_they_are_claimed_alone_and_by_nobody_else(self) -> None:
        batch = filled(3)
        leases.claim("one", HOST, 2)
        self.assertEqual(leases.suspects_due([HOST]), set())
        self.assertEqual(dies("one"), 2)
        self.assertEqual(item(batch).reason, "Its worker died.")
        self.assertEqual((leases.suspects_due([HOST]), leases.suspects_due(["bitbucket.org"])), ({HOST}, set()))
        self.assertEqual([one.position for one in leases.claim("two", HOST, 9)], [2])
        (alone,) = leases.claim("two", HOST, 9, alone=True)
        self.assertEqual((alone.position, alone.alone, alone.attempts), (0, True, 2))
        self.assertEqual(leases.suspects_due([HOST], batch.id), {HOST})
        leases.give_back("two", [GivenBack(alone.id, alone.attempts, 600.0)])
        self.assertFalse(item(batch).alone)
        leases.finish("three", done(*leases.claim("three", HOST, 1, alone=True)))
        self.assertEqual(leases.suspects_due([HOST]), set())

    def test_those_in_company_do_not_count(self) -> None:
        batch = filled(2)
        leases.claim("one", HOST, 2)
        dies("one")
        self.assertEqual([(item(batch, at).deaths, item(batch, at).state) for at in (0, 1)], [(0, "waiting")] * 2)

    def test_three_alone_end_it(self) -> None:
        batch = filled(1)
        leases.claim("one", HOST, 1)
        dies("one")
        for death in (1, 2, 3):
            self.assertEqual(item(batch).state, "waiting")
            leases.claim("two", HOST, 1, alone=True)
            self.assertEqual(dies("two"), 1)
            self.assertEqual(item(batch).deaths, death)
        row = item(batch)
        self.assertEqual((row.state, row.error, row.reason), ("failed", "ERRX", leases.DIED))
        self.assertIsNotNone(row.finished)
        self.assertEqual(leases.claim("two", HOST, 1, alone=True), [])

    def test_of_several_the_one_of_which_fewest_workers_died_is_next(self) -> None:
        filled(2)
        leases.claim("one", HOST, 2)
        dies("one")
        for position in (0, 1, 0):
            self.assertEqual([one.position for one in leases.claim("two", HOST, 1, alone=True)], [position])
            dies("two")

    def test_a_database_that_began_a_moment_ago_reaps_nothing(self) -> None:
        filled(1)
        leases.claim("one", HOST, 1)
        BatchItem.objects.update(lease="2020-01-01T00:00Z")
        self.assertEqual(leases.reap(settled=1e9), self.of_a_young_database)
        self.assertEqual(leases.reap(settled=0.0), 1 - self.of_a_young_database)

    of_a_young_database = 1
    """SQLite has no server that begins."""


class DeathsOnPostgres(OnPostgres, Deaths):
    """The same on PostgreSQL."""

    of_a_young_database = 0
