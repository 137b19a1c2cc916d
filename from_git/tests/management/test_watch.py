"""`manage.py watch`."""

import io
import tempfile
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from from_git.history import watching
from from_git.models import Profile as Row
from from_git.tests.kit.databases import OnPostgres, OnSQLite
from from_git.tests.kit.past import MFEM, NOBODY, SPACK


class Watch(OnSQLite):
    """Adding, removing, listing."""

    def run_watch(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status and what it wrote."""
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("watch", *arguments, stdout=out, stderr=err)
        except SystemExit as end:
            return int(str(end.code)), out.getvalue(), err.getvalue()
        return 0, out.getvalue(), err.getvalue()

    def test_what_is_added_is_listed_until_it_is_removed(self) -> None:
        self.assertEqual(self.run_watch("list"), (0, "", ""))
        self.assertEqual(self.run_watch("add", SPACK, MFEM), (0, "2 profiles are watched now.\n", ""))
        told = "1 profile is watched now.\n1 profile was watched already.\n"
        self.assertEqual(self.run_watch("add", SPACK.upper(), NOBODY), (0, told, ""))
        self.assertEqual(self.run_watch("list"), (0, f"{NOBODY}\n{MFEM}\n{SPACK}\n", ""))
        self.assertEqual(self.run_watch("remove", SPACK), (0, "1 profile is not watched any more.\n", ""))
        told = "0 profiles are not watched any more.\n1 profile was not watched anyway.\n"
        self.assertEqual(self.run_watch("remove", SPACK), (0, told, ""))
        self.assertEqual(self.run_watch("list"), (0, f"{NOBODY}\n{MFEM}\n", ""))

    def test_urls_stand_in_a_file_too(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "urls")
            file.write_text(f"# ours\n{SPACK}\n\n{MFEM} # theirs\n", encoding="utf-8")
            self.assertEqual(self.run_watch("add", "--file", str(file))[0], 0)
        self.assertEqual(list(watching.watched()), [MFEM, SPACK])

    def test_wrong_urls_are_named_and_nothing_is_changed(self) -> None:
        status, out, err = self.run_watch("add", SPACK, "https://github.com/spack/spack", "https://gihub.com/spack")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("'https://github.com/spack/spack' is not a", err)
        self.assertIn("did you mean", err)
        self.assertFalse(Row.objects.exists())
        status, out, err = self.run_watch("add")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("manage.py watch add https://", err)

    def test_a_profile_of_a_host_that_is_gone_can_be_removed_as_it_is_listed(self) -> None:
        url = "https://git.example.org/old"
        Row.objects.create(host="git.example.org", key="old\x1b", url=f"{url}\x1b")
        self.assertEqual(self.run_watch("list"), (0, f"{url}\\u001b\n", ""))
        Row.objects.create(host="git.example.org", key="old", url=url)
        self.assertEqual(self.run_watch("remove", url), (0, "1 profile is not watched any more.\n", ""))
        self.assertEqual(self.run_watch("remove", url)[0], 2)

    def test_a_database_without_tables_is_an_error_that_says_what_to_do(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE from_git_profile RENAME TO elsewhere")
        try:
            status, out, err = self.run_watch("list")
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE elsewhere RENAME TO from_git_profile")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("manage.py migrate", err)


class WatchOnPostgres(OnPostgres, Watch):
    """The same on PostgreSQL."""
