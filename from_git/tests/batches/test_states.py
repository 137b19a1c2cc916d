"""Tests of what batches are in."""

import threading
from collections.abc import Callable
from datetime import timedelta

from django.db.models.functions import Now

from emulator.tests.helpers import settled
from from_git.batches import leases, sql, states
from from_git.batches.leases import Claimed, GivenBack
from from_git.models import Batch, Purpose
from from_git.tests.kit.databases import OnPostgres, OnSQLite, in_threads, waits
from from_git.tests.kit.filled import HOST, done, filled, held, item


class States(OnSQLite):
    """Batches as a whole."""

    def test_items_are_counted_by_their_state(self) -> None:
        batch = filled(5)
        filled(3)
        leases.finish("one", done(*leases.claim("one", HOST, 2, batch=batch.id)))
        leases.claim("one", HOST, 1, batch=batch.id)
        self.assertEqual(states.counts(batch.id), {"done": 2, "running": 1, "waiting": 2})
        self.assertEqual(states.counts("none"), {})

    def test_what_is_open_is_cancelled_and_the_rest_stays(self) -> None:
        batch, other = filled(states.PART * 2 + 5), filled(2)
        items = leases.claim("one", HOST, 4, batch=batch.id)
        leases.finish("one", done(*items[:2]))
        self.assertTrue(states.cancel(batch.id))
        batch.refresh_from_db()
        self.assertEqual((batch.state, batch.finished is not None), ("cancelled", True))
        self.assertEqual(states.counts(batch.id), {"done": 2, "cancelled": states.PART * 2 + 3})
        self.assertEqual((item(batch, 2).worker, item(batch, 2).lease), ("", None))
        self.assertEqual(states.counts(other.id), {"waiting": 2})
        self.assertEqual((states.cancel(batch.id), states.cancel("none")), (False, False))
        self.assertEqual(leases.ended([batch.id]), [])

    def test_it_is_cancelled_while_others_claim_and_finish(self) -> None:
        batch = filled(3_000)

        def work(number: int) -> bool:
            if not number:
                return states.cancel(batch.id)
            while items := leases.claim(f"worker-{number}", HOST, 32):
                leases.renew(f"worker-{number}", [(one.id, one.attempts) for one in reversed(items)])
                leases.finish(f"worker-{number}", done(*reversed(items)))
            return False

        self.assertEqual(in_threads(4, work), [True, False, False, False])
        counts = states.counts(batch.id)
        self.assertEqual(counts.get("cancelled", 0) + counts.get("done", 0), 3_000)

    def test_of_many_who_cancel_it_one_did(self) -> None:
        batch = filled(50)
        self.assertEqual(sorted(in_threads(4, lambda number: states.cancel(batch.id))), [False] * 3 + [True])


class StatesOnPostgres(OnPostgres, States):
    """The same on PostgreSQL."""

    def test_what_others_are_writing_to_is_cancelled_after_them(self) -> None:
        batch = filled(3)
        items, locked = leases.claim("one", HOST, 2), threading.Event()

        def work(number: int) -> bool:
            if number:
                locked.wait(30)
                return states.cancel(batch.id)
            with sql.transaction():
                leases.renew("one", held(items))
                locked.set()
                return bool(settled(waits, True, patience=15))

        self.assertEqual(in_threads(2, work), [True, True])
        self.assertEqual(states.counts(batch.id), {"cancelled": 3})

    def test_outcomes_are_written_in_one_order_so_that_nobody_waits_in_a_circle(self) -> None:
        self._cross(lambda items: leases.finish("one", done(*items)))
        self._cross(lambda items: leases.give_back("one", [GivenBack(one.id, one.attempts, 600.0) for one in items]))

    def _cross(self, write: Callable[[list[Claimed]], None]) -> None:
        """Write the outcomes of two items, the last one first, while another transaction locks the first, then the
        last."""
        filled(2)
        items, locked = leases.claim("one", HOST, 2), threading.Event()

        def work(number: int) -> None:
            if number:
                locked.wait(30)
                write(items[::-1])
                return
            with sql.transaction() as cursor:
                for one in items:
                    cursor.execute("SELECT 1 FROM from_git_batchitem WHERE id = %s FOR UPDATE", [one.id])
                    locked.set()
                    self.assertTrue(settled(waits, True, patience=15))

        in_threads(2, work)


class Holding(OnSQLite):
    """Batches that one process alone works on."""

    def test_a_process_takes_what_nobody_holds(self) -> None:
        command = filled(1, purpose=Purpose.COMMAND)
        self.assertFalse(states.any_to_take())
        first, second = filled(1), filled(1)
        self.assertTrue(states.any_to_take())
        self.assertEqual(states.take_batches("one"), sorted([first.id, second.id]))
        self.assertEqual(states.take_batches("two"), [])
        self.assertEqual(states.take_batches("one"), sorted([first.id, second.id]))
        Batch.objects.filter(id=first.id).update(lease=Now() - timedelta(seconds=1))
        self.assertEqual(states.take_batches("two"), [first.id])
        states.leave_batches("one")
        states.cancel(first.id)
        self.assertEqual(states.take_batches("two"), [second.id])
        command.refresh_from_db()
        self.assertEqual((command.worker, command.lease), ("", None))

    def test_of_many_processes_each_batch_goes_to_one(self) -> None:
        batches = sorted(filled(1, client=str(number)).id for number in range(9))
        taken = in_threads(5, lambda number: states.take_batches(f"process-{number}"))
        self.assertEqual(sorted(one for some in taken for one in some), batches)

    def test_a_command_holds_its_batch_as_long_as_it_runs(self) -> None:
        batch = filled(1, purpose=Purpose.COMMAND)
        self.assertTrue(states.renew_batch("one", batch.id))
        batch.refresh_from_db()
        self.assertEqual((batch.worker, batch.lease is not None), ("one", True))
        states.cancel(batch.id)
        self.assertFalse(states.renew_batch("one", batch.id))


class HoldingOnPostgres(OnPostgres, Holding):
    """The same on PostgreSQL."""
