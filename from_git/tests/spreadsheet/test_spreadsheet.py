"""An answer as a workbook, read without a program for spreadsheets."""

import io
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import TestCase
from xml.etree.ElementTree import fromstring
from zipfile import ZipFile

from xlsxwriter import Workbook

from from_git.aggregator import Answer
from from_git.errors import DeadlineError, RequestError
from from_git.renderers import AnswerXLSX, Details
from from_git.serializers import REPOSITORY
from from_git.spreadsheet import MOST_ROWS, refuse_large, spooled, spooled_batch, write
from from_git.spreadsheet.cells import MOST_CHARACTERS, cut, joined
from from_git.tests.kit.flying import MFEM, SPACK
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.workbook import Page, pages
from from_git.values.filters import Filter
from from_git.values.found import Fetched, Found
from from_git.values.profile import Profile
from from_git.values.repository import LATEST, Repository
from from_git.values.rows import Rows
from from_git.values.stats import LARGEST, Stats

OLDEST = 1_700_000_000.9  # 2023-11-14 22:13:20 UTC
NAMES = ["Totals", "Profiles", "Repositories", "Languages", "Topics"]


def answer(rows: Sequence[Repository] = (), missing: Sequence[str] = ()) -> Answer:
    """To a question for one profile that has these repositories, and one that does not exist."""
    one = Fetched(Found("Organization", Rows.of(rows), tuple(missing)), OLDEST + 5, OLDEST)
    nobody = Fetched(None, OLDEST + 9, OLDEST + 9)
    assert one.found
    return Answer(
        fetched={SPACK: one, MFEM: nobody},
        found={SPACK: one.found},
        missing=(MFEM,),
        stats=one.found.stats,
        missing_repositories=tuple(missing),
    )


def workbook(one: Answer) -> dict[str, Page]:
    """The sheets of an answer."""
    with spooled(one) as file:
        return pages(file)


def repository(*rows: Repository) -> dict[str, object]:
    """The row of the first repository of an answer with these."""
    return workbook(answer(rows))["Repositories"].records()[0]


class Sheets(TestCase):
    """What every workbook has."""

    def test_there_are_always_all_five_with_frozen_heads_and_filters(self) -> None:
        for rows in ((), [Repository("R1", "one", langs=(("C", 1),), topics=("api",))]):
            sheets = workbook(answer(rows))
            self.assertEqual(list(sheets), NAMES)
            for name, page in sheets.items():
                with self.subTest(name, rows=len(rows)):
                    self.assertEqual(page.one("pane")["state"], "frozen")
                    self.assertEqual(page.one("pane")["topLeftCell"], "A2")
                    self.assertEqual(page.one("ignoredError")["numberStoredAsText"], "1")
                    last = f"{chr(ord('A') + len(page.rows[0]) - 1)}{len(page.rows)}"
                    self.assertEqual(page.one("autoFilter")["ref"], f"A1:{last}")

    def test_totals_are_numbers_by_name_and_then_filter_and_what_is_missing(self) -> None:
        rows = [Repository("R1", "one", False, False, 5, 7, (("C", 1),), ("api",)), Repository("R2", "two", True)]
        one = replace(answer(rows, ["https://github.com/spack/lost"]), filter=Filter(forks="no", active=90))

        self.assertEqual(
            workbook(one)["Totals"].rows,
            [
                ["key", "label", "value"],
                ["originalRepos", "Original repositories", 1],
                ["forkedRepos", "Forked repositories", 1],
                ["watchers", "Watchers", 7],
                ["followers", "Stars", 5],
                ["langsNum", "Languages", 1],
                ["topicsNum", "Topics", 1],
                ["filter", "Filter", "no forks and pushed to in the last 90 days"],
                ["missing", "Missing profile", MFEM.url],
                ["missing", "Missing repository", "https://github.com/spack/lost"],
            ],
        )

    def test_a_total_that_no_forge_tells_is_empty_and_one_of_zero_is_not(self) -> None:
        team = Profile(host_of("bitbucket"), "team", "team", "https://bitbucket.org/team")
        one = Fetched(Found("Workspace", Rows()), OLDEST, OLDEST)
        assert one.found
        rows = workbook(Answer({team: one}, {team: one.found}, (), one.found.stats))["Totals"].records()

        totals = {str(row["key"]): row["value"] for row in rows}
        self.assertEqual((totals["originalRepos"], totals["watchers"], totals["langsNum"]), (0, 0, 0))
        self.assertEqual((totals["followers"], totals["topicsNum"]), (None, None))
        self.assertEqual(totals["filter"], "none")

    def test_what_is_missing_has_a_row_without_numbers_among_the_profiles(self) -> None:
        first, second = workbook(answer([Repository("R1", "one")]))["Profiles"].records()
        self.assertEqual((first["owner"], first["originalRepos"], first["host"]), ("spack", 1, "github.com"))
        self.assertEqual(first["fetchedAt"], datetime(2023, 11, 14, 22, 13, 20))
        known = {name: value for name, value in second.items() if value is not None}
        wanted = {"url": MFEM.url, "forge": "github", "owner": "mfem", "kind": "missing", "host": "github.com"}
        self.assertEqual(known, wanted)

    def test_the_same_answer_gives_the_same_bytes_dated_by_its_oldest_number(self) -> None:
        one = answer([Repository("R1", "one", stars=1)])
        first, second = io.BytesIO(), io.BytesIO()
        write(one, first)
        write(one, second)

        self.assertEqual(first.getvalue(), second.getvalue())
        with ZipFile(first) as archive:
            self.assertEqual({one.date_time[:2] for one in archive.infolist()}, {(1980, 1)})
            dates = {one.text for one in fromstring(archive.read("docProps/core.xml")) if "}" in one.tag and one.text}  # noqa: S314
        self.assertIn("2023-11-14T22:13:20Z", dates)


class Cells(TestCase):
    """Each value is of its type."""

    def test_texts_stay_texts_whatever_they_look_like(self) -> None:
        names = ["=1+1", "-1", "@sum", "007", "1e5", "TRUE", "http://x.y/", "<r><t>b</t></r>", "a&b<c>", "_x0041_"]
        names += ["\x00\x07\x1f", " blank ", "\ufffe\uffff", "\U0001f600", "a\nb\rc", "mailto:a@b", "{=1}", "#REF!"]
        rows = [Repository(f"R{number}", name) for number, name in enumerate(sorted(names))]
        found = workbook(answer([*rows[:-1], rows[-1]._replace(topics=tuple(names))]))

        self.assertEqual([row["name"] for row in found["Repositories"].records()], sorted(names))
        self.assertEqual([row["name"] for row in found["Topics"].records()], sorted(names))

    def test_numbers_truths_and_times_are_what_they_are_to_their_ends(self) -> None:
        row = Repository("R1", "one", True, False, LARGEST, LARGEST - 1, (("C", 0),), (), "MIT", 0, LATEST)
        found = repository(row)

        self.assertEqual(list(found), list(REPOSITORY))
        self.assertEqual((found["stars"], found["watchers"]), (LARGEST, LARGEST - 1))
        self.assertIs(found["isFork"], True)
        self.assertIs(found["isArchived"], False)
        self.assertEqual(found["createdAt"], datetime(1970, 1, 1))
        self.assertEqual(found["pushedAt"], datetime(9999, 12, 31, 23, 59, 59))

    def test_what_is_not_told_is_empty_and_zero_is_not(self) -> None:
        empty = repository(Repository("R1", "one"))
        self.assertEqual({empty[name] for name in REPOSITORY if name not in ("url", "profile", "name")}, {None})
        self.assertEqual(repository(Repository("R1", "one", stars=0))["stars"], 0)


class Limits(TestCase):
    """What no cell and no sheet can hold."""

    def test_a_list_is_cut_at_a_whole_name_and_says_how_many_more_there_are_and_where(self) -> None:
        names = [f"topic-{number:05}" for number in range(4_000)]
        text = repository(Repository("R1", "one", topics=tuple(names)))["topics"]

        assert isinstance(text, str)
        *shown, said = text.split("; ")
        self.assertEqual(shown, names[: len(shown)])
        self.assertEqual(said, f"and {4_000 - len(shown):,} more: all are in the JSON with expand=repositories")
        self.assertLessEqual(len(text), MOST_CHARACTERS)
        self.assertGreater(len(text), MOST_CHARACTERS - 100)

    def test_a_list_that_just_fits_is_whole(self) -> None:
        names = ["a" * 40, "b" * 48]
        self.assertEqual(joined(names, "langs", 90), "; ".join(names))
        self.assertEqual(joined(names, "langs", 89), "and 2 more: all are in the JSON with expand=langs")
        wide = ["\U0001f600" * 20, "b" * 48]  # each of these counts twice
        self.assertEqual(joined(wide, "langs", 90), "; ".join(wide))

    def test_a_text_that_is_too_long_says_how_long_it_is(self) -> None:
        self.assertEqual(cut("a" * 20, 20), "a" * 20)
        self.assertEqual(cut("a" * 40, 30), "a" * 13 + "… (40 characters)")
        self.assertEqual(cut("\U0001f600" * 20, 30), "\U0001f600" * 6 + "… (20 characters)")
        self.assertLessEqual(len(cut("a" * 70_000)), MOST_CHARACTERS)

    def test_too_many_rows_are_an_error_that_says_of_what_before_anything_is_written(self) -> None:
        rows = [Repository(f"R{n}", f"r{n}", langs=((f"l{n}", 1),), topics=(f"t{n}",)) for n in range(8)]
        for most, things in ((1, "profiles"), (7, "repositories")):
            with self.subTest(things), self.assertRaises(RequestError) as caught:
                refuse_large(answer(rows), most)
            self.assertIn(f"holds at most {most} rows in a sheet, and there are more {things}.", str(caught.exception))
            self.assertIn("CSV", caught.exception.advice)
            self.assertEqual([one.subject for one in caught.exception.parameters], ["format"])
        refuse_large(answer(rows), 8)
        self.assertEqual(MOST_ROWS + 1, Workbook(io.BytesIO()).add_worksheet().xls_rowmax)
        with self.assertRaisesRegex(RequestError, "missing profiles and repositories"):
            refuse_large(answer(rows[:1]), 7)
        many = Repository("R", "r", langs=tuple((f"l{n}", 1) for n in range(9)), topics=("t",))
        with self.assertRaisesRegex(RequestError, "more languages"):
            refuse_large(answer([many]), 8)
        with self.assertRaisesRegex(RequestError, "more topics"):
            refuse_large(answer([many._replace(langs=(), topics=tuple(f"t{n}" for n in range(9)))]), 8)

    def test_so_are_those_of_a_batch_which_nobody_counts_before(self) -> None:
        told = {"createdAt": "2026-11-29T08:00:00Z", "counts": {}}
        spooled_batch([{"url": "one"}] * 3, told, most=3).close()
        with self.assertRaisesRegex(RequestError, "more profiles and missing repositories"):
            spooled_batch([{"url": "one"}] * 4, told, most=3)

    def test_one_that_is_not_finished_leaves_no_files(self) -> None:
        folder = Path(self.enterContext(TemporaryDirectory()))
        before, tempfile.tempdir = tempfile.tempdir, str(folder)
        self.addCleanup(setattr, tempfile, "tempdir", before)
        with self.assertRaises(DeadlineError):
            write(answer([Repository("R1", "one")]), io.BytesIO(), until=0.0)
        self.assertEqual(list(folder.iterdir()), [])

    def test_a_workbook_that_would_be_too_long_is_not_begun_and_head_says_so_too(self) -> None:
        long, file = replace(answer(), stats=Stats(original_repos=MOST_ROWS, forked_repos=1)), io.BytesIO()
        with self.assertRaises(RequestError):
            write(long, file)
        self.assertEqual(file.getvalue(), b"")
        for wanted in (bool, lambda bare: False):
            with self.assertRaises(RequestError):
                AnswerXLSX().response(long, Details(), wanted)
