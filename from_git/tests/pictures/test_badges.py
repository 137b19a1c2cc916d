"""Badges: shields' endpoint form."""

from unittest import TestCase

from from_git.errors import (
    RequestError,
)
from from_git.pictures import badge, failed_badge
from from_git.pictures.colours import NAMED
from from_git.pictures.look import Face
from from_git.tests.pictures.test_pictures import (
    EMPTY,
    ERROR,
    NONE,
    NOW,
    OLD,
    PLAIN,
    SPACK,
    TEAM,
    answer,
    named,
)
from from_git.values.keys import KEYS
from from_git.values.stats import Stats


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
        for more, message in ((18, f"{'x' * 20}, {'y' * 18}"), (19, f"{'x' * 20} +1")):
            two = answer({SPACK: named("x" * 20, "y" * more)})
            self.assertEqual(badge("topics", two, NOW)["message"], message)
        self.assertEqual(badge("topics", EMPTY, NOW)["message"], "none")

    def test_nobody_is_an_error_and_a_missing_one_beside_others_is_not(self) -> None:
        for key in KEYS:
            self.assertEqual((badge(key, NONE, NOW)["message"], badge(key, NONE, NOW)["isError"]), ("not found", True))
        self.assertNotIn("isError", badge("watchers", PLAIN, NOW))

    def test_label_colour_and_style_are_those_asked_for(self) -> None:
        face = Face("our stars", "0b7a63", "for-the-badge")
        made = badge("followers", OLD, NOW, face)
        self.assertEqual((made["label"], made["color"], made["style"]), ("our stars", "0b7a63", "for-the-badge"))
        self.assertEqual(badge("followers", NONE, NOW, face)["label"], "our stars")
        failed = failed_badge("followers", ERROR, face)
        self.assertEqual(
            (failed["label"], failed["color"], failed["style"]), ("our stars", "lightgrey", "for-the-badge")
        )

    def test_colours_are_names_that_shields_has_its_shades_for(self) -> None:
        made = {
            "blue": badge("watchers", PLAIN, NOW),
            "orange": badge("watchers", OLD, NOW),
            "lightgrey": badge("topics", answer({TEAM: Stats(7, 3, 12)}), NOW),
            "critical": failed_badge("langs", RequestError("x")),
        }
        for colour, one in made.items():
            self.assertEqual(one["color"], colour)
            self.assertIn(colour, NAMED)

    def test_an_error_says_so(self) -> None:
        words_of_it = {"schemaVersion": 1, "label": "watchers", "message": "GitHub: rate limit"}
        self.assertEqual(failed_badge("watchers", ERROR), {**words_of_it, "color": "lightgrey", "isError": True})
        self.assertEqual(failed_badge("langs", RequestError("x"))["color"], "critical")
