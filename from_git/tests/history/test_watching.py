"""Which profiles are watched."""

from from_git.history import watching
from from_git.models import Profile as Row, Snapshot
from from_git.tests.kit.databases import OnPostgres, OnSQLite, in_threads
from from_git.tests.kit.past import MFEM, NOBODY, SPACK, day, found, profiles, put


class Watching(OnSQLite):
    """Adding and removing."""

    def test_each_profile_is_watched_once_however_often_and_however_it_is_spelt(self) -> None:
        first = watching.watch(profiles(SPACK, MFEM))
        self.assertEqual([one.url for one in first.changed], [SPACK, MFEM])
        again = watching.watch(profiles("http://www.github.com/SPACK/", NOBODY))
        self.assertEqual([one.url for one in again.changed], [NOBODY])
        self.assertEqual([one.url for one in again.unchanged], ["http://www.github.com/SPACK/"])
        self.assertEqual(list(watching.watched()), [NOBODY, MFEM, SPACK])

    def test_what_is_removed_keeps_its_snapshots_and_comes_back_with_them(self) -> None:
        put(SPACK, day(1), found(3))
        self.assertEqual(len(watching.unwatch(profiles(SPACK, MFEM)).changed), 1)
        self.assertEqual(list(watching.watched()), [])
        self.assertEqual(watching.unwatch(profiles(SPACK)).changed, [])
        self.assertEqual(Snapshot.objects.count(), 1)
        self.assertEqual(len(watching.watch(profiles(SPACK)).changed), 1)
        self.assertEqual(Row.objects.count(), 1)
        self.assertEqual(Snapshot.objects.get().profile, Row.objects.get(watched=True))

    def test_many_are_added_and_found_in_parts(self) -> None:
        many = profiles(*(f"https://github.com/owner-{number}" for number in range(2 * watching.PART + 1)))
        self.assertEqual(len(watching.watch(many).changed), len(many))
        self.assertEqual(list(watching.rows(many)), many)
        found, gone = watching.profiles()
        self.assertEqual((set(found), gone), (set(many), []))
        self.assertEqual(len(watching.unwatch(many).changed), len(many))

    def test_a_host_that_the_settings_have_no_more_is_told_and_in_nobodys_way(self) -> None:
        watching.watch(profiles(SPACK))
        Row.objects.create(host="git.example.org", key="old", url="https://git.example.org/old")
        found, gone = watching.profiles()
        self.assertEqual(([one.url for one in found], gone), ([SPACK], ["https://git.example.org/old"]))

    def test_several_that_add_the_same_at_once_add_it_once(self) -> None:
        many = profiles(*(f"https://github.com/owner-{number}" for number in range(20)))
        in_threads(4, lambda number: watching.watch(many[::-1] if number % 2 else many))
        self.assertEqual(sorted(watching.watched()), sorted(one.url for one in many))


class WatchingOnPostgres(OnPostgres, Watching):
    """The same on PostgreSQL."""
