"""GitHub: the repositories connection; bounds, cursors, orders and filters."""

from __future__ import annotations

from typing import Any

from emulator import Owner, Repository
from emulator.tests.helpers import EmulatorCase, Json, organization

ORDERS = ("CREATED_AT", "NAME", "PUSHED_AT", "STARGAZERS", "UPDATED_AT")


def order(field: str = "CREATED_AT", direction: str = "ASC") -> str:
    """The orderBy argument."""
    return f"orderBy: {{field: {field}, direction: {direction}}}"


class TestBounds(EmulatorCase):
    """`first` and `last`."""

    def refusal(self, arguments: str, fields: str = "nodes { name }") -> Json:
        """The one error of such a connection of spack, which takes the owner with it."""
        brackets = f"({arguments})" if arguments else ""
        answer = self.client.graphql(
            f'{{ repositoryOwner(login: "spack") {{ repositories{brackets} {{ {fields} }} }} }}'
        )
        # repositories is non-null, so its error nulls the owner
        self.assertEqual(answer["data"], {"repositoryOwner": None})
        (error,) = answer["errors"]
        self.assertEqual(error["path"], ["repositoryOwner", "repositories"])
        return error

    def test_nodes_edges_and_page_info_need_a_bound(self) -> None:
        for fields in ("nodes { name }", "edges { cursor }", "pageInfo { hasNextPage }", "totalCount ...F"):
            query = fields.replace("...F", "...on RepositoryConnection { nodes { id } }")

            error = self.refusal("", query)

            self.assertEqual(error["type"], "MISSING_PAGINATION_BOUNDARIES")
            self.assertEqual(
                error["message"],
                "You must provide a `first` or `last` value to properly paginate the `repositories` connection.",
            )

    def test_a_bound_that_is_null_is_none(self) -> None:
        self.assertEqual(self.refusal("first: null")["type"], "MISSING_PAGINATION_BOUNDARIES")

    def test_totals_need_no_bound(self) -> None:
        totals = self.client.repositories("isFork: false", "totalCount totalDiskUsage", "mailchimp")

        self.assertEqual(totals["totalCount"], 24)

    def test_more_than_100_are_refused(self) -> None:
        for name in ("first", "last"):
            error = self.refusal(f"{name}: 101")

            self.assertEqual(error["type"], "EXCESSIVE_PAGINATION")
            self.assertEqual(
                error["message"],
                f"Requesting 101 records on the `repositories` connection exceeds the `{name}` limit of 100 records.",
            )

    def test_less_than_one_is_refused(self) -> None:
        for arguments in ("first: 0", "last: -1"):
            self.assertIn("cannot be less than", self.refusal(arguments)["message"])

    def test_first_and_last_together_are_refused(self) -> None:
        self.assertEqual(
            self.refusal("first: 1, last: 1")["message"],
            "Passing both `first` and `last` values to paginate the `repositories` connection is not supported.",
        )

    def test_privacy_and_visibility_together_are_refused(self) -> None:
        self.assertIn("privacy", self.refusal("first: 1, privacy: PUBLIC, visibility: PUBLIC")["message"])


class TestCursors(EmulatorCase):
    """Walking a list."""

    def walk(self, login: str, size: int, by: str, forward: bool = True) -> list[str]:
        """All names of an owner in the order in which pages of that size bring them."""
        names: list[str] = []
        cursor, more = None, True
        while more:
            bounds = f"first: {size}" if forward else f"last: {size}"
            if cursor:
                bounds += f', {"after" if forward else "before"}: "{cursor}"'
            fields = "nodes { name } pageInfo { startCursor endCursor hasNextPage hasPreviousPage }"
            page = self.client.repositories(f"{bounds}, {by}", fields, login)
            found, info = [node["name"] for node in page["nodes"]], page["pageInfo"]
            names = names + found if forward else found + names
            cursor = info["endCursor" if forward else "startCursor"]
            more = info["hasNextPage" if forward else "hasPreviousPage"]
        return names

    def test_every_order_brings_every_repository_once_at_any_page_size(self) -> None:
        for field in ORDERS:
            for direction in ("ASC", "DESC"):
                whole = self.walk("made-up-edges", 100, order(field, direction))

                self.assertEqual(len(set(whole)), 16)
                for size in (1, 3, 7):
                    self.assertEqual(self.walk("made-up-edges", size, order(field, direction)), whole)

    def test_a_walk_from_the_end_sees_the_same_order(self) -> None:
        for direction in ("ASC", "DESC"):
            by = order(direction=direction)

            self.assertEqual(self.walk("org-30", 7, by, forward=False), self.walk("org-30", 7, by))

    def test_descending_is_ascending_turned_round(self) -> None:
        for field in ORDERS:
            self.assertEqual(
                self.walk("org-30", 9, order(field, "DESC")), self.walk("org-30", 9, order(field, "ASC"))[::-1]
            )

    def test_each_order_follows_its_field(self) -> None:
        for field, key in (
            ("CREATED_AT", "createdAt"),
            ("PUSHED_AT", "pushedAt"),
            ("STARGAZERS", "stargazerCount"),
            ("UPDATED_AT", "updatedAt"),
        ):
            page = self.client.repositories(f"first: 100, {order(field)}", f"nodes {{ {key} }}", "org-30")

            values = [node[key] for node in page["nodes"]]
            self.assertEqual(values, sorted(values, key=lambda value: (value is not None, value)))
        names = [name.lower() for name in self.client.names(f"first: 100, {order('NAME')}", "spack")]
        self.assertEqual(names, sorted(names))

    def test_both_cursors_together_cut_a_window(self) -> None:
        page = self.client.repositories(f"first: 6, {order()}", "edges { cursor node { name } }", "org-30")
        cursors = [edge["cursor"] for edge in page["edges"]]
        names = [edge["node"]["name"] for edge in page["edges"]]

        window = f'after: "{cursors[0]}", before: "{cursors[5]}", {order()}'

        self.assertEqual(self.client.names(f"first: 100, {window}", "org-30"), names[1:5])
        self.assertEqual(self.client.names(f"first: 2, {window}", "org-30"), names[1:3])
        self.assertEqual(self.client.names(f"last: 2, {window}", "org-30"), names[3:5])

    def test_page_info_tells_what_lies_on_both_sides(self) -> None:
        fields = "nodes { name } pageInfo { startCursor endCursor hasNextPage hasPreviousPage }"
        first = self.client.repositories("first: 5", fields, "org-12")["pageInfo"]
        last = self.client.repositories("last: 5", fields, "org-12")["pageInfo"]
        empty = self.client.repositories("first: 5", fields, "made-up-empty")

        self.assertEqual((first["hasPreviousPage"], first["hasNextPage"]), (False, True))
        self.assertEqual((last["hasPreviousPage"], last["hasNextPage"]), (True, False))
        self.assertEqual(
            empty,
            {
                "nodes": [],
                "pageInfo": {"startCursor": None, "endCursor": None, "hasNextPage": False, "hasPreviousPage": False},
            },
        )

    def test_a_text_that_is_no_cursor_is_refused(self) -> None:
        page = self.client.repositories(f"first: 1, {order('STARGAZERS')}", "pageInfo { endCursor }", "spack")
        for cursor in ("nonsense", "bm9uc2Vuc2U=", "Y3Vyc29yOnYyOg==", page["pageInfo"]["endCursor"]):
            arguments = f'first: 1, after: "{cursor}", {order("NAME")}'

            (error,) = self.client.errors(
                f'{{ repositoryOwner(login: "spack") {{ repositories({arguments}) {{ totalCount }} }} }}'
            )

            self.assertEqual(error["type"], "INVALID_CURSOR_ARGUMENTS")
            self.assertEqual(error["message"], f"`{cursor}` does not appear to be a valid cursor.")

    def test_repositories_made_or_deleted_during_a_walk_shift_nothing(self) -> None:
        made = [Repository(f"r{number}", created_at=f"2020-01-{number:02d}T00:00:00Z") for number in range(1, 10)]
        self.world.add(organization(*made))
        fields = "nodes { name } pageInfo { endCursor }"
        page = self.client.repositories(f"first: 4, {order()}", fields)

        newest = Repository("newest", created_at="2021-01-01T00:00:00Z")
        oldest = Repository("oldest", created_at="2019-01-01T00:00:00Z")
        self.world.add(organization(oldest, *made[:1], *made[2:], newest))
        after = page["pageInfo"]["endCursor"]

        rest = self.client.names(f'first: 100, after: "{after}", {order()}')
        self.assertEqual(rest, ["r5", "r6", "r7", "r8", "r9", "newest"])

    def test_the_cursor_of_a_deleted_repository_still_works(self) -> None:
        made = [Repository(f"r{number}", created_at=f"2020-01-{number:02d}T00:00:00Z") for number in range(1, 6)]
        self.world.add(organization(*made))
        page = self.client.repositories(f"first: 2, {order()}", "pageInfo { endCursor }")

        self.world.add(organization(made[0], *made[2:]))

        after = page["pageInfo"]["endCursor"]
        self.assertEqual(self.client.names(f'first: 100, after: "{after}", {order()}'), ["r3", "r4", "r5"])


class TestFilters(EmulatorCase):
    """Which repositories a list holds."""

    def setUp(self) -> None:
        """An organization with one repository of each sort."""
        super().setUp()
        self.world.add(
            organization(
                Repository("plain", created_at="2020-01-01T00:00:00Z"),
                Repository("fork", is_fork=True, created_at="2020-01-02T00:00:00Z"),
                Repository("archived", is_archived=True, created_at="2020-01-03T00:00:00Z"),
                Repository("secret", is_private=True, created_at="2020-01-04T00:00:00Z"),
                collaborations=(("friend", "shared"), ("friend", "gone")),
            )
        )
        shared = Repository("shared", created_at="2020-01-05T00:00:00Z")
        self.world.add(Owner("github", "friend", "User", (shared,)))

    def assert_names(self, arguments: str, *names: str) -> None:
        """A page with these arguments holds these."""
        self.assertEqual(self.client.names(f"first: 100, {arguments}"), list(names))

    def test_without_filters_private_and_foreign_repositories_are_listed(self) -> None:
        self.assert_names(order(), "plain", "fork", "archived", "secret", "shared")

    def test_visibility_and_privacy_choose(self) -> None:
        self.assert_names("ownerAffiliations: OWNER, visibility: PUBLIC", "plain", "fork", "archived")
        self.assert_names("ownerAffiliations: OWNER, privacy: PUBLIC", "plain", "fork", "archived")
        self.assert_names("visibility: PRIVATE", "secret")
        self.assert_names("privacy: PRIVATE", "secret")
        self.assert_names("visibility: INTERNAL")

    def test_is_fork_and_is_archived_choose(self) -> None:
        own = "ownerAffiliations: [OWNER]"
        self.assert_names(f"{own}, isFork: true", "fork")
        self.assert_names(f"{own}, isFork: false", "plain", "archived", "secret")
        self.assert_names(f"{own}, isArchived: true", "archived")
        self.assert_names(f"{own}, isFork: null, isArchived: false", "plain", "fork", "secret")

    def test_owner_affiliations_choose(self) -> None:
        self.assert_names("ownerAffiliations: COLLABORATOR", "shared")
        self.assert_names("ownerAffiliations: [ORGANIZATION_MEMBER]")
        self.assert_names("ownerAffiliations: []")

    def test_a_foreign_repository_belongs_to_its_owner(self) -> None:
        page = self.client.repositories("first: 1, ownerAffiliations: COLLABORATOR", "nodes { owner { login } }")

        self.assertEqual(page["nodes"], [{"owner": {"login": "friend"}}])

    def test_the_affiliations_of_the_token_choose(self) -> None:
        own = "ownerAffiliations: OWNER, visibility: PRIVATE"
        self.assert_names(f"{own}, affiliations: [OWNER, ORGANIZATION_MEMBER]", "secret")
        self.assert_names(f"{own}, affiliations: OWNER")

    def test_locked_repositories_and_those_without_issues_do_not_exist(self) -> None:
        self.assert_names("isLocked: true")
        self.assert_names("hasIssuesEnabled: false")

    def test_total_count_counts_what_the_filters_leave(self) -> None:
        total: Any = self.client.repositories("isFork: true", "totalCount")

        self.assertEqual(total, {"totalCount": 1})

    def test_a_changed_world_is_seen_at_once(self) -> None:
        self.world.add(organization(Repository("only")))

        self.assert_names(order(), "only")
