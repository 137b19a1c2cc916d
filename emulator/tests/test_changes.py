"""Changes of a world while it is read."""

from __future__ import annotations

from dataclasses import replace

from emulator import Repository
from emulator.tests.helpers import EmulatorCase, organization, workspace

HIDDEN = Repository("hidden", is_private=True, created_at="2020-01-09", id=9)


class TestChanges(EmulatorCase):
    """An organization of five repositories, the last one private."""

    def setUp(self) -> None:
        """The same ones at both forges."""
        super().setUp()
        four = [Repository(name, created_at=f"2020-01-0{day}", id=day) for day, name in enumerate("abcd", 1)]
        self.world.add(organization(*four, HIDDEN))
        self.world.add(workspace(*four, HIDDEN))
        self.world.remove("github", "other")
        self.world.remove("bitbucket", "other")

    def public(self, login: str = "acme") -> list[str]:
        """The names that GitHub lists, by creation."""
        return self.client.names("first: 100, privacy: PUBLIC, orderBy: {field: CREATED_AT, direction: ASC}", login)

    def ids(self, login: str = "acme") -> dict[str, str]:
        """Node ids by name."""
        nodes = self.client.repositories("first: 100", "nodes { name id }", login)["nodes"]
        return {node["name"]: node["id"] for node in nodes}

    def test_each_change_takes_the_repositories_that_it_names(self) -> None:
        for what, left in (
            ({"create": 2}, ["a", "b", "c", "d", "created", "created-2"]),
            ({"delete": 2}, ["a", "b"]),
            ({"delete_oldest": 1}, ["b", "c", "d"]),
            ({"delete": 99}, []),
            ({"private": 1}, ["a", "b", "c"]),
            ({"publish": 1}, ["a", "b", "c", "d", "hidden"]),
            ({"publish": 1, "delete": 1}, ["a", "b", "c", "hidden"]),
            ({"rename": 1}, ["a", "b", "c", "d-renamed"]),
            ({"create": 1, "delete_oldest": 2}, ["c", "d", "created"]),
        ):
            with self.subTest(**what):
                self.setUp()

                self.world.change("github", "acme", **what)

                self.assertEqual(self.public(), left)
                self.assertEqual(self.world.sum([("github", "acme")])["originalRepos"], len(left))

    def test_what_is_told_of_the_newest_changes(self) -> None:
        fields = "nodes { name isArchived pushedAt licenseInfo { spdxId } }"

        def told() -> list[tuple[object, ...]]:
            nodes = self.client.repositories("first: 100, privacy: PUBLIC", fields)["nodes"]
            return [(one["isArchived"], one["pushedAt"], one["licenseInfo"]) for one in nodes]

        before = told()
        self.world.change("github", "acme", archive=2, license="MIT", push="2025-01-01")
        changed = told()
        self.world.change("github", "acme", license="", push="")

        self.assertEqual([one[0] for one in changed], [False, False, True, True])
        self.assertEqual(changed[3][1:], ("2025-01-01T00:00:00Z", {"spdxId": "MIT"}))
        self.assertEqual([one[1:] for one in changed[:3]], [one[1:] for one in before[:3]])
        self.assertEqual(told()[3], (True, None, None))
        with self.assertRaises(ValueError):
            self.world.change("github", "acme", push="yesterday")

    def test_an_owner_vanishes(self) -> None:
        self.world.change("github", "acme", vanish=True)

        self.assertIsNone(self.world.owner("github", "acme"))

    def test_a_rename_keeps_the_id_and_a_new_repository_never_gets_an_old_one(self) -> None:
        before = self.ids()

        self.world.change("github", "acme", create=1)
        created = self.ids()["created"]
        self.world.change("github", "acme", delete=1)
        self.world.change("github", "acme", create=1, rename=0)
        again = self.ids()["created"]
        self.world.change("github", "acme", delete=1)
        self.world.change("github", "acme", rename=1)

        self.assertEqual(self.ids()["d-renamed"], before["d"])
        self.assertNotEqual(created, again)

    def test_a_transferred_repository_keeps_its_id_and_has_another_owner(self) -> None:
        identity = self.ids()["d"]

        self.world.change("github", "acme", transfer="other")

        self.assertEqual((self.public(), self.public("other")), (["a", "b", "c"], ["d"]))
        query = f'{{ nodes(ids: ["{identity}"]) {{ ... on Repository {{ id nameWithOwner owner {{ login }} }} }} }}'
        moved = {"id": identity, "nameWithOwner": "other/d", "owner": {"login": "other"}}
        self.assertEqual(self.client.graphql(query)["data"]["nodes"], [moved])

    def test_a_transfer_meets_the_same_name_and_number_and_goes_back(self) -> None:
        theirs = Repository("D", created_at="2019-01-01", id=4)
        self.world.add(replace(organization(theirs), login="other"))
        identity = self.ids()["d"]

        self.world.change("github", "acme", transfer="other")
        self.assertEqual(self.public("other"), ["D", "d-2"])
        self.world.change("github", "other", transfer="acme")

        self.assertEqual(self.ids()["d-2"], identity)
        self.assertEqual(self.client.graphql(f'{{ node(id: "{identity}") {{ id }} }}')["data"]["node"]["id"], identity)

    def test_bitbucket_keeps_the_uuid_of_a_transferred_repository(self) -> None:
        def uuids(login: str) -> dict[str, str]:
            values = self.client.get(f"/repositories/{login}").json()["values"]
            return {one["slug"]: one["uuid"] for one in values}

        before = uuids("acme")["d"]

        self.world.change("bitbucket", "acme", transfer="other")

        self.assertEqual(uuids("other"), {"d": before})
        self.assertNotIn("d", uuids("acme"))

    def test_nobody_and_nothing_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "github has no 'nobody' to change"):
            self.world.change("github", "nobody", create=1)
        with self.assertRaisesRegex(ValueError, "no change 'explode'; there are: create, "):
            self.world.change("github", "acme", explode=1)
