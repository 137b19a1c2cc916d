"""What `/readyz` and `/metrics` say of batches."""

from typing import Any

from django.db import connection, connections

from from_git import forges
from from_git.batches import engine, filling, leases
from from_git.models import Batch, BatchItem, ItemState, Purpose
from from_git.probes import queue
from from_git.profiles import parse_profiles
from from_git.tests.flights.test_flights_redis import redis_settings
from from_git.tests.kit.databases import OnPostgres, OnSQLite, settings_of
from from_git.tests.kit.exposition import scraped
from from_git.tests.kit.raw import RawServer, silent
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.probes.test_probes import ProbesTestCase

GITHUB, BITBUCKET, OTHER = ("github.com", "github"), ("bitbucket.org", "bitbucket"), ("other", "other")
WAITING = "batch_items_waiting"


class Queue(OnSQLite, ProbesTestCase):
    """With BATCHES on, but for one test."""

    def setUp(self) -> None:
        """Ask anew."""
        super().setUp()
        self.settings_for_test(BATCHES=True)
        queue.forget()
        self.addCleanup(queue.forget)

    def fill(self, *hosts: str) -> Batch:
        """A batch of one profile on each host."""
        urls = [f"https://{host}/owner-{number}" for number, host in enumerate(hosts)]
        batch = filling.fill(parse_profiles(urls, forges.hosts()).profiles, "me", Purpose.ASKED)
        connection.close()
        return batch

    def scraped(self, *names: str) -> list[float]:
        """These metrics without labels, asked anew."""
        queue.forget()
        found = scraped(self.base)
        return [found[(name, ())] for name in names]

    def test_off_nothing_is_asked_and_nothing_told(self) -> None:
        self.settings_for_test(BATCHES=False)
        self.assertEqual(queue.degraded(), [])
        queue.publish()
        self.assertIsNone(queue._last)

    def test_what_waits_is_told_by_host_and_so_is_that_nothing_waits(self) -> None:
        self.fill("github.com", "github.com", "bitbucket.org")
        BatchItem.objects.filter(host="bitbucket.org").update(host="git.gone.example")
        connection.close()
        found = scraped(self.base)
        waiting = {key[1]: int(value) for key, value in found.items() if key[0] == WAITING}
        self.assertEqual([waiting[one] for one in (GITHUB, BITBUCKET, OTHER)], [2, 0, 1])
        self.assertEqual(self.scraped("batches_under_way", "batch_hosts_due", "database_reachable"), [1, 2, 1])

    def test_workers_are_seen_by_their_leases_and_those_that_died_are_counted(self) -> None:
        self.fill("github.com", "github.com", "github.com")
        names = "batch_workers", "batch_items_running", "batch_items_dead"
        self.assertEqual(self.scraped(*names), [0, 0, 0])
        for worker in ("one", "two"):
            leases.claim(worker, "github.com", 1)
        connection.close()
        self.assertEqual(self.scraped(*names), [2, 2, 0])
        BatchItem.objects.filter(worker="one").update(state=ItemState.FAILED, suspect=True, deaths=3, worker="")
        connection.close()
        self.assertEqual(self.scraped(*names), [1, 1, 1])
        BatchItem.objects.filter(worker="two").update(lease="2026-01-01T00:00:00Z")
        BatchItem.objects.filter(state=ItemState.WAITING).update(state=ItemState.FAILED)
        connection.close()
        self.assertEqual(self.scraped(*names), [0, 1, 1])

    @needs_redis
    def test_workers_that_hold_nothing_are_seen_in_the_shared_cache(self) -> None:
        self.settings_for_test(**redis_settings(start_redis(type(self))))
        for name in ("one", "two"):
            engine.Presence(name).renew()
        self.assertEqual(self.scraped("batch_workers"), [2])

    def test_how_long_the_oldest_batch_is_under_way_is_told(self) -> None:
        batch = self.fill("github.com")
        Batch.objects.filter(pk=batch.pk).update(created="2026-01-01T00:00:00Z")
        connection.close()
        [oldest] = self.scraped("batch_oldest_seconds")
        self.assertGreater(oldest, 86_400)

    def test_nobody_at_work_is_a_reason_and_somebody_is_none(self) -> None:
        self.ready(200, "ready")
        batch = self.fill("github.com", "github.com")
        queue.forget()
        self.ready(200, "ready")  # somebody may be about to begin
        Batch.objects.filter(pk=batch.pk).update(created="2026-01-01T00:00:00Z")
        BatchItem.objects.update(not_before="2999-01-01T00:00:00Z")
        connection.close()
        queue.forget()
        self.ready(200, "ready")  # there is nothing to do yet
        BatchItem.objects.update(not_before=None)
        connection.close()
        queue.forget()
        self.ready(200, "degraded", "2 profiles of batches wait, and no process works on them")
        leases.claim("one", "github.com", 1)
        connection.close()
        queue.forget()
        self.ready(200, "ready")

    def test_what_a_command_has_left_waits_for_that_command_and_with_a_broker_for_workers(self) -> None:
        self.fill("github.com")
        Batch.objects.update(purpose=Purpose.COMMAND, created="2026-01-01T00:00:00Z")
        connection.close()
        self.assertEqual(self.scraped("batches_under_way", "batch_hosts_due", "batch_oldest_seconds"), [0, 0, 0])
        self.settings_for_test(CELERY_BROKER_URL="redis://127.0.0.1:1/0")
        self.assertEqual(self.scraped("batches_under_way", "batch_hosts_due"), [1, 1])

    def test_a_database_without_tables_degrades_and_is_told(self) -> None:
        self.away()
        queue.forget()
        self.ready(200, "degraded", "The database has no tables of this version of from-git. Batches wait. Run")
        self.assertEqual(self.scraped("database_reachable"), [0])
        self.answer("https://github.com/user-3")

    def away(self) -> None:
        """Take a table away, until the end of the test."""

        def rename(old: str, new: str) -> None:
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")
            connection.close()

        rename("from_git_batchitem", "gone")
        self.addCleanup(rename, "gone", "from_git_batchitem")

    def test_a_database_that_hangs_holds_nobody_up(self) -> None:
        hanging = self.enterContext(RawServer(silent))
        self.elsewhere(hanging.url.split("/")[2])
        self.ready(200, "degraded", "The database does not answer, so batches wait")
        self.assertEqual(self.get("/metrics").status_code, 200)

    def elsewhere(self, address: str) -> None:
        """Have a PostgreSQL there as the database, until the end of the test."""
        before = connections.settings["default"]

        def use(settings: Any) -> None:
            connection.close()
            del connections["default"]
            connections.settings["default"] = settings

        self.addCleanup(use, before)
        use(settings_of(f"postgres://me:secret@{address}/mine"))


class QueueOnPostgres(OnPostgres, Queue):
    """The same on PostgreSQL."""
