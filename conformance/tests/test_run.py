"""Emulators against each other, and the service's answer about one."""

from __future__ import annotations

import unittest
from typing import Any

from conformance import service
from conformance.gitea.plan import plan
from conformance.gitea.run import KIND, Done, emulated, world_of
from conformance.gitea.site import Refused, Site, is_there
from emulator import Emulator, World
from emulator.gitea.credentials import Token

TOKENS = [Token("admin", "root", admin=True), Token("only", "stranger", scopes=("read:user",))]


class TestRun(unittest.TestCase):
    """A server that is an emulator: the plan's owners are there already."""

    def setUp(self) -> None:
        """The plan, done."""
        self.done = Done(plan("some"), "stranger", "only", ())

    def serve(self, world: World, **options: Any) -> Emulator:
        """An emulator with the tokens, in the place of a server."""
        given = {"token": "stranger", "users": TOKENS, **options}
        return self.enterContext(Emulator(world, limits=False, gitea=given))

    def site(self, world: World, **options: Any) -> Site:
        """The same as a site."""
        return Site(self.serve(world, **options)[KIND].url, "admin")

    def test_an_emulator_agrees_with_itself_in_an_old_and_in_a_new_version(self) -> None:
        world = world_of(self.done.plan)
        for version in ("1.21.11", "1.27.3"):
            with self.subTest(version):
                checks = list(emulated(self.site(world, version=version), self.done, world))

                self.assertGreater(len(checks), 900)
                self.assertEqual([check for check in checks if check.differences], [])

    def test_one_repository_that_differs_is_found_wherever_it_is_told(self) -> None:
        there = world_of(self.done.plan)
        there.change(KIND, "some-Ann", archive=1)

        checks = emulated(self.site(there), self.done, world_of(self.done.plan))

        wrong = [check for check in checks if check.differences]
        self.assertEqual({check.group.partition(",")[0] for check in wrong}, {"lists", "searches", "repositories"})
        self.assertTrue(all("archived: True there, False here" in check.differences[0] for check in wrong))

    def test_the_service_agrees_with_what_is_there_and_a_difference_is_told(self) -> None:
        world = world_of(self.done.plan)
        url = self.serve(world)[KIND].url
        asked = [["some-Main.Org", "some-private-org", "no-one"], ["some-young-ann"]]
        right = list(service.checks(world, KIND, url, {"anonymous": [], "administrator": ["admin"]}, asked))

        self.assertEqual(len(right), 8)
        self.assertEqual([check for check in right if check.differences], [])

        expected = world_of(self.done.plan)
        expected.change(KIND, "some-Ann", create=1)
        [wrong] = service.checks(expected, KIND, url, {"anonymous": []}, [["some-Ann"]])
        self.assertIn("numbers.originalRepos: 6 there, 7 here", wrong.differences)

    def test_an_error_of_the_service_is_a_difference(self) -> None:
        [check] = service.checks(World(recorded=False), KIND, "http://127.0.0.1:9", {"anonymous": []}, [["some"]])

        self.assertIn("could not be reached", check.differences[0])

    def test_names_that_are_taken_and_tokens_that_are_no_administrators_are_refused(self) -> None:
        site = self.site(world_of(self.done.plan))

        self.assertIn("some-Main.Org", is_there(site, self.done.plan))
        with self.assertRaisesRegex(Refused, "administrator"):
            site.check()
