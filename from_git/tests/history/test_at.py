"""The answer of a moment, and what has changed."""

from datetime import timedelta

from from_git.errors import NothingHere, RequestError
from from_git.history import at, watching
from from_git.models import Snapshot
from from_git.serializers import answer_body
from from_git.tests.kit.databases import OnPostgres, OnSQLite
from from_git.tests.kit.past import MFEM, NOBODY, SPACK, day, found, profiles, put, watch
from from_git.values.stats import Language

GROUP, PART, OTHER = (f"https://gitlab.com/{path}" for path in ("team", "team/tools", "teams/tools"))


class Moment(OnSQLite):
    """`answer_at`."""

    def test_the_last_snapshot_at_or_before_the_moment_counts(self) -> None:
        put(SPACK, day(1), found(1, "c", "api"))
        put(SPACK, day(3), found(3, "c python", "web", repos=2))
        put(MFEM, day(2), found(10, "c"))
        for moment, stars, langs in (
            (day(2), 11, ["c"]),
            (day(3) - timedelta(seconds=1), 11, ["c"]),
            (day(3), 13, ["c", "python"]),
            (day(20), 13, ["c", "python"]),
        ):
            with self.subTest(str(moment)):
                answer = at.answer_at(profiles(SPACK, MFEM), moment)
                data = answer_body(answer)["data"]
                self.assertEqual((data["followers"], data["langs"]), (stars, langs))
                self.assertEqual(answer.moment, moment.timestamp())

    def test_names_are_those_of_the_last_snapshot_before_that_has_some(self) -> None:
        put(SPACK, day(1), found(1, "c", "api"))
        for number in (2, 3):
            one = put(SPACK, day(number), found(number))
            Snapshot.objects.filter(id=one.id).update(names=None, langs_num=1, topics_num=1)
        put(SPACK, day(4), found(4, "go"))
        data = answer_body(at.answer_at(profiles(SPACK), day(3)))["data"]
        self.assertEqual((data["followers"], data["langs"], data["topics"]), (3, ["c"], ["api"]))

    def test_renamed_languages_are_one_over_profiles_and_in_one(self) -> None:
        put(SPACK, day(1), found(1, "coq"))
        both = found(1, "coq")
        both.stats.langs["rocq prover"] = Language(2, None)  # type: ignore[index]
        put(MFEM, day(1), both)
        body = answer_body(at.answer_at(profiles(SPACK, MFEM), day(1)), ("langs",))
        self.assertEqual(body["langsDetail"], [{"name": "rocq prover", "repos": 4, "bytes": 200}])
        self.assertEqual(body["data"]["langsNum"], 1)

    def test_a_profile_that_was_missing_then_is_missing(self) -> None:
        put(SPACK, day(1), found(1))
        put(NOBODY, day(1), None)
        body = answer_body(at.answer_at(profiles(NOBODY, SPACK), day(2)))
        self.assertEqual((body["missing"], body["data"]["followers"]), ([NOBODY], 1))

    def test_one_without_a_snapshot_so_old_is_named_and_there_is_no_partial_sum(self) -> None:
        put(SPACK, day(1), found(1))
        put(MFEM, day(2), found(1))
        with self.assertRaises(NothingHere) as caught:
            at.answer_at(profiles(SPACK, MFEM), day(1))
        self.assertIn(MFEM, caught.exception.message)
        self.assertNotIn(SPACK, caught.exception.message)

    def test_one_that_is_not_watched_is_named_with_what_to_do(self) -> None:
        put(SPACK, day(1), found(1))
        put(MFEM, day(1), found(1))
        watching.unwatch(profiles(MFEM))
        with self.assertRaises(NothingHere) as caught:
            at.answer_at(profiles(SPACK, MFEM, NOBODY), day(1))
        self.assertIn(f"{MFEM} and {NOBODY} are not watched", caught.exception.message)
        self.assertIn(f"manage.py watch add {MFEM} {NOBODY}", caught.exception.advice)

    def test_two_names_of_one_profile_count_once(self) -> None:
        for url in (SPACK, MFEM):
            [row] = watch(url)
            row.identity = "u-1"
            row.save()
            put(url, day(1), found(5))
        self.assertEqual(answer_body(at.answer_at(profiles(SPACK, MFEM), day(1)))["data"]["followers"], 5)

    def test_a_group_and_its_own_part_are_refused_together(self) -> None:
        for url in (GROUP, PART, OTHER):
            put(url, day(1), found(1))
        for urls in ((GROUP, PART), (PART, GROUP)):
            with self.assertRaises(RequestError) as caught:
                at.answer_at(profiles(*urls), day(1))
            self.assertIn(f"{PART} together with {GROUP}", caught.exception.message)
        self.assertEqual(at.answer_at(profiles(GROUP, OTHER), day(1)).stats.followers, 2)


class Changes(OnSQLite):
    """`changes`."""

    def test_the_last_snapshots_are_compared_with_those_before(self) -> None:
        put(SPACK, day(1), found(1, "c"))
        put(SPACK, day(2), found(4, "c"))
        put(SPACK, day(3), found(9, "go"))
        put(MFEM, day(3), found(100))
        found_ones = at.changes(profiles(SPACK, MFEM))
        assert found_ones is not None
        self.assertEqual((found_ones.now.stats.followers, found_ones.before.stats.followers), (109, 104))
        self.assertEqual((list(found_ones.now.stats.langs), list(found_ones.before.stats.langs)), (["go"], ["c"]))

    def test_nothing_is_compared_where_there_is_nothing_before(self) -> None:
        put(SPACK, day(1), found(1))
        self.assertIsNone(at.changes(profiles(SPACK)))
        put(SPACK, day(2), found(1))
        watch(MFEM)
        self.assertIsNone(at.changes(profiles(SPACK, MFEM)))


class MomentOnPostgres(OnPostgres, Moment):
    """The same on PostgreSQL."""


class ChangesOnPostgres(OnPostgres, Changes):
    """The same on PostgreSQL."""
