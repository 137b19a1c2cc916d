"""The table of repositories in a terminal."""

import io
import re
import tracemalloc
from unittest import TestCase

from rich.console import Console

from from_git import terminal
from from_git.aggregator import Answer
from from_git.terminal.repositories import repositories
from from_git.tests.terminal.test_terminal import profile
from from_git.values.filters import Filter
from from_git.values.found import Fetched, Found
from from_git.values.repository import Repository
from from_git.values.rows import Rows
from from_git.values.stats import Tally

DAY = 1_700_000_000  # 2023-11-14
FULL = Repository(
    *("1", "compiler", True, True, 12_345, 678, (("C", 1), ("Python", 2), ("Assembly", 3)), ("parsers", "hpc")),
    *("MIT", DAY - 86_400, DAY),
)
HEADINGS = ["Repository", "Kind", "Stars", "Watchers", "Pushed", "Created", "Licence", "Languages", "Topics"]


def answer_with(chosen: Filter = Filter(), **profiles: list[Repository]) -> Answer:  # noqa: B008 - frozen
    """The answer for profiles on GitHub with these repositories, and one on Bitbucket where the name begins with b."""
    found = {
        profile(f"{'bitbucket.org' if name[0] == 'b' else 'github.com'}/{name}"): Found(
            "User", Rows.of(rows).chosen(chosen)
        )
        for name, rows in profiles.items()
    }
    tally = Tally()
    for one in found.values():
        tally.add_repositories(list(one.rows))
    fetched = {one: Fetched(there, 1.0, 1.0) for one, there in found.items()}
    return Answer(fetched, found, (), tally.stats(), filter=chosen)


def screen(answer: Answer, width: int, encoding: str = "utf-8") -> list[str]:
    """The lines of the table in a terminal of that width, without blanks at their ends."""
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding) as file:
        console = Console(file=file, width=width, color_system=None, legacy_windows=False)
        for part in repositories(answer, width):
            console.print(part)
        file.flush()
        return [line.rstrip() for line in raw.getvalue().decode(encoding).splitlines()]


class Table(TestCase):
    """Its columns and rows."""

    def test_a_wide_terminal_shows_all_that_is_known(self) -> None:
        head, row = screen(answer_with(a=[FULL]), 200)

        self.assertEqual(head.split(), HEADINGS)
        self.assertEqual(
            re.split(r" {2,}", row),
            [
                *("compiler", "archived fork", "12,345", "678", "2023-11-14", "2023-11-13", "MIT"),
                *("assembly, c, python", "hpc, parsers"),
            ],
        )

    def test_a_narrow_one_shows_the_most_wanted_columns_and_none_is_cut(self) -> None:
        rows = [FULL, Repository("2", "a-name-that-is-longer-than-any-column-of-a-narrow-terminal", False, False, 1, 1)]
        seen = []
        for width in (30, 40, 60, 80, 120, 200):
            with self.subTest(width):
                lines = screen(answer_with(a=rows), width)
                self.assertLessEqual(max(map(len, lines)), width)
                seen.append(lines[0].split())
                text = "".join("".join(line[: lines[0].index("Stars") - 2].split()) for line in lines)
                self.assertIn(rows[1].name, text.replace("archivedfork", ""))
        few = ["Repository", "Stars", "Pushed"]
        some = ["Repository", "Kind", "Stars", "Pushed", "Licence"]
        more = ["Repository", "Kind", "Stars", "Watchers", "Pushed", "Languages"]
        self.assertEqual(seen, [few[:2], few, some, more, HEADINGS, HEADINGS])

    def test_numbers_are_aligned_and_what_is_not_told_is_no_zero(self) -> None:
        rows = [Repository(str(n), f"r{n}", False, None, 10**n, 0) for n in range(4)]

        head, *lines = screen(answer_with(a=rows), 80)

        ends = {line.index(f"{10**number:,}") + len(f"{10**number:,}") for number, line in enumerate(lines)}
        self.assertEqual(ends, {head.index("Stars") + len("Stars")})
        [bare] = screen(answer_with(b=[Repository("1", "x")]), 200)[1:]
        self.assertEqual(bare.split(), ["x"])

    def test_columns_in_which_nothing_stands_are_left_out(self) -> None:
        head = screen(
            answer_with(b=[Repository("1", "x", False, None, None, 3, (("Go", None),), None, None, DAY)]), 200
        )[0]

        self.assertEqual(head.split(), ["Repository", "Watchers", "Created", "Languages"])

    def test_lists_that_are_too_long_end_with_how_many_more_there_are(self) -> None:
        one = FULL._replace(langs=tuple((f"language-{n}", 1) for n in range(30)))

        lines = screen(answer_with(a=[one]), 120)

        self.assertEqual(len(lines), 2)
        named = re.findall(r"language-\d+", lines[1])
        self.assertIn(f"{named[-1]}, +{30 - len(named)}", lines[1])

    def test_several_profiles_each_have_a_line_with_their_name(self) -> None:
        lines = screen(answer_with(a=[FULL], c=[], bb=[FULL._replace(id="2", name="x")]), 80)

        self.assertEqual([line.split()[0] for line in lines], ["Repository", "a", "compiler", "bb", "x"])
        self.assertEqual((lines[1], lines[3]), ("a (GitHub)", "bb (Bitbucket)"))

    def test_a_forges_words_cannot_steer_the_terminal(self) -> None:
        evil = "\x1b[2J\x9b31m[red]x[/red]\r\n\u202e"
        one = FULL._replace(name=evil, langs=((evil, 1),), topics=(evil,), license=evil)

        text = "\n".join(screen(answer_with(a=[one]), 200))

        self.assertEqual([c for c in text if not c.isprintable() and c != "\n"], [])
        self.assertEqual(text.lower().count("[2j31m[red]x[/red]"), 4)

    def test_wide_characters_and_terminals_without_unicode_keep_the_columns(self) -> None:
        rows = [FULL, FULL._replace(id="2", name="編譯器")]
        _, one, two = screen(answer_with(a=rows), 80)
        self.assertEqual(one.index("12,345"), two.index("12,345") + len("編譯器"))
        self.assertTrue(all(line.isascii() for line in screen(answer_with(a=[FULL]), 80, "ascii")))

    def test_any_number_of_rows_takes_the_same_memory(self) -> None:
        peaks = []
        for number in (2_000, 20_000):
            answer = answer_with(a=[FULL._replace(id=str(n), name=f"r{n:05}") for n in range(number)])
            tracemalloc.start()
            rows = sum(part.plain.count("\n") + 1 for part in repositories(answer, 80))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            self.assertEqual(rows, number + 1)
        self.assertLess(peaks[1], 1.5 * peaks[0])


class Report(TestCase):
    """The table with the rest of the report."""

    def text(self, answer: Answer, listing: bool = True) -> str:
        """The whole report in 100 columns."""
        file = io.StringIO()
        console = Console(file=file, width=100, color_system=None)
        for part in terminal.lines(answer, console, listing):
            console.print(part)
        return file.getvalue()

    def test_the_filter_stands_beside_what_was_counted(self) -> None:
        rows = [FULL, FULL._replace(id="2", name="own", is_fork=False)]

        text = self.text(answer_with(Filter(forks="no"), a=rows))

        self.assertIn("\na\n1 public repository of 1 profile on GitHub, no forks\n", text)
        self.assertNotIn("compiler", text)
        self.assertNotIn("\nown", self.text(answer_with(a=rows), listing=False))
        self.assertIn("\n2 public repositories of 1 profile on GitHub\n", self.text(answer_with(a=rows)))

    def test_a_filter_that_leaves_nothing_says_so(self) -> None:
        text = self.text(answer_with(Filter(forks="no", archived="only"), a=[FULL]))

        self.assertIn("\nNo repository passes the filter (no forks and archived only).\n", text)
        self.assertNotIn("Repository ", text)
        self.assertNotIn("original", text)
        self.assertIn("Languages: none", text)
