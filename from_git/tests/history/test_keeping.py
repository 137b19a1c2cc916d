"""Which snapshots are kept."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta

from django.db import transaction

from emulator.tests.helpers import settled
from from_git.history import keeping, watching
from from_git.history.stored import Names, snapshot
from from_git.models import Profile as Row, Snapshot
from from_git.tests.kit.databases import OnPostgres, OnSQLite, in_threads, waits
from from_git.tests.kit.past import MFEM, NOBODY, SPACK, age, found, keep, profiles, put, watch
from from_git.values.found import Fetched
from from_git.values.stats import Language


class Keeping(OnSQLite):
    """What is news."""

    def setUp(self) -> None:
        super().setUp()
        watch(SPACK)

    def last(self) -> Snapshot:
        """The newest one; all are put back by a second, so that a later one can be kept."""
        age(seconds=1)
        return Snapshot.objects.latest("at")

    def test_of_what_is_not_watched_nothing_is_kept(self) -> None:
        self.assertEqual(keep(MFEM, found(1)), 0)
        watching.unwatch(profiles(SPACK))
        self.assertEqual(keep(SPACK, found(1)), 0)
        self.assertFalse(Snapshot.objects.exists())

    def test_the_first_one_has_all_that_was_found(self) -> None:
        begin = datetime.now(UTC).replace(microsecond=0)
        self.assertEqual(keep(SPACK, found(5, "c python", "api", repos=3, not_told=("watchers",))), 1)
        one = Snapshot.objects.get()
        self.assertEqual((one.followers, one.original_repos, one.langs_num, one.topics_num), (5, 3, 2, 1))
        self.assertEqual((one.kind, one.not_told), ("User", "watchers"))
        names = {"langs": {"c": [1, 100], "python": [1, 100]}, "topics": {"api": 1}}
        self.assertEqual(json.loads(one.names or ""), names)
        self.assertTrue(begin <= one.at <= datetime.now(UTC), one.at)

    def test_the_same_again_is_kept_when_the_day_is_over(self) -> None:
        self.assertEqual(keep(SPACK, found(5, "c")), 1)
        first = self.last()
        self.assertEqual(keep(SPACK, found(5, "c")), int(first.at.date() != datetime.now(UTC).date()))
        age(hours=24)
        self.assertEqual(keep(SPACK, found(5, "c")), 1)
        self.assertIsNone(Snapshot.objects.latest("at").names)

    def test_each_number_is_news_and_names_are_stored_only_where_they_are(self) -> None:
        keep(SPACK, found(5, "c", "api"))
        for one, stored in (
            (found(6, "c", "api"), False),
            (found(6, "c", "api", repos=2), False),
            (found(6, "c python", "api", repos=2), True),
            (found(6, "c go", "api", repos=2), True),  # as many as before
            (found(6, "c go", "web", repos=2), True),
            (found(6, "c go", "web", repos=2, kind="Organization"), False),
            (found(6, "c go", "web", repos=2, kind="Organization", not_told=("watchers",)), False),
        ):
            with self.subTest(str(one)):
                self.last()
                self.assertEqual(keep(SPACK, one), 1)
                self.assertEqual(Snapshot.objects.latest("at").names is not None, stored)

    def test_sizes_of_languages_alone_are_no_news_but_are_stored_with_the_next_snapshot(self) -> None:
        keep(SPACK, found(5, "c"))
        first = self.last()
        larger = found(5, "c")
        larger.stats.langs["c"] = Language(1, 999)  # type: ignore[index]
        self.assertEqual(keep(SPACK, larger), int(first.at.date() != datetime.now(UTC).date()))
        age(hours=24)
        self.assertEqual(keep(SPACK, larger), 1)
        self.assertIn("999", Snapshot.objects.latest("at").names or "")

    def test_a_language_under_its_new_name_is_no_news(self) -> None:
        keep(SPACK, found(5, "c coq"))
        first = self.last()
        renamed = found(5, "c")
        renamed.stats.langs["rocq prover"] = Language(1, 100)  # type: ignore[index]
        self.assertEqual(keep(SPACK, renamed), int(first.at.date() != datetime.now(UTC).date()))
        age(hours=24)
        self.assertEqual(keep(SPACK, renamed), 1)
        self.assertIsNone(Snapshot.objects.latest("at").names)
        self.assertIn('"coq"', first.names or "")

    def test_two_names_of_one_language_are_one_in_its_number(self) -> None:
        both = found(5, "c coq")
        both.stats.langs["rocq prover"] = Language(1, 100)  # type: ignore[index]
        keep(SPACK, both)
        self.assertEqual(Snapshot.objects.get().langs_num, 2)

    def test_a_profile_that_goes_missing_and_comes_back_is_news_each_time(self) -> None:
        keep(SPACK, found(5, "c"))
        for one, kind in ((None, ""), (found(5, "c"), "User")):
            self.last()
            self.assertEqual(keep(SPACK, one), 1)
            newest = Snapshot.objects.latest("at")
            self.assertEqual((newest.kind, newest.names), (kind, None))
            age(seconds=1)
            self.assertEqual(keep(SPACK, one), int(newest.at.date() != datetime.now(UTC).date()))

    def test_what_comes_late_or_twice_is_not_kept(self) -> None:
        keep(SPACK, found(5))
        Snapshot.objects.update(at=datetime.now(UTC) + timedelta(seconds=90))
        self.assertEqual(keep(SPACK, found(8)), 0)

    def test_of_two_within_one_second_the_first_is_kept(self) -> None:
        keep(SPACK, found(5))
        first = Snapshot.objects.get()
        second = snapshot(Row.objects.get(), first.at, found(8))
        self.assertFalse(keeping._is_news(second, first, Names.read(first.names)))

    def test_a_wrong_clock_of_this_machine_moves_no_snapshot(self) -> None:
        for wrong in (86_400.0, -86_400.0):
            Snapshot.objects.all().delete()
            moment = time.time() + wrong
            with transaction.atomic():
                keeping.keep({profiles(SPACK)[0]: Fetched(found(1), moment, moment)})
            age = datetime.now(UTC) - Snapshot.objects.get().at
            self.assertLess(age, timedelta(minutes=6))
            self.assertGreaterEqual(age, timedelta(0))

    def test_its_moment_is_that_of_the_fetch(self) -> None:
        watch(MFEM)
        now = time.time()
        with transaction.atomic():
            keeping.keep(
                {
                    one: Fetched(found(1), now - ago, now)
                    for one, ago in zip(profiles(SPACK, MFEM), (100, 0), strict=True)
                }
            )
        before, after = Snapshot.objects.order_by("at")
        self.assertEqual((after.at - before.at, before.profile.url), (timedelta(seconds=100), SPACK))

    def test_what_identifies_a_profile_is_remembered(self) -> None:
        keep(SPACK, found(5, identity="u-1"))
        self.assertEqual(Row.objects.get().identity, "u-1")

    def test_two_that_keep_the_same_at_once_keep_it_once(self) -> None:
        watch(MFEM, NOBODY)
        urls = (SPACK, MFEM, NOBODY)
        now = time.time()

        def one(number: int) -> int:
            fetched = {one: Fetched(found(3), now, now) for one in profiles(*(urls[::-1] if number % 2 else urls))}
            with transaction.atomic():
                return keeping.keep(fetched)

        self.assertEqual(sum(in_threads(4, one)), 3)


class Forgetting(OnSQLite):
    """Retention."""

    def test_names_that_later_snapshots_rely_on_go_over_to_the_first_of_them(self) -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        put(SPACK, now - timedelta(days=9), found(1, "c"))
        put(SPACK, now - timedelta(days=8), found(2, "python"))
        young = [now - timedelta(days=number) for number in (6, 5, 4)]
        for at, one in zip(young, (None, found(4), found(5)), strict=True):
            made = put(SPACK, at, one)
            Snapshot.objects.filter(id=made.id).update(names=None)
        put(MFEM, now - timedelta(days=8), found(2, "go"))
        put(MFEM, now - timedelta(days=1), found(2, "rust"))
        self.assertEqual(keeping.forget_old(7), 3)
        self.assertIn("rust", Snapshot.objects.get(profile__key="mfem").names or "")
        left = Snapshot.objects.filter(profile__key="spack").order_by("at")
        self.assertEqual([one.at for one in left], young)
        self.assertEqual(["python" in (one.names or "") for one in left], [True, False, False])
        self.assertEqual(keeping.forget_old(7), 0)

    def test_many_go_in_parts(self) -> None:
        [row] = watch(SPACK)
        begin = datetime(2026, 1, 1, tzinfo=UTC)
        Snapshot.objects.bulk_create(
            Snapshot(profile=row, at=begin + timedelta(minutes=number), kind="User") for number in range(2_500)
        )
        Snapshot.objects.filter(at=begin).update(names="{}")
        newest = put(SPACK, datetime.now(UTC), found(1))
        Snapshot.objects.filter(id=newest.id).update(names=None)
        self.assertEqual(keeping.forget_old(1), 2_500)
        self.assertEqual(Snapshot.objects.get().names, "{}")

    def test_nothing_is_there_to_forget(self) -> None:
        self.assertEqual(keeping.forget_old(1), 0)


class KeepingOnPostgres(OnPostgres, Keeping):
    """The same on PostgreSQL."""


class ForgettingOnPostgres(OnPostgres, Forgetting):
    """The same on PostgreSQL."""

    def test_nothing_of_a_profile_goes_while_something_of_it_is_kept(self) -> None:
        put(SPACK, datetime.now(UTC) - timedelta(days=9), found(1))
        locked = threading.Event()

        def work(number: int) -> object:
            if number:
                locked.wait(30)
                return keeping.forget_old(7)
            with transaction.atomic():
                watching.rows(profiles(SPACK), locked=True)
                locked.set()
                return settled(waits, True, patience=15)

        self.assertEqual(in_threads(2, work), [True, 1])
