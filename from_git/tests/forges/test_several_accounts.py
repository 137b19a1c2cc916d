"""Several accounts of one host over real calls: answers stay exact, and no account is asked for more than it has."""

import time
from collections.abc import Callable
from itertools import permutations
from typing import Any

from emulator import Emulator, Fault, Latency, World, preset
from emulator.bitbucket.credentials import AccessToken, ApiToken
from emulator.github.users import User
from emulator.meter import Counts
from from_git.calls.fetchgroup import FetchGroup
from from_git.tests.kit.forges import entry_for
from from_git.tests.kit.hosts import adapter
from from_git.tests.kit.service import ServiceTestCase

SITES = {"github": "github.com", "bitbucket": "bitbucket.org"}
FIRST, SECOND, THIRD = "emulator", "emulator-2", "emulator-3"


class AccountsTestCase(ServiceTestCase):
    """A host whose accounts are all those of an emulator."""

    def emulate(self, forge: str, bounds: dict[str, Any] | None = None, **options: Any) -> Emulator:
        """An emulator with these options, as the only forge that the service knows."""
        emulator = self.enterContext(Emulator(World(), **options))
        self.settings_for_test(
            FORGES=[entry_for(emulator, forge, SITES[forge], bounds=bounds or {})], REQUEST_DEADLINE=60.0
        )
        return emulator

    def exact(self, emulator: Emulator, forge: str, *names: str) -> None:
        """Each answer is the straight sum."""
        for name in names:
            body = self.answer(f"https://{SITES[forge]}/{name}")
            self.assertEqual(body["data"], emulator.world.sum([(forge, name)]), name)

    def assert_no_order_changes(self, emulator: Emulator, forge: str, *names: str) -> None:
        """The right answer has the same bytes in each order of three accounts, whichever of them it goes through."""
        entry = entry_for(emulator, forge, SITES[forge])
        expected = emulator.world.sum([(forge, name) for name in names])
        bodies, through = set(), set()
        for accounts in permutations(entry["accounts"]):
            self.settings_for_test(FORGES=[{**entry, "accounts": list(accounts)}])
            emulator.meter.reset()
            response = self.ask(*(f"https://{SITES[forge]}/{name}" for name in names))
            self.assertEqual(response.json().get("data"), expected, response.text)
            bodies.add(response.text)
            through.add(tuple(sorted((name, one.calls) for name, one in self.counts(emulator, forge).items())))
        self.assertEqual(len(bodies), 1)
        self.assertGreater(len(through), 1)

    def counts(self, emulator: Emulator, forge: str = "github") -> dict[str, Counts]:
        """What each account has done."""
        return emulator.meter.accounts(forge)


class AtGitHub(AccountsTestCase):
    """Tokens of several users, or of one."""

    def at_call(self, emulator: Emulator, actions: dict[int, Callable[[], None]]) -> None:
        """Do something before the answer to the call of that number."""
        numbers = iter(range(1, 10_000))
        emulator.before_call(lambda *_: actions.get(next(numbers), lambda: None)())

    def test_a_walk_goes_on_through_others_when_tokens_are_revoked_in_its_midst(self) -> None:
        emulator = self.emulate("github", limits=False, github={"users": 3}, latency=Latency(0.01))
        tokens = [one.token for one in emulator["github"].accounts.logins]
        revoke = emulator["github"].accounts.revoke
        self.at_call(emulator, {3: lambda: revoke(tokens[0]), 6: lambda: revoke(tokens[1])})

        self.exact(emulator, "github", "org-600", "org-301")  # the second, so that each has been asked since
        emulator.meter.reset()
        self.exact(emulator, "github", "org-300")

        # those that were refused are left alone from then on
        self.assertEqual([self.counts(emulator)[name].calls for name in (FIRST, SECOND)], [0, 0])

    def test_one_token_that_an_owner_forbids_serves_other_owners_still(self) -> None:
        emulator = self.emulate("github", limits=False, github={"users": 2})
        self.exact(emulator, "github", "org-1", "org-2", "org-3")
        emulator.faults.add(preset("forbidden_owner", account=SECOND, contains="org-60"))
        emulator.meter.reset()

        self.exact(emulator, "github", "org-60")

        # calls go by the time that each account has cost, which a busy machine makes long for one of them
        for size in range(300):
            if self.counts(emulator)[SECOND].calls > 1:
                break
            self.exact(emulator, "github", f"org-{1 + size % 20}")
        else:
            self.fail("the account that one owner has forbidden was not used again")

    def test_a_secondary_limit_of_one_is_none_of_the_others(self) -> None:
        emulator = self.emulate("github", limits=False, github={"users": 3})
        emulator.faults.add(preset("secondary_403_retry_after", account=FIRST))

        self.exact(emulator, "github", "org-130", "org-131")
        self.exact(emulator, "github", "org-132")

        counts = self.counts(emulator)
        self.assertEqual(set(counts[FIRST].statuses), {403})
        self.assertEqual(sum(counts[FIRST].statuses.values()), counts[FIRST].calls)
        self.assertLess(counts[FIRST].calls, counts[SECOND].calls + counts[THIRD].calls)

    def test_the_points_of_several_users_pay_one_answer_and_none_is_asked_for_more(self) -> None:
        # so that both are asked in batches of the same sizes
        latency = Latency(base=0.03, per_repository=0.003)
        alone = self.emulate("github", limits=False, latency=latency)
        self.exact(alone, "github", "org-700")
        needed = alone.meter.snapshot()["github"].points
        emulator = self.emulate("github", limits=False, latency=latency, github={"users": 3, "points": 2 * needed // 3})

        self.exact(emulator, "github", "org-700")

        self.assertGreater(len([one for one in self.counts(emulator).values() if one.points]), 1)
        self.assertEqual([one.refused for one in self.counts(emulator).values()], [0] * 3)

    def test_the_points_that_are_left_are_those_of_the_account_that_was_asked(self) -> None:
        emulator = self.emulate(
            "github", limits=False, github={"users": [User("second", ("of-the-second",), points=1)]}
        )
        for size in range(1, 20):
            self.exact(emulator, "github", f"org-{size}")
            if "second" in self.counts(emulator):
                break
        self.exact(emulator, "github", "org-30")

        accounts, group = adapter("github").accounts.all, FetchGroup(time.monotonic() + 60.0)
        left = [account.reported.rest(group)[0] for account in accounts if account.reported]
        self.assertEqual(left, [5_000 - self.counts(emulator)[FIRST].points, 0])
        self.assertEqual([account.limit.blocked() > 0.0 for account in accounts], [False, True])

    def test_users_that_are_not_told_cost_one_call_for_each_account(self) -> None:
        emulator = self.emulate("github", limits=False, github={"users": 3})
        emulator.faults.add(preset("forbidden_viewer"))

        self.exact(emulator, "github", "org-1")
        spent = sum(account.budgets[1].spent() for account in adapter("github").accounts.all)
        self.assertEqual((spent, emulator.meter.snapshot()["github"].calls), (2, 2))
        self.exact(emulator, "github", *(f"org-{1 + number % 20}" for number in range(40)))

        self.assertLessEqual(emulator.meter.snapshot()["github"].calls, 41 + 3)
        self.assertEqual(len(adapter("github").accounts.distinct), 3)

    def test_users_that_are_told_oddly_are_not_told(self) -> None:
        for value in (None, 5, {}, {"id": None}, {"id": 5}, {"id": ""}):
            with self.subTest(value):
                emulator = self.emulate("github", limits=False, github={"users": 2})
                emulator.faults.add(Fault("wrong_type", at="data.viewer", value=value))

                self.exact(emulator, "github", "org-1", "org-2", "org-3")

                self.assertEqual(emulator.meter.snapshot()["github"].calls, 3)
                self.assertEqual(len(adapter("github").accounts.distinct), 2)

    def test_an_error_about_a_user_that_was_not_asked_for_is_an_answer_of_another_shape(self) -> None:
        for users in (1, 2):
            emulator = self.emulate("github", limits=False, github={"users": users})
            emulator.faults.add(preset("forbidden_viewer", contains=""))

            message = self.failure(502, "https://github.com/org-1")["message"]

            self.assertIn("errors.path names viewer, which was not asked for", message)

    def test_no_order_of_accounts_changes_an_answer(self) -> None:
        emulator = self.emulate("github", limits=False, github={"users": 3})

        self.assert_no_order_changes(emulator, "github", "org-130", "spack")


class AtBitbucket(AccountsTestCase):
    """API tokens of several user names, or of one."""

    def test_a_workspace_of_more_calls_than_one_has_takes_those_of_three(self) -> None:
        bounds = {"BITBUCKET_CALLS_PER_HOUR": "auto"}
        emulator = self.emulate("bitbucket", bounds, bitbucket={"users": 3})

        self.exact(emulator, "bitbucket", "team-2500")

        counts = self.counts(emulator, "bitbucket")
        self.assertGreater(sum(one.calls for one in counts.values()), 2_500)
        self.assertEqual({one.refused for one in counts.values()}, {0})
        self.assertLessEqual(max(one.calls for one in counts.values()), 1_000)

    def test_api_tokens_of_one_user_name_are_one_account(self) -> None:
        more = [ApiToken("emulator@example.com", "second"), ApiToken("oak@example.com", "third")]
        bounds = {"BITBUCKET_CALLS_PER_HOUR": "60"}
        emulator = self.emulate("bitbucket", bounds, bitbucket={"users": more, "calls_per_hour": 60})

        self.exact(emulator, "bitbucket", "team-50", "team-55")
        self.failure(503, "https://bitbucket.org/team-40")

        self.assertEqual({one.refused for one in self.counts(emulator, "bitbucket").values()}, {0})

    def test_no_order_of_accounts_changes_an_answer(self) -> None:
        emulator = self.emulate("bitbucket", limits=False, bitbucket={"users": 3})

        self.assert_no_order_changes(emulator, "bitbucket", "team-40", "mailchimp")

    def test_each_access_token_is_told_its_own_limit(self) -> None:
        bitbucket = {"access_tokens": 2, "calls_per_hour": {"accesstoken": 500}}
        emulator = self.emulate("bitbucket", bitbucket=bitbucket)
        accounts = [{"token": one.token} for one in emulator["bitbucket"].accounts.logins if not one.username]
        entry = entry_for(emulator, "bitbucket", "bitbucket.org", bounds={"BITBUCKET_CALLS_PER_HOUR": "auto"})
        self.settings_for_test(FORGES=[{**entry, "accounts": accounts}])

        self.exact(emulator, "bitbucket", "team-20")
        emulator["bitbucket"].accounts.revoke(accounts[0]["token"])
        self.exact(emulator, "bitbucket", "team-7")

        limits = [account.budget.limit for account in adapter("bitbucket").accounts.all]
        self.assertEqual(limits, [500.0, 500.0])

    def test_a_list_and_its_counts_stay_exact_when_a_token_is_revoked_between_them(self) -> None:
        emulator = self.emulate("bitbucket", limits=False, bitbucket={"users": 3})
        login = emulator["bitbucket"].accounts.logins[0]
        emulator.faults.add(Fault("slow", path="*/watchers", seconds=0.01))
        done: list[str] = []

        def act(forge: str, path: str, body: str) -> None:
            if path.endswith("watchers"):
                done.append(path)
                if len(done) == 20:
                    emulator["bitbucket"].accounts.revoke(login.token)

        emulator.before_call(act)

        self.exact(emulator, "bitbucket", "team-130")
        self.assertGreater(len(done), 130)

    def test_what_only_one_of_them_reaches_is_refused_at_once_where_that_one_cannot_pay_it(self) -> None:
        workspaces = ["team-200", "team-20", "team-30"]
        tokens = [AccessToken(f"token of {name}", name) for name in workspaces]
        emulator = self.emulate("bitbucket", limits=False, bitbucket={"access_tokens": tokens})
        entry = entry_for(emulator, "bitbucket", SITES["bitbucket"], bounds=100)
        for order in (tokens, tokens[::-1]):
            self.settings_for_test(FORGES=[{**entry, "accounts": [{"token": one.token} for one in order]}])
            emulator.meter.reset()

            body = self.failure(503, f"https://{SITES['bitbucket']}/team-200")

            self.assertNotIn("retryAfter", body)
            self.assertLessEqual(emulator.meter.snapshot()["bitbucket"].calls, 10)
            self.exact(emulator, "bitbucket", *workspaces[1:])

    def test_what_the_others_cannot_pay_is_refused_as_soon_as_one_is_limited_for_too_long(self) -> None:
        emulator = self.emulate("bitbucket", {"BITBUCKET_CALLS_PER_HOUR": 100}, limits=False, bitbucket={"users": 3})
        account = emulator["bitbucket"].accounts.logins[0].account
        fault = Fault("status", status=429, headers={"Retry-After": "3000"}, account=account)
        calls = iter(range(1_000))
        emulator.before_call(lambda *_: emulator.faults.add(fault) if next(calls) == 20 else None)

        self.failure(503, f"https://{SITES['bitbucket']}/team-250")

        self.assertLess(emulator.meter.snapshot()["bitbucket"].calls, 100)

    def test_what_the_others_cannot_pay_is_refused_as_soon_as_one_is_revoked(self) -> None:
        emulator = self.emulate("bitbucket", {"BITBUCKET_CALLS_PER_HOUR": 100}, limits=False, bitbucket={"users": 3})
        token = emulator["bitbucket"].accounts.logins[0].token
        calls = iter(range(1_000))
        emulator.before_call(lambda *_: emulator["bitbucket"].accounts.revoke(token) if next(calls) == 20 else None)

        self.failure(503, f"https://{SITES['bitbucket']}/team-250")

        self.assertLess(emulator.meter.snapshot()["bitbucket"].calls, 100)
