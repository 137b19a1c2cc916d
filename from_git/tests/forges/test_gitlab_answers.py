"""What GitLab's answers mean before anyone looks at the data: decisions as tables, no I/O."""

import json
from dataclasses import replace
from typing import Any
from unittest import TestCase

from from_git.errors import (
    CredentialsError,
    FromGitError,
    LimitError,
    MalformedAnswer,
    TransientError,
    UpstreamError,
)
from from_git.forges.gitlab.answers import Answers, Complex, Unknown, limit_wait, total_in, used_up
from from_git.tests.kit.hosts import host_of
from from_git.upstream import Response
from from_git.values.credential import Credential

NOW = 1_800_000_000.0
PAGE = b"<html><title>Bad gateway</title></html>"
PLACES = {"api": "`api` of an entry", "accounts": "`accounts` of an entry"}
HOST = replace(host_of("gitlab"), settings=PLACES)
ACCOUNT = replace(HOST, credentials=(Credential("any"),))
UNKNOWN = {"message": "Field 'isForked' doesn't exist on type 'Project'"}
COMPLEX = {"message": "Query has complexity of 400, which exceeds max complexity of 200"}


def answer(status: int, body: Any = None, **headers: str) -> Response:
    """An answer with headers given as keywords; JSON, unless the body is bytes."""
    content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


# what it is, the answer, the error, its message, its advice
REFUSALS: list[tuple[str, Response, type[FromGitError], str, str]] = [
    ("429", answer(429), LimitError, "used up", "With an account it allows more"),
    ("401", answer(401, {"message": "401 Unauthorized"}), CredentialsError, "tells nobody", "Set `accounts`"),
    ("403", answer(403, {"error": "insufficient_scope"}), CredentialsError, "tells nobody", "read_api"),
    ("403, short and plain", answer(403, b"Forbidden", content_type="text/plain"), UpstreamError, "our address", ""),
    ("403, long and plain", answer(403, b"x" * 300, content_type="text/plain"), UpstreamError, "between us", ""),
    ("404", answer(404, {"error": "404 Not Found"}), UpstreamError, "(404)", "Look at `api`"),
    ("502 of nginx", answer(502, PAGE), TransientError, "502 Bad Gateway", ""),
    ("404 of a gateway", answer(404, PAGE), UpstreamError, "between us", "`api`"),
]


class Refusals(TestCase):
    """Answers of another status than 200."""

    def test_each_means_one_error(self) -> None:
        for what, given, error, message, advice in REFUSALS:
            with self.subTest(what):
                found = Answers(HOST).refusal(given, NOW)
                self.assertIsInstance(found, error)
                self.assertIn(message, found.message)
                self.assertIn(advice, found.advice)

    def test_with_an_account_it_is_the_account_that_is_spoken_of(self) -> None:
        self.assertNotIn("allows more", Answers(ACCOUNT).refusal(answer(429), NOW).advice)
        found = Answers(ACCOUNT).refusal(answer(401, {"message": "401 Unauthorized"}), NOW)
        self.assertIn("refused our token (401)", found.message)
        assert isinstance(found, CredentialsError)
        self.assertTrue(found.refused and found.doubtful)

    def test_what_it_says_itself_is_said_whatever_its_form(self) -> None:
        told: list[Any] = [
            {"message": "its words"},
            {"error": "its words"},
            {"message": {"error": "its words"}},
            {"errors": [{"message": "its words"}]},
        ]
        for body in told:
            with self.subTest(body):
                self.assertIn("its words", Answers(HOST).refusal(answer(500, body), NOW).message)
        untold: list[Any] = [[], {"message": 7}, {"message": {}}, {"errors": [7]}, b"{"]
        for body in untold:
            with self.subTest(body):
                self.assertIn("500", Answers(HOST).refusal(answer(500, body), NOW).message)


class Replies(TestCase):
    """Answers of GraphQL with status 200."""

    def test_a_query_is_to_be_another_one_where_all_or_one_of_the_errors_say_so(self) -> None:
        self.assertEqual(self.read([UNKNOWN]), Unknown(frozenset({"isForked"})))
        self.assertEqual(self.read([{"message": "another"}, COMPLEX]), Complex(0.475, "another"))

    def test_a_field_is_not_left_out_for_one_error_of_several(self) -> None:
        with self.assertRaisesRegex(UpstreamError, "does not know a part"):
            self.read([UNKNOWN, {"message": "another"}])

    def read(self, errors: list[dict[str, str]]) -> object:
        """What these errors mean."""
        return Answers(HOST).graphql(answer(200, {"errors": errors}), NOW)


class Headers(TestCase):
    """What stands in the headers."""

    def test_a_limit_ends_when_its_headers_say_so_as_far_as_they_are_believed(self) -> None:
        for reset, wait in ((0, 1.0), (40, 41.0), (3600, 3601.0), (-1, None), (3601, None)):
            headers = {"ratelimit-remaining": "0", "ratelimit-reset": str(int(NOW) + reset)}
            with self.subTest(reset):
                self.assertEqual(used_up(headers, NOW), wait)
                self.assertEqual(limit_wait(headers, NOW), wait)
                self.assertEqual(limit_wait({**headers, "retry-after": "7"}, NOW), 7.0)
                self.assertIsNone(used_up({**headers, "ratelimit-remaining": "1"}, NOW))
        for text in ("", "soon", "9" * 400):
            with self.subTest(text):
                self.assertIsNone(used_up({"ratelimit-remaining": "0", "ratelimit-reset": text}, NOW))

    def test_a_total_is_a_number_or_not_told(self) -> None:
        self.assertEqual((total_in({}), total_in({"x-total": ""}), total_in({"x-total": "12"})), (None, None, 12))
        for text in ("many", "-1", "1" * 10):
            with self.subTest(text), self.assertRaises(MalformedAnswer):
                total_in({"x-total": text})
