"""Tests of what waits and what has ended."""

from typing import Any, ClassVar

from django.db import connection

from from_git.batches import filling, leases, sql, waiting
from from_git.models import Purpose
from from_git.tests.kit.databases import OnPostgres, OnSQLite, in_threads
from from_git.tests.kit.filled import HOST, done, filled, profiles


class Waiting(OnSQLite):
    """Hosts and batches."""

    def test_hosts_are_found_with_the_seconds_until_their_next_item(self) -> None:
        self.assertEqual(leases.waiting_hosts(), {})
        names = [f"git{number}.example" for number in range(5)]
        asked = [one for name in names for one in profiles(3)]
        batch = filling.fill(asked, "me", Purpose.ASKED)
        with sql.transaction() as cursor:
            for position, name in enumerate(name for name in names for _ in range(3)):
                cursor.execute(
                    f"UPDATE from_git_batchitem SET host = %s, not_before = {sql.after()} WHERE position = %s",
                    [name, 100.0 * position - 250.0, position],
                )
        found = leases.waiting_hosts()
        self.assertEqual(list(found), names)
        self.assertEqual([round(seconds / 10.0) * 10 for seconds in found.values()], [0, 50, 350, 650, 950])
        self.assertEqual(list(leases.waiting_hosts(batch.id)), names)
        self.assertEqual(leases.waiting_hosts("another"), {})

    def test_a_host_is_gone_with_its_last_item_that_waits(self) -> None:
        first, second = filled(2), filling.fill(profiles(1, "bitbucket.org"), "me", Purpose.ASKED)
        self.assertEqual(list(leases.waiting_hosts()), ["bitbucket.org", HOST])
        items = leases.claim("one", HOST, 9)
        self.assertEqual(list(leases.waiting_hosts()), ["bitbucket.org"])
        self.assertEqual(
            (leases.waiting_hosts(first.id), list(leases.waiting_hosts(second.id))), ({}, ["bitbucket.org"])
        )
        self.assertEqual(leases.ended([first.id, second.id]), [])
        leases.finish("one", done(*items))
        self.assertEqual(leases.ended([first.id, second.id, "none"]), [first.id])
        first.refresh_from_db()
        self.assertEqual((first.state, first.finished is not None), ("done", True))
        self.assertEqual(leases.ended([first.id]), [])
        self.assertEqual(leases.ended([]), [])

    def test_the_end_of_a_batch_is_told_to_one_of_many(self) -> None:
        batch = filled(4)
        leases.finish("one", done(*leases.claim("one", HOST, 4)))
        told = in_threads(6, lambda number: leases.ended([batch.id]))
        self.assertEqual(sorted(told), [*[[]] * 5, [batch.id]])


class WaitingOnPostgres(OnPostgres, Waiting):
    """The same on PostgreSQL."""


class Plans(OnSQLite):
    """How the database finds things among many."""

    def plan(self, text: str, params: Any) -> str:
        """What the database does for a statement."""
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {text}", params)
            return "\n".join(row[3] for row in cursor.fetchall())

    def plans(self) -> dict[str, str]:
        """Of each statement of those who look for work, the last one with each name."""
        found: dict[str, str] = {}
        name = ""

        def noted(execute, text, params, many, context):  # type: ignore[no-untyped-def]
            if "from_git_batchitem" in text and not many and "EXPLAIN" not in text:
                found[name] = self.plan(text, params)
            return execute(text, params, many, context)

        batch = filling.fill(profiles(1) * 10_000, "me", Purpose.ASKED).id
        with connection.execute_wrapper(noted):
            name = "claim"
            items = leases.claim("one", HOST, 32)
            name = "claim of a batch"
            leases.claim("one", HOST, 32, batch=batch)
            name = "claim alone"
            leases.claim("one", HOST, 1, alone=True)
            name = "renew"
            leases.renew("one", [(one.id, one.attempts) for one in items])
            name = "hosts"
            leases.waiting_hosts()
            name = "hosts of a batch"
            leases.waiting_hosts(batch)
            name = "suspects"
            waiting.suspects_due([HOST])
            name = "reap"
            leases.reap()
            name = "ended"
            leases.ended([batch])
        return found

    def test_nothing_is_looked_for_in_the_whole_table(self) -> None:
        for name, plan in self.plans().items():
            with self.subTest(name):
                whole = r"SCAN (?:item|from_git_batchitem)(?! USING)|Seq Scan on from_git_batchitem"
                self.assertNotRegex(plan, whole)
                self.assertRegex(plan, self.INDEXES[name])

    INDEXES: ClassVar = {
        "claim": "from_git_item_waiting",
        "claim of a batch": "from_git_item_open",
        "claim alone": "from_git_item_suspect",
        "renew": r"\(rowid=\?\)|_pkey",
        "hosts": "from_git_item_waiting",
        "hosts of a batch": "from_git_item_open",
        "suspects": "from_git_item_suspect",
        "reap": "from_git_item_running",
        "ended": "from_git_item_open",
    }
    """The index that each has to follow."""


class PlansOnPostgres(OnPostgres, Plans):
    """The same on PostgreSQL, which knows nothing of the new rows yet."""

    def plan(self, text: str, params: Any) -> str:
        """What the database does for a statement."""
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {text}", params)
            return "\n".join(row[0] for row in cursor.fetchall())
