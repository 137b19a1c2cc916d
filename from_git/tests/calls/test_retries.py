"""What is worth another try: the table, from a forge's raw answer to what follows."""

import json
from typing import Any
from unittest import TestCase

from from_git.calls.retries import Again, Pause, backoff, decide, fits
from from_git.errors import (
    BrokenError,
    BudgetError,
    CredentialsError,
    DeadlineError,
    LimitError,
    MalformedAnswer,
    TooHeavyError,
    TransientError,
    UpstreamError,
)
from from_git.forges.bitbucket import rest
from from_git.forges.github import graphql
from from_git.tests.kit.time import FakeClock
from from_git.upstream import Response
from from_git.values.tempo import USUAL, Tempo

NOW = 1_800_000_000.0
SMALLER = Again(0.0, smaller=True)


def github(status: int, body: Any = b"", **headers: str) -> UpstreamError:
    """The error that GitHub's answer is."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)
    if status != 200:
        return graphql.refusal(answer, NOW)
    try:
        graphql.read_reply(answer, NOW)
    except UpstreamError as error:
        return error
    raise AssertionError("a good answer")


def bitbucket(status: int, body: bytes = b"", **headers: str) -> UpstreamError:
    """The error that Bitbucket's answer is."""
    answer = Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
    try:
        rest.members(answer, "none")
    except UpstreamError as error:
        return error
    raise AssertionError("a good answer")


def errors(**error: Any) -> dict[str, Any]:
    """A 200 body with one error."""
    return {"data": {"repositoryOwner": None}, "errors": [error]}


# the failure, attempt, seconds left, repositories asked for, what follows
TABLE: list[tuple[str, UpstreamError, int, float, int, Again | None]] = [
    ("GitHub 500", github(500), 1, 60.0, 30, Again(0.25)),
    ("the second time", github(500), 2, 60.0, 30, Again(0.5)),
    ("the sixth time", github(500), 6, 60.0, 30, Again(8.0)),
    ("the last time", github(500), 12, 60.0, 30, None),
    ("little time left", github(500), 6, 8.0, 30, Again(4.0)),
    ("no time left", github(500), 6, 0.05, 30, None),
    ("503 that says how long", github(503, retry_after="7"), 1, 60.0, 30, Again(7.0)),
    ("503 for too long", github(503, retry_after="3600"), 1, 60.0, 30, None),
    ("502 to many", github(502, b"<html>"), 1, 60.0, 40, SMALLER),
    ("504 to many", github(504), 1, 60.0, 40, SMALLER),
    ("502 to six", github(502), 1, 60.0, 6, SMALLER),
    ("502 to five", github(502), 1, 60.0, 5, Again(0.25)),
    ("502 to five again", github(502), 2, 60.0, 5, SMALLER),
    ("502 to one again", github(502), 2, 60.0, 1, Again(0.5)),
    ("502 to a light query", github(502), 1, 60.0, 0, Again(0.25)),
    ("resource limits", github(200, errors(type="RESOURCE_LIMITS_EXCEEDED")), 1, 60.0, 40, SMALLER),
    ("too many nodes", github(200, errors(type="MAX_NODE_LIMIT_EXCEEDED")), 1, 60.0, 40, SMALLER),
    ("gave up", github(200, errors(message="Something went wrong while executing your query.")), 1, 60.0, 40, SMALLER),
    ("a timeout of ours", TooHeavyError("late"), 1, 60.0, 40, SMALLER),
    ("a timeout of Bitbucket", TooHeavyError("late"), 1, 60.0, 0, Again(0.25)),
    ("an error without a type", github(200, errors(message="oops")), 1, 60.0, 30, Again(0.25)),
    ("an error with a type", github(200, errors(type="SOMETHING", message="oops")), 1, 60.0, 30, None),
    ("limit, retry-after", github(403, {"message": "rate limit"}, retry_after="20"), 1, 60.0, 30, Again(20.0)),
    ("limit, too long", github(403, {"message": "rate limit"}, retry_after="59"), 1, 60.0, 30, None),
    ("limit in a 200", github(200, errors(type="RATE_LIMIT"), retry_after="20"), 1, 60.0, 30, Again(20.0)),
    ("429, retry-after", github(429, retry_after="20"), 1, 60.0, 30, Again(20.0)),
    ("limit that is over at once", github(429, retry_after="0"), 3, 60.0, 30, Again(0.0)),
    ("a connection that broke", BrokenError("x"), 1, 60.0, 30, Again(0.25)),
    ("a connection that broke again", BrokenError("x"), 2, 60.0, 30, SMALLER),
    ("a connection that broke again for few", BrokenError("x"), 2, 60.0, 5, Again(0.5)),
    ("no JSON", github(200, b"<html>"), 1, 60.0, 30, Again(0.25)),
    ("half of the JSON", github(200, b'{"data": {'), 1, 60.0, 30, Again(0.25)),
    ("another shape", github(200, {"data": None}), 1, 60.0, 30, Again(0.25)),
    ("another shape the third time", github(200, {"data": None}), 3, 60.0, 30, None),
    ("401", github(401), 1, 60.0, 30, None),
    ("403", github(403, {"message": "no"}), 1, 60.0, 30, None),
    ("404", github(404), 1, 60.0, 30, None),
    ("422", github(422), 1, 60.0, 30, None),
    ("redirect", github(301), 1, 60.0, 30, None),
    ("FORBIDDEN", github(200, errors(type="FORBIDDEN", message="no")), 1, 60.0, 30, None),
    ("Bitbucket 500", bitbucket(500), 1, 60.0, 0, Again(0.25)),
    ("Bitbucket 502", bitbucket(502), 3, 60.0, 0, Again(1.0)),
    ("Bitbucket 408", bitbucket(408), 1, 60.0, 0, Again(0.25)),
    ("Bitbucket 429, retry-after", bitbucket(429, retry_after="9"), 1, 60.0, 0, Again(9.0)),
    ("Bitbucket 401", bitbucket(401), 1, 60.0, 0, None),
    ("Bitbucket 410", bitbucket(410, b'{"error": {"message": "CHANGE-2770"}}'), 1, 60.0, 0, None),
    ("Bitbucket, no JSON", bitbucket(200, b"oops"), 1, 60.0, 0, Again(0.25)),
    ("our deadline", DeadlineError("late"), 1, 60.0, 30, None),
    ("our budget", BudgetError("much", 5.0), 1, 60.0, 30, None),
]


class Decisions(TestCase):
    """The pure decision."""

    def test_each_failure_is_followed_by_what_the_table_says(self) -> None:
        for name, error, attempt, left, weight, expected in TABLE:
            with self.subTest(name):
                self.assertEqual(decide(error, attempt, left, weight), expected)

    def test_jitter_shortens_our_own_waits_and_no_others(self) -> None:
        self.assertEqual(decide(TransientError("x"), 3, 60.0, jitter=0.5), Again(0.5))
        self.assertEqual(decide(LimitError("x", 20.0), 1, 60.0, jitter=0.5), Again(20.0))

    def test_waits_grow_twofold_up_to_a_bound_however_many_failures_there_were(self) -> None:
        self.assertEqual([backoff(n) for n in (1, 2, 3, 6, 7)], [0.25, 0.5, 1.0, 8.0, 8.0])
        self.assertEqual(backoff(100_000), USUAL.longest_wait)

    def test_a_wait_must_leave_a_tenth_of_the_time(self) -> None:
        self.assertTrue(fits(9.0, 10.0))
        self.assertFalse(fits(9.1, 10.0))
        self.assertFalse(fits(0.1, -1.0))

    def test_what_will_not_pass_decides_over_what_may_and_a_limit_over_both(self) -> None:
        may, stays, limit = {"message": "oops"}, {"type": "FORBIDDEN", "message": "no"}, {"type": "RATE_LIMIT"}
        for listed, kind in [
            ([may, stays], CredentialsError),
            ([stays, may], CredentialsError),
            ([stays, limit], LimitError),
            ([may, {"type": "NOT_FOUND", "path": ["repositoryOwner"]}], TransientError),
        ]:
            with self.subTest(listed):
                self.assertIs(type(github(200, {"data": None, "errors": listed})), kind)

    def test_a_shape_is_tried_three_times_and_what_may_pass_for_about_a_minute(self) -> None:
        self.assertEqual(MalformedAnswer.attempts, 3)
        self.assertGreater(sum(backoff(n) for n in range(1, TransientError.attempts)), 50.0)

    def test_the_service_may_be_told_to_try_less_often_and_to_wait_otherwise(self) -> None:
        hasty = Tempo(first_wait=2.0, longest_wait=3.0, most_tries=3)
        self.assertEqual([backoff(n, hasty) for n in (1, 2, 3)], [2.0, 3.0, 3.0])
        self.assertEqual(decide(TransientError("x"), 2, 60.0, tempo=hasty), Again(3.0))
        self.assertIsNone(decide(TransientError("x"), 3, 60.0, tempo=hasty))


class Pauses(TestCase):
    """What many failures in a row bring."""

    def test_eight_in_a_row_are_a_pause_that_grows_and_a_success_ends_it(self) -> None:
        clock = FakeClock()
        pause = Pause(clock.now)
        for _ in range(7):
            pause.failed(1, 1.0)
        self.assertEqual(pause.wait(1), 0.0)
        for seconds in (0.25, 0.5, 1.0):
            pause.failed(1, 1.0)
            self.assertEqual(pause.wait(1), seconds)
        clock.move(0.4)
        self.assertAlmostEqual(pause.wait(1), 0.6)
        pause.succeeded()
        self.assertEqual(pause.wait(1), 0.0)

    def test_where_several_must_have_failed_one_bad_one_keeps_nobody_waiting(self) -> None:
        pause = Pause(FakeClock().now, askers=3)
        for _ in range(100):
            pause.failed(1, 1.0)
            pause.failed(2, 1.0)
        self.assertEqual(pause.wait(1), 0.0)
        pause.failed(3, 1.0)
        self.assertEqual([pause.wait(asker) for asker in (1, 2, 3)], [8.0] * 3)

    def test_who_has_not_failed_does_not_wait(self) -> None:
        pause = Pause(FakeClock().now)
        for _ in range(8):
            pause.failed(1, 1.0)
        self.assertEqual((pause.wait(1), pause.wait(2)), (0.25, 0.0))
