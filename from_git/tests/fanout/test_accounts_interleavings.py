"""Fetches through several accounts whose threads take turns in many orders; see `scheduler.py`."""

from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from from_git.errors import CredentialsError, LimitError
from from_git.tests.fanout.test_interleavings import InterleavingTestCase, repositories
from from_git.tests.kit.simulation import Simulation
from from_git.upstream import Response


def json_of(status: int, body: object, **headers: str) -> Response:
    """An answer of that status."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, {"content-type": "application/json", **told}, orjson.dumps(body))


class Contract(InterleavingTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """What holds at every forge. No test case itself, so none is skipped."""

    size: ClassVar[int]
    unauthorized: ClassVar[Response]
    limited: ClassVar[Response]
    """For 40 seconds."""

    def through(self, seed: int, **options: Any) -> Simulation:
        """One run through three accounts, and its exact sum; `refuses` may spoil some answers."""
        stats = self.add(*repositories(self.size))
        outcome = self.run_one(seed, accounts=3, **{"limit": 1_000.0, **options})[0]
        self.assert_found(outcome, stats)
        run: Simulation = self.simulation
        return run

    def test_a_walk_that_changes_accounts_is_exact(self) -> None:
        def check(seed: int) -> None:
            self.assertGreater(len(self.through(seed).through), 1)

        self.for_seeds(check)

    def test_failures_that_pass_change_nothing(self) -> None:
        def check(seed: int) -> None:
            self.break_calls(seed)
            self.through(seed)

        self.for_seeds(check)

    def test_a_list_that_changes_adds_up_to_what_it_was_or_is(self) -> None:
        def check(seed: int) -> None:
            before, after = self.changed(repositories(self.size), seed)
            self.assert_found(self.run_one(seed, accounts=3, limit=1_000.0)[0], before, after)

        self.for_seeds(check)

    def test_one_that_is_refused_from_some_call_on_is_left_alone(self) -> None:
        def check(seed: int) -> None:
            refused = []

            def refuses(run: Simulation, number: int) -> Response | None:
                if number == seed % 3 and len(run.started) > seed % 6:
                    refused.append(number)
                    return self.unauthorized
                return None

            self.through(seed, refuses=refuses)
            # those under way when the first was refused
            self.assertLessEqual(len(refused), 2 * self.simulation.threads)

        self.for_seeds(check)

    def test_one_that_is_limited_at_some_call_has_no_other_until_then(self) -> None:
        def check(seed: int) -> None:
            times = list[float]()

            def refuses(run: Simulation, number: int) -> Response | None:
                if number == seed % 3 and (times or len(run.started) > seed % 6):
                    times.append(run.clock.now())
                    return self.limited if len(times) == 1 else None
                return None

            self.through(seed, refuses=refuses)
            # those under way when the limit was told
            others = [one for one in times[1:] if one < times[0] + 40.0]
            self.assertLessEqual(len(others), 2 * self.simulation.threads)

        self.for_seeds(check)

    def test_when_all_are_refused_the_error_names_an_account_by_its_place(self) -> None:
        def check(seed: int) -> None:
            self.add(*repositories(self.size))
            outcome = self.run_one(seed, accounts=3, refuses=lambda run, number: self.unauthorized)[0]

            assert isinstance(outcome, CredentialsError)
            self.assertRegex(outcome.reason, "^with account [123], as with every other, it refused ")
            self.assertEqual(set(self.simulation.through), {0, 1, 2})

        self.for_seeds(check)

    def test_when_all_are_limited_the_wait_is_the_shortest(self) -> None:
        def check(seed: int) -> None:
            self.add(*repositories(self.size))

            def refuses(run: Simulation, number: int) -> Response:
                return json_of(429, {"message": "rate limit"}, retry_after=str(500 - 100 * number))

            outcome = self.run_one(seed, accounts=3, refuses=refuses)[0]

            assert isinstance(outcome, LimitError)
            self.assertAlmostEqual(outcome.wait or 0.0, 300.0, delta=10.0)

        self.for_seeds(check)


class GitHubAccounts(Contract, InterleavingTestCase):
    """Time and points."""

    forge, size = "github", 70
    unauthorized = json_of(401, {"message": "Bad credentials"})
    limited = json_of(403, {"message": "You have exceeded a secondary rate limit."}, retry_after="40")

    def test_time_that_one_does_not_have_is_that_of_all(self) -> None:
        def check(seed: int) -> None:
            self.through(seed, limit=8.0)

        self.for_seeds(check)


class BitbucketAccounts(Contract, InterleavingTestCase):
    """Calls."""

    forge, size = "bitbucket", 45
    unauthorized = json_of(401, {"type": "error", "error": {"message": "Token is invalid"}})
    limited = json_of(429, {"message": "rate limit"}, retry_after="40")

    def test_calls_that_one_does_not_have_are_those_of_all(self) -> None:
        def check(seed: int) -> None:
            self.through(seed, limit=25.0)

        self.for_seeds(check)


class GitLabAccounts(Contract, InterleavingTestCase):
    """Calls."""

    forge, size = "gitlab", 70
    unauthorized = json_of(401, {"message": "401 Unauthorized"})
    limited = json_of(429, {"message": {"error": "This endpoint has been requested too many times."}}, retry_after="40")

    def test_calls_that_one_does_not_have_are_those_of_all(self) -> None:
        def check(seed: int) -> None:
            self.through(seed, limit=12.0)

        self.for_seeds(check)
