"""Badges: shields' endpoint form."""

from unittest import TestCase

from from_git.errors import (
    RequestError,
)
from from_git.pictures import badge, failed_badge
from from_git.tests.pictures.test_pictures import (
    EMPTY,
    ERROR,
    NONE,
    NOW,
    PLAIN,
    SPACK,
    answer,
    named,
)
from from_git.values.keys import KEYS


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
