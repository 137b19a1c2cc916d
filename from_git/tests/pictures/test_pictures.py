"""Pictures and badges as pure functions: hostile names, one size, themes, words for who cannot see them."""

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import TestCase
from xml.etree import ElementTree

from from_git.aggregator import Answer
from from_git.errors import (
    DeadlineError,
    FromGitError,
    LimitError,
    OwnFault,
    RequestError,
    ServerFull,
    UpstreamError,
    kinds,
)
from from_git.forges.registry import KINDS
from from_git.pictures import PICTURES, WIDTH, badge, failed_badge, text, theme_asked, words
from from_git.pictures.drawing import HEADING, MARGIN
from from_git.pictures.themes import DARK, LIGHT
from from_git.tests.kit.examples import given, st
from from_git.values.found import Fetched, Found
from from_git.values.keys import KEYS
from from_git.values.profile import Profile
from from_git.values.stats import Language, Stats, merge

NOW = 1_795_880_000.0  # 2026-11-28 15:33:20 UTC
SVG = "{http://www.w3.org/2000/svg}"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "from_git" / "pictures"
HOSTILE = (
    "<script>alert(1)</script>",
    "a&b\"c'd",
    "]]></style><style>*{fill:red}",
    "\x00\x08\x1f\x7f",
    "\ud800",
    "\ufffe\uffff",
    "gnp\u202eexe",
    "\u200b",
    "line\none\ttwo\u2028three",
    "e" + "\u0301" * 60,
    "中文编程语言文字很长很长的名字一二三四五六七八九十",
    "W" * 300,
    "{{ dark }}{% now %}",
)


def profile(owner: str, forge: str = "github") -> Profile:
    """A profile of this owner."""
    host = {"github": "github.com", "bitbucket": "bitbucket.org"}[forge]
    return Profile(KINDS[forge], owner.lower(), owner, f"https://{host}/{owner}")


def answer(
    found: dict[Profile, Stats], missing: tuple[Profile, ...] = (), old: tuple[Profile, ...] = (), age: float = 100.0
) -> Answer:
    """What these profiles look like together, counted a minute ago; `old` ones `age` seconds ago."""
    there = {one: Found("User", stats) for one, stats in found.items()}
    ages = {one: age if one in old else 60.0 for one in (*found, *missing)}
    fetched = {one: Fetched(there.get(one), NOW - seconds, NOW - seconds) for one, seconds in ages.items()}
    errors: dict[Profile, UpstreamError] = {one: LimitError("used up.", 9.0).about(one) for one in old}
    return Answer(fetched, there, missing, merge(found.values()), errors)


def named(*names: str) -> Stats:
    """Repositories of which each has one of these languages and topics, the first name most of them."""
    counts = {name: len(names) - number for number, name in enumerate(names)}
    langs = {name: Language(repos, repos * 1_000) for name, repos in counts.items()}
    return Stats(sum(counts.values()), 2, 1_234, 56_789, langs, counts)


SPACK, TEAM, NOBODY = profile("spack"), profile("mailchimp", "bitbucket"), profile("nobody")
PLAIN = answer({SPACK: named("python", "c", "rust"), TEAM: Stats(7, 3, 12)}, (NOBODY,))
OLD = answer({SPACK: named("python", "c"), TEAM: Stats(7, 3, 12)}, old=(SPACK,), age=7_300.0)
EMPTY = answer({SPACK: Stats()})
NONE = answer({}, (NOBODY,))
ERROR = LimitError("its rate limit is used up.", 45.0).about(SPACK)
LONG = RequestError(" ".join(f"'https://example.org/{number}' is not a profile." for number in range(200)))


def all_of(**options: Any) -> dict[str, bytes]:
    """Every picture of every kind of thing, by a name."""
    theme = options.get("theme")
    made = {}
    for name, picture in PICTURES.items():
        for kind, one in {"plain": PLAIN, "old": OLD, "empty": EMPTY, "none": NONE}.items():
            made[f"{name} {kind}"] = picture.of(one, theme, NOW)
        made[f"{name} error"] = picture.of_error(ERROR, theme)
        made[f"{name} long"] = picture.of_error(LONG, theme)
    return made


def read(svg: bytes) -> ElementTree.Element:
    """The picture as a strict parser of XML reads it."""
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


def shown(svg: bytes) -> list[str]:
    """The lines of text in a picture."""
    return ["".join(one.itertext()) for one in read(svg).iter(f"{SVG}text")]


def described(svg: bytes) -> str:
    """The picture's description."""
    return read(svg).findtext(f"{SVG}desc") or ""


class EveryPicture(TestCase):
    """What holds whatever it shows."""

    def test_it_has_its_size_whatever_it_shows(self) -> None:
        for name, svg in all_of().items():
            with self.subTest(name):
                root, height = read(svg), PICTURES[name.split()[0]].height
                self.assertEqual((root.get("width"), root.get("height")), (str(WIDTH), str(height)))
                self.assertEqual(root.get("viewBox"), f"0 0 {WIDTH} {height}")

    def test_it_has_a_title_and_a_description_that_say_what_it_is(self) -> None:
        for name, svg in all_of().items():
            with self.subTest(name):
                root = read(svg)
                self.assertEqual(root.get("role"), "img")
                ids = (root.get("aria-labelledby") or "").split()
                parts = [one for wanted in ids for one in root if one.get("id") == wanted]
                self.assertEqual([one.tag for one in parts], [f"{SVG}title", f"{SVG}desc"])
                self.assertTrue(all((one.text or "").strip() for one in parts))

    def test_ids_are_told_apart_where_several_are_inlined_in_one_page(self) -> None:
        texts: dict[str, set[str]] = {}
        for svg in all_of().values():
            for one in read(svg).iter():
                if one.get("id"):
                    texts.setdefault(one.get("id", ""), set()).add("".join(one.itertext()))
        self.assertEqual({len(said) for said in texts.values()}, {1})

    def test_the_same_answer_is_the_same_bytes_and_the_clock_matters_for_old_numbers_alone(self) -> None:
        self.assertEqual(all_of(), all_of())
        for name, picture in PICTURES.items():
            with self.subTest(name):
                self.assertEqual(picture.of(PLAIN, None, NOW), picture.of(PLAIN, None, NOW + 9_999))
                self.assertNotEqual(picture.of(OLD, None, NOW), picture.of(OLD, None, NOW + 9_999))

    def test_nothing_in_it_comes_from_elsewhere_runs_or_is_styled_inline(self) -> None:
        for name, svg in all_of().items():
            with self.subTest(name):
                [stripes] = [one.get("id") for one in read(svg).iter(f"{SVG}pattern")] or [None]
                for one in read(svg).iter():
                    self.assertNotIn(one.tag.removeprefix(SVG), ("script", "image", "use", "foreignObject", "a"))
                    for attribute, value in one.attrib.items():
                        self.assertFalse(attribute.startswith("on") or "href" in attribute or attribute == "style")
                        self.assertTrue("url(" not in value or value == f"url(#{stripes})")
                self.assertNotIn(b"@import", svg)
                self.assertNotIn(b"url(", svg.split(b"<style>")[1].split(b"</style>")[0])

    def test_nothing_leaves_the_picture(self) -> None:
        huge = Stats(2**52, 2**52, 2**52, 2**52, {"W" * 99: Language(2**52, 2**52)}, {"W" * 99: 2**52})
        many = {profile(f"owner-{number}-" + "w" * 25): named(*HOSTILE) for number in range(40)}
        for name, picture in PICTURES.items():
            for one in (PLAIN, OLD, answer({SPACK: huge, TEAM: huge}), answer(many, old=tuple(many))):
                with self.subTest(name):
                    self.assert_inside(read(picture.of(one, None, NOW)), picture.height)

    def assert_inside(self, root: ElementTree.Element, height: int) -> None:
        """All bars and lines of text lie between the margins."""
        for one in root.iter():
            if "rect" in one.tag and one.get("class") != "ground" and one.get("x"):
                right = float(one.get("x", 0)) + float(one.get("width", 0))
                self.assertTrue(float(one.get("x", 0)) >= 24 and right <= WIDTH - 22, one.attrib)
            if one.tag == f"{SVG}text":
                x, kind = float(one.get("x", 0)), one.get("class", "")
                long = text.width("".join(one.itertext()), float(one.get("font-size", 0)))
                left, right = (x - long, x) if "end" in kind else (x, x + long)
                self.assertTrue(left >= 23 and (right <= WIDTH - 10 or "middle" in kind), "".join(one.itertext()))
                self.assertLess(float(one.get("y", 0)), height - 10)


class Foreign(TestCase):
    """Names that forges hand on as anybody wrote them."""

    def test_hostile_names_are_text_in_well_formed_xml(self) -> None:
        hostile = answer({SPACK: named(*HOSTILE)})
        for name, picture in PICTURES.items():
            with self.subTest(name):
                svg = picture.of(hostile, None, NOW)
                root = read(svg)
                self.assertEqual(svg.count(b"<style>"), 1)
                self.assertEqual(len(list(root.iter(f"{SVG}script"))), 0)
                self.assertNotRegex("".join(root.itertext()), "[\u202a-\u202e\u2066-\u2069\u200b\x00-\x09\x0b-\x1f]")
        self.assertIn("<script>alert(1)</script>", described(PICTURES["langs"].of(hostile, None, NOW)))
        self.assertIn(
            "{{ dark }}{% now %}", described(PICTURES["topics"].of(answer({SPACK: named(HOSTILE[-1])}), None, NOW))
        )

    def test_a_cleaned_text_has_nothing_that_hides_reorders_or_overlays(self) -> None:
        for foreign, kept in {
            "gnp\u202eexe": "gnpexe",
            "zero\u200bwidth": "zerowidth",
            "\u200b": "\ufffd",
            "": "\ufffd",
            "  a\t\r\n\u2028b ": "a b",
            "a\x00\ud800b": "a\ufffd\ufffdb",
            "e" + "\u0301" * 60: "\u00e9" + "\u0301" * 2,
            "C++ & <b>": "C++ & <b>",
        }.items():
            with self.subTest(ascii(foreign)):
                self.assertEqual(text.clean(foreign), kept)

    @given(st.lists(st.text(st.characters()), min_size=1, max_size=12, unique=True))
    def test_any_names_give_a_picture_and_a_badge(self, names: list[str]) -> None:
        one = answer({SPACK: named(*names)})
        for picture in PICTURES.values():
            read(picture.of(one, None, NOW))
        for key in ("langs", "topics"):
            json.dumps(badge(key, one, NOW), ensure_ascii=False).encode()

    @given(st.text(st.characters()))
    def test_any_error_gives_a_picture_with_its_whole_message(self, message: str) -> None:
        for picture in PICTURES.values():
            error = RequestError(message)
            self.assertEqual(described(picture.of_error(error, None)), text.clean(f"{message} {error.advice}"))

    @given(st.text(st.characters()), st.integers(20, 400))
    def test_a_cut_text_fits_and_begins_as_the_whole(self, whole: str, most: int) -> None:
        kept = text.cut(whole, 12, most)
        self.assertLessEqual(text.width(kept, 12), most)
        self.assertTrue(kept == whole or whole.startswith(kept[:-1]))

    def test_a_wrapped_text_fits_and_loses_nothing_but_its_end(self) -> None:
        for whole in ("one two three " * 30, "x" * 500, "a " + "y" * 200 + " b", "短い"):
            with self.subTest(whole[:9]):
                lines = text.wrapped(whole.strip(), 13, 200, 4)
                self.assertLessEqual(len(lines), 4)
                self.assertTrue(all(text.width(line, 13) <= 200 for line in lines))
                self.assertTrue(whole.replace(" ", "").startswith("".join(lines).replace(" ", "").removesuffix("…")))

    def test_wide_characters_are_taken_to_be_wide(self) -> None:
        self.assertGreaterEqual(text.width("漢", 10), 10)
        self.assertGreaterEqual(text.width("\N{GRINNING FACE}", 10), 13)
        self.assertGreater(text.width("abc", 10, bold=True), text.width("abc", 10))


class Themes(TestCase):
    """Colours."""

    def test_without_one_a_picture_has_both_and_with_one_just_that(self) -> None:
        for name in PICTURES:
            both, light, dark = (all_of(theme=theme)[f"{name} plain"].decode() for theme in (None, "light", "dark"))
            with self.subTest(name):
                self.assertIn("@media (prefers-color-scheme:dark)", both)
                self.assertTrue(LIGHT.ground in both and DARK.ground in both)
                self.assertTrue(LIGHT.ground in light and DARK.ground not in light and "@media" not in light)
                self.assertTrue(DARK.ground in dark and LIGHT.ground not in dark and "@media" not in dark)

    def test_the_style_has_nothing_that_xml_would_change(self) -> None:
        for svg in all_of().values():
            [style] = re.findall(rb"<style>(.*?)</style>", svg, re.DOTALL)
            self.assertEqual(read(svg).findtext(f"{SVG}style"), style.decode())

    def test_another_theme_is_an_error_that_says_which_there_are(self) -> None:
        self.assertEqual([theme_asked(one) for one in ([], ["light"], ["dark", "dark"])], [None, "light", "dark"])
        for values in (["blue"], [""], ["light", "dark"], ["LIGHT"], ["x" * 999 + "\u202e"]):
            with (
                self.subTest(values),
                self.assertRaisesRegex(RequestError, "theme knows light and dark, not ") as caught,
            ):
                theme_asked(values)
            self.assertLess(len(caught.exception.message), 120)

    def test_text_and_bars_stand_out_from_their_ground(self) -> None:
        for palette in (LIGHT, DARK):
            for colour in (palette.ink, palette.soft, palette.warn):
                self.assertGreaterEqual(contrast(colour, palette.ground), 4.5, colour)
            for colour in palette.series:
                self.assertGreaterEqual(contrast(colour, palette.ground), 3.0, colour)


def contrast(one: str, other: str) -> float:
    """Of two colours, as WCAG 2 has it."""

    def luminance(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class Charts(TestCase):
    """Languages, topics and repositories."""

    def test_ten_names_are_shown_the_most_frequent_first_and_the_others_counted(self) -> None:
        names = [f"n{number:02}" for number in range(33)]
        for chart in ("langs", "topics"):
            with self.subTest(chart):
                lines = shown(PICTURES[chart].of(answer({SPACK: named(*names)}), None, NOW))
                self.assertEqual([line for line in lines if re.fullmatch(r"n\d\d", line)], names[:10])
                self.assertIn("and 23 more", lines)
                self.assertIn("33", lines)

    def test_a_bar_is_as_long_as_its_number_of_all_bars(self) -> None:
        svg = read(PICTURES["topics"].of(answer({SPACK: Stats(9, topics={"a": 100, "b": 50, "c": 25})}), None, NOW))
        long = [int(one.get("width", 0)) for one in svg.iter(f"{SVG}rect") if one.get("class") == "c0"]
        self.assertEqual([round(100 * one / long[0]) for one in long], [100, 50, 25])
        self.assertGreater(long[0], 350)  # what name and number leave of the width

    def test_shares_of_bytes_stand_where_a_forge_knows_them(self) -> None:
        langs = {
            "c": Language(5, 750),
            "go": Language(3, 235),
            "js": Language(3, 14),
            "sh": Language(2, 1),
            "perl": Language(1, None),
        }
        svg = PICTURES["langs"].of(answer({SPACK: Stats(9, langs=langs)}), None, NOW)
        self.assertEqual([one for one in shown(svg) if "%" in one], ["75 %", "24 %", "1 %", "< 1 %"])
        self.assertIn("c: 5 repositories, 75 % of all bytes; ", described(svg))
        self.assertIn("sh: 2 repositories, less than 1 % of all bytes; perl: 1 repository.", described(svg))
        without = PICTURES["langs"].of(answer({TEAM: Stats(9, langs={"perl": Language(1, None)})}), None, NOW)
        self.assertNotIn("Share of bytes", shown(without))

    def test_repositories_are_shown_for_each_profile_and_in_all(self) -> None:
        svg = PICTURES["repos"].of(PLAIN, None, NOW)
        self.assertEqual([line for line in shown(svg) if " = " in line], ["18 = 13 + 5", "10 = 7 + 3", "8 = 6 + 2"])
        self.assertTrue({"Total", "spack", "mailchimp", "13 original", "5 forked"} <= set(shown(svg)))
        self.assertIn("Total: 13 original and 5 forked; mailchimp: 7 original and 3 forked;", described(svg))

    def test_what_there_is_none_of_has_no_bar(self) -> None:
        svg = read(PICTURES["repos"].of(answer({SPACK: Stats(9, 0), TEAM: Stats(0, 1)}), None, NOW))
        bars = [one.get("class") for one in svg.iter(f"{SVG}rect") if one.get("class") in ("c0", "edge")]
        self.assertEqual(bars, ["c0", "edge", "c0", "edge", "c0", "edge"])  # the legend, the total, and one each

    def test_many_profiles_are_the_largest_ones_and_how_many_more_there_are(self) -> None:
        svg = PICTURES["repos"].of(answer({profile(f"o{n:02}"): Stats(n + 1) for n in range(20)}), None, NOW)
        self.assertEqual(
            [one for one in shown(svg) if re.fullmatch(r"o\d\d", one)], [f"o{n}" for n in range(19, 12, -1)]
        )
        self.assertIn("and 13 more profiles", shown(svg))

    def test_one_name_at_two_forges_is_told_apart(self) -> None:
        both = answer({profile("mailchimp"): Stats(2), TEAM: Stats(1)})
        self.assertTrue(
            {"mailchimp (GitHub)", "mailchimp (Bitbucket)"} <= set(shown(PICTURES["repos"].of(both, None, NOW)))
        )

    def test_nothing_to_show_is_said_in_a_sentence(self) -> None:
        for chart, sentence in {"langs": "No languages", "topics": "No topics", "repos": "No repositories"}.items():
            self.assertIn(sentence, shown(PICTURES[chart].of(EMPTY, None, NOW)))
            self.assertIn("spack", described(PICTURES[chart].of(EMPTY, None, NOW)))


class Card(TestCase):
    """The numbers at a glance."""

    def test_it_says_who_how_many_and_from_when(self) -> None:
        lines = shown(PICTURES["card"].of(PLAIN, None, NOW))
        self.assertEqual(lines[:2], ["spack and mailchimp", "2 profiles on GitHub and Bitbucket"])
        numbers = dict(zip(lines[3:14:2], lines[2:14:2], strict=True))
        self.assertEqual(
            numbers,
            {
                "original": "13",
                "forked": "5",
                "watchers": "1,246",
                "stars": "56,789",
                "languages": "3",
                "topics": "3",
            },
        )
        self.assertEqual(lines[-2:], ["counted 2026-11-28 15:32 UTC", "no such profile: github.com/nobody"])
        self.assertIn(
            "Main languages: python (3 repositories), c (2 repositories)",
            described(PICTURES["card"].of(PLAIN, None, NOW)),
        )

    def test_the_oldest_number_says_from_when(self) -> None:
        older = replace(PLAIN, fetched={**PLAIN.fetched, TEAM: replace(PLAIN.fetched[TEAM], oldest=NOW - 86_400)})
        self.assertIn("counted 2026-11-27 15:33 UTC", shown(PICTURES["card"].of(older, None, NOW)))

    def test_many_owners_are_one_name_and_a_number(self) -> None:
        for owners, said in {("a",): "a", ("a", "b"): "a and b", ("a", "b", "c"): "a and 2 more"}.items():
            self.assertEqual(words.who([profile(one) for one in owners]), said)
        self.assertEqual(words.who([profile("a"), profile("A", "bitbucket")]), "a")

    def test_a_number_too_long_for_its_column_is_shown_in_millions_and_told_in_full(self) -> None:
        svg = PICTURES["card"].of(answer({SPACK: Stats(1, 1, 123_456_789, 2**53)}), None, NOW)
        self.assertTrue({"123.5 M", "9.0 P"} <= set(shown(svg)))
        self.assertIn("watchers: 123,456,789; stars: 9,007,199,254,740,992;", described(svg))

    def test_the_parts_of_its_strip_are_all_seen_beside_each_other(self) -> None:
        names = {f"l{number}": Language(1, 1) for number in range(9)}
        for langs in (
            {"c": Language(10**6, 1), **names},
            names,
            {"c": Language(1, 1)},
            {"c": Language(3, 1), "d": Language(1, 1)},
        ):
            svg = read(PICTURES["card"].of(answer({SPACK: Stats(9, langs=langs)}), None, NOW))
            strip = [one for one in svg.iter(f"{SVG}rect") if one.get("height") == "9"]
            self.assertEqual(
                [one.get("class") for one in strip], [f"c{number}" for number in range(min(6, len(langs)))]
            )
            spans = [(float(one.get("x", 0)), float(one.get("width", 0))) for one in strip]
            self.assertEqual(spans[0][0], 24)
            self.assertAlmostEqual(sum(spans[-1]), WIDTH - 24, delta=0.2)
            for (x, long), (following, _) in itertools.pairwise(spans):
                self.assertAlmostEqual(following - x - long, 2, delta=0.2)
            self.assertGreaterEqual(min(long for _, long in spans), 2)
        self.assertAlmostEqual(spans[0][1] / spans[1][1], 3, delta=0.1)

    def test_the_languages_that_have_no_room_are_counted(self) -> None:
        for count, more in ((1, []), (3, []), (12, ["+7"])):
            langs = {f"l{number:02}": Language(1, 1) for number in range(count)}
            lines = shown(PICTURES["card"].of(answer({SPACK: Stats(9, langs=langs)}), None, NOW))
            self.assertEqual([one for one in lines if one.startswith("+")], more)

    def test_the_missing_are_named_as_asked_without_scheme_and_query(self) -> None:
        for url in ("https://github.com/Nobody?tab=stars#top", "github.com/Nobody#top", "http://github.com/Nobody"):
            one = answer({SPACK: Stats(1)}, (replace(NOBODY, url=url),))
            self.assertEqual(shown(PICTURES["card"].of(one, None, NOW))[-1], "no such profile: github.com/Nobody")

    def test_of_many_missing_ones_as_many_are_named_as_have_room_and_in_the_description_twenty(self) -> None:
        gone = tuple(profile(f"a{number}") for number in range(25))
        for missing, said in {
            gone[:2]: "no such profiles: github.com/a0 and github.com/a1",
            gone[:6]: "no such profiles: github.com/a0, github.com/a1 and 4 more",
            gone: "no such profiles: github.com/a0, github.com/a1 and 23 more",
        }.items():
            svg = PICTURES["card"].of(answer({SPACK: Stats(1)}, missing), None, NOW)
            self.assertEqual(shown(svg)[-1], said)
        self.assertIn("github.com/a19 and 5 more.", described(svg))

    def test_where_nobody_exists_every_picture_says_so(self) -> None:
        for name, picture in PICTURES.items():
            with self.subTest(name):
                lines = shown(picture.of(NONE, None, NOW))
                self.assertIn("No such profile", lines)
                self.assertIn("github.com/nobody does not exist.", lines)


class LastGood(TestCase):
    """Numbers of a forge that gives no new ones."""

    def test_every_picture_says_whose_they_are_and_how_old(self) -> None:
        for name, picture in PICTURES.items():
            with self.subTest(name):
                svg = picture.of(OLD, None, NOW)
                line = "GitHub gives no new numbers; as of 13:31 UTC, 2 h ago"
                self.assertIn(line, shown(svg))
                self.assertIn(f"{line}.", described(svg))

    def test_a_line_that_matters_stands_out(self) -> None:
        for one, kinds_of_lines in ((OLD, ["warn"]), (PLAIN, ["soft", "warn"]), (EMPTY, ["soft"])):
            for name, picture in PICTURES.items():
                with self.subTest(name):
                    texts = [*read(picture.of(one, None, NOW)).iter(f"{SVG}text")]
                    self.assertEqual([line.get("class") for line in texts[-len(kinds_of_lines) :]], kinds_of_lines)

    def test_the_oldest_of_the_old_ones_counts_and_another_day_is_named(self) -> None:
        two = answer({SPACK: Stats(1), TEAM: Stats(1)}, old=(SPACK, TEAM), age=90_000)
        svg = PICTURES["card"].of(two, None, NOW)
        since = "no new numbers; as of 2026-11-27 14:33 UTC, 25 h ago"
        self.assertIn(f"N{since[1:]}", shown(svg))  # what does not fit is in the description
        self.assertIn(f"GitHub and Bitbucket give {since}.", described(svg))
        newer = replace(OLD, fetched={**OLD.fetched, TEAM: replace(OLD.fetched[TEAM], oldest=NOW - 99_999)})
        self.assertIn("2 h ago", " ".join(shown(PICTURES["card"].of(newer, None, NOW))))

    def test_ages_have_their_largest_unit(self) -> None:
        for seconds, said in {
            -5: "0 s ago",
            59.9: "59 s ago",
            60: "1 min ago",
            3_599: "59 min ago",
            3_600: "1 h ago",
            172_799: "47 h ago",
            172_800: "2 days ago",
        }.items():
            self.assertEqual(words.age(seconds), said)

    def test_a_badge_has_the_age_beside_the_value(self) -> None:
        older = replace(OLD, fetched={**OLD.fetched, TEAM: replace(OLD.fetched[TEAM], oldest=NOW - 99_999)})
        for one in (OLD, older):
            self.assertEqual(badge("watchers", one, NOW)["message"], "1,246 (2 h ago)")
        self.assertNotIn("isError", badge("watchers", OLD, NOW))


class Failed(TestCase):
    """Errors."""

    def test_a_picture_shows_the_message_and_has_all_of_it_in_its_description(self) -> None:
        for name, picture in PICTURES.items():
            with self.subTest(name):
                lines = shown(picture.of_error(ERROR, None))
                self.assertEqual(lines[:2], ["!", "GitHub: rate limit"])
                self.assertEqual(" ".join(lines[2:]), f"{ERROR.message} {ERROR.advice}")
                self.assertIn("a profile. …", " ".join(shown(picture.of_error(LONG, None))))
                self.assertEqual(described(picture.of_error(LONG, None)), f"{LONG.message} {LONG.advice}")

    def test_every_error_has_its_words(self) -> None:
        self.assertEqual(words.short(ERROR), "GitHub: rate limit")
        self.assertEqual(words.short(DeadlineError("x").about(TEAM)), "Bitbucket: timed out")
        self.assertEqual(
            [words.short(one) for one in (RequestError("x"), OwnFault(), ServerFull(3))],
            ["bad request", "internal error", "server busy"],
        )
        for kind in kinds():
            with self.subTest(kind.__name__):
                self.assertTrue(any(one in words.SHORT for one in kind.__mro__))
                self.assertTrue(kind in words.SHORT or kind.__mro__[1] is not FromGitError)

    def test_every_short_form_has_room_with_the_longest_name_of_a_forge(self) -> None:
        for short in words.SHORT.values():
            self.assertLessEqual(text.width(f"Bitbucket: {short}", HEADING, bold=True), WIDTH - 2 * MARGIN - 52, short)


class Badges(TestCase):
    """Shields' endpoint form."""

    def test_each_key_has_its_value_under_its_label(self) -> None:
        messages = {
            "originalRepos": "13",
            "forkedRepos": "5",
            "watchers": "1,246",
            "followers": "56,789",
            "langs": "python, c, rust",
            "langsNum": "3",
            "topics": "python, c, rust",
            "topicsNum": "3",
        }
        self.assertEqual(list(messages), list(KEYS))
        for key, message in messages.items():
            with self.subTest(key):
                made = badge(key, PLAIN, NOW)
                self.assertEqual(list(made), ["schemaVersion", "label", "message", "color"])
                self.assertEqual((made["schemaVersion"], made["label"]), (1, KEYS[key].label.lower()))
                self.assertEqual(made["message"], message)

    def test_names_are_cut_and_counted(self) -> None:
        many = answer({SPACK: named("c", "python", *(f"language-{number}" for number in range(12)))})
        self.assertEqual(badge("langs", many, NOW)["message"], "c, python, language-0, language-1 +10")
        self.assertEqual(badge("topics", answer({SPACK: named("x" * 99)}), NOW)["message"], "x" * 39 + "…")
        self.assertEqual(badge("topics", EMPTY, NOW)["message"], "none")

    def test_nobody_is_an_error_and_a_missing_one_beside_others_is_not(self) -> None:
        for key in KEYS:
            self.assertEqual((badge(key, NONE, NOW)["message"], badge(key, NONE, NOW)["isError"]), ("not found", True))
        self.assertNotIn("isError", badge("watchers", PLAIN, NOW))

    def test_an_error_says_so(self) -> None:
        words_of_it = {"schemaVersion": 1, "label": "watchers", "message": "GitHub: rate limit"}
        self.assertEqual(failed_badge("watchers", ERROR), {**words_of_it, "color": "lightgrey", "isError": True})
        self.assertEqual(failed_badge("langs", RequestError("x"))["color"], "critical")
