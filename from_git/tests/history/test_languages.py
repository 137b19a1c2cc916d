"""Languages whose names have changed."""

import json
from unittest import TestCase

from from_git.history import languages
from from_git.tests.kit.colours import installed, text
from from_git.tests.kit.renames import DATA, PACKAGES, made
from from_git.values.stats import Language


class Languages(TestCase):
    """The file, and what is read from it."""

    def test_the_file_is_what_the_packages_that_it_names_have(self) -> None:
        self.assertEqual(DATA.read_text(encoding="utf-8"), text(made(installed(PACKAGES))))

    def test_it_names_package_versions_and_licence(self) -> None:
        data = json.loads(DATA.read_bytes())
        self.assertEqual(f"{data['package']}@{data['version']}", PACKAGES[0])
        self.assertEqual([one.rpartition("@")[2] for one in PACKAGES[1:]], data["older"])
        self.assertEqual(data["licence"], "MIT")

    def test_a_name_leads_to_one_that_is_a_languages_present_one(self) -> None:
        names = json.loads(DATA.read_bytes())["names"]
        for old, new in names.items():
            self.assertEqual((old, new), (old.lower(), new.lower()))
            self.assertNotIn(new, names)
        self.assertEqual(languages.present("coq"), "rocq prover")
        self.assertEqual(languages.present("perl 6"), "raku")
        self.assertEqual(languages.present("python"), "python")
        # another language has this name now, which was that of B
        self.assertEqual(languages.present("b (formal method)"), "b (formal method)")

    def test_old_and_present_name_are_one_language(self) -> None:
        told = [("rocq prover", Language(2, None)), ("python", Language(1, 5)), ("coq", Language(3, 40))]
        found = languages.joined(told)
        self.assertEqual(found, {"python": Language(1, 5), "rocq prover": Language(5, 40)})
        self.assertEqual(list(found), ["python", "rocq prover"])
        unknown = languages.joined([("coq", Language(1, None)), ("rocq prover", Language(2, None))])
        self.assertEqual(unknown, {"rocq prover": Language(3, None)})
        self.assertEqual(languages.joined([("coq", Language(1, None))]), {"rocq prover": Language(1, None)})
