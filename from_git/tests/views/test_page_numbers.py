"""Numbers that no forge tells, stars that are called stars, and what is missing, on the page."""

from emulator import Fault
from from_git.tests.kit.pages import ACME, GONE, SOLO, TEAM, PageTestCase
from from_git.tests.views.test_page_browser import answer
from from_git.values.words import subtitled, titled

DASH = "\N{EN DASH}"


class Numbers(PageTestCase):
    """Tiles, lists and table."""

    def test_what_no_forge_tells_is_no_zero(self) -> None:
        page = self.open(TEAM)

        numbers = self.result(page)

        self.assertEqual([numbers[key] for key in ("followers", "topicsNum")], [DASH, DASH])
        self.assertEqual(page.inner_text(".tiles [data-key=followers] .note"), "not told by Bitbucket")
        self.assertEqual(page.inner_text("[data-slot=topics] ol ~ .hint"), "Not told by Bitbucket.")
        self.keep(page, "not-told")
        self.assert_calm(page)

    def test_beside_another_forge_its_cells_alone_are_empty_and_come_last_in_either_order(self) -> None:
        page = self.open(TEAM, ACME, SOLO)

        numbers = self.result(page)

        # both charts begin on one line, and what one of them has more to say stands below
        tops = page.locator(".bars, [data-slot=unknown]").evaluate_all("all => all.map(one => one.offsetTop)")
        self.assertEqual(tops[0], tops[2])
        self.assertGreater(tops[1], tops[0])
        self.assertEqual(numbers["followers"], "1,237")
        cells = page.locator("[data-slot=profiles] tbody tr >> nth=0").locator("td").all_inner_texts()
        self.assertEqual([cells[index] for index in (3, 5)], [DASH, DASH])
        self.assertEqual(page.locator("tfoot td").all_inner_texts()[3], "1,237")
        for owners in (["acme", "Solo", "acme-team"], ["Solo", "acme", "acme-team"]):
            page.click("th[data-key=followers] button")
            self.assertEqual(page.locator("[data-slot=profiles] tbody a").all_inner_texts(), owners)
        self.assert_calm(page)

    def test_what_a_forge_does_not_tell_of_a_profile_is_no_zero_though_its_kind_tells_it_of_others(self) -> None:
        page = self.open()
        data: dict[str, object] = dict.fromkeys(("originalRepos", "forkedRepos", "watchers", "followers"), 0)
        data |= {"langs": [], "langsNum": 0, "topics": [], "topicsNum": 0}
        body = answer(data, [], ["acme"], not_told=["watchers"])
        self.answer_stream(page, content_type="text/event-stream", body=body)

        self.submit(page, ACME)
        numbers = self.result(page)

        self.assertEqual([numbers["watchers"], numbers["followers"]], [DASH, "0"])
        self.assertEqual(page.inner_text(".tiles [data-key=watchers] .note"), "not told by GitHub")
        self.assertEqual(page.locator("[data-slot=profiles] tbody td").all_inner_texts()[2:4], [DASH, "0"])
        self.assertEqual(page.get_attribute("[data-slot=profiles] tbody a", "href"), "https://github.com/acme")

    def test_the_title_and_what_stands_below_it_are_those_of_pictures(self) -> None:
        page = self.open()
        data: dict[str, object] = dict.fromkeys(("originalRepos", "forkedRepos", "watchers", "followers"), 2_500)
        data |= {"langs": [], "langsNum": 0, "topics": [], "topicsNum": 0}
        for owners in (["a"], ["a", "A", "b"], ["c", "b", "a"], ["a", "b", "c", "B", "d", "e"]):
            with self.subTest(owners):
                self.answer_stream(page, content_type="text/event-stream", body=answer(data, [], owners))
                self.submit(page, ACME, *owners)  # another address each time
                self.result(page)

                self.assertEqual(page.inner_text("#result-title"), titled(owners))
                below = subtitled(5_000, len(owners), ["GitHub"])
                self.assertEqual(page.inner_text("[data-slot=summary]"), below)
                page.unroute_all()

    def test_stars_are_called_stars(self) -> None:
        page = self.open(ACME)

        self.result(page)

        self.assertEqual(page.inner_text(".tiles [data-key=followers] h3"), "Stars")
        self.assertTrue(
            page.locator("[data-slot=profiles]").get_by_role("button", name="Stars", exact=True).is_visible()
        )
        self.assertNotIn("Followers", page.inner_text("body"))


class Missing(PageTestCase):
    """What the answer leaves out."""

    def test_repositories_that_are_not_found_are_told_from_profiles_that_do_not_exist(self) -> None:
        self.emulator.faults.add(Fault("lost", path="*/acme-team/part-3/*", owner="acme-team", repository="part-3"))
        page = self.open(f"  {TEAM}", GONE)

        self.result(page)

        self.assertEqual(page.locator("[data-slot=missing] li").all_inner_texts(), [GONE])
        self.assertEqual(page.locator("[data-slot=lost] li").all_inner_texts(), [f"{TEAM}/part-3"])
        self.assertIn("cannot find", page.inner_text("[data-slot=lost]"))
        self.assertTrue(page.inner_text("#said").startswith("Done: 1 profile, 1 missing, 1 repository not found"))
        self.keep(page, "missing")
        self.assert_accessible(page)
        self.assert_calm(page)

    def test_where_only_repositories_are_missing_no_profile_is_said_to_be(self) -> None:
        self.emulator.faults.add(Fault("lost", path="*/acme-team/part-3/*", owner="acme-team", repository="part-3"))
        page = self.open(TEAM)

        self.result(page)

        self.assertEqual(page.locator("[data-slot=lost] li").count(), 1)
        self.assertFalse(page.is_visible("[data-slot=missing]"))
