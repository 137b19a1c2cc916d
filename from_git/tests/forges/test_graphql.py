"""What GitHub's answers mean before anyone looks at the data: decisions as tables, no I/O."""

import json
from typing import Any
from unittest import TestCase

from from_git.errors import (
    CredentialsError,
    FromGitError,
    LimitError,
    MalformedAnswer,
    TooHeavyError,
    TransientError,
    UpstreamError,
)
from from_git.forges.github.graphql import limit_wait, read_reply, refusal
from from_git.upstream import Response

NOW = 1_800_000_000.0
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
LOGIN = "<html><head><title>\n Log in to Café </title>".encode()
SOMETHING = {"data": None, "errors": [{"message": "Something went wrong while executing your query."}]}


def answer(status: int, body: Any = None, **headers: str) -> Response:
    """An answer with headers given as keywords."""
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


# what it is, the error, its message, its advice
REFUSALS: list[tuple[str, Response, type[FromGitError], str, str]] = [
    # recorded: a 401 carries x-ratelimit-remaining: 0 too, so the status must decide first
    (
        "401",
        answer(401, {"message": "Bad credentials"}, x_ratelimit_remaining="0"),
        CredentialsError,
        "it refused our token (401).",
        "Set GITHUB_API_TOKEN to one that is valid",
    ),
    ("403 nothing left", answer(403, {}, x_ratelimit_remaining="0"), LimitError, "rate limit", ""),
    ("403 retry-after", answer(403, {}, retry_after="60"), LimitError, "rate limit", "Ask again in 60 seconds."),
    ("403 secondary", answer(403, SECONDARY), LimitError, "rate limit", ""),
    (
        "403 abuse",
        answer(403, {"message": "You have triggered an abuse detection mechanism."}),
        LimitError,
        "limit",
        "",
    ),
    (
        "403",
        answer(403, {"message": "Not accessible"}),
        CredentialsError,
        "“Not accessible”",
        "rights of GITHUB_API_TOKEN",
    ),
    ("429", answer(429, b"slow down"), LimitError, "rate limit", ""),
    ("404", answer(404, {"message": "Not Found"}), UpstreamError, "no GraphQL API", "Look at GITHUB_GRAPHQL_URL."),
    ("301", answer(301, b""), UpstreamError, "redirects (301)", "UPSTREAM_PROXY"),
    ("502 html", answer(502, b"<html>502</html>"), TooHeavyError, "502 Bad Gateway.", "Try again later."),
    ("502 json", answer(502, SOMETHING), TooHeavyError, "Something went wrong", "Try again later."),
    ("599", answer(599, b""), TransientError, "status 599", "Try again later."),
    ("401 of a gateway", answer(401, LOGIN), UpstreamError, "between us and the forge answered", "UPSTREAM_PROXY"),
    (
        "403 of a gateway",
        answer(403, LOGIN),
        UpstreamError,
        "403 Forbidden and a page that is not JSON",
        "GITHUB_GRAPHQL_",
    ),
    ("403 in a word", answer(403, b"Forbidden"), UpstreamError, "between us and the forge", "UPSTREAM_PROXY"),
    ("407", answer(407, {"message": "no"}), UpstreamError, "407 Proxy Authentication Required", "UPSTREAM_PROXY"),
    ("511", answer(511, LOGIN), TransientError, "“Log in to Café”", "UPSTREAM_PROXY"),
]

ARGUMENT = "Field 'repositories' doesn't accept argument 'visibility'"
FORBIDDEN_POLICY = (
    "the 'x' organization forbids access via a fine-grained personal access tokens if its lifetime is long"
)
ERRORS: list[tuple[str, dict[str, Any], type[FromGitError], str]] = [
    ("new limit", {"type": "RATE_LIMIT", "message": "x"}, LimitError, "rate limit"),
    ("old limit", {"type": "RATE_LIMITED", "message": "x"}, LimitError, "rate limit"),
    ("code", {"message": "x", "extensions": {"code": "graphql_rate_limit"}}, LimitError, "rate limit"),
    ("words", SECONDARY, LimitError, "rate limit"),
    ("watchers", {"type": "FORBIDDEN", "path": ["r", "nodes", 0, "watchers"]}, UpstreamError, "watcher counts"),
    ("saml", {"type": "FORBIDDEN", "extensions": {"saml_failure": True}}, CredentialsError, "SAML"),
    ("policy", {"type": "FORBIDDEN", "message": FORBIDDEN_POLICY}, CredentialsError, "forbids access"),
    ("scopes", {"type": "INSUFFICIENT_SCOPES", "message": "needs read:org"}, CredentialsError, "needs read:org"),
    ("resources", {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "x"}, UpstreamError, "RESOURCE_LIMITS_EXCEEDED"),
    ("untyped", {"message": "Something went wrong"}, UpstreamError, "“Something went wrong”"),
    ("code beside", {"message": "x", "code": "graphql_rate_limit"}, LimitError, "rate limit"),
    ("unhashable", {"type": ["x"], "message": "x"}, MalformedAnswer, "type is not a string"),
    ("odd path", {"type": "NOT_FOUND", "path": [["x"]]}, MalformedAnswer, "path"),
    ("text path", {"type": "NOT_FOUND", "path": "repositoryOwner"}, MalformedAnswer, "path"),
    ("no path", {"type": "NOT_FOUND", "message": "x"}, UpstreamError, "NOT_FOUND"),
    ("odd", {"type": 7, "message": ["x"], "path": "x", "extensions": None}, MalformedAnswer, ""),
    ("nothing", {}, UpstreamError, "with an error"),
    ("old schema", {"message": ARGUMENT, "extensions": {"code": "argumentNotAccepted"}}, UpstreamError, ARGUMENT),
    ("old schema, no code", {"message": ARGUMENT}, UpstreamError, "it looks like an older GitHub Enterprise Server"),
    ("control", {"message": "a\x1b[31m\u202eb"}, UpstreamError, "“a[31mb”"),
]


class Refusals(TestCase):
    """Answers of another status than 200."""

    def test_each_becomes_the_error_that_says_what_to_do(self) -> None:
        for name, given, kind, words, advice in REFUSALS:
            with self.subTest(name):
                error = refusal(given, NOW)
                self.assertIs(type(error), kind)
                self.assertIn(words, error.message)
                self.assertIn(advice, error.advice)


class Replies(TestCase):
    """Answers of status 200."""

    def test_each_error_in_a_200_fails_the_query_whatever_data_stands_beside_it(self) -> None:
        for name, error, kind, words in ERRORS:
            for data in ({}, {"data": None}, {"data": {"repositoryOwner": None}}):
                with self.subTest(name, data=data), self.assertRaises(kind) as caught:
                    read_reply(answer(200, {**data, "errors": [error]}), NOW)
                with self.subTest(name, data=data):
                    self.assertIn(words, str(caught.exception))

    def test_a_part_of_the_query_that_the_server_does_not_know_says_which_version_it_looks_like(self) -> None:
        body = {"errors": [{"message": ARGUMENT, "extensions": {"code": "argumentNotAccepted"}}]}
        for headers, version in (
            (
                {"x_github_enterprise_version": "enterprise-server@3.4.1"},
                "it looks like GitHub Enterprise Server 3.4.1",
            ),
            ({}, "it looks like an older GitHub Enterprise Server, or no server of GitHub at all"),
        ):
            with self.subTest(version), self.assertRaises(UpstreamError) as caught:
                read_reply(answer(200, body, **headers), NOW)

            self.assertIn(version, caught.exception.message)
            self.assertIn("Update the Enterprise Server", caught.exception.advice)
            self.assertNotIn("later", caught.exception.advice)

    def test_an_error_behind_a_harmless_one_counts(self) -> None:
        errors = [{"type": "NOT_FOUND", "path": ["repositoryOwner"]}, {"type": "FORBIDDEN", "message": "x"}]

        with self.assertRaises(CredentialsError):
            read_reply(answer(200, {"data": {"repositoryOwner": None}, "errors": errors}), NOW)

    def test_of_several_errors_a_limit_decides_and_then_what_stays(self) -> None:
        limit, stays, passes = {"type": "RATE_LIMITED"}, {"type": "FORBIDDEN", "message": "x"}, {"message": "hiccup"}
        for errors, kind in [
            ([stays, limit], LimitError),
            ([limit, passes], LimitError),
            ([passes, stays], CredentialsError),
        ]:
            with self.subTest(errors), self.assertRaises(kind):
                read_reply(answer(200, {"data": None, "errors": errors}), NOW)

    def test_points_are_told_where_there_are_any(self) -> None:
        reset = f"{NOW + 99:.0f}"
        for headers, left in [
            ({"x_ratelimit_limit": "5000", "x_ratelimit_remaining": "7", "x_ratelimit_reset": reset}, (7, 100.0)),
            ({"x_ratelimit_limit": "0", "x_ratelimit_remaining": "0", "x_ratelimit_reset": reset}, None),
            ({"x_ratelimit_remaining": "7"}, None),
            ({"x_ratelimit_remaining": "-7", "x_ratelimit_reset": reset}, None),
            ({}, None),
        ]:
            with self.subTest(headers):
                self.assertEqual(read_reply(answer(200, {"data": {"a": 1}}, **headers), NOW).left, left)

    def test_not_found_is_no_error_but_a_path(self) -> None:
        body = {"data": {"repositoryOwner": None}, "errors": [{"type": "NOT_FOUND", "path": ["repositoryOwner"]}]}

        reply = read_reply(answer(200, body), NOW)

        self.assertEqual((reply.data, reply.not_found), ({"repositoryOwner": None}, {("repositoryOwner",)}))

    def test_a_limit_may_come_with_status_200_and_no_errors_at_all(self) -> None:
        with self.assertRaises(LimitError) as caught:
            read_reply(answer(200, SECONDARY, retry_after="30"), NOW)

        self.assertEqual(caught.exception.retry_after, 30)

    def test_remaining_zero_beside_a_good_answer_is_a_good_answer(self) -> None:
        self.assertEqual(read_reply(answer(200, {"data": {"a": 1}}, x_ratelimit_remaining="0"), NOW).data, {"a": 1})

    def test_another_shape_is_malformed(self) -> None:
        with self.assertRaises(TransientError):
            read_reply(answer(200, b"<html>"), NOW)
        for body in (
            b"[]",
            b"{}",
            b'{"data": null}',
            b'{"data": []}',
            b'{"data": {}, "errors": {"a": 1}}',
            b'{"data": {}, "errors": {}}',
            b'{"data": {}, "errors": 0}',
            b'{"data": {}, "errors": ["x"]}',
        ):
            with self.subTest(body), self.assertRaises(MalformedAnswer):
                read_reply(answer(200, body), NOW)


class Waits(TestCase):
    """How long a limit lasts."""

    def test_retry_after_wins_then_the_reset_of_the_primary_limit_else_it_is_unknown(self) -> None:
        reset = f"{NOW + 99:.0f}"
        for headers, primary, seconds in [
            ({"retry-after": "30", "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}, True, 30.0),
            ({"retry-after": "Fri, 15 Jan 2027 08:02:00 GMT"}, False, 120.0),
            ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}, False, 100.0),
            ({"x-ratelimit-remaining": "4", "x-ratelimit-reset": reset}, True, 100.0),
            ({"x-ratelimit-remaining": "4", "x-ratelimit-reset": reset}, False, None),
            ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW - 99:.0f}"}, True, None),
            ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW + 99_999:.0f}"}, True, None),
            ({"retry-after": "Fri, 15 Jan 2027 08:02:00 +99999999999999"}, False, None),
            ({"retry-after": "soon", "x-ratelimit-reset": "9" * 30, "x-ratelimit-remaining": "0"}, True, None),
            ({}, True, None),
        ]:
            with self.subTest(headers):
                self.assertEqual(limit_wait(headers, NOW, primary), seconds)
