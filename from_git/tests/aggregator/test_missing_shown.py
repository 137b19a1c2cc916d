"""Repositories that their forge lists and cannot find, wherever an answer is read."""

import csv
import io
from urllib.parse import quote

import requests

from emulator.bitbucket.shapes import workspace_uuid
from from_git.tests.forges.test_missing_repositories import BITBUCKET, GITHUB, LostTestCase
from from_git.tests.pictures.test_pictures import described, shown

NOBODY = "https://github.com/nobody-at-all"
PICTURES = ("card.svg", "chart/langs.svg", "chart/repos.svg", "chart/topics.svg")


class Shown(LostTestCase):
    """Two of Bitbucket's and one of GitHub's are lost."""

    def setUp(self) -> None:
        """Have them lost."""
        super().setUp()
        self.add("bitbucket", 5)
        self.add("github", 5)
        self.lose("r003", "r001")
        self.lose_at_github("r002")

    def rows(self, *urls: str) -> list[dict[str, str]]:
        """Of the CSV."""
        response = self.ask(*urls, headers={"Accept": "text/csv"})
        return list(csv.DictReader(io.StringIO(response.text, newline="")))

    def test_the_csv_has_a_row_for_each_after_those_of_the_profiles_whose_numbers_add_up(self) -> None:
        rows = self.rows(BITBUCKET, NOBODY, GITHUB)

        expected = [
            (BITBUCKET, "bitbucket", "tiny", "Workspace"),
            (NOBODY, "github", "nobody-at-all", "missing"),
            (GITHUB, "github", "Tiny", "Organization"),
            ("https://bitbucket.org/tiny/r001", "bitbucket", "tiny", "missing repository"),
            ("https://bitbucket.org/tiny/r003", "bitbucket", "tiny", "missing repository"),
            ("https://github.com/Tiny/r002", "github", "Tiny", "missing repository"),
        ]
        self.assertEqual([(row["url"], row["forge"], row["owner"], row["kind"]) for row in rows], expected)
        for row in rows[3:]:
            self.assertEqual(
                {value for name, value in row.items() if name not in ("url", "forge", "owner", "kind")}, {""}
            )
        data = self.answer(BITBUCKET, NOBODY, GITHUB)["data"]
        for key in ("originalRepos", "watchers", "followers"):
            self.assertEqual(sum(int(row[key] or 0) for row in rows), data[key])

    def test_a_workspace_asked_for_by_two_names_has_one_row(self) -> None:
        rows = self.rows(BITBUCKET, f"https://bitbucket.org/{quote(workspace_uuid('tiny'))}/")

        self.assertEqual([row["kind"] for row in rows], ["Workspace", "missing repository", "missing repository"])

    def test_card_and_charts_name_it_and_tell_it_from_a_missing_profile(self) -> None:
        for path in PICTURES:
            with self.subTest(path):
                svg = self.drawn(path, GITHUB)
                line = "repository not found: github.com/Tiny/r002"
                self.assertEqual(shown(svg)[-1], line)
                self.assertIn(f"{line}.", described(svg))
                both = described(self.drawn(path, BITBUCKET, NOBODY))
                lost = "bitbucket.org/tiny/r001 and bitbucket.org/tiny/r003"
                self.assertIn(f"no such profile: github.com/nobody-at-all; repositories not found: {lost}.", both)

    def test_where_they_do_not_fit_they_are_counted(self) -> None:
        gone = [f"{NOBODY}-{'x' * 20}{number}" for number in range(3)]

        [line] = shown(self.drawn("card.svg", BITBUCKET, *gone))[-1:]

        self.assertEqual(line, "3 profiles do not exist; 2 repositories not found")

    def test_a_badge_is_as_without_them(self) -> None:
        badge = requests.get(f"{self.base}/from-git/badge/originalRepos", params={"url": GITHUB}, timeout=30).json()

        self.assertEqual((badge["message"], "isError" in badge), ("4", False))

    def drawn(self, path: str, *urls: str) -> bytes:
        """The bytes of a picture."""
        return requests.get(f"{self.base}/from-git/{path}", params={"url": urls}, timeout=30).content
