"""Several accounts on emulators that keep the limits of each, with windows of some seconds."""

import json
import subprocess
import sys
from typing import Any, ClassVar

from emulator import Emulator, Latency, Owner, Repository, World
from emulator.bitbucket.credentials import AccessToken
from emulator.github.users import LOGIN, User
from from_git import forges
from from_git.forges.contract import Forge
from from_git.tests.calls.test_limits import LimitsTestCase
from from_git.tests.kit.forges import entry_for
from from_git.tests.kit.project import environment, project_copy, ran
from from_git.tests.kit.servers import needs_redis, start_redis

WINDOW = 20.0  # seconds


def entries(emulator: Emulator, **bounds: Any) -> list[dict[str, Any]]:
    """The setting FORGES with all the accounts that the emulated forges have."""
    sites = {"github": "github.com", "bitbucket": "bitbucket.org"}
    return [
        entry_for(emulator, kind, site, bounds={name: one for name, one in bounds.items() if name.startswith(kind)})
        for kind, site in sites.items()
    ]


class SeveralTestCase(LimitsTestCase):
    """Forges with three accounts each."""

    def several(self, window: str, seconds: float, bounds: dict[str, Any], **forge: Any) -> Emulator:
        """An emulator whose window is so wide, and a service that has all its accounts and these bounds."""
        emulator = self.bounded(window, seconds, **{window: seconds}, **forge)
        self.settings_for_test(FORGES=entries(emulator, **bounds))
        return emulator

    def host(self, name: str) -> Forge:
        """The adapter of a host."""
        return forges.forge(forges.hosts()[name])


class GitHubTime(SeveralTestCase):
    """Twenty seconds of its time in each twenty seconds for each of three users."""

    def github(self) -> Emulator:
        """A query takes 20 ms, and 50 ms for a repository."""
        times, users = Latency(base=0.02, per_repository=0.05, object=0.0), {"seconds": WINDOW, "users": 3}
        bounds = {"github_seconds_per_minute": 0.9 * WINDOW}
        return self.several("minute", WINDOW, bounds, github=users, latency=times)

    def test_an_owner_of_two_and_a_half_windows_of_one_is_answered_within_one_of_three(self) -> None:
        for _ in range(5):  # a busy machine makes the first query long, and the owner look too heavy for three as well
            emulator = self.github()
            emulator.world.add(owner("github", "heavy", 900))
            self.settings_kept(REQUEST_DEADLINE=1.1 * WINDOW)
            response = self.ask("https://github.com/heavy")
            if response.status_code == 200:
                break

        self.assertEqual(response.json()["data"], emulator.world.sum([("github", "heavy")]), response.text)
        github = emulator.meter.snapshot()["github"]
        self.assertGreater(github.seconds, 2.5 * 0.9 * WINDOW)
        self.assertEqual((github.refused, len(emulator.meter.accounts("github"))), (0, 3))

    def test_what_three_cannot_pay_either_is_refused_with_their_number(self) -> None:
        self.github()
        self.settings_kept(REQUEST_DEADLINE=0.9 * WINDOW)

        body = self.failure(503, "https://github.com/org-2000")

        self.assertRegex(
            body["message"],
            r"GitHub allows 18 seconds of its time in 20 s \(.*\) for each of 3 accounts; this answer needs about",
        )


class Credentials(SeveralTestCase):
    """Credentials that the forges refuse, or that belong to one user."""

    def setUp(self) -> None:
        """No limits, and what is asked."""
        super().setUp()
        self.bodies: list[str] = []

    def watched(self, **forge: Any) -> Emulator:
        """An emulator whose calls are kept."""
        emulator = self.several(
            "minute", 60.0, {"github_seconds_per_minute": 0, "bitbucket_calls_per_hour": 0}, **forge
        )
        emulator.before_call(lambda upstream, path, body: self.bodies.append(body))
        return emulator

    def test_when_all_are_revoked_one_is_named_by_its_place_and_one_that_is_good_is_used_at_once(self) -> None:
        emulator = self.watched(github={"users": 3})
        accounts = emulator["github"].accounts
        for one in accounts.logins:
            accounts.revoke(one.token)

        for _ in range(2):
            text = self.ask("https://github.com/org-5").text
            self.assertRegex(text, r"with account [123], as with every other, it refused our token \(401\)")
            self.assertNotIn("token-", text)
        accounts.give_back(accounts.logins[1].token)
        self.assert_all_exact(emulator, "github", ["org-5"], self.one_by_one)

    def test_tokens_of_one_user_are_found_out_beside_the_first_queries(self) -> None:
        users = [User(LOGIN, ("another-of-the-first",)), User("second", ("of-the-second",))]
        emulator = self.watched(github={"users": users})
        # with a bound each call goes through another account; without one the first serves alone
        self.settings_for_test(FORGES=entries(emulator, github_seconds_per_minute=55))

        self.assert_all_exact(emulator, "github", ["org-130", "org-300"], self.together)

        host, queries = self.host("github.com"), emulator.meter.snapshot()["github"]
        self.assertEqual([host.accounts.place(one) for one in host.accounts.all], [1, 1, 3])
        asking = [body for body in self.bodies if "viewer" in body]
        self.assertTrue(asking and all("repositories(" in body or "nodes(" in body for body in asking))
        self.assertEqual((queries.points, queries.calls), (queries.queries, queries.queries))

        self.bodies.clear()
        self.assert_all_exact(emulator, "github", ["org-50"], self.one_by_one)
        self.assertFalse([body for body in self.bodies if "viewer" in body])

    def test_a_user_name_says_whose_a_token_is_from_the_start(self) -> None:
        emulator = self.watched(github={"users": [User(LOGIN, ("another-of-the-first",))]})
        entry = entry_for(emulator, "github", "github.com")
        named = [{**account, "username": "ann"} for account in entry["accounts"]]
        self.settings_for_test(FORGES=[{**entry, "accounts": named}])

        self.assertEqual(len(self.host("github.com").accounts.distinct), 1)
        self.assert_all_exact(emulator, "github", ["org-130"], self.one_by_one)

    def test_one_alone_is_asked_nothing_of_its_user(self) -> None:
        emulator = self.watched()
        self.assert_all_exact(emulator, "github", ["org-130"], self.one_by_one)
        self.assertFalse([body for body in self.bodies if "viewer" in body])
        # a bound of 0 lifts that of calls too
        self.assertEqual([budget.limit for budget in self.host("github.com").accounts.all[0].budgets], [None])

    def test_a_token_that_does_not_reach_a_workspace_pays_nothing_for_it(self) -> None:
        reaches = [AccessToken("of-one-workspace", "team-5")]
        emulator = self.watched(bitbucket={"access_tokens": reaches})
        entry = entry_for(emulator, "bitbucket", "bitbucket.org", bounds=60)
        self.settings_for_test(FORGES=[{**entry, "accounts": [{"token": reaches[0].token}, *entry["accounts"]]}])

        self.assert_all_exact(emulator, "bitbucket", ["team-40", "team-5"], self.one_by_one)
        forges.close()
        emulator.meter.reset()
        body = self.failure(503, "https://bitbucket.org/team-70")

        self.assertIn(
            "allows 60 calls an hour (`BITBUCKET_CALLS_PER_HOUR` in `bounds` of FORGES entry 1); ", body["message"]
        )
        self.assertEqual(emulator.meter.snapshot()["bitbucket"].statuses, {200: 1, 403: 1})


@needs_redis
class BetweenProcesses(SeveralTestCase):
    """With CACHE_URL, what one process has spent or met through each account counts for all."""

    redis: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        """Start a Redis."""
        super().setUpClass()
        cls.redis = start_redis(cls)

    def aggregate(self, emulator: Emulator, url: str) -> subprocess.CompletedProcess[str]:
        """`manage.py aggregate` in a process of its own."""
        given = environment(FORGES=json.dumps(entries(emulator)), CACHE_URL=self.redis)
        command = (sys.executable, "manage.py", "aggregate", url, "--json", "--deadline", "30")
        return ran(*command, folder=project_copy(self), env=given)

    def test_what_they_spend_stays_within_the_hours_of_all_and_a_revoked_one_is_tried_by_one_of_them(self) -> None:
        with Emulator(World(), bitbucket={"users": 3, "calls_per_hour": 1_000}, github={"users": 2}) as emulator:
            emulator["github"].accounts.revoke(emulator["github"].accounts.logins[0].token)
            for _ in range(2):
                self.assertEqual(self.aggregate(emulator, "https://github.com/org-5").returncode, 0)
            self.assertEqual(emulator.meter.snapshot()["github"].statuses[401], 1)
            emulator.world.add(owner("bitbucket", "large", 1_100))
            self.assertEqual(self.aggregate(emulator, "https://bitbucket.org/large").returncode, 0)
            result = self.aggregate(emulator, "https://bitbucket.org/team-2000")
            self.assertRegex(result.stderr, r"1,000 calls an hour .* for each of 3 accounts; .* and 1,\d+ are left")
            self.assertEqual(emulator.meter.snapshot()["bitbucket"].refused, 0)


def owner(forge: str, name: str, count: int) -> Owner:
    """One with so many repositories."""
    times = (f"2020-01-{1 + n // 1440:02}T{n // 60 % 24:02}:{n % 60:02}:00Z" for n in range(count))
    rows = [Repository(f"r{n}", watchers=n % 7, created_at=time) for n, time in enumerate(times)]
    return Owner(forge, name, "Organization" if forge == "github" else "Workspace", tuple(rows))
