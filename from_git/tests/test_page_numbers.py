"""What the page shows in the place of a number that no forge tells, and that stars are called stars."""

from from_git.tests.pages import ACME, SOLO, TEAM, PageTestCase

DASH = "\N{EN DASH}"


class Numbers(PageTestCase):
    """Tiles, lists and table."""

    def test_what_no_forge_tells_is_no_zero(self) -> None:
        page = self.open(TEAM)

        numbers = self.result(page)

        self.assertEqual([numbers[key] for key in ("followers", "topics", "topicsNum")], [DASH, DASH, DASH])
        self.assertIn("not told by Bitbucket", page.inner_text(".tiles [data-key=followers] .value"))
        self.assertEqual(page.inner_text("[data-slot=topics] .more"), "Not told by Bitbucket.")
        self.keep(page, "not-told")
        self.assert_calm(page)

    def test_beside_another_forge_its_cells_alone_are_empty_and_come_last_in_either_order(self) -> None:
        page = self.open(TEAM, ACME, SOLO)

        numbers = self.result(page)

        self.assertEqual(numbers["followers"], "1,237")
        cells = page.locator("tbody tr >> nth=0").locator("td").all_inner_texts()
        self.assertEqual([cells[index] for index in (5, 7)], [DASH, DASH])
        for owners in (["acme", "Solo", "acme-team"], ["Solo", "acme", "acme-team"]):
            page.click("th[data-key=followers] button")
            self.assertEqual(page.locator("tbody a").all_inner_texts(), owners)
        self.assert_calm(page)

    def test_stars_are_called_stars(self) -> None:
        page = self.open(ACME)

        self.result(page)

        self.assertEqual(page.inner_text(".tiles [data-key=followers] h3"), "Stars")
        self.assertTrue(page.get_by_role("button", name="Stars", exact=True).is_visible())
        self.assertNotIn("Followers", page.inner_text("body"))
