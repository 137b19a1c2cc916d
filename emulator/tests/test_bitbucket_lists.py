"""Bitbucket: lists of repositories and of watchers, page by page."""

from __future__ import annotations

from typing import Any

from emulator import Emulator, Repository
from emulator.tests.helpers import Client, EmulatorCase, Json, workspace

LIST = "/repositories/acme"


class ListCase(EmulatorCase):
    """A workspace of 25 public repositories r01 to r25, in the order of their creation."""

    def setUp(self) -> None:
        """The workspace."""
        super().setUp()
        made = [Repository(f"r{n:02d}", created_at=f"2020-01-{n:02d}T00:00:00.5Z", watchers=n) for n in range(1, 26)]
        self.world.add(workspace(*made))

    def names(self, **query: Any) -> list[str]:
        """The slugs on a page."""
        return [value["slug"] for value in self.client.get(LIST, **query).json()["values"]]


class TestPages(ListCase):
    """pagelen, page, next, previous, size."""

    def test_a_page_has_ten_values_and_the_recorded_keys(self) -> None:
        page = self.client.get(LIST).json()

        self.assertEqual(set(page), {"pagelen", "size", "values", "page", "next"})
        self.assertEqual((page["pagelen"], page["size"], page["page"], len(page["values"])), (10, 25, 1, 10))

    def test_next_leads_through_all_pages_and_previous_back(self) -> None:
        pages = [self.client.get(LIST, pagelen=10).json()]
        while "next" in pages[-1]:
            pages.append(self.client.session.get(pages[-1]["next"], timeout=10).json())

        slugs = [value["slug"] for page in pages for value in page["values"]]
        self.assertEqual(slugs, [f"r{n:02d}" for n in range(1, 26)])
        self.assertEqual([len(page["values"]) for page in pages], [10, 10, 5])
        self.assertNotIn("previous", pages[0])
        self.assertEqual(pages[2]["previous"], pages[0]["next"])

    def test_next_carries_every_parameter_and_changes_the_page(self) -> None:
        query: Json = {"pagelen": 2, "sort": "-created_on", "q": "is_private=false", "page": 3, "fields": "next"}

        page = self.client.get(LIST, **query).json()

        self.assertEqual(
            page["next"],
            f"{self.emulator['bitbucket'].url}{LIST}?pagelen=2&sort=-created_on&q=is_private%3Dfalse&fields=next&page=4",
        )

    def test_the_last_page_has_no_next_even_when_full(self) -> None:
        self.assertNotIn("next", self.client.get(LIST, pagelen=25).json())

    def test_a_page_behind_the_end_is_empty(self) -> None:
        page = self.client.get(LIST, page=9).json()

        self.assertEqual((page["values"], page["size"]), ([], 25))
        self.assertNotIn("next", page)

    def test_pagelen_is_at_most_100(self) -> None:
        self.assertEqual(len(self.names(pagelen=100)), 25)
        for pagelen in ("101", "-1", "ten", "", "1.5", "²"):
            answer = self.client.get(LIST, pagelen=pagelen)

            self.assertEqual(answer.status_code, 400)
            self.assertEqual(answer.json(), {"type": "error", "error": {"message": "Invalid pagelen"}})

    def test_pagelen_zero_tells_the_size_without_values(self) -> None:
        self.assertEqual(self.client.get(LIST, pagelen=0).json(), {"pagelen": 0, "size": 25, "values": [], "page": 1})

    def test_a_page_that_is_no_number_from_one_is_refused(self) -> None:
        for page in ("0", "-1", "two"):
            answer = self.client.get(LIST, page=page)

            self.assertEqual((answer.status_code, answer.json()["error"]["message"]), (400, "Invalid page"))

    def test_paging_is_by_offset_so_that_changes_shift_it(self) -> None:
        first = self.names(pagelen=10)

        kept = [Repository(f"r{n:02d}", created_at=f"2020-01-{n:02d}T00:00:00.5Z") for n in range(2, 26)]
        self.world.add(workspace(*kept))

        # r11 moved to page 1 and is lost to a client that asks on
        self.assertEqual(first[-1], "r10")
        self.assertEqual(self.names(pagelen=10, page=2)[0], "r12")

    def test_size_can_be_left_out(self) -> None:
        with Emulator(bitbucket={"size": False}) as emulator:
            client = Client(emulator)
            page = client.get("/repositories/team-30", pagelen=20).json()
            watchers = client.get("/repositories/team-30/atlas-api-0/watchers", pagelen=0).json()
            client.session.close()

        self.assertEqual(set(page), {"pagelen", "values", "page", "next"})
        self.assertIn("size", watchers)

    def test_an_empty_workspace_has_an_empty_page(self) -> None:
        page = self.client.get("/repositories/made-up-empty").json()

        self.assertEqual(page, {"pagelen": 10, "size": 0, "values": [], "page": 1})

    def test_head_answers_without_a_body(self) -> None:
        answer = self.client.session.head(self.emulator["bitbucket"].url + LIST, timeout=10)

        self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.assertGreater(int(answer.headers["Content-Length"]), 0)
        self.assertEqual(self.emulator.meter.snapshot()["bitbucket"].bytes_sent, 0)


class TestOrderAndFilter(ListCase):
    """sort, q, role."""

    def test_sort_orders_both_ways(self) -> None:
        self.assertEqual(self.names(sort="created_on", pagelen=2), ["r01", "r02"])
        self.assertEqual(self.names(sort="-created_on", pagelen=2), ["r25", "r24"])
        self.assertEqual(self.names(sort="-name", pagelen=1), ["r25"])

    def test_repositories_of_the_same_second_keep_one_order_over_all_pages(self) -> None:
        twins = [Repository(f"twin{n}", created_at="2020-01-01T00:00:00Z") for n in range(9)]
        self.world.add(workspace(*twins))

        for sort in ("created_on", "-created_on", "language", "parent.uuid", "size"):
            pages = [self.names(sort=sort, pagelen=2, page=page) for page in range(1, 6)]
            self.assertEqual(sorted(name for page in pages for name in page), [one.name for one in twins])

    def test_the_order_of_the_same_second_does_not_hang_on_how_the_world_was_told(self) -> None:
        twins = [Repository(f"twin{n}", created_at="2020-01-01T00:00:00Z") for n in range(9)]
        self.world.add(workspace(*twins))
        before = self.names(sort="created_on")

        self.world.add(workspace(*reversed(twins)))

        self.assertEqual(self.names(sort="created_on"), before)

    def test_an_unknown_sort_field_is_refused(self) -> None:
        answer = self.client.get(LIST, sort="stars")

        self.assertEqual((answer.status_code, answer.json()["type"]), (400, "error"))

    def test_q_filters(self) -> None:
        self.assertEqual(self.names(q='name = "r07" OR created_on >= 2020-01-25'), ["r07", "r25"])
        self.assertEqual(self.client.get(LIST, q="is_private=true").json()["size"], 0)

    def test_a_bad_q_is_refused(self) -> None:
        for q in ("is_private", "stars > 3", 'name = "r01', "(name = null"):
            self.assertEqual(self.client.get(LIST, q=q).status_code, 400, q)

    def test_role_needs_an_account(self) -> None:
        self.assertEqual(self.names(role="member"), [])
        self.assertEqual(self.client.member(LIST, role="member").json()["size"], 25)
        self.assertEqual(self.client.get(LIST, role="king").status_code, 400)


class TestFields(ListCase):
    """Partial responses over the wire; test_partial.py has the rules."""

    def test_next_and_size_must_be_named(self) -> None:
        answer = self.client.get(LIST, pagelen=1, fields="values.slug").json()

        self.assertEqual(answer, {"values": [{"slug": "r01"}]})

    def test_a_mask_reaches_into_values(self) -> None:
        answer = self.client.get(LIST, pagelen=1, fields="size,values.links.watchers.href").json()

        href = f"{self.emulator['bitbucket'].url}{LIST}/r01/watchers"
        self.assertEqual(answer, {"size": 25, "values": [{"links": {"watchers": {"href": href}}}]})


class TestWatchers(ListCase):
    """The watchers resource."""

    def watchers(self, slug: str, **query: Any) -> Json:
        """The answer for a repository."""
        return self.client.get(f"{LIST}/{slug}/watchers", **query).json()

    def test_watchers_are_accounts_in_pages(self) -> None:
        page = self.watchers("r12")

        self.assertEqual((page["size"], len(page["values"]), page["values"][0]["type"]), (12, 10, "user"))
        self.assertEqual(len({account["uuid"] for account in page["values"]}), 10)
        self.assertEqual(len(self.watchers("r12", page=2)["values"]), 2)

    def test_their_number_alone_costs_no_values(self) -> None:
        self.assertEqual(self.watchers("r07", pagelen=0, fields="size"), {"size": 7})

    def test_the_link_of_a_repository_leads_there(self) -> None:
        href = self.client.get(f"{LIST}/r09").json()["links"]["watchers"]["href"]

        self.assertEqual(self.client.session.get(href, timeout=10).json()["size"], 9)

    def test_pagelen_zero_can_be_refused(self) -> None:
        with Emulator(bitbucket={"watchers_pagelen_zero": False}) as emulator:
            client = Client(emulator)
            path = "/repositories/team-3/atlas-api-0/watchers"
            refused, taken = client.get(path, pagelen=0), client.get(path, pagelen=1)
            listed = client.get("/repositories/team-3", pagelen=0)
            client.session.close()

        self.assertEqual((refused.status_code, refused.json()["error"]["message"]), (400, "Invalid pagelen"))
        self.assertEqual((taken.status_code, listed.status_code), (200, 200))
