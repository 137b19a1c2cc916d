"""What a terminal shows of an answer."""

import io
import re
from unittest import TestCase

from rich.console import Console

from from_git import terminal
from from_git.aggregator import Answer
from from_git.forges.registry import KINDS
from from_git.tests.kit.finds import found_with
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.parsing import parse_profile
from from_git.values.found import Fetched
from from_git.values.profile import Profile
from from_git.values.stats import Language, Stats, merge

HOSTS = {kind.host: host_of(kind) for kind in KINDS.values()}


def profile(url: str) -> Profile:
    """The profile at the URL."""
    return parse_profile(url, HOSTS)


def answer(*parts: tuple[str, Stats | None]) -> Answer:
    """The answer for profiles with these numbers; None: missing."""
    there = {profile(url): found_with(stats) for url, stats in parts if stats is not None}
    fetched = {profile(url): Fetched(there.get(profile(url)), 1.0, 1.0) for url, _ in parts}
    missing = tuple(one for one in fetched if one not in there)
    return Answer(fetched, there, missing, merge(one.stats for one in there.values()))


def screen(shown: Answer, width: int = 100, encoding: str = "utf-8") -> str:
    """What a terminal of that width shows, without colours."""
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding) as file:
        console = Console(file=file, width=width, color_system=None, legacy_windows=False)
        for part in terminal.lines(shown, console):
            console.print(part)
        file.flush()
        return raw.getvalue().decode(encoding)


def rows(text: str, name: str) -> list[list[str]]:
    """The words of the lines that begin with the name, bars left out."""
    found = [line for line in text.splitlines() if line.lstrip("│ ").startswith(name)]
    return [re.sub(r"[│━╸╺]|-{2,}", " ", line).split() for line in found]


class Terminal(TestCase):
    """Its parts."""

    def test_every_number_of_each_profile_and_their_sum(self) -> None:
        a = Stats(1200, 1, 3000, 4, {"c": Language(1, 5)}, {"x": 1})
        b = Stats(1, 0, 1, 0, {"c": Language(1, None), "go": Language(1, None)}, {})

        text = screen(answer(("github.com/a", a), ("bitbucket.org/b", b)))

        self.assertEqual(rows(text, "a (GitHub)"), [["a", "(GitHub)", "1,200", "1", "3,000", "4", "1", "1"]])
        self.assertEqual(rows(text, "b (Bitbucket)"), [["b", "(Bitbucket)", "1", "0", "1", "-", "2", "-"]])
        self.assertEqual(rows(text, "Total"), [["Total", "1,201", "1", "3,001", "4", "2", "1"]])

    def test_stars_are_called_stars_and_what_no_forge_among_the_profiles_tells_is_no_zero(self) -> None:
        team = screen(answer(("bitbucket.org/b", Stats(2, 0, 7)), ("bitbucket.org/c", Stats(1, 0, 1))))
        both = screen(answer(("bitbucket.org/b", Stats(2, 0, 7)), ("github.com/a", Stats(1))))

        self.assertEqual(rows(team, "Total"), [["Total", "3", "0", "8", "-", "0", "-"]])
        self.assertIn("Topics: not told by Bitbucket", team.splitlines())
        self.assertEqual(rows(both, "Total"), [["Total", "3", "0", "7", "0", "0", "0"]])
        self.assertIn("Topics: none", both.splitlines())
        self.assertIn("Stars", team)
        self.assertNotIn("Followers", team)

    def test_one_profile_is_its_own_sum(self) -> None:
        text = screen(answer(("github.com/a", Stats(1))))
        self.assertEqual(rows(text, "Total"), [])
        self.assertNotIn("All profiles together", text)

    def test_languages_by_repositories_with_their_bytes(self) -> None:
        langs = {
            "c": Language(2, 1_500),
            "go": Language(10, 2_000_000),
            "sh": Language(2, None),
            "zig": Language(1, 1_000),
            "ada": Language(1, 999),
        }

        text = screen(answer(("github.com/a", Stats(10, langs=langs))))

        self.assertEqual(rows(text, "go"), [["go", "10", "2.0", "MB"]])
        self.assertEqual(rows(text, "c "), [["c", "2", "1.5", "kB"]])
        self.assertEqual(rows(text, "sh"), [["sh", "2"]])
        self.assertEqual(rows(text, "ada"), [["ada", "1", "999", "B"]])
        self.assertEqual(rows(text, "zig"), [["zig", "1", "1.0", "kB"]])
        order = [text.index(f"\n{name} ") for name in ("go", "c", "sh", "ada", "zig")]
        self.assertEqual(order, sorted(order))

    def test_the_longest_bar_of_a_chart_is_its_largest_number_and_ends_with_the_line(self) -> None:
        langs = {"most": Language(4, None), "half": Language(2, None), "few": Language(1, None)}
        shown = answer(("github.com/a", Stats(4000, 1000, langs=langs, topics={"rare": 1})))

        for width in (40, 80, 120, 200):
            with self.subTest(width):
                lines = [line.rstrip() for line in screen(shown, width).splitlines()]
                drawn = {line.split()[0]: line for line in lines if line.endswith("━") and not line.startswith("┏")}
                long = {name: line.count("━") for name, line in drawn.items()}
                whole = long["most"]
                self.assertEqual(long["half"], round(whole / 2))
                self.assertEqual((long["few"], long["forked"]), (round(whole / 4), round(whole / 4)))
                self.assertEqual((long["original"], long["rare"]), (whole, whole))
                self.assertEqual({len(drawn[name]) for name in ("most", "original", "rare")}, {width})
                self.assertEqual(len({line.index("━") for line in drawn.values()}), 1)

    def test_the_smallest_number_is_seen_and_none_is_not(self) -> None:
        text = screen(
            answer(("github.com/a", Stats(1_000_000, 0, langs={"c": Language(100_000, None), "b": Language(1, None)})))
        )

        [c, b, forked] = (
            next(line for line in text.splitlines() if line.startswith(f"{name} ")) for name in ("c", "b", "forked")
        )
        self.assertGreater(c.count("━"), 10)
        self.assertEqual((b.count("━"), forked.count("━")), (1, 0))

    def test_the_most_frequent_ones_have_bars_and_the_others_are_named(self) -> None:
        topics = {f"t{n:02}": 40 - n for n in range(13)}

        text = screen(answer(("github.com/a", Stats(40, topics=topics))))

        self.assertIn("and 3 more: t10 (30), t11 (29), t12 (28)", text)
        self.assertEqual(rows(text, "t09"), [["t09", "31"]])

    def test_where_there_is_nothing_it_says_so(self) -> None:
        text = screen(answer(("github.com/a", None), ("bitbucket.org/b", None)))

        for line in ("Languages: none", "Topics: none", "Missing: github.com/a", "Missing: bitbucket.org/b"):
            self.assertIn(line, text.splitlines())
        self.assertEqual(rows(text, "Total"), [["Total", "0", "0", "0", "0", "0", "0"]])

    def test_a_name_cannot_steer_the_terminal(self) -> None:
        hostile = "\x1b[2Jevil\r\n[red]x[/red]"

        text = screen(answer(("github.com/a", Stats(1, langs={hostile: Language(1, 1)}, topics={hostile: 1}))))

        self.assertNotIn("\x1b", text)
        self.assertEqual(text.count("[2Jevil[red]x[/red]"), 2)

    def test_a_name_of_wide_characters_stands_in_one_line_with_its_bar(self) -> None:
        wide = "\u7de8\u8b6f\u5668" * 3
        lines = screen(answer(("github.com/a", Stats(1, topics={wide: 1, "c": 1})))).splitlines()
        self.assertIn("━", next(line for line in lines if line.startswith(wide)))

    def test_a_terminal_without_unicode_or_with_few_columns_shows_it_too(self) -> None:
        shown = answer(("github.com/a", Stats(3, langs={"a-rather-long-name-of-a-language": Language(2, 10)})))

        self.assertIn("--------", screen(shown, encoding="ascii"))
        self.assertIn(
            "Missing:", screen(answer(("bitbucket.org/b", Stats(1)), ("github.com/a", None)), encoding="ascii")
        )
        narrow = screen(shown, width=40)
        self.assertIn("10 B", narrow)
        self.assertGreater(narrow.count("━", narrow.index("Languages, by")), 3)

    def test_a_terminal_that_is_too_narrow_for_the_table_has_a_small_one_for_each_profile(self) -> None:
        a, b = Stats(1_234_567, 0, 7_654_321), Stats(1)
        shown = answer(("github.com/a", a), ("github.com/some-long-name-of-38-letters-in-allhere", b))

        text = screen(shown, width=40)

        self.assertNotIn("│", text)
        self.assertEqual(
            [line.split() for line in text.splitlines()[4:8]],
            [["a", "(GitHub)"], ["Original", "1,234,567"], ["Forked", "0"], ["Watchers", "7,654,321"]],
        )
        self.assertIn("Total", [line.strip() for line in text.splitlines()])
        self.assertEqual(len({len(line) for line in text.splitlines() if line.split()[:1] == ["Original"]}), 1)
        for width in (41, 60, 80, 120):
            with self.subTest(width):
                lines = screen(shown, width).splitlines()
                self.assertLessEqual(max(map(len, lines)), width)
                self.assertIn("7,654,321", "\n".join(lines))
