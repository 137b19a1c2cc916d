"""Pictures and badges as pure functions: hostile names, one size, themes, words for who cannot see them."""

import json
import re
from pathlib import Path
from unittest import TestCase
from xml.etree import ElementTree

from from_git.aggregator import Answer
from from_git.errors import (
    LimitError,
    RequestError,
    UpstreamError,
)
from from_git.pictures import PICTURES, WIDTH, Look, badge, text
from from_git.pictures.colours import contrast
from from_git.pictures.drawing import DARK, LIGHT
from from_git.tests.kit.examples import given, st
from from_git.tests.kit.finds import found_with
from from_git.tests.kit.hosts import host_of
from from_git.values.found import Fetched
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
    host = host_of(forge)
    return Profile(host, owner.lower(), owner, f"{host.site}/{owner}")


def answer(
    found: dict[Profile, Stats], missing: tuple[Profile, ...] = (), old: tuple[Profile, ...] = (), age: float = 100.0
) -> Answer:
    """What these profiles look like together, counted a minute ago; `old` ones `age` seconds ago."""
    there = {one: found_with(stats) for one, stats in found.items()}
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


def all_of(look: Look = Look()) -> dict[str, bytes]:  # noqa: B008 - a value
    """Every picture of every kind of thing, by a name."""
    made = {}
    for name, picture in PICTURES.items():
        for kind, one in {"plain": PLAIN, "old": OLD, "empty": EMPTY, "none": NONE}.items():
            made[f"{name} {kind}"] = picture.of(one, NOW, look)
        made[f"{name} error"] = picture.of_error(ERROR, look)
        made[f"{name} long"] = picture.of_error(LONG, look)
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
                root, height = read(svg), PICTURES[name.split()[0]].size[1]
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
                self.assertEqual(picture.of(PLAIN, NOW), picture.of(PLAIN, NOW + 9_999))
                self.assertNotEqual(picture.of(OLD, NOW), picture.of(OLD, NOW + 9_999))

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
                    self.assert_inside(read(picture.of(one, NOW)), picture.size[1])

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
                svg = picture.of(hostile, NOW)
                root = read(svg)
                self.assertEqual(svg.count(b"<style>"), 1)
                self.assertEqual(len(list(root.iter(f"{SVG}script"))), 0)
                self.assertNotRegex("".join(root.itertext()), "[\u202a-\u202e\u2066-\u2069\u200b\x00-\x09\x0b-\x1f]")
        self.assertIn("<script>alert(1)</script>", described(PICTURES["langs"].of(hostile, NOW)))
        self.assertIn("{{ dark }}{% now %}", described(PICTURES["topics"].of(answer({SPACK: named(HOSTILE[-1])}), NOW)))

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
            read(picture.of(one, NOW))
        for key in ("langs", "topics"):
            json.dumps(badge(key, one, NOW), ensure_ascii=False).encode()

    @given(st.text(st.characters()))
    def test_any_error_gives_a_picture_with_its_whole_message(self, message: str) -> None:
        for picture in PICTURES.values():
            error = RequestError(message)
            self.assertEqual(described(picture.of_error(error)), text.clean(f"{message} {error.advice}"))

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
            both, light, dark = (all_of(Look(theme))[f"{name} plain"].decode() for theme in (None, "light", "dark"))
            with self.subTest(name):
                self.assertIn("@media (prefers-color-scheme:dark)", both)
                self.assertTrue(LIGHT.ground in both and DARK.ground in both)
                self.assertTrue(LIGHT.ground in light and DARK.ground not in light and "@media" not in light)
                self.assertTrue(DARK.ground in dark and LIGHT.ground not in dark and "@media" not in dark)

    def test_the_style_has_nothing_that_xml_would_change(self) -> None:
        for svg in all_of().values():
            [style] = re.findall(rb"<style>(.*?)</style>", svg, re.DOTALL)
            self.assertEqual(read(svg).findtext(f"{SVG}style"), style.decode())

    def test_text_and_bars_stand_out_from_their_ground(self) -> None:
        for palette in (LIGHT, DARK):
            for colour in (palette.ink, palette.soft, palette.warn):
                self.assertGreaterEqual(contrast(colour, palette.ground), 4.5, colour)
            for colour in palette.series:
                self.assertGreaterEqual(contrast(colour, palette.ground), 3.0, colour)
