"""A kind of forge that lives in the tests: everything that a kind can say of itself reaches the emulator."""

from __future__ import annotations

import unittest
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import requests

from emulator import FAULTS, KINDS, PRESETS, Emulator, Fault, Owner, Repository, World
from emulator.__main__ import main
from emulator.tests.acorn import ACORN
from emulator.tests.helpers import PATIENCE, Client

LEAVES = (
    Repository("leaf", stars=3, watchers=2, languages={"Python": 5, "C": 1}, topics=["x"], created_at="2020-01-01"),
    Repository("twig", is_fork=True, stars=1, watchers=1, languages={"c": 9}, created_at="2020-01-02"),
    Repository("root", is_private=True, stars=9, created_at="2020-01-03"),
    Repository("bark", created_at="2020-01-04"),
)


class AcornCase(unittest.TestCase):
    """A world of the registered kinds and Acorn."""

    def setUp(self) -> None:
        """One owner."""
        self.world = World(kinds=(*KINDS, ACORN))
        self.world.add(Owner("acorn", "Oak", "Grove", LEAVES))

    def emulate(self, **options: Any) -> Emulator:
        """A running emulator of the world."""
        return self.enterContext(Emulator(self.world, **options))

    def ask(self, emulator: Emulator, path: str = "/owners/oak/repositories", **headers: str) -> requests.Response:
        """GET below Acorn's address."""
        return requests.get(emulator["acorn"].url + path, headers=headers, timeout=PATIENCE)


class TestServer(AcornCase):
    """The routes, options, limits and counts."""

    def test_a_list_is_paged_by_number(self) -> None:
        emulator = self.emulate(acorn={"page_size": 2})

        first, second = (self.ask(emulator, f"/owners/OAK/repositories?page={page}").json() for page in (1, 2))

        self.assertEqual((first["owner"], first["total"], first["next"]), ("Oak", 3, 2))
        self.assertEqual([one["name"] for one in first["repositories"]], ["leaf", "twig"])
        self.assertEqual(first["repositories"][0]["languages"], ["Python", "C"])
        self.assertEqual(([one["name"] for one in second["repositories"]], second["next"]), (["bark"], None))

    def test_a_grove_lists_what_it_shares_with_another_under_one_id_and_that_counts_once(self) -> None:
        self.world.add(
            Owner(
                "acorn",
                "elm",
                "Grove",
                [Repository("cone", created_at="2019-01-01")],
                (("oak", "leaf"), ("oak", "root")),
            )
        )
        emulator = self.emulate()

        both = [self.ask(emulator, f"/owners/{name}/repositories").json()["repositories"] for name in ("oak", "elm")]

        ids = [{one["name"]: one["id"] for one in rows} for rows in both]
        self.assertEqual([list(one) for one in ids], [["leaf", "twig", "bark"], ["cone", "leaf"]])
        self.assertEqual(ids[0]["leaf"], ids[1]["leaf"])
        shared = self.world.sum([("acorn", "elm"), ("acorn", "oak")])
        self.assertEqual((shared["originalRepos"], shared["forkedRepos"], shared["followers"]), (3, 1, 4))
        self.assertEqual(len(self.world.rows([("acorn", "elm")])), 2)

    def test_refusals(self) -> None:
        emulator = self.emulate()
        token = emulator["acorn"].credentials["token"]

        self.assertEqual(self.ask(emulator, Authorization=f"Bearer {token}").status_code, 200)
        self.assertEqual(self.ask(emulator, Authorization="Bearer x").status_code, 401)
        self.assertEqual(self.ask(emulator, "/owners/elm/repositories").json(), {"error": "no such owner"})
        self.assertEqual(self.ask(emulator, "/nosuch").status_code, 404)
        self.assertEqual(self.ask(emulator, "/owners/oak/repositories?page=0").status_code, 422)
        posted = requests.post(f"{emulator['acorn'].url}/owners/oak/repositories", timeout=PATIENCE)
        self.assertEqual(posted.status_code, 405)

    def test_its_limit_holds_unless_limits_are_off(self) -> None:
        bounded = self.emulate(acorn={"calls_per_hour": 1}, hour=100.0)
        free = self.emulate(limits=False)

        answers = [self.ask(bounded) for _ in range(2)]

        self.assertEqual([answer.status_code for answer in answers], [200, 429])
        self.assertIn(int(answers[1].headers["Retry-After"]), range(1, 101))
        self.assertEqual(bounded.meter.snapshot()["acorn"].refused, 1)
        self.assertEqual({self.ask(free).status_code for _ in range(601)}, {200})

    def test_its_calls_are_counted_apart_from_those_of_other_forges(self) -> None:
        emulator = self.emulate()
        self.ask(emulator)
        self.ask(emulator, "/nosuch")
        requests.get(f"{emulator['bitbucket'].url}/repositories/team-3", timeout=PATIENCE)

        counts = {name: one.calls for name, one in emulator.meter.snapshot().items() if one.calls}

        self.assertEqual(counts, {"bitbucket": 1, "acorn": 2, "pages": 1})

    def test_a_world_of_acorn_alone_has_nothing_else(self) -> None:
        with Emulator(World(kinds=(ACORN,))) as emulator:
            self.assertEqual(self.ask(emulator, "/owners/grove-3/repositories").json()["total"], 3)
            self.assertEqual(requests.get(f"{emulator.origin}/graphql", timeout=PATIENCE).status_code, 404)
            with self.assertRaises(KeyError):
                emulator["github"]

    def test_options_that_do_not_exist_are_refused(self) -> None:
        with self.assertRaisesRegex(TypeError, "colour"):
            Emulator(self.world, acorn={"colour": 1})
        with self.assertRaisesRegex(TypeError, "no forge 'acorn'; there are: github, bitbucket"):
            Emulator(acorn={})


class TestWorld(AcornCase):
    """Its owners."""

    def test_the_sum_counts_what_the_forge_tells(self) -> None:
        self.assertEqual(
            self.world.sum([("acorn", "oak")]),
            {
                "originalRepos": 2,
                "forkedRepos": 1,
                "watchers": 3,
                "followers": 4,
                "langs": ["c", "python"],
                "langsNum": 2,
                "topics": [],
                "topicsNum": 0,
            },
        )
        self.assertEqual(
            self.world.details([("acorn", "oak")])["langsDetail"],
            [{"name": "c", "repos": 2, "bytes": None}, {"name": "python", "repos": 1, "bytes": None}],
        )

    def test_owners_are_generated_and_change(self) -> None:
        self.world.change("acorn", "grove-30", create=2)

        self.assertEqual(self.world.sum([("acorn", "grove-30")])["originalRepos"] > 2, True)
        self.assertEqual(self.ask(self.emulate(), "/owners/grove-30/repositories").json()["total"], 32)
        self.assertIsNone(World().owner("acorn", "grove-30"))

    def test_only_its_own_kind_of_owner_is_taken(self) -> None:
        with self.assertRaisesRegex(ValueError, "forge 'acorn', kind 'User'"):
            self.world.add(Owner("acorn", "elm", "User"))


class TestFaults(AcornCase):
    """Its faults and presets."""

    def test_common_faults_strike_it_in_its_own_way_or_not_at_all(self) -> None:
        emulator = self.emulate(acorn={"page_size": 2})
        whole = self.ask(emulator).json()

        emulator.faults.add(Fault("early_end"))
        self.assertEqual(self.ask(emulator).json(), {**whole, "next": None})
        emulator.faults.clear()
        emulator.faults.add(Fault("self_next"))
        self.assertEqual(self.ask(emulator).json(), whole)
        emulator.faults.clear()
        emulator.faults.add(Fault("status", path="/api/*", status=503))
        self.assertEqual(self.ask(emulator).status_code, 503)

    def test_it_has_faults_and_presets_that_others_do_not_know(self) -> None:
        emulator = self.emulate()
        client = Client(emulator)
        self.addCleanup(client.session.close)

        told = client.control("POST", "faults", json={"kind": "mast", "times": 1}).json()
        names = [one["name"] for one in self.ask(emulator).json()["repositories"]]
        emulator.faults.add(emulator.faults.preset("acorn_429"))

        self.assertEqual((told["kinds"]["mast"], "acorn_429" in told["presets"]), (ACORN.faults["mast"].help, True))
        self.assertEqual(names, ["leaf", "leaf", "twig", "twig", "bark", "bark"])
        self.assertEqual(self.ask(emulator).headers["Retry-After"], "60")
        self.assertFalse({"mast", "acorn_429"} & {*FAULTS, *PRESETS})
        with self.assertRaisesRegex(ValueError, "no fault 'mast'"):
            Emulator().faults.add(Fault("mast"))


class TestCommand(AcornCase):
    """`python -m emulator`."""

    def test_its_option_and_its_faults_are_there(self) -> None:
        with redirect_stdout(StringIO()) as told:
            status = main(["--acorn-token", "secret", "--list-faults"], self.world.kinds)

        self.assertEqual(status, 0)
        self.assertRegex(told.getvalue(), r"(?m)^mast +Acorn's lists")
        self.assertRegex(told.getvalue(), r"(?m)^acorn_429 +Acorn's limit")

    def test_it_introduces_itself(self) -> None:
        emulator = self.emulate(acorn={"token": "secret"})

        self.assertEqual(
            emulator.introduction().splitlines()[-1], f"Acorn: {emulator.origin}/api  (anonymous, or Bearer secret)"
        )
