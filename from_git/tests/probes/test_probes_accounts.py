"""`/readyz` and `/metrics` of several hosts of one kind, and of several accounts of one host."""

import json
from typing import Any

import requests

from emulator.tests.helpers import settled
from from_git import forges, probes
from from_git.calls.account import Account
from from_git.calls.status import statuses_of
from from_git.forges.contract import Forge
from from_git.tests.kit.budgets import spend
from from_git.tests.kit.exposition import scraped
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.probes.test_probes import ProbesTestCase as OneProcessTestCase
from from_git.tests.probes.test_probes_workers import ProbesTestCase as WorkersTestCase

GHE = "ghe.example.org"
URL, GHE_URL = "https://github.com/user-3", f"https://{GHE}/user-3"
LIMIT = "used up; it serves us again in 60 seconds."


class AccountsTestCase(OneProcessTestCase):
    """GitHub with three accounts, the first of which it refuses; another GitHub with one; and Bitbucket."""

    users = 4

    def setUp(self) -> None:
        """Revoke a token."""
        super().setUp()
        self.addCleanup(self.emulator["github"].accounts.give_back, self.tokens[0])
        self.emulator["github"].accounts.revoke(self.tokens[0])

    @property
    def tokens(self) -> list[str]:
        """Of all users."""
        return [one.token for one in self.emulator["github"].accounts.logins]

    def upstream_settings(self) -> dict[str, Any]:
        """As everywhere, and the hosts."""
        accounts = [{"token": one} for one in self.tokens]
        bounds = {"github_seconds_per_minute": 50.0}
        common = {"kind": "github", "api": self.emulator["github"].url, "bounds": bounds}
        return {
            **super().upstream_settings(),
            "FORGES": [
                {**common, "host": "github.com", "accounts": accounts[:3]},
                {**common, "host": GHE, "accounts": accounts[3:], "threads": 3},
            ],
        }

    def host(self, name: str = "github.com") -> Forge:
        """The adapter of a host."""
        return forges.forge(forges.hosts()[name])

    def account(self, place: int) -> Account:
        """One of GitHub's."""
        return self.host().accounts.all[place - 1]


class Ready(AccountsTestCase):
    """`/readyz`."""

    def test_an_account_that_is_refused_is_named_by_its_place_with_what_to_mend_and_answers_go_on(self) -> None:
        self.ready(200, "ready")
        self.assert_exact(("github", "user-3"))

        self.ready(
            200,
            "degraded",
            "GitHub has refused account 1 of 3 (status 401): mend it in `accounts` of FORGES entry 1; it is tried again"
            " at ",
        )
        text = self.get("/readyz").text + self.get("/metrics").text
        for token in self.tokens:
            self.assertNotIn(token, text)

    def test_one_that_is_taken_again_is_not_named_any_more(self) -> None:
        self.tempo_for_test(aside=0.2)
        self.answer(URL)
        self.emulator["github"].accounts.give_back(self.tokens[0])

        def calls() -> int:
            self.answer(URL)
            return self.emulator.meter.accounts("github")["emulator"].calls

        self.assertEqual(settled(lambda: calls() > 1, True), True)
        self.ready(200, "ready")

    def test_a_limit_and_a_budget_are_those_of_one_account(self) -> None:
        self.account(2).limit.block(60.0, "used up.")
        spend(self.account(3).budgets[1], 1_900.0)

        self.ready(
            200,
            "degraded",
            f"GitHub's limit for account 2 of 3 is {LIMIT}",
            "What may be spent at GitHub with account 3 of 3 is used up (1,900 of 1,900 calls, "
            "`GITHUB_SECONDS_PER_MINUTE` in `bounds` of FORGES entry 1 = 0 lifts it)",
        )

    def test_a_host_of_which_one_account_is_good_can_be_asked_and_one_without_cannot(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=30.0)
        hosts = [host for host in forges.hosts().values() if host.name != "github.com"]
        others = [f"{host.label}'s limit is {LIMIT}" for host in hosts]
        for host in hosts:
            self.host(host.name).accounts.all[0].limit.block(60.0, "used up.")
        self.ready(200, "degraded", *others)
        self.account(1).aside.begin()
        self.account(3).limit.block(60.0, "used up.")
        ours = ("has refused account 1 of 3", "limit for account 3 of 3")
        self.ready(200, "degraded", *ours, *others)

        self.account(2).limit.block(60.0, "used up.")

        self.ready(503, "unable", ours[0], "limit for account 2 of 3", ours[1], *others)

    def test_accounts_of_one_user_have_one_limit_and_one_sentence(self) -> None:
        accounts = self.host().accounts
        accounts.users.told(self.account(2), "somebody")
        accounts.users.told(self.account(3), "somebody")
        self.account(3).limit.block(60.0, "used up.")

        self.ready(200, "degraded", f"GitHub's limit for account 2 of 3 is {LIMIT}")

    def test_one_without_accounts_is_there_with_where_they_belong(self) -> None:
        entries = self.upstream_settings()["FORGES"]
        self.settings_for_test(FORGES=[entries[0], {**entries[1], "accounts": []}])
        belong = "answers nobody without: set `token` in `accounts` of FORGES entry 2."
        self.ready(200, "degraded", f"GitHub at {GHE} has no credentials, and {belong}")

    def test_what_one_user_has_used_up_is_used_up_for_all_of_its_accounts(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=30.0)
        accounts, host = self.host().accounts, forges.hosts()["github.com"]
        for place in (2, 3):
            accounts.users.told(self.account(place), "somebody")
        spend(self.account(2).budgets[1], 1_900.0)
        self.assertTrue(probes._about(host, statuses_of(accounts))[1])
        self.account(1).limit.block(60.0, "used up.")

        self.assertFalse(probes._about(host, statuses_of(accounts))[1])


class Counted(AccountsTestCase):
    """`/metrics`."""

    def test_each_host_has_its_own_calls_lookups_and_threads(self) -> None:
        before = scraped(self.base)
        self.answer(URL, GHE_URL)

        found = scraped(self.base)

        def grown(name: str, *labels: str) -> float:
            return found.get((name, labels), 0.0) - before.get((name, labels), 0.0)

        self.assertEqual(grown("upstream_calls_total", "github.com", "credentials", "github"), 1)
        for host in ("github.com", GHE):
            with self.subTest(host):
                self.assertEqual(grown("upstream_calls_total", host, "ok", "github"), 1)
                self.assertEqual(grown("upstream_points_total", host, "github"), 1)
                self.assertEqual(grown("cache_lookups_total", host, "miss", "github"), 1)
        self.assertEqual(found["pool_threads", (GHE, f"github@{GHE}")], 3)

    def test_each_account_has_its_own_budget_limit_points_and_seconds_aside(self) -> None:
        self.answer(URL)
        self.account(3).limit.block(500.0, "used up.")

        found = scraped(self.base)

        aside, blocked, left, spent = (
            [found.get((name, (place, "github.com", *unit, "github"))) for place in "123"]
            for name, unit in (
                ("account_set_aside_seconds", ()),
                ("limit_blocked_seconds", ()),
                ("upstream_points_left", ()),
                ("budget_spent", ("calls",)),
            )
        )
        self.assertTrue(290 < (aside[0] or 0) <= 300, aside)
        self.assertEqual(aside[1:], [0, 0])
        self.assertEqual(blocked[:2], [0, 0])
        self.assertTrue(490 < (blocked[2] or 0) <= 500, blocked)
        self.assertIsNotNone(left[1])
        self.assertEqual(spent, [1, 1, 0])


class Several(WorkersTestCase):
    """Two processes, each with its parts of the budgets, or with Redis."""

    def test_what_one_of_them_has_met_is_seen_whoever_is_asked(self) -> None:
        self.met_is_seen()

    @needs_redis
    def test_with_redis_too(self) -> None:
        self.met_is_seen(CACHE_URL=start_redis(type(self)))

    def met_is_seen(self, **settings: str) -> None:
        """Of two accounts the first is refused, by a call of one process."""
        github = self.emulator["github"]
        accounts = [{"token": "wrong"}, {"token": github.credentials["token"]}]
        bounds = {"GITHUB_SECONDS_PER_MINUTE": 50}
        entry = {"kind": "github", "host": GHE, "api": github.url, "accounts": accounts, "bounds": bounds}
        base = self.gunicorn(2, WEB_CONCURRENCY="2", FORGES=json.dumps([entry]), **settings).base
        answer = requests.get(f"{base}/health-check", params={"url": GHE_URL}, timeout=60)
        self.assertEqual(answer.status_code, 200, answer.text)

        def seen() -> tuple[list[bool], list[float | None]]:
            found = scraped(base)
            aside = [found.get(("account_set_aside_seconds", (place, GHE, "github")), 0.0) > 0 for place in "12"]
            return aside, [found.get(("budget_limit", (place, GHE, "seconds", "github"))) for place in "12"]

        wanted = ([True, False], [50.0, 50.0])
        for _ in range(6):
            self.assertEqual(settled(seen, wanted), wanted)
