"""The recorded, made-up and generated owners."""

from __future__ import annotations

import json
import time
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from emulator import World
from emulator.recorded import Shelf

ROOT = Path(__file__).parent.parent
FILES = sorted(ROOT.glob("*/data/*/*.json"))

LICENCES = ("MIT", "BSD", "Apache-2.0", "CC0-1.0", "Licence Ouverte 2.0", "as this project")


class TestRecorded(unittest.TestCase):
    """The files under data/ of each kind of forge."""

    def test_every_file_can_be_read_and_names_source_and_licence(self) -> None:
        world = World()
        self.assertEqual(len(FILES), 43)
        for path in FILES:
            data = json.loads(path.read_text(encoding="utf-8"))

            owner = world.owner(data["forge"], data["owner"])

            assert owner is not None
            self.assertEqual((path.stem, path.parts[-4]), (owner.login.lower(), owner.forge))
            self.assertEqual(len(owner.repositories), len(data["repositories"]))
            self.assertTrue(data["licence"].startswith(LICENCES), data["licence"])
            self.assertTrue(data["source"])

    def test_recorded_numbers_are_kept_and_missing_ones_filled_by_the_rule(self) -> None:
        data = json.loads((ROOT / "github/data/recorded/spack.json").read_text(encoding="utf-8"))
        owner = World().owner("github", "spack")

        assert owner is not None
        for row, repository in zip(data["repositories"], owner.repositories, strict=True):
            self.assertIsNone(row["watchers"])
            self.assertEqual(repository.stars, row["stars"])
            self.assertEqual(repository.watchers, 1 + row["stars"] // 10)
            self.assertEqual([name for name, _ in repository.languages], list(row["languages"]))
        self.assertEqual(
            owner.filled, ("isArchived", "isPrivate", "languages.bytes", "license", "pushedAt", "watchers")
        )

    def test_a_null_that_was_recorded_is_no_hole(self) -> None:
        with TemporaryDirectory() as folder:
            shelf = Path(folder) / "recorded"
            shelf.mkdir()
            rows = [
                {"name": "told", "createdAt": "2020-01-01T00:00:00Z", "license": None, "pushedAt": None, "stars": 1},
                {"name": "bare", "createdAt": "2020-01-01T00:00:00Z", "license": "MIT", "stars": 1},
            ]
            data = {"forge": "github", "owner": "Oak", "kind": "User", "source": "made up", "repositories": rows}
            (shelf / "oak.json").write_text(json.dumps(data), encoding="utf-8")

            owner = Shelf({"github": Path(folder)}, "recorded").read(("github", "oak"))

        assert owner is not None
        told, bare = owner.repositories
        self.assertEqual((told.license, told.pushed_at, bare.license), (None, None, "MIT"))
        self.assertIn("pushedAt", owner.filled)
        self.assertNotIn("license", owner.filled)

    def test_real_watchers_are_not_touched(self) -> None:
        data = json.loads((ROOT / "github/data/recorded/cmsgov.json").read_text(encoding="utf-8"))

        total = World().sum([("github", "CMSgov")])

        self.assertEqual(total["watchers"], sum(row["watchers"] for row in data["repositories"]))

    def test_a_missing_size_is_half_of_the_one_before(self) -> None:
        owner = World().owner("github", "etalab")

        assert owner is not None
        sizes = {size for repository in owner.repositories for _, size in repository.languages}
        self.assertEqual(sizes, {1000})

    def test_every_file_is_in_the_list_of_sources(self) -> None:
        text = (ROOT / "DATA.md").read_text(encoding="utf-8")
        for path in FILES:
            name = path.stem if path.parent.name == "recorded" else f"{path.parts[-4]}/{path.name}"

            self.assertIn(name, text)

    def test_made_up_owners_have_their_odd_shapes(self) -> None:
        world = World()
        edges = {one.name: one for one in world.owner("github", "made-up-edges").repositories}  # type: ignore[union-attr]

        self.assertEqual(len(edges["polyglot"].languages), 130)
        self.assertEqual(len(edges["tagged"].topics), 20)
        self.assertGreater(edges["giant"].languages[0][1], 2**31)
        self.assertEqual([name for name, _ in edges["twice"].languages], ["Python", "C", "Python"])
        self.assertEqual(len({one.created_at for name, one in edges.items() if name.startswith("same-second")}), 1)
        self.assertEqual(world.sum([("github", "made-up-forks")])["originalRepos"], 0)
        self.assertEqual(world.sum([("github", "made-up-empty"), ("bitbucket", "made-up-empty")])["originalRepos"], 0)


class TestGenerated(unittest.TestCase):
    """Owners by name."""

    def test_the_number_in_the_name_is_the_number_of_public_repositories(self) -> None:
        for forge, kind in (("github", "org"), ("github", "user"), ("bitbucket", "team")):
            for count in (0, 1, 2, 3, 12, 300):
                owner = World().owner(forge, f"{kind}-{count}")

                assert owner is not None
                public = [one for one in owner.repositories if not one.is_private]
                self.assertEqual(len(public), count)
                self.assertGreaterEqual(len(owner.repositories) - count, count > 2)

    def test_a_second_number_makes_another_owner_of_the_same_size(self) -> None:
        world = World()
        owners = [world.owner("bitbucket", name) for name in ("team-3", "team-3-1", "team-3-2")]

        names = [
            [(one.id, one.watchers) for one in owner.repositories if not one.is_private] for owner in owners if owner
        ]
        self.assertEqual([len(one) for one in names], [3, 3, 3])
        self.assertNotEqual(names[1], names[2])
        self.assertIsNone(world.owner("bitbucket", "team-3-0"))

    def test_about_one_in_ten_more_is_private(self) -> None:
        owner = World().owner("github", "org-5000")

        assert owner is not None
        self.assertTrue(400 <= len(owner.repositories) - 5000 <= 600)

    def test_gitlabs_have_marks_in_turn_and_groups_have_subgroups(self) -> None:
        for name, folders in (("group-300", {"", "sub", "sub/deep"}), ("person-300", {""})):
            owner = World().owner("gitlab", name)

            assert owner is not None
            self.assertEqual(sum(one.counts for one in owner.repositories), 300)
            self.assertEqual({one.folder for one in owner.repositories}, folders)
            marks = {mark for one in owner.repositories for mark in one.marks}
            self.assertEqual(marks, {"deleting", "internal", "hidden-parent", "no-code", "empty", "mirror"})
            self.assertTrue(all(one.is_fork for one in owner.repositories if "hidden-parent" in one.marks))
            self.assertFalse(any(one.languages for one in owner.repositories if "empty" in one.marks))

    def test_the_same_name_is_the_same_owner_everywhere(self) -> None:
        self.assertEqual(World().owner("github", "Org-57"), World().owner("github", "org-57"))
        # a digest, so that another Python version or a change of the generator is seen
        total = World().sum([("github", "org-57"), ("bitbucket", "team-57")])
        self.assertEqual((total["watchers"], total["followers"], total["langsNum"]), (3403, 21562, 54))

    def test_repositories_vary(self) -> None:
        owner = World().owner("github", "org-1000")

        assert owner is not None
        made = owner.repositories
        for values in (
            {one.is_fork for one in made},
            {one.is_archived for one in made},
            {one.languages == () for one in made},
            {len(one.topics) == 20 for one in made},
            {len(one.languages) > 20 for one in made},
            {one.license is None for one in made},
            {one.license == "NOASSERTION" for one in made},
            {one.pushed_at is None for one in made},
        ):
            self.assertEqual(values, {True, False})
        self.assertGreater(len({one.license for one in made}), 6)
        self.assertTrue(all(one.pushed_at is None or one.created_at <= one.pushed_at < "2026-11-02" for one in made))
        self.assertLess(len({one.created_at for one in made}), len(made) - 10)
        self.assertEqual(len({one.name for one in made}), len(made))

    def test_other_names_are_nobody(self) -> None:
        world = World()
        for forge, name in (
            ("github", "org-20001"),
            ("github", "org-007"),
            ("github", "org--1"),
            ("github", "org-"),
            ("github", "team-3"),
            ("bitbucket", "org-3"),
        ):
            self.assertIsNone(world.owner(forge, name), name)

    def test_twenty_thousand_take_less_than_two_seconds(self) -> None:
        world = World()
        began = time.thread_time()

        world.owner("github", "org-20000")

        self.assertLess(time.thread_time() - began, 2)
        self.assertIs(world.owner("github", "org-20000"), world.owner("github", "ORG-20000"))

    def test_some_owners_collaborate_with_one_that_has_those_repositories(self) -> None:
        world = World()
        helping = world.owner("github", "org-8")

        assert helping is not None
        friend = world.owner("github", "user-3")
        assert friend is not None
        public = {one.name for one in friend.repositories if not one.is_private}
        self.assertEqual({login for login, _ in helping.collaborations}, {"user-3"})
        self.assertLessEqual({name for _, name in helping.collaborations}, public)
