"""The page about one organization on several forges, with a real browser."""

from from_git.tests.kit.pages import TEAM, PageTestCase
from from_git.values.keys import NOTHING

SPACK = tuple(f"https://{host}/spack" for host in ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org"))
ROWS = "[data-slot=repositories] tbody tr"


class Forges(PageTestCase):
    """What it says of forges that tell different things, and of groups in groups."""

    def test_it_names_each_and_says_which_of_them_do_not_tell_a_number(self) -> None:
        page = self.open(*SPACK)
        self.result(page)

        said = "90 public repositories of 4 profiles on GitHub, Bitbucket, GitLab and Codeberg"
        self.assertEqual(page.inner_text("[data-slot=summary]"), said)
        notes = page.locator(".tiles .note").all_inner_texts()
        self.assertEqual(notes[2:4], ["not told by GitLab", "not told by Bitbucket"])
        bytes_are = "Bytes are told by GitHub and Codeberg, and not by Bitbucket and GitLab."
        self.assertEqual(page.inner_text("[data-slot=unknown]"), bytes_are)
        cost = page.locator("[data-slot=counted] li").all_inner_texts()[-4:]
        self.assertEqual({one.partition(":")[0] for one in cost}, {"GitHub", "Bitbucket", "GitLab", "Codeberg"})

    def test_a_repository_says_of_which_forge_it_is_where_owners_have_one_name(self) -> None:
        page = self.open("https://gitlab.com/Spack", SPACK[2], TEAM)
        self.result(page)

        page.evaluate("document.querySelector('[data-slot=repositories]').scrollIntoView()")
        page.wait_for_selector(ROWS)
        owners = dict.fromkeys(row.locator("td").first.inner_text() for row in page.locator(ROWS).all())
        self.assertEqual(list(owners), ["Spack (GitLab)", "spack (Codeberg)", "acme-team"])

    def test_a_group_in_a_group_keeps_its_path_in_names_and_links(self) -> None:
        page = self.open("https://gitlab.com/Spack/ci")
        self.result(page)

        self.assertEqual(page.inner_text("h2#result-title"), "Spack/ci")
        link = page.locator("[data-slot=profiles] tbody a")
        self.assertEqual(link.get_attribute("href"), "https://gitlab.com/Spack/ci")
        watchers = page.locator(".tiles [data-key=watchers]")
        self.assertEqual(watchers.locator("p").all_inner_texts(), [NOTHING, "not told by GitLab"])
        page.evaluate("document.querySelector('[data-slot=repositories]').scrollIntoView()")
        page.wait_for_selector(ROWS)
        rows = page.locator(ROWS).all()
        shown = {row.locator("a").inner_text(): row.locator("td").first.inner_text() for row in rows}
        self.assertEqual(shown, dict.fromkeys(("build/images", "pipelines", "runners"), "Spack/ci"))
        image = page.locator(f"{ROWS} a").first
        self.assertEqual(image.get_attribute("href"), "https://gitlab.com/Spack/ci/build/images")

    def test_a_host_that_nobody_has_declared_is_said_beside_its_line(self) -> None:
        page = self.open()
        self.submit(page, "https://git.example.org/groups/x/-/tree", "https://bitbucket.example.org/projects/KEY")
        page.wait_for_selector("#problems li")

        said = page.locator("#problems li").all_inner_texts()
        self.assertIn('declare it in FORGES, {"kind": "gitlab", "host": "git.example.org"}', said[0])
        self.assertIn("Bitbucket Data Center", said[1])
