"""Gitea and Forgejo: limits, which are those of a proxy in front, and what may be spent."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from django.core.cache import caches

from emulator import Fault, Repository, preset
from from_git import forges
from from_git.tests.kit.gitea import API, LANGUAGES, LIST, GiteaTestCase

KEY = "GITEA_CALLS_PER_HALF_HOUR"


class Limits(GiteaTestCase):
    """429 in every form."""

    def setUp(self) -> None:
        """Give the owner a repository."""
        super().setUp()
        self.add(Repository("a", languages={"C": 1}))

    def test_every_form_of_a_429_is_a_limit(self) -> None:
        for name in ("gitea_429", "gitea_429_plain", "gitea_429_json"):
            for path in (LIST, LANGUAGES, f"{API}/orgs/tiny", f"{API}/settings/api"):
                with self.subTest(name, path=path):
                    self.settings_for_test(REQUEST_DEADLINE=2.0)
                    caches["default"].clear()  # of the limit and of the languages
                    self.emulator.faults.clear()
                    self.emulator.faults.add(preset(name, path=path))
                    body = self.failure(503, self.url)
                    self.assertIn("limit", body["message"])
                    self.assertGreaterEqual(body["retryAfter"], 1)

    def test_a_wait_is_told_as_seconds_or_as_a_date(self) -> None:
        later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
        for value, most in (("30", 30), ("Thu, 01 Jan 1970 00:00:00 GMT", 1), (later, 20)):
            with self.subTest(value):
                self.settings_for_test(REQUEST_DEADLINE=0.5)
                caches["default"].clear()
                self.emulator.faults.clear()
                self.fault("status", status=429, headers={"Retry-After": value})
                body = self.failure(503, self.url)
                self.assertLessEqual(body["retryAfter"], most + 1)

    def test_a_limit_that_tells_no_wait_is_asked_again_after_a_minute(self) -> None:
        self.answer(self.url)  # calls that the window of Codeberg's limit remembers
        self.settings_kept(REQUEST_DEADLINE=2.0)
        self.emulator.faults.add(preset("gitea_429"))
        self.assertIn(self.failure(503, self.url)["retryAfter"], range(50, 62))

    def test_a_limit_that_passes_is_waited_for(self) -> None:
        self.fault("status", status=429, headers={"Retry-After": "1"}, times=1)

        self.assert_exact(("gitea", "tiny"))

    def test_a_site_with_a_limit_serves_as_many_as_it_lets_through(self) -> None:
        for form in ("html", "plain", "empty", "json"):
            with self.subTest(form):
                emulator = self.site(calls=20, limited=form)
                self.settings_kept(REQUEST_DEADLINE=2.0)
                self.failure(503, "https://codeberg.org/org-60")
                self.assertLessEqual(emulator.meter.snapshot()["gitea"].calls, 20 + 8 + 24)


class Budget(GiteaTestCase):
    """Calls that may be spent."""

    def test_an_owner_that_needs_more_than_there_is_is_refused_after_its_first_page(self) -> None:
        self.use(self.emulator, bounds={KEY: 40})

        body = self.failure(503, "https://codeberg.org/org-120")

        self.assertIn(f"`{KEY}` in `bounds` of FORGES entry 1", body["message"] + body["advice"])
        self.assertLess(self.calls(), 10)

    def test_one_that_fits_is_read(self) -> None:
        self.use(self.emulator, bounds={KEY: 40})

        self.assert_exact(("gitea", "org-20"))

    def test_what_is_remembered_is_not_planned_for(self) -> None:
        self.use(self.emulator, bounds={KEY: 110})
        self.add(*[Repository(f"r{n}", languages={"C": 1}) for n in range(90)])
        self.assert_exact(("gitea", "tiny"))

        self.assert_exact(("gitea", "tiny"))

    def test_codeberg_has_what_its_proxy_allows_and_others_have_none(self) -> None:
        self.use(self.emulator)
        self.assertEqual(self.adapter().accounts.all[0].budget.limit, 4_000)

        entry = {"kind": "gitea", "host": "git.example.org", "api": self.emulator["gitea"].url}
        self.settings_for_test(FORGES=[entry])
        self.assertIsNone(forges.forge(forges.hosts()["git.example.org"]).accounts.all[0].budget.limit)

    def test_all_accounts_spend_of_one_budget_since_proxies_count_addresses(self) -> None:
        emulator = self.site("one-of-two", "two-of-two", token="one-of-two", signed_in_only=True)
        self.use(emulator, "one-of-two", "two-of-two", bounds={KEY: 40})
        self.failure(503, "https://codeberg.org/org-120")
        access = self.adapter().access
        assert access.given is not None
        budgets = {one.budget for one in (*access.everybody.all, *access.given.all)}

        self.assertEqual([one.limit for one in budgets], [40])
        self.assertGreaterEqual(budgets.pop().spent(), 4 + 4)

    def test_redirects_are_calls_too(self) -> None:
        self.add(Repository("a", marks=["empty"]), former=("before",))
        self.answer(self.url)
        forge = self.adapter()
        before = forge.accounts.all[0].budget.spent()

        self.answer("https://codeberg.org/before")

        self.assertEqual(forge.accounts.all[0].budget.spent() - before, 4)

    def test_a_fault_counts_each_of_its_tries(self) -> None:
        self.add(Repository("a"))
        self.emulator.faults.add(Fault("status", LIST, status=500, times=2))

        self.assert_exact(("gitea", "tiny"))
