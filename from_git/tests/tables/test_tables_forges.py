"""Pages of tables about several forges, and groups in groups."""

import requests

from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.tables.test_tables import HTML, Reader
from from_git.values.keys import NOTHING

SPACK = tuple(f"https://{host}/spack" for host in ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org"))


class Forges(ServiceTestCase):
    """One organization on four forges, one of which has groups in groups."""

    def page(self, *urls: str) -> Reader:
        """The page for these profiles, with their repositories."""
        asked = [*(("url", url) for url in urls), ("expand", "repositories")]
        response = requests.get(f"{self.base}/health-check", params=asked, headers=HTML, timeout=30)
        self.assertEqual(response.status_code, 200, response.text)
        self.text = response.text
        return Reader(response.text)

    def test_each_is_named_and_what_it_does_not_tell_is_no_number(self) -> None:
        page = self.page(*SPACK)

        self.assertIn("90 public repositories of 4 profiles on GitHub, Bitbucket, GitLab and Codeberg", self.text)
        rows = {row[1]: row for row in page.rows if len(row) == 9 and row[0] == "spack"}
        self.assertEqual(list(rows), ["GitHub", "GitLab", "Codeberg", "Bitbucket"])
        dashes = {name: [place for place, cell in enumerate(row) if cell == NOTHING] for name, row in rows.items()}
        self.assertEqual(dashes, {"GitHub": [], "GitLab": [4], "Codeberg": [], "Bitbucket": [5, 7]})

    def test_a_repository_says_of_which_forge_it_is_where_owners_have_one_name(self) -> None:
        page = self.page(*SPACK, "https://bitbucket.org/mailchimp")

        owners = list(dict.fromkeys(row[1] for row in page.rows if len(row) == 10 and row[0] != "Repository"))
        self.assertEqual(owners[:4], ["spack (GitHub)", "spack (GitLab)", "spack (Codeberg)", "spack (Bitbucket)"])
        self.assertEqual(owners[4:], ["mailchimp"])

    def test_a_group_in_a_group_keeps_its_path_in_names_and_links(self) -> None:
        page = self.page("https://gitlab.com/Spack/ci")

        self.assertEqual(page.links["Spack/ci"], "https://gitlab.com/Spack/ci")
        self.assertEqual(page.links["build/images"], "https://gitlab.com/Spack/ci/build/images")
        self.assertEqual(page.row("build/images")[1], "Spack/ci")

    def test_what_a_group_and_one_of_its_groups_both_have_counts_once(self) -> None:
        page = self.page("https://gitlab.com/spack/ci", "https://gitlab.com/spack")

        self.assertEqual(page.row("Total")[2:4], ["7", "2"])
        named = [row[0].rpartition("/")[2] for row in page.rows if len(row) == 10]
        self.assertEqual(sorted(set(named)), sorted(named))
        self.assertIn("images", named)
