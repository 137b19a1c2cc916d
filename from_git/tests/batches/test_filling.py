"""Tests of batches as they begin."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.test import override_settings

from from_git.batches import filling, leases, sql, states
from from_git.errors import DatabaseAway, TooManyBatches, TooManyUrls
from from_git.models import Batch, BatchItem, Purpose
from from_git.tests.kit.databases import OnPostgres, OnSQLite, in_threads
from from_git.tests.kit.filled import HOST, done, filled, profiles
from from_git.values.profile import Profile


def served(number: int) -> list[str]:
    """The batches of the items that are claimed next, one after the other."""
    return [one.batch_id for one in leases.claim("one", HOST, number)]


def rows() -> tuple[int, int]:
    """How many batches and items there are."""
    return Batch.objects.count(), BatchItem.objects.count()


class Filling(OnSQLite):
    """New batches."""

    def test_all_that_is_to_be_done_stands_in_the_tables(self) -> None:
        asked = [*profiles(2), *profiles(2, "bitbucket.org")]
        batch = filling.fill(asked, "me", Purpose.ASKED)
        self.assertRegex(batch.id, "^[0-9a-f]{32}$")
        self.assertEqual((batch.state, batch.total, batch.client, batch.purpose), ("running", 4, "me", "asked"))
        items = BatchItem.objects.filter(batch=batch).order_by("position")
        self.assertEqual([(one.position, one.url) for one in items], [(at, one.url) for at, one in enumerate(asked)])
        self.assertEqual({(one.state, one.attempts, one.not_before) for one in items}, {("waiting", 0, None)})
        self.assertEqual(leases.waiting_hosts(), {HOST: 0.0, "bitbucket.org": 0.0})

    def test_names_of_any_letters_are_stored_as_they_are(self) -> None:
        odd = [replace(profiles(1)[0], url="https://github.com/a\tb\\c\nd é🙂,\"'%s")]
        batch = filling.fill(odd, "me", Purpose.COMMAND)
        self.assertEqual([one.url for one in batch.items.all()], [odd[0].url])

    def test_batches_are_served_in_turn(self) -> None:
        first = filled(10)
        served(4)
        second = filled(3)
        self.assertEqual(served(6), [first.id, second.id] * 3)
        self.assertEqual(served(9), [first.id] * 3)

    def test_a_batch_does_not_come_before_items_that_wait_for_a_limit(self) -> None:
        first = filled(10)
        items = leases.claim("one", HOST, 10)
        leases.finish("one", done(*items[:5]))
        leases.give_back("one", [leases.GivenBack(one.id, one.attempts, 0.0) for one in items[5:]])
        second = filled(3)
        self.assertEqual(served(4), [first.id, second.id] * 2)

    def test_an_item_that_waits_long_does_not_let_a_later_batch_come_first(self) -> None:
        first = filled(10)
        items = leases.claim("one", HOST, 5)
        leases.give_back("one", [leases.GivenBack(items[0].id, items[0].attempts, 600.0)])
        leases.finish("one", done(*items[1:]))
        second = filled(3)
        self.assertEqual(served(4), [first.id, second.id] * 2)

    def test_nor_does_an_item_that_has_to_run_alone(self) -> None:
        first = filled(10)
        items = leases.claim("one", HOST, 5)
        BatchItem.objects.filter(id=items[0].id).update(state="waiting", suspect=True)
        leases.finish("one", done(*items[1:]))
        second = filled(3)
        self.assertEqual(served(4), [first.id, second.id] * 2)

    def test_a_client_has_so_many_batches_under_way(self) -> None:
        with override_settings(BATCHES_PER_CLIENT=2):
            first, _ = filled(1), filled(1)
            with self.assertRaises(TooManyBatches) as refused:
                filled(1)
            self.assertIn("2 batches", refused.exception.message)
            self.assertEqual((rows(), filling.open_of("me")), ((2, 2), 2))
            filled(1, client="you")
            filled(1, purpose=Purpose.COMMAND)
            states.cancel(first.id)
            filled(1)

    def test_of_many_at_once_no_more_pass(self) -> None:
        def ask(number: int) -> bool:
            try:
                filled(50)
            except TooManyBatches:
                return False
            return True

        with override_settings(BATCHES_PER_CLIENT=3):
            self.assertEqual(sum(in_threads(8, ask)), 3)
        self.assertEqual(rows(), (3, 150))

    def test_too_many_urls_store_nothing(self) -> None:
        with override_settings(BATCH_MAX_URLS=3):
            filled(3)
            with self.assertRaises(TooManyUrls) as refused:
                filled(4)
            self.assertIn("3 profiles, and this one has 4", refused.exception.message)
            filled(4, purpose=Purpose.SNAPSHOT)
        self.assertEqual(rows(), (2, 7))

    def test_what_fails_in_the_middle_stores_nothing(self) -> None:
        class Breaks(list[Profile]):
            """Profiles of which one cannot be had."""

            def __iter__(self):  # type: ignore[no-untyped-def]
                for number, one in enumerate(super().__iter__()):
                    if number == 20_000:
                        raise KeyError(number)
                    yield one

        asked: Sequence[Profile] = Breaks(profiles(1) * 20_001)
        with self.assertRaises(KeyError):
            filling.fill(asked, "me", Purpose.ASKED)
        self.assertEqual(rows(), (0, 0))

    def test_a_batch_of_nothing_ends_at_once(self) -> None:
        batch = filled(0)
        self.assertEqual(leases.ended([batch.id]), [batch.id])

    def test_the_command_resumes_its_last_batch_of_the_same_content(self) -> None:
        self.assertIsNone(filling.resume("abc", "two", alone=True))
        first = filling.fill(profiles(2), "batch", Purpose.COMMAND, "abc", "one")
        self.assertEqual((first.worker, first.lease is not None), ("one", True))
        filling.fill(profiles(2), "me", Purpose.ASKED, "abc")
        filling.fill(profiles(1), "batch", Purpose.COMMAND, "other", "one")
        again = filling.resume("abc", "two", alone=True)
        assert again is not None
        self.assertEqual((again.id, again.worker), (first.id, "two"))
        leases.finish("two", done(*leases.claim("two", HOST, 9, batch=first.id)))
        self.assertEqual(leases.ended([first.id]), [first.id])
        again = filling.resume("abc", "three", alone=True)
        assert again is not None
        self.assertEqual((again.id, again.state, again.worker), (first.id, "done", "two"))
        Batch.objects.filter(id=first.id).update(created=Now() - timedelta(days=1), state="cancelled")
        self.assertIsNone(filling.resume("abc", "four", alone=True))

    def test_without_being_alone_it_takes_no_batch_from_a_process_that_lives(self) -> None:
        first = filling.fill(profiles(2), "batch", Purpose.COMMAND, "abc", "one")
        leases.claim("one", HOST, 9, batch=first.id)
        with self.assertRaises(filling.Held):
            filling.resume("abc", "two", alone=False)
        Batch.objects.filter(id=first.id).update(lease=Now() - timedelta(seconds=1))
        again = filling.resume("abc", "two", alone=False)
        assert again is not None
        dead = BatchItem.objects.filter(batch=first.id, lease__lt=Now())
        self.assertEqual((again.worker, dead.count()), ("two", 0))
        filling.resume("abc", "three", alone=True)
        self.assertEqual(dead.count(), 2)


class FillingOnPostgres(OnPostgres, Filling):
    """The same on PostgreSQL."""

    def test_a_url_that_is_too_long_is_a_fault_of_ours_and_stores_nothing(self) -> None:
        asked = [*profiles(100), replace(profiles(1)[0], url="x" * 2_001)]
        with self.assertRaises(DatabaseError):
            filling.fill(asked, "me", Purpose.ASKED)
        self.assertEqual(rows(), (0, 0))


class FullDisk(OnSQLite):
    """A database that may grow no more."""

    def test_nothing_half_stored_and_all_well_when_there_is_room_again(self) -> None:
        filled(1)
        with sql.reading() as cursor:
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages + 10}")
        with self.assertRaises(DatabaseAway), self.assertLogs("from_git.batches.sql", "WARNING"):
            filled(20_000)
        connection.close()
        self.assertEqual(rows(), (1, 1))
        filled(20_000)
        self.assertEqual(rows(), (2, 20_001))
