"""One repository that its forge cannot answer for: who hears of it, and who does not."""

from typing import Any

from emulator import Fault, Owner, Repository, preset
from from_git.forges.github.queries import SIZES
from from_git.tests.kit.hosts import adapter
from from_git.tests.kit.service import ServiceTestCase


class RottenTestCase(ServiceTestCase):
    """An owner of which one repository makes whatever looks at it fail."""

    def name(self, forge: str, login: str, place: int) -> str:
        """The name of the public repository at that place of the owner's list."""
        owner = self.world.owner(forge, login)
        assert owner is not None
        public = sorted((one.created_at, one.id, one.name) for one in owner.repositories if not one.is_private)
        return public[place][2]

    def rot(self, forge: str, login: str, place: int) -> str:
        """Let the repository at that place of the list rot; its name."""
        name = self.name(forge, login, place)
        path = "/graphql" if forge == "github" else "/2.0/*"
        self.emulator.faults.add(Fault("rotten", path=path, contains="", owner=login, repository=name))
        return name

    def calls(self) -> Any:
        """What was asked since the last time."""
        seen = self.emulator.meter.snapshot()
        self.emulator.meter.reset()
        return seen


class AtGitHub(RottenTestCase):
    """Each query that holds its id fails."""

    def assert_no_query_is_smaller(self) -> None:
        """Nothing is believed to be too heavy."""
        pace = adapter("github").pace
        assert pace is not None
        self.assertEqual(pace.most(SIZES.listed), SIZES.listed)

    def test_it_is_named_and_costs_no_other_owner_a_query(self) -> None:
        for place in (0, 29, 30, 200, 332):
            with self.subTest(place):
                self.emulator.faults.clear()
                name = self.rot("github", "org-333", place)

                message = self.failure(502, "https://github.com/org-333")["message"]

                self.assertIn(f"for its repository org-333/{name} ", message)
                self.assertLess(self.calls()["github"].calls, 120)
                self.assert_exact(("github", "org-332"))
                self.assert_no_query_is_smaller()

    def test_it_is_named_though_there_are_two_of_them_or_few_others(self) -> None:
        for login, places in (("org-333", (40, 41)), ("org-333", (40, 300)), ("org-3", (0,)), ("org-3", (2,))):
            with self.subTest(login, places=places):
                self.emulator.faults.clear()
                names = [self.rot("github", login, place) for place in places]

                message = self.failure(502, f"https://github.com/{login}")["message"]

                self.assertTrue(any(f"for its repository {login}/{name} " in message for name in names), message)

    def test_one_whose_details_have_another_shape_is_named(self) -> None:
        for login, query in (("org-3", "Owner"), ("org-333", "Details")):
            with self.subTest(login):
                self.emulator.faults.clear()
                at = "data.**.nodes.0.watchers.totalCount"
                self.emulator.faults.add(Fault("wrong_type", contains=f"query {query}(", at=at, value=-1, most=1))

                message = self.failure(502, f"https://github.com/{login}")["message"]

                self.assertRegex(message, rf"for its repository {login}/\S+ its answer does not match its API")

    def test_a_moment_in_which_github_fails_for_a_small_owner_costs_the_next_one_no_query(self) -> None:
        for times in (1, 2, 5, 9):
            with self.subTest(times):
                self.settings_for_test()
                self.emulator.faults.clear()
                self.emulator.faults.add(preset("timeout_502", times=times))
                self.assert_exact(("github", "org-3"))

                self.assert_no_query_is_smaller()
                self.assert_exact(("github", "org-333"))


class Outages(RottenTestCase):
    """A forge that is away is no repository that cannot be read."""

    def test_an_outage_that_meets_the_last_call_of_a_fetch_is_not_seen(self) -> None:
        for after in (3, 10, 20):
            for times in (6, 9):
                with self.subTest(after=after, times=times):
                    self.settings_for_test(NUM_THREADS_BITBUCKET_WATCHERS=1)
                    self.emulator.faults.clear()
                    self.emulator.faults.add(Fault("status", path="/2.0/*", status=503, after=after, times=times))

                    self.assert_exact(("bitbucket", "team-20"))


class AtBitbucket(RottenTestCase):
    """Its watchers answer 500 for ever."""

    def test_it_is_named_and_asked_a_few_times(self) -> None:
        for login, place in (("team-20", 0), ("team-20", 19), ("team-130", 120), ("team-2", 1)):
            with self.subTest(login, place=place):
                self.emulator.faults.clear()
                name = self.rot("bitbucket", login, place).lower()

                body = self.failure(502, f"https://bitbucket.org/{login}")

                self.assertIn(f"for its repository {login}/{name} it answered with status 500", body["message"])
                self.assertIn("Everything else is answered", body["advice"])
                self.assertLess(self.calls()["watchers"].calls, int(login[5:]) + 10)

    def test_each_way_to_fail_for_ever_names_it(self) -> None:
        self.world.add(Owner("bitbucket", "tiny", "Workspace", [Repository(f"r{n}", watchers=n) for n in range(5)]))
        for fault in (
            Fault("status", status=500),
            Fault("reset"),
            Fault("body", body=b"{}}"),
            Fault("wrong_type", at="size", value=-1),
            Fault("status", status=422),
        ):
            with self.subTest(fault.kind, status=fault.status):
                self.emulator.faults.clear()
                struck = {"path": "/2.0/repositories/tiny/r3/watchers", **fault.as_json()}
                self.emulator.faults.add(Fault(**{**struck, "body": fault.body}))

                message = self.failure(502, "https://bitbucket.org/tiny")["message"]

                self.assertIn("for its repository tiny/r3 it", message)
