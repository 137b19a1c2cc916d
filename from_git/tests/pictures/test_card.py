"""The card: whose numbers, compact figures, languages in their colours, what is hidden, and its widths."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from unittest import TestCase
from xml.etree import ElementTree

from from_git.pictures import PICTURES, Look, text
from from_git.pictures.colours import contrast
from from_git.pictures.drawing import DARK, LIGHT
from from_git.pictures.look import HIDEABLE
from from_git.tests.kit.examples import given, st
from from_git.tests.pictures.test_pictures import (
    EMPTY,
    ERROR,
    NOBODY,
    NOW,
    PLAIN,
    SPACK,
    SVG,
    TEAM,
    answer,
    described,
    read,
    shown,
)
from from_git.values.keys import KEYS, NOTHING
from from_git.values.stats import Language, Stats

CARD = PICTURES["card"]
LABELS = ("Original", "Forked", "Watchers", "Stars", "Languages", "Topics")


def langs(**bytes_of: int | None) -> dict[str, Language]:
    """Languages with so many bytes each, in one repository each."""
    return {name: Language(1, size) for name, size in bytes_of.items()}


def strip(svg: bytes) -> list[ElementTree.Element]:
    """The parts of the strip of languages."""
    return [one for one in read(svg).iter(f"{SVG}rect") if one.get("height") == "8"]


def numbers(svg: bytes) -> dict[str, str]:
    """The numbers in a card by their labels."""
    lines = shown(svg)
    return {label: lines[lines.index(label) - 1] for label in LABELS if label in lines}


class Numbers(TestCase):
    """Six of them."""

    def test_it_says_who_how_many_and_from_when(self) -> None:
        svg = CARD.of(PLAIN, NOW)
        lines = shown(svg)
        self.assertEqual(
            lines[:2], ["spack and mailchimp", "18 public repositories of 2 profiles on GitHub and Bitbucket"]
        )
        self.assertEqual(numbers(svg), dict(zip(LABELS, ("13", "5", "1.2k", "56.8k", "3", "3"), strict=True)))
        self.assertEqual(lines[-2:], ["counted 2026-11-28 15:32 UTC", "no such profile: github.com/nobody"])

    def test_the_exact_ones_are_in_its_description_and_where_a_mouse_points(self) -> None:
        svg = CARD.of(PLAIN, NOW)
        said = "Original: 13; Forked: 5; Watchers: 1,246; Stars: 56,789; Languages: 3; Topics: 3."
        self.assertIn(said, described(svg))
        titles = [one.findtext(f"{SVG}title") for one in read(svg).iter(f"{SVG}g")]
        self.assertEqual(titles, said.rstrip(".").split("; "))
        self.assertTrue(described(svg).startswith("18 public repositories of 2 profiles on GitHub and Bitbucket. "))

    def test_what_no_forge_tells_is_a_dash_and_said(self) -> None:
        svg = CARD.of(answer({TEAM: Stats(7, 3, 12)}), NOW)
        self.assertEqual(numbers(svg), dict(zip(LABELS, ("7", "3", "12", NOTHING, "0", NOTHING), strict=True)))
        self.assertIn("Stars: not told by Bitbucket;", described(svg))

    def test_the_oldest_number_says_from_when(self) -> None:
        older = replace(PLAIN, fetched={**PLAIN.fetched, TEAM: replace(PLAIN.fetched[TEAM], oldest=NOW - 86_400)})
        self.assertIn("counted 2026-11-27 15:33 UTC", shown(CARD.of(older, NOW)))

    def test_compact_figures_have_three_digits_at_most_and_never_a_thousand_of_a_unit(self) -> None:
        for number, said in {
            0: "0",
            999: "999",
            1_000: "1k",
            1_049: "1k",
            1_050: "1.1k",
            1_999: "2k",
            5_432: "5.4k",
            9_949: "9.9k",
            9_950: "10k",
            99_949: "99.9k",
            99_950: "100k",
            999_499: "999k",
            999_500: "1M",
            999_950: "1M",
            999_999: "1M",
            1_000_000: "1M",
            999_499_999: "999M",
            999_500_000: "1G",
            2**53: "9P",
        }.items():
            with self.subTest(number):
                self.assertEqual(text.compact(number), said)

    @given(st.integers(0, 2**53))
    def test_a_compact_figure_is_off_by_half_of_its_last_digit_at_most(self, number: int) -> None:
        said = text.compact(number)
        digits, letter = re.fullmatch(r"([\d.]+)([kMGTP]?)", said).groups()  # type: ignore[union-attr]
        unit = 1000 ** "kMGTP".find(letter) * 1000 if letter else 1
        self.assertLess(float(digits), 1_000)
        self.assertLessEqual(abs(float(digits) * unit - number), unit * (0.5 if float(digits) >= 100 else 0.0501))
        self.assertTrue(letter or said == str(number))

    def test_numbers_have_room_beside_each_other(self) -> None:
        wide = answer({SPACK: Stats(999_499_999, 999_499_999, 999_499_999, 999_499_999)})
        for width, columns in ((300, 3), (480, 6), (1200, 6)):
            sizes = {
                text.width(one.text or "", float(one.get("font-size", 0)), True)
                for one in read(CARD.of(wide, NOW, Look(width=width))).iter(f"{SVG}text")
                if one.text == "999M"
            }
            self.assertEqual(len(sizes), 1)
            self.assertLess(max(sizes), (width - 48) / columns)


class Colours(TestCase):
    """The strip of languages and its legend."""

    def test_languages_have_githubs_colours_and_their_shares_of_the_bytes(self) -> None:
        svg = CARD.of(answer({SPACK: Stats(9, langs=langs(python=530, javascript=300, zzz=164, c=4, go=2))}), NOW)
        said = ["python 53 %", "javascript 30 %", "zzz 16 %", "c < 1 %", "go < 1 %"]
        self.assertEqual([line for line in shown(svg) if "%" in line], said)
        self.assertIn("Languages by bytes of code", shown(svg))
        spoken = [f"{one.replace('<', 'less than')} (1 repository)" for one in said]
        listed = ", ".join(spoken)
        self.assertIn(f"Languages by bytes of code: {listed}.", described(svg))
        style = read(svg).findtext(f"{SVG}style") or ""
        for number, colour in enumerate(("#3572a5", "#f1e05a", LIGHT.series[-1], "#555555", "#00add8")):
            self.assertIn(f".l{number}{{fill:{colour};", style)
        self.assertEqual([one.findtext(f"{SVG}title") for one in strip(svg)], spoken)

    def test_where_a_forge_does_not_tell_bytes_they_have_their_shares_of_the_repositories(self) -> None:
        of_team = {"php": Language(3, None), "html/css": Language(1, None)}
        both = {SPACK: Stats(2, langs={"python": Language(4, 9_999)}), TEAM: Stats(4, langs=of_team)}
        for found, said in (
            ({TEAM: both[TEAM]}, ["php 75 %", "html/css 25 %"]),
            (both, ["python 50 %", "php 38 %", "html/css 12 %"]),
            ({SPACK: Stats(2, langs={"text": Language(4, 0)})}, ["text 100 %"]),
        ):
            svg = CARD.of(answer(found), NOW)
            self.assertEqual([line for line in shown(svg) if "%" in line], said)
            self.assertIn("Languages by repositories", shown(svg))

    def test_a_colour_that_is_near_the_ground_has_an_edge(self) -> None:
        one = answer({SPACK: Stats(9, langs=langs(javascript=2, c=1))})
        for theme, palette in (("light", LIGHT), ("dark", DARK)):
            style = read(CARD.of(one, NOW, Look(theme))).findtext(f"{SVG}style") or ""
            edges = re.findall(r"\.l\d\{fill:(#\w+);stroke:(#\w+)\}", style)
            self.assertEqual([fill for fill, _ in edges], ["#f1e05a", "#555555"])
            for _, edge in edges:
                self.assertGreaterEqual(contrast(edge, palette.ground), 3)
            self.assertEqual([fill == edge for fill, edge in edges], [theme == "dark", theme == "light"])

    def test_more_than_five_are_one_more_entry(self) -> None:
        for count, more in ((1, []), (5, []), (6, ["1 more"]), (12, ["7 more"])):
            many = answer({SPACK: Stats(9, langs={f"l{number:02}": Language(1, 10) for number in range(count)})})
            lines = shown(CARD.of(many, NOW))
            self.assertEqual([one.rpartition(" more")[0] + " more" for one in lines if " more " in one], more)
            for line in (one for one in lines if "%" in one):
                self.assertIn(line, described(CARD.of(many, NOW)))

    def test_the_parts_of_its_strip_are_all_seen_beside_each_other(self) -> None:
        names = {f"l{number}": Language(1, 1) for number in range(9)}
        cases: list[Mapping[str, Language]] = [{"c": Language(1, 10**6), **names}, names, langs(c=1), langs(c=3, d=1)]
        for width, found in itertools.product((300, 480, 1200), cases):
            with self.subTest(width, langs=len(found)):
                parts = strip(CARD.of(answer({SPACK: Stats(9, langs=found)}), NOW, Look(width=width)))
                self.assertEqual(len(parts), min(6, len(found)))
                # each has an edge, half of which is outside
                spans = [(float(one.get("x", 0)) - 0.5, float(one.get("width", 0)) + 1) for one in parts]
                self.assertEqual(spans[0][0], 24)
                self.assertAlmostEqual(sum(spans[-1]), width - 24, delta=0.2)
                for (x, long), (following, _) in itertools.pairwise(spans):
                    self.assertAlmostEqual(following - x - long, 2, delta=0.2)
                self.assertGreaterEqual(min(long for _, long in spans), 2.9)
        self.assertAlmostEqual(spans[0][1] / spans[1][1], 3, delta=0.1)


class Asked(TestCase):
    """What its options change."""

    def test_a_title_stands_in_the_place_of_the_owners(self) -> None:
        for name, picture in PICTURES.items():
            with self.subTest(name):
                svg = picture.of(PLAIN, NOW, Look(title="Ours & <b>theirs</b>"))
                self.assertEqual(shown(svg)[0], "Ours & <b>theirs</b>")
                self.assertEqual(read(svg).findtext(f"{SVG}title"), "Ours & <b>theirs</b>")
                self.assertEqual(shown(picture.of_error(ERROR, Look(title="x")))[1], "GitHub: rate limit")

    def test_what_is_hidden_is_neither_shown_nor_described(self) -> None:
        for key in HIDEABLE:
            with self.subTest(key):
                svg = CARD.of(PLAIN, NOW, Look(hide=frozenset([key])))
                label = {"originalRepos": "Original", "forkedRepos": "Forked"}.get(key, KEYS[key].label)
                if key == "langs":
                    self.assertEqual((strip(svg), list(numbers(svg))), ([], list(LABELS)))
                    self.assertNotIn("python", "".join(read(svg).itertext()))
                else:
                    self.assertEqual(list(numbers(svg)), [one for one in LABELS if one != label])
                    self.assertNotIn(f"{label}: ", described(svg))
                    self.assertEqual(len(strip(svg)), 3)

    def test_its_size_follows_its_width_alone(self) -> None:
        for width, height in {300: 330, 479: 330, 480: 244, 1200: 244}.items():
            look = Look(width=width)
            sizes = {
                (read(svg).get("width"), read(svg).get("height"))
                for svg in (
                    *(CARD.of(one, NOW, look) for one in (PLAIN, EMPTY, answer({}, (NOBODY,)))),
                    CARD.of(PLAIN, NOW, replace(look, hide=frozenset(HIDEABLE[2:]))),
                    CARD.of_error(ERROR, look),
                )
            }
            self.assertEqual(sizes, {(str(width), str(height))})
