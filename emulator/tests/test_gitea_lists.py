"""Gitea: pages, totals and links of lists."""

from __future__ import annotations

import re

from emulator import Repository
from emulator.tests.gitea import ELEVEN, LATE, OLD, TOKEN, GiteaCase, ask, days, organization, site


class TestLists(GiteaCase):
    """Five public repositories, the second of which in age is private."""

    def setUp(self) -> None:
        """Made in another order than their age."""
        super().setUp()
        public = days("a", "b", "c", "d", "e")
        hidden = Repository("hidden", is_private=True, created_at="2020-01-01T12:00:00Z")
        self.world.add(organization(*reversed(public), hidden))

    def test_rows_are_in_the_order_of_their_ids_which_grow_with_age(self) -> None:
        rows = self.get("/orgs/acme/repos").json()

        self.assertEqual([row["name"] for row in rows], ["a", "b", "c", "d", "e"])
        self.assertEqual(sorted(row["id"] for row in rows), [row["id"] for row in rows])

    def test_pages_have_the_total_and_links_of_another_address(self) -> None:
        first, last = (self.get("/users/acme/repos", limit=2, page=page) for page in (1, 3))

        self.assertEqual((self.names(first), self.names(last)), (["a", "b"], ["e"]))
        self.assertEqual((first.headers["X-Total-Count"], last.headers["X-Total-Count"]), ("5", "5"))
        start = "<https://forge.example/git/api/v1/users/acme/repos?limit=2&page="
        self.assertEqual(first.headers["Link"], f'{start}2>; rel="next",{start}3>; rel="last"')
        self.assertEqual(last.headers["Link"], f'{start}1>; rel="first",{start}2>; rel="prev"')

    def test_one_page_has_no_link(self) -> None:
        self.assertNotIn("Link", self.get("/orgs/acme/repos", limit=5).headers)

    def test_pages_behind_the_last_are_empty_and_lead_back(self) -> None:
        answer = self.get("/orgs/acme/repos", limit=2, page=9)

        self.assertEqual((answer.json(), answer.headers["X-Total-Count"]), ([], "5"))
        self.assertEqual(re.findall(r"page=(\d+)>", answer.headers["Link"]), ["1", "2"])

    def test_a_limit_is_cut_without_a_word_and_links_count_by_what_is_left(self) -> None:
        with site(self.world, max_response_items=2, default_paging_num=1) as emulator:
            told = ask(emulator, "/settings/api").json()
            cut, usual = ask(emulator, "/orgs/acme/repos", limit=100), ask(emulator, "/orgs/acme/repos")

        self.assertEqual((told["max_response_items"], told["default_paging_num"]), (2, 1))
        self.assertEqual((len(cut.json()), len(usual.json())), (2, 1))
        self.assertIn('limit=100&page=3>; rel="last"', cut.headers["Link"])

    def test_what_is_no_page_and_no_limit_is_set_right(self) -> None:
        for query in ({"limit": "x"}, {"limit": 0}, {"limit": -1}, {"page": 0}, {"page": "x"}, {"page": 10**20}):
            with self.subTest(query):
                self.assertEqual(len(self.get("/orgs/acme/repos", **query).json()), 5)

    def test_with_a_token_the_total_has_private_rows_that_are_not_shown(self) -> None:
        answers = [self.get("/orgs/acme/repos", TOKEN, limit=2, page=page) for page in (1, 2, 3)]

        self.assertEqual([self.names(answer) for answer in answers], [["a"], ["b", "c"], ["d", "e"]])
        self.assertEqual({answer.headers["X-Total-Count"] for answer in answers}, {"6"})

    def test_an_administrators_token_shows_them(self) -> None:
        with site(self.world, admin=True) as emulator:
            rows = ask(emulator, "/orgs/acme/repos", TOKEN).json()

        self.assertEqual([row["name"] for row in rows if row["private"]], ["hidden"])

    def test_a_public_only_token_counts_public_rows_in_newer_versions_alone(self) -> None:
        totals = []
        for version in (ELEVEN, LATE):
            with site(self.world, version=version, scopes=("public-only", "all")) as emulator:
                totals.append(ask(emulator, "/orgs/acme/repos", TOKEN).headers["X-Total-Count"])

        self.assertEqual(totals, ["6", "5"])

    def test_a_null_row_is_counted(self) -> None:
        self.world.add(organization(*days("a"), Repository("bad", marks=["null"], created_at="2021-01-01")))
        listed = self.get("/orgs/acme/repos")

        self.assertEqual((self.names(listed), listed.headers["X-Total-Count"]), (["a", None], "2"))
        self.assertIsNone(self.get("/repos/acme/bad").json())

    def test_without_code_a_row_is_counted_and_left_out_by_old_versions(self) -> None:
        self.world.add(organization(*days("a"), Repository("off", marks=["no-code"], created_at="2021-01-01")))
        old, new = self.versions("/orgs/acme/repos", OLD, ELEVEN)

        self.assertEqual((self.names(old), old.headers["X-Total-Count"]), (["a"], "2"))
        self.assertEqual((self.names(new), new.headers["X-Total-Count"]), (["a", "off"], "2"))

    def test_a_search_for_an_owner_tells_every_row_by_name(self) -> None:
        number = self.get("/orgs/acme").json()["id"]
        found = self.get("/repos/search", uid=number, exclusive="true", limit=4)

        self.assertEqual([row["name"] for row in found.json()["data"]], ["a", "b", "c", "d"])
        self.assertEqual((found.json()["ok"], found.headers["X-Total-Count"]), (True, "5"))
        self.assertEqual(self.get("/repos/search", uid=1).json()["data"], [])

    def test_new_repositories_come_last_and_ids_stay_when_they_move(self) -> None:
        before = {row["name"]: row["id"] for row in self.get("/orgs/acme/repos").json()}
        self.world.change("gitea", "acme", create=1, rename=1)
        self.world.change("gitea", "acme", transfer="other")
        after = self.get("/orgs/acme/repos").json()
        moved = self.get("/orgs/other/repos").json()

        self.assertEqual([row["name"] for row in after], ["a", "b", "c", "d", "e"])
        self.assertEqual({row["name"]: row["id"] for row in after}, before)
        self.assertEqual([row["name"] for row in moved], ["created-renamed"])
        self.assertGreater(moved[0]["id"], max(before.values()))
