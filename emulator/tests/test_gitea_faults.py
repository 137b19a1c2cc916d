"""Gitea: faults of lists and of single repositories."""

from __future__ import annotations

from typing import Any

from emulator import Fault
from emulator.tests.gitea import GiteaCase, days, organization


class TestFaults(GiteaCase):
    """Five repositories, two a page."""

    def setUp(self) -> None:
        """Five."""
        super().setUp()
        self.world.add(organization(*days("a", "b", "c", "d", "e")))

    def strike(self, kind: str, **options: Any) -> None:
        """Switch a fault on."""
        self.emulator.faults.add(Fault(kind, **options))

    def page(self, number: int) -> tuple[list[str | None], str, str | None]:
        """Names, total and links of a page."""
        answer = self.get("/orgs/acme/repos", limit=2, page=number)
        return self.names(answer), answer.headers["X-Total-Count"], answer.headers.get("Link")

    def test_early_end_tells_a_total_as_if_the_page_were_the_last(self) -> None:
        self.strike("early_end")

        self.assertEqual((self.page(1), self.page(2)), ((["a", "b"], "2", None), (["c", "d"], "4", None)))

    def test_repeat_page_gives_the_page_before(self) -> None:
        self.strike("repeat_page")

        self.assertEqual([self.page(number)[0] for number in (1, 2, 3)], [["a", "b"], ["a", "b"], ["c", "d"]])

    def test_self_next_leads_to_the_page_itself(self) -> None:
        self.strike("self_next")
        names, total, link = self.page(2)

        self.assertEqual((names, total), (["c", "d"], "5"))
        self.assertEqual(link, f'<{self.emulator["gitea"].url}/api/v1/orgs/acme/repos?limit=2&page=2>; rel="next"')

    def test_empty_page_has_no_rows_under_the_true_total(self) -> None:
        self.strike("empty_page")

        self.assertEqual(self.page(1)[:2], ([], "5"))

    def test_what_is_no_list_is_sent_as_it_is_and_says_so(self) -> None:
        for kind in ("early_end", "repeat_page", "self_next", "empty_page"):
            self.emulator.faults.clear()
            self.strike(kind)

            answer = self.get("/version")

            self.assertEqual((answer.status_code, answer.headers["X-Emulator-Missed"]), (200, "a page of a list"))

    def test_lost_is_listed_and_not_found_by_its_address(self) -> None:
        self.strike("lost", owner="acme", repository="b")

        self.assertEqual(self.page(1)[0], ["a", "b"])
        for path in ("/repos/Acme/b", "/repos/acme/B/languages"):
            self.assertEqual(self.get(path).status_code, 404)
        self.assertEqual(self.get("/repos/acme/a/languages").status_code, 200)

    def test_rotten_fails_at_its_address_alone(self) -> None:
        self.strike("rotten", owner="acme", repository="b")

        self.assertEqual(self.get("/repos/acme/b/languages").status_code, 500)
        self.assertEqual(self.get("/repos/acme/bb/languages").status_code, 404)
        self.assertEqual(self.page(1)[0], ["a", "b"])

    def test_changes_of_the_world_are_seen_by_the_call_that_they_strike(self) -> None:
        self.strike("world", owner="acme", change={"delete_oldest": 1}, times=1)

        self.assertEqual((self.page(1)[0], self.page(2)[1]), (["b", "c"], "4"))
