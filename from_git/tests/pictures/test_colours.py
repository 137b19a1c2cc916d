"""Colours that others have chosen: the file is what the packages have."""

import json
import re
from unittest import TestCase

from from_git.pictures import colours
from from_git.tests.kit.colours import DATA, PACKAGES, installed, made, text


class Colours(TestCase):
    """The file, and what is read from it."""

    def test_the_file_is_what_the_packages_that_it_names_have(self) -> None:
        self.assertEqual(DATA.read_text(encoding="utf-8"), text(made(installed())))

    def test_it_names_packages_versions_and_licences(self) -> None:
        data = json.loads(DATA.read_bytes())
        self.assertEqual([f"{one['package']}@{one['version']}" for one in data.values()], list(PACKAGES))
        self.assertEqual([one["licence"] for one in data.values()], ["MIT", "(MIT OR Apache-2.0)"])

    def test_languages_are_known_by_their_names_in_lower_case(self) -> None:
        data = json.loads(DATA.read_bytes())["languages"]["colours"]
        self.assertGreater(len(data), 600)
        for name, colour in data.items():
            self.assertEqual(name, name.lower())
            self.assertRegex(colour, re.compile(r"#[0-9a-f]{6}"))
        self.assertEqual(colours.of_language("python"), "#3572a5")
        self.assertEqual(colours.of_language("jupyter notebook"), "#da5b0b")
        self.assertIsNone(colours.of_language("html/css"))

    def test_contrast_is_that_of_wcag(self) -> None:
        for one, other, ratio in (
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#000000", 21.0),
            ("#777777", "#ffffff", 4.478),
            ("#3572a5", "#3572a5", 1.0),
        ):
            self.assertAlmostEqual(colours.contrast(one, other), ratio, places=3)
