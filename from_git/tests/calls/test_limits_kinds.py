"""Limits of GitLab and of Codeberg that are never met by surprise: on emulators that keep them, with short windows."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.core.cache import caches

from emulator import Emulator, preset
from emulator.tests.helpers import settled
from from_git import forges
from from_git.fanout import Pool
from from_git.forges.registry import KINDS
from from_git.tests.calls.test_limits import LimitsTestCase as OfTheFirst
from from_git.tests.kit.forges import settings_for
from from_git.tests.kit.service import ServiceTestCase


class LimitsTestCase(OfTheFirst):
    """One host, whose calls are counted in short windows by the forge and by us."""

    kind: ClassVar[str]

    def pointed(self, emulator: Emulator, limit: int) -> None:
        """Point at the emulator, whose calls may be so many in a window."""
        entries: list[dict[str, Any]] = [
            {**one, "bounds": limit if one["kind"] == self.kind else 0} for one in settings_for(emulator)["FORGES"]
        ]
        self.settings_for_test(FORGES=entries)

    def assert_all(self, emulator: Emulator, names: list[str], ask: Callable[..., Any]) -> None:
        """Ask for each owner; all answers must be the straight sum."""
        urls = [KINDS[self.kind].url(name) for name in names]
        for name, response in zip(names, ask(*urls), strict=True):
            self.assertEqual(response.status_code, 200, response.text)
            self.assertEqual(response.json()["data"], emulator.world.sum([(self.kind, name)]))


class GitLabMinute(LimitsTestCase):
    """Twenty calls in each two seconds."""

    kind = "gitlab"

    def setUp(self) -> None:
        """Begin with an empty minute."""
        super().setUp()
        # windows of GitLab's begin by the clock, ours with each call: of two halves of ours each has at most ten calls
        counted = {"calls": {"anonymous": 20}, "endpoint_calls": {"groups/[^/]+/projects": 20}}
        self.forge = self.bounded("minute", 2.0, gitlab=counted, minute=2.0)
        self.pointed(self.forge, 20)

    def test_no_request_of_any_size_alone_or_together_meets_the_limit(self) -> None:
        names = ["group-1", "group-130", "person-30", "group-7"]

        self.assert_all(self.forge, names, self.one_by_one)
        self.assert_all(self.forge, [*names, "group-700"], self.together)

        self.assertEqual(self.forge.meter.snapshot()["gitlab"].refused, 0)

    def test_what_cannot_be_paid_in_time_is_refused_with_both_figures(self) -> None:
        self.forge.world.owner("gitlab", "group-2900")  # which takes a while to make
        self.settings_kept(REQUEST_DEADLINE=1.8)

        body = self.failure(503, "https://gitlab.com/group-2900")

        self.assertRegex(body["message"], r"GitLab allows 20 calls .* needs about \d+ more, and \d+ (are left|can be)")
        self.assertIn("`GITLAB_CALLS_PER_MINUTE` in `bounds` of FORGES entry", body["message"])
        self.assertEqual(self.forge.meter.snapshot()["gitlab"].refused, 0)


class CodebergHalfHour(LimitsTestCase):
    """Sixty calls in each two seconds."""

    kind = "gitea"

    def setUp(self) -> None:
        """Begin with an empty half hour."""
        super().setUp()
        self.forge = self.bounded("hour", 4.0, gitea={"calls": 60, "per": 2.0}, hour=4.0)
        self.pointed(self.forge, 60)

    def test_no_request_of_any_size_alone_or_together_meets_the_limit(self) -> None:
        names = ["org-1", "org-30", "person-45", "org-7"]

        self.assert_all(self.forge, names, self.one_by_one)
        caches["default"].clear()
        self.assert_all(self.forge, [*names, "org-80"], self.together)

        self.assertEqual(self.forge.meter.snapshot()["gitea"].refused, 0)

    def test_what_cannot_be_paid_in_time_is_refused_with_both_figures(self) -> None:
        self.settings_kept(REQUEST_DEADLINE=1.0)

        body = self.failure(503, "https://codeberg.org/org-300")

        self.assertRegex(
            body["message"], r"Codeberg allows 60 calls .* needs about \d+ more, and \d+ (are left|can be)"
        )
        self.assertIn("`GITEA_CALLS_PER_HALF_HOUR` in `bounds` of FORGES entry", body["message"])
        self.assertEqual(self.forge.meter.snapshot()["gitea"].refused, 0)


def _busy(host: str) -> list[str]:
    """The pools of a host that have something to do."""
    access = vars(forges.forge(forges.hosts()[host]))["access"]
    return [one.name for one in vars(access).values() if isinstance(one, Pool) and one.idle < one.width]


class Known(ServiceTestCase):
    """What is known of the usual hosts, where nothing else is set."""

    def test_each_has_the_bound_that_its_forge_tells_of(self) -> None:
        self.settings_for_test(FORGES=[])
        for name, limit in (("gitlab.com", 500.0), ("codeberg.org", 4_000.0)):
            with self.subTest(name):
                accounts = forges.forge(forges.hosts()[name]).accounts
                self.assertEqual([one.budget.limit for one in accounts.all], [limit])

    def test_another_host_has_none_that_nobody_has_told(self) -> None:
        token = [{"token": "any"}]
        entries: list[dict[str, Any]] = [
            {"kind": "gitlab", "host": "gitlab.com", "accounts": token},
            {"kind": "gitlab", "host": "git.example.org"},
            {"kind": "gitea", "host": "gitea.example.org"},
        ]
        self.settings_for_test(FORGES=entries)
        for entry, limit in zip(entries, (2_000.0, 2_000.0, None), strict=True):
            with self.subTest(entry):
                accounts = forges.forge(forges.hosts()[entry["host"]]).accounts
                self.assertEqual([one.budget.limit for one in accounts.all], [limit])

    def test_a_limit_costs_the_next_requests_no_call_until_it_has_passed(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=15.0)  # less than the limits last
        for name, forge, owner in (
            ("gitlab_429", "gitlab", "group-3"),
            ("gitlab_429_endpoint", "gitlab", "group-3"),
            ("gitlab_graphql_limit", "gitlab", "group-3"),
            ("gitea_429", "gitea", "org-3"),
            ("gitea_429_plain", "gitea", "org-3"),
            ("gitea_429_json", "gitea", "org-3"),
        ):
            with self.subTest(name):
                self.emulator.faults.clear()
                self.emulator.faults.add(preset(name))
                url = KINDS[forge].url(owner)
                first = self.failure(503, url)
                # a call beside the one that was refused may still be on its way
                self.assertEqual(settled(partial(_busy, KINDS[forge].host), []), [])
                self.emulator.meter.reset()
                second = self.failure(503, url)
                self.assertEqual(self.emulator.meter.snapshot()[forge].calls, 0)
                self.assertLessEqual(second["retryAfter"], first["retryAfter"])
                self.assertGreaterEqual(second["retryAfter"], 25)
                self.emulator.faults.clear()
                caches["default"].clear()
                forges.close()
                self.assert_exact((forge, owner))
