"""GitHub: organizations, users, repositories and nodes, and how their absence is told."""

from __future__ import annotations

from dataclasses import replace

from emulator import Owner, Repository
from emulator.tests.helpers import EmulatorCase, organization


class TestOwners(EmulatorCase):
    """Query.repositoryOwner, organization, user."""

    def test_a_login_is_found_in_any_letter_case_and_keeps_its_own(self) -> None:
        answer = self.client.graphql('{ repositoryOwner(login: "SANDIALABS") { __typename login url resourcePath } }')

        self.assertEqual(
            answer["data"]["repositoryOwner"],
            {
                "__typename": "Organization",
                "login": "sandialabs",
                "url": "https://github.com/sandialabs",
                "resourcePath": "/sandialabs",
            },
        )

    def test_an_unknown_owner_is_null_without_an_error(self) -> None:
        answer = self.client.graphql('{ repositoryOwner(login: "nobody-here") { login } }')

        self.assertEqual(answer, {"data": {"repositoryOwner": None}})

    def test_an_unknown_organization_is_null_with_not_found(self) -> None:
        answer = self.client.graphql('{\n  organization(login: "nobody-here") { login }\n}')

        self.assertEqual(
            answer,
            {
                "data": {"organization": None},
                "errors": [
                    {
                        "type": "NOT_FOUND",
                        "path": ["organization"],
                        "locations": [{"line": 2, "column": 3}],
                        "message": "Could not resolve to an Organization with the login of 'nobody-here'.",
                    }
                ],
            },
        )

    def test_an_organization_is_no_user_and_a_user_no_organization(self) -> None:
        answer = self.client.graphql(
            '{ a: user(login: "spack") { login } b: organization(login: "made-up-user") { login } '
            'c: user(login: "made-up-user") { login } }'
        )

        self.assertEqual(answer["data"], {"a": None, "b": None, "c": {"login": "made-up-user"}})
        self.assertEqual([error["path"] for error in answer["errors"]], [["a"], ["b"]])
        self.assertIn("Could not resolve to a User with the login of 'spack'.", answer["errors"][0]["message"])

    def test_the_viewer_is_the_user_of_the_token(self) -> None:
        query = "{ viewer { __typename id login repositories(first: 1) { totalCount } } rateLimit { cost } }"

        answer = self.client.graphql(query)["data"]
        self.world.add(Owner("github", "emulator", "User", [Repository("mine")]))
        held = self.client.graphql(query)["data"]["viewer"]
        priced = self.client.graphql("{ viewer { login } rateLimit(dryRun: true) { cost } }")
        self.world.remove("github", "emulator")

        viewer = {"__typename": "User", "login": "emulator", "id": held["id"]}
        self.assertEqual(answer, {"viewer": {**viewer, "repositories": {"totalCount": 0}}, "rateLimit": {"cost": 1}})
        self.assertEqual(held["repositories"], {"totalCount": 1})
        self.assertEqual(priced["data"], {"viewer": {"login": "emulator"}, "rateLimit": {"cost": 1}})

    def test_the_plain_fields_of_an_owner_are_answered(self) -> None:
        fields = "id databaseId login name createdAt avatarUrl(size: 40) url resourcePath"

        answer = self.client.graphql(f'{{ organization(login: "spack") {{ {fields} }} }}')

        self.assertNotIn("errors", answer)
        self.assertNotIn(None, answer["data"]["organization"].values())


class TestRepository(EmulatorCase):
    """Query.repository and RepositoryOwner.repository."""

    def test_a_repository_is_found_by_both_ways(self) -> None:
        answer = self.client.graphql(
            '{ a: repository(owner: "Spack", name: "SPACK") { nameWithOwner } '
            'b: repositoryOwner(login: "spack") { repository(name: "spack") { nameWithOwner owner { login } } } }'
        )

        self.assertEqual(answer["data"]["a"], {"nameWithOwner": "spack/spack"})
        self.assertEqual(answer["data"]["b"]["repository"]["owner"], {"login": "spack"})

    def test_an_unknown_repository_is_null_with_not_found(self) -> None:
        answer = self.client.graphql('{ repository(owner: "spack", name: "nothing") { name } }')

        self.assertEqual(answer["data"], {"repository": None})
        self.assertEqual(
            answer["errors"][0]["message"], "Could not resolve to a Repository with the name 'spack/nothing'."
        )


class TestNodes(EmulatorCase):
    """Node ids."""

    def ids(self, login: str = "spack", count: int = 3) -> list[str]:
        """Node ids of an owner's first repositories."""
        return [node["id"] for node in self.client.repositories(f"first: {count}", "nodes { id }", login)["nodes"]]

    def test_ids_are_opaque_and_answer_in_their_order(self) -> None:
        first, second, third = self.ids()

        answer = self.client.graphql(
            "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Repository { owner { login } } } }",
            ids=[third, first, second],
        )

        self.assertTrue(first.startswith("R_"))
        self.assertEqual([node["id"] for node in answer["data"]["nodes"]], [third, first, second])

    def test_a_gone_id_is_null_with_not_found_beside_the_others(self) -> None:
        first, *_ = self.ids()

        answer = self.client.graphql("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[first, "R_gone", first])

        self.assertEqual(answer["data"]["nodes"], [{"id": first}, None, {"id": first}])
        self.assertEqual(
            answer["errors"],
            [
                {
                    "type": "NOT_FOUND",
                    "path": ["nodes", 1],
                    "locations": [{"line": 1, "column": 23}],
                    "message": "Could not resolve to a node with the global id of 'R_gone'",
                }
            ],
        )

    def test_a_single_gone_id_is_null_with_not_found(self) -> None:
        answer = self.client.graphql('{ node(id: "D_abcdefgh") { __typename } }')

        self.assertEqual(answer["data"], {"node": None})
        self.assertEqual(answer["errors"][0]["path"], ["node"])
        self.assertEqual(
            answer["errors"][0]["message"], "Could not resolve to a node with the global id of 'D_abcdefgh'"
        )

    def test_more_than_100_ids_are_refused(self) -> None:
        answer = self.client.graphql("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=self.ids(count=1) * 101)

        self.assertIsNone(answer["data"])
        self.assertEqual(answer["errors"][0]["type"], "ARGUMENT_LIMIT")
        self.assertEqual(
            answer["errors"][0]["message"], "You may not provide more than 100 node ids; you provided 101."
        )

    def test_200_ids_under_two_aliases_are_taken(self) -> None:
        query = "query($ids: [ID!]!) { a: nodes(ids: $ids) { id } b: nodes(ids: $ids) { id } }"

        answer = self.client.graphql(query, ids=self.ids(count=1) * 100)

        self.assertNotIn("errors", answer)

    def test_an_owner_has_a_node_id_too(self) -> None:
        owner = self.client.graphql('{ repositoryOwner(login: "spack") { id } }')["data"]["repositoryOwner"]

        answer = self.client.graphql(
            "query($id: ID!) { node(id: $id) { ... on Organization { login } } }", id=owner["id"]
        )

        self.assertEqual(answer["data"]["node"], {"login": "spack"})

    def test_an_id_stays_through_a_rename(self) -> None:
        old = Repository("old-name")
        self.world.add(organization(old))
        (before,) = self.ids("acme")

        self.world.add(organization(replace(old, name="new-name"), Repository("another")))

        answer = self.client.graphql("query($id: ID!) { node(id: $id) { ... on Repository { name } } }", id=before)
        self.assertEqual(answer["data"]["node"], {"name": "new-name"})

    def test_an_id_of_a_deleted_repository_is_gone(self) -> None:
        self.world.add(organization(Repository("here")))
        (gone,) = self.ids("acme")

        self.world.add(organization())

        self.assertEqual(
            self.client.graphql("query($id: ID!) { node(id: $id) { id } }", id=gone)["data"], {"node": None}
        )

    def test_the_same_name_at_two_owners_has_two_ids(self) -> None:
        for login in ("one", "two"):
            self.world.add(Owner("github", login, "User", (Repository("same"),)))

        self.assertNotEqual(self.ids("one"), self.ids("two"))
