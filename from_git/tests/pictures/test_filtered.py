"""The filter that was used, in every picture and badge."""

from dataclasses import replace
from unittest import TestCase

from from_git.pictures import PICTURES, Look, badge
from from_git.tests.pictures.test_pictures import EMPTY, NONE, NOW, OLD, PLAIN, SPACK, answer, described, named, shown
from from_git.values.filters import Filter
from from_git.values.keys import KEYS

ALL_THREE = Filter("no", "only", 1, 36_500)
CHOSEN = replace(PLAIN, filter=ALL_THREE)
NOTHING_LEFT = replace(EMPTY, filter=Filter("only"))


class Filtered(TestCase):
    """Answers of which some repositories do not count."""

    def test_every_picture_shows_the_whole_filter_at_any_width(self) -> None:
        for name, picture in PICTURES.items():
            for width in (300, 480, 1200):
                with self.subTest(name, width=width):
                    svg = picture.of(CHOSEN, NOW, Look(width=width))
                    self.assertIn(ALL_THREE.words, " ".join(shown(svg)))
                    self.assertIn(ALL_THREE.words, described(svg))

    def test_a_card_names_profiles_and_forges_too_where_two_lines_hold_them(self) -> None:
        lines = shown(PICTURES["card"].of(replace(PLAIN, filter=Filter("no")), NOW))
        self.assertIn("of 2 profiles on GitHub and Bitbucket, no forks", " ".join(lines[1:3]))

    def test_where_all_count_nothing_is_said(self) -> None:
        for picture in PICTURES.values():
            self.assertNotIn("filter", described(picture.of(PLAIN, NOW)))

    def test_a_filter_that_leaves_nothing_is_said(self) -> None:
        for name, picture in PICTURES.items():
            with self.subTest(name):
                svg = picture.of(NOTHING_LEFT, NOW)
                self.assertIn("No repository passes the filter (forks only).", " ".join(shown(svg)))
                self.assertIn("No repository passes the filter (forks only).", described(svg))
        self.assertEqual(shown(PICTURES["card"].of(NOTHING_LEFT, NOW)).count("0"), len(NOTHING_LEFT.stats.numbers()))

    def test_repositories_that_pass_without_a_topic_are_said_to_pass(self) -> None:
        without = replace(answer({SPACK: replace(named("c"), topics={})}), filter=Filter("no"))
        said = described(PICTURES["topics"].of(without, NOW))
        self.assertIn("has a topic. Only repositories that pass the filter: no forks.", said)

    def test_a_badge_has_it_behind_its_value_in_few_words(self) -> None:
        for chosen, said in {
            Filter(forks="no"): "no forks",
            Filter(forks="only"): "forks only",
            Filter(archived="no"): "none archived",
            Filter(active=90, pushed_since=1): "last 90 days",
            Filter(active=1, pushed_since=1): "last day",
            ALL_THREE: "no forks, archived only and last 36,500 days",
        }.items():
            with self.subTest(said):
                self.assertEqual(badge("watchers", replace(PLAIN, filter=chosen), NOW)["message"], f"1,246 ({said})")
        self.assertEqual(badge("langs", CHOSEN, NOW)["message"], f"python, c, rust ({said})")
        old = replace(OLD, filter=Filter("no"))
        self.assertEqual(badge("watchers", old, NOW)["message"], "1,246 (no forks; 2 h ago)")
        for key in KEYS:
            made = badge(key, NOTHING_LEFT, NOW)["message"]
            self.assertIn(made, ("0 (forks only)", "none (forks only)"))
            self.assertEqual(badge(key, replace(NONE, filter=ALL_THREE), NOW)["message"], "not found")
