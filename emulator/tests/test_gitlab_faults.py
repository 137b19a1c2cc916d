"""Faults of lists and of single projects at GitLab."""

from __future__ import annotations

from emulator import Fault
from emulator.tests.gitlab import PAGE_INFO, WHOLE, GitLabCase, group, named, paths


class TestGitLab(GitLabCase):
    """Five projects, two a page."""

    def setUp(self) -> None:
        """A group of them."""
        super().setUp()
        self.world.add(group(*named("abcde")))

    def strike(self, kind: str, **options: object) -> None:
        """Switch a fault on."""
        self.emulator.faults.add(Fault(kind, **options))  # type: ignore[arg-type]

    def rows(self, number: int) -> tuple[list[str], str, str]:
        """The names on a page of REST, the number of the next one, and the links."""
        answer = self.rest("groups/acme/projects", **WHOLE, per_page=2, page=number)
        return paths(answer.json()), answer.headers["X-Next-Page"], answer.headers["Link"]

    def test_early_end(self) -> None:
        self.strike("early_end")

        first, last = self.page("first: 2"), self.page("last: 2")
        rows, number, links = self.rows(1)

        self.assertEqual((paths(first["nodes"]), first["pageInfo"]["hasNextPage"]), (["e", "d"], False))
        self.assertEqual((paths(last["nodes"]), last["pageInfo"]["hasPreviousPage"]), (["b", "a"], False))
        self.assertEqual((rows, number, 'rel="next"' in links), (["a", "b"], "", False))

    def test_repeat_page(self) -> None:
        first = self.page("first: 2")
        self.strike("repeat_page")

        self.assertEqual(self.page(f'first: 2, after: "{first["pageInfo"]["endCursor"]}"'), first)
        self.assertEqual([self.rows(number)[:2] for number in (1, 2)], [(["a", "b"], "2"), (["a", "b"], "3")])

    def test_self_next(self) -> None:
        start = self.page("first: 4")["pageInfo"]["endCursor"]
        self.strike("self_next")

        page = self.page(f'first: 2, after: "{start}"')
        _, number, links = self.rows(3)

        self.assertEqual((page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]), (True, start))
        self.assertEqual(number, "3")
        self.assertRegex(links, r'page=3>; rel="next"')

    def test_empty_page(self) -> None:
        first = self.page("first: 2")["pageInfo"]["endCursor"]
        self.strike("empty_page", times=2)

        empty = self.page(f'first: 2, after: "{first}"')
        rows, number, _ = self.rows(2)

        self.assertEqual((empty["nodes"], empty["pageInfo"]["hasNextPage"]), ([], True))
        self.assertNotEqual(empty["pageInfo"]["endCursor"], first)
        self.assertEqual(paths(self.page(f'first: 2, after: "{empty["pageInfo"]["endCursor"]}"')["nodes"]), ["c", "b"])
        self.assertEqual((rows, number, self.rows(2)[0]), ([], "2", ["c", "d"]))

    def test_foreign_next(self) -> None:
        self.strike("foreign_next", url="http://elsewhere.example/next")

        self.assertIn('<http://elsewhere.example/next>; rel="next"', self.rows(3)[2])

    def test_kind_no_total(self) -> None:
        self.strike("no_total")

        answer = self.rest("groups/acme/projects")

        self.assertEqual((len(answer.json()), answer.headers["X-Page"]), (5, "1"))
        self.assertNotIn("X-Total", answer.headers)
        self.assertNotIn("X-Total-Pages", answer.headers)
        self.assertIn("X-Emulator-Missed", self.rest("groups/acme").headers)

    def test_lost(self) -> None:
        ids = {one["path"]: one["id"] for one in self.page("first: 5", "id path")["nodes"]}
        self.strike("lost", owner="acme", repository="b")

        found = self.graphql('{ a: project(fullPath: "acme/a") { path } b: project(fullPath: "acme/b") { path } }')
        by_id = self.page("ids: $ids".replace("$ids", str(list(ids.values())).replace("'", '"')))["nodes"]

        self.assertEqual(found, {"a": {"path": "a"}, "b": None})
        self.assertEqual(paths(by_id), ["e", "d", "c", "a"])
        self.assertEqual(len(self.page("first: 5")["nodes"]), 5)
        for name in ("acme%2Fb", ids["b"].rpartition("/")[2]):
            self.assertEqual(self.rest(f"projects/{name}/languages").status_code, 404)
        self.assertEqual(self.rest("projects/acme%2Fa/languages").status_code, 200)
        self.assertEqual(self.rows(1)[0], ["a", "b"])

    def test_rotten(self) -> None:
        number = self.page("last: 2", "id path")["nodes"][0]["id"].rpartition("/")[2]
        self.strike("rotten", owner="acme", repository="b")

        statuses = [self.status(fields) for fields in ("id path fullPath", "id starCount", "fullPath topics")]

        self.assertEqual(statuses, [200, 500, 500])
        self.assertEqual(self.rest(f"projects/{number}/languages").status_code, 500)
        self.assertEqual(self.rest("projects/acme%2Fb").json(), {"message": "500 Internal Server Error"})
        self.assertEqual(self.rest("projects/acme%2Fa").status_code, 200)

    def status(self, fields: str) -> int:
        """The status of a page with these fields."""
        query = f'{{ group(fullPath: "acme") {{ projects(first: 9) {{ nodes {{ {fields} }} {PAGE_INFO} }} }} }}'
        return self.post(query).status_code

    def test_the_world_changes_while_it_is_read(self) -> None:
        first = self.page("first: 2")
        self.strike("world", owner="acme", change={"create": 1, "delete_oldest": 1}, times=1)

        second = self.page(f'first: 2, after: "{first["pageInfo"]["endCursor"]}"')
        newest = self.page("first: 2")

        self.assertEqual((paths(second["nodes"]), second["count"]), (["c", "b"], 5))
        self.assertEqual(paths(newest["nodes"])[1], "e")
