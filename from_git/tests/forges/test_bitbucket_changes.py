"""Workspaces that change while they are read, and Bitbucket's credentials and limits."""

import base64
from collections.abc import Callable
from dataclasses import replace

from emulator import Emulator, Owner, Repository, World
from emulator.bitbucket.credentials import Credentials
from from_git.tests.forges.test_bitbucket import LIST, WATCHERS, BitbucketTestCase


class Changes(BitbucketTestCase):
    """Workspaces that change while they are read."""

    def setUp(self) -> None:
        """Let tests change the world before a call."""
        super().setUp()
        self.calls: list[str] = []
        self.addCleanup(self.emulator.before_call, None)

    def before(self, ending: str, number: int, change: Callable[[], None]) -> None:
        """Call `change` before the call of that number among those whose path ends so."""

        def hook(upstream: str, path: str, body: str) -> None:
            if path.endswith(ending):
                self.calls.append(path)
                if len(self.calls) == number:
                    change()

        self.emulator.before_call(hook)

    def few(self, number: int = 5) -> list[Repository]:
        """Some repositories."""
        return [
            Repository(
                f"r{n:03}", watchers=1, languages={"C": 1}, created_at=f"2020-01-01T00:{n // 60:02}:{n % 60:02}Z"
            )
            for n in range(number)
        ]

    def assert_true(self) -> None:
        """The answer is the world as it is in the end."""
        self.assertEqual(self.answer(self.url)["data"], self.world.sum([("bitbucket", "tiny")]))

    def test_a_repository_deleted_after_it_was_listed_does_not_count(self) -> None:
        for number in (5, 150):
            with self.subTest(number):
                self.calls.clear()
                self.add(*self.few(number))
                self.before("/watchers", 1, lambda number=number: self.add(*self.few(number)[:-1]))  # type: ignore[misc]
                self.settings_for_test(NUM_THREADS_BITBUCKET_WATCHERS=1)
                self.assert_true()

    def test_a_repository_renamed_after_it_was_listed_counts_all_the_same(self) -> None:
        self.add(*self.few())
        renamed = [replace(self.few()[-1], name="renamed"), *self.few()[:-1]]
        self.settings_for_test(NUM_THREADS_BITBUCKET_WATCHERS=1)
        self.before("/watchers", 1, lambda: self.add(*renamed))

        self.assert_true()

    def test_a_repository_whose_watchers_were_gone_for_a_moment_counts(self) -> None:
        self.add(*self.few())
        body = b'{"type": "error", "error": {"message": "Repository tiny/r000 not found"}}'
        self.fault("status", "/2.0/repositories/tiny/r000/watchers", status=404, body=body, times=1)

        self.assert_true()

    def test_a_repository_made_private_after_it_was_listed_does_not_count(self) -> None:
        self.add(*self.few())
        hidden = [*self.few()[:-1], replace(self.few()[-1], is_private=True)]
        self.settings_for_test(NUM_THREADS_BITBUCKET_WATCHERS=1)
        self.before("/watchers", 1, lambda: self.add(*hidden))

        response = self.ask(self.url)

        if response.status_code == 200:  # a forge may say 404 or 403 for what one may not see any more
            self.assertEqual(response.json()["data"], self.world.sum([("bitbucket", "tiny")]))
        else:
            self.assertEqual(response.status_code, 502)

    def test_a_workspace_that_vanishes_while_its_watchers_are_counted_is_an_error(self) -> None:
        self.settings_for_test(NUM_THREADS_BITBUCKET_WATCHERS=1)
        for change in (
            lambda: self.world.remove("bitbucket", "tiny"),
            lambda: self.world.add(Owner("bitbucket", "tiny", "Workspace", self.few(), spam=True)),
        ):
            with self.subTest():
                self.calls.clear()
                self.add(*self.few())
                self.before("/watchers", 3, change)
                self.assertIn("vanished", self.failure(502, self.url)["message"])

    def test_one_deleted_and_one_created_between_pages_are_noticed_though_the_size_stays(self) -> None:
        before = self.few(250)
        late = Repository("late", watchers=1_000, created_at="2021-01-01T00:00:00Z")
        self.add(*before)
        self.settings_for_test(NUM_THREADS_BITBUCKET=1)
        self.before("/tiny", 2, lambda: self.add(*before[1:], late))

        self.assert_true()


class Access(BitbucketTestCase):
    """Credentials and limits."""

    basic = Credentials(username="me@example.org", api_token="right", access_token="right-too")

    def test_right_credentials_of_both_kinds_see_private_repositories_and_do_not_count_them(self) -> None:
        with Emulator(World(), bitbucket={"credentials": self.basic}, limits=False) as emulator:
            for settings in (
                {"BITBUCKET_USERNAME": "me@example.org", "BITBUCKET_API_TOKEN": "right"},
                {"BITBUCKET_ACCESS_TOKEN": "right-too"},
            ):
                with self.subTest(list(settings)):
                    self.settings_for_test(
                        **{"BITBUCKET_USERNAME": "", "BITBUCKET_API_TOKEN": "", **settings},
                        BITBUCKET_API_URL=emulator["bitbucket"].url,
                    )
                    self.assert_exact(("bitbucket", "team-50"))

    def test_refused_credentials_are_told_which_mistake_it_is_and_never_shown(self) -> None:
        for settings, words in [
            ({"BITBUCKET_USERNAME": "me@example.org", "BITBUCKET_API_TOKEN": "wr0ng"}, "app passwords ended"),
            ({"BITBUCKET_ACCESS_TOKEN": "wr0ng"}, "reaches only the workspace it was made for"),
        ]:
            with self.subTest(list(settings)):
                self.settings_for_test(**{"BITBUCKET_USERNAME": "", "BITBUCKET_API_TOKEN": "", **settings})
                response = self.ask("https://bitbucket.org/team-5")
                self.assertEqual(response.status_code, 502)
                self.assertIn(words, response.json()["advice"])
                self.assertNotIn("wr0ng", response.text)

    def test_a_forge_that_repeats_our_credentials_does_not_make_us_show_them(self) -> None:
        self.settings_for_test(BITBUCKET_USERNAME="me@example.org", BITBUCKET_API_TOKEN="hunter2")
        pair = base64.b64encode(b"me@example.org:hunter2").decode()
        self.error(403, f"Neither hunter2 nor {pair} is welcome")

        message = self.failure(502, self.url)["message"]

        self.assertIn("Neither *** nor *** is welcome", message)

    def test_a_refusal_without_credentials_asks_for_some(self) -> None:
        self.add(Repository("a"))
        for status in (401, 403):
            with self.subTest(status):
                self.emulator.faults.clear()
                self.error(status, "Access denied")
                body = self.failure(502, self.url)
                self.assertIn("set BITBUCKET_USERNAME and BITBUCKET_API_TOKEN", body["advice"])
                self.assertIn("Access denied", body["message"])

    def test_the_hours_limit_is_a_503_that_says_when(self) -> None:
        self.add(Repository("a"))
        limit = b"Rate limit for this resource has been exceeded"
        for path in (LIST, WATCHERS):
            with self.subTest(path):
                self.emulator.faults.clear()
                self.fault("status", path, status=429, body=limit, content_type="text/plain")
                response = self.ask(self.url)
                self.assertEqual(response.status_code, 503)
                self.assertEqual(response.headers["Retry-After"], str(response.json()["retryAfter"]))
                self.assertGreaterEqual(response.json()["retryAfter"], 60)
                self.assertIn("limit of calls in an hour", response.json()["message"])
