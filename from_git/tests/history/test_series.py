"""Numbers over time."""

from datetime import timedelta

from from_git.history import series, watching
from from_git.history.series import Place, Span
from from_git.models import Snapshot
from from_git.tests.kit.databases import OnPostgres, OnSQLite
from from_git.tests.kit.past import MFEM, NOBODY, SPACK, day, found, profiles, put, watch


class Points(OnSQLite):
    """`points`."""

    def test_they_come_by_time_with_what_each_forge_tells(self) -> None:
        put(SPACK, day(1), found(1))
        put(SPACK, day(3), found(3, not_told=("watchers",)))
        put(NOBODY, day(2), None)
        told = series.points(watching.rows(profiles(NOBODY, SPACK)))
        self.assertEqual([one.place.at for one in told], [day(1), day(2), day(3)])
        self.assertEqual([one.profile.url for one in told], [SPACK, NOBODY, SPACK])
        self.assertEqual([one.numbers["followers"] for one in told], [1, None, 3])
        self.assertEqual([one.numbers["watchers"] for one in told], [7, None, None])
        self.assertEqual([one.kind for one in told], ["User", "", "User"])

    def test_a_time_has_both_its_ends(self) -> None:
        for number in range(1, 6):
            put(SPACK, day(number), found(number))
        rows = watching.rows(profiles(SPACK))
        for span, stars in (
            (Span(), [1, 2, 3, 4, 5]),
            (Span(day(2)), [2, 3, 4, 5]),
            (Span(None, day(2)), [1, 2]),
            (Span(day(2), day(4)), [2, 3, 4]),
            (Span(day(2) + timedelta(seconds=1), day(3) - timedelta(seconds=1)), []),
        ):
            with self.subTest(str(span)):
                self.assertEqual([one.numbers["followers"] for one in series.points(rows, span)], stars)

    def test_pages_have_each_point_once_though_many_are_of_one_moment(self) -> None:
        urls = [f"https://github.com/owner-{number}" for number in range(7)]
        for url in urls:
            for number in range(1, 4):
                put(url, day(number), found(number))
        rows = watching.rows(profiles(*urls))
        every = series.points(rows)
        self.assertEqual(len(every), 21)
        for most in (1, 4, 7, 20, 21):
            after: Place | None = None
            seen = []
            while page := series.points(rows, after=after, most=most):
                seen += page
                after = page[-1].place
            self.assertEqual(seen, every)

    def test_many_profiles_are_asked_for_in_parts_and_the_first_points_of_all_are_told(self) -> None:
        urls = [f"https://github.com/owner-{number}" for number in range(watching.PART + 20)]
        rows = {profile: row for profile, row in zip(profiles(*urls), watch(*urls), strict=True)}
        Snapshot.objects.bulk_create(
            Snapshot(profile=row, at=day(1) - timedelta(minutes=number), kind="User", followers=number)
            for number, row in enumerate(rows.values())
        )
        told = series.points(rows, most=30)
        last = len(urls) - 1
        self.assertEqual([one.numbers["followers"] for one in told], list(range(last, last - 30, -1)))
        self.assertEqual(len(list(series.all_points(rows))), len(urls))
        Snapshot.objects.all().delete()
        Snapshot.objects.bulk_create(
            Snapshot(profile=row, at=day(1), kind="User", followers=number)
            for number, row in reversed(list(enumerate(rows.values())))
        )
        told = series.points(rows, most=30)
        self.assertEqual([one.numbers["followers"] for one in told], list(range(last, last - 30, -1)))


class Sums(OnSQLite):
    """`sums`."""

    def test_they_begin_when_each_profile_has_a_point_and_follow_each_change(self) -> None:
        put(SPACK, day(1), found(1))
        put(SPACK, day(2), found(2))
        put(MFEM, day(3), found(10))
        put(NOBODY, day(3), None)
        put(SPACK, day(4), found(4))
        put(MFEM, day(4), found(20))
        put(SPACK, day(5), None)
        told = list(series.sums(watching.rows(profiles(SPACK, MFEM, NOBODY))))
        stars = [(at, numbers["followers"]) for at, numbers in told]
        self.assertEqual(stars, [(day(3), 12), (day(4), 24), (day(5), 20)])

    def test_what_no_forge_tells_and_nobody_has_is_no_number(self) -> None:
        put(SPACK, day(1), found(1, not_told=("watchers",)))
        put(SPACK, day(2), None)
        put(SPACK, day(3), found(1))
        told = list(series.sums(watching.rows(profiles(SPACK))))
        self.assertEqual([numbers["watchers"] for _, numbers in told], [None, None, 7])
        self.assertEqual([numbers["followers"] for _, numbers in told], [1, None, 1])

    def test_nothing_is_told_where_one_has_no_point(self) -> None:
        put(SPACK, day(1), found(1))
        watch(MFEM)
        self.assertEqual(list(series.sums(watching.rows(profiles(SPACK, MFEM)))), [])
        self.assertEqual(list(series.sums({})), [])

    def test_two_names_of_one_profile_count_once(self) -> None:
        for url in (SPACK, MFEM):
            [row] = watch(url)
            row.identity = "u-1"
            row.save()
            put(url, day(1), found(5))
        told = list(series.sums(watching.rows(profiles(SPACK, MFEM))))
        self.assertEqual([numbers["followers"] for _, numbers in told], [5])


class PointsOnPostgres(OnPostgres, Points):
    """The same on PostgreSQL."""


class SumsOnPostgres(OnPostgres, Sums):
    """The same on PostgreSQL."""
