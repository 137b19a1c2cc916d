"""GitHub: credentials, the form of a query, and the headers of every answer."""

from __future__ import annotations

import http.client
import json

import requests

from emulator.tests.helpers import PATIENCE, EmulatorCase

QUERY = {"query": '{ repositoryOwner(login: "spack") { login } }'}


class TestCredentials(EmulatorCase):
    """The token in the Authorization header."""

    def ask(self, authorization: str | None) -> requests.Response:
        """A query with that header."""
        headers = {} if authorization is None else {"Authorization": authorization}
        return requests.post(self.emulator["github"].url, json=QUERY, headers=headers, timeout=PATIENCE)

    def test_bearer_and_token_are_taken_in_any_letter_case(self) -> None:
        for scheme in ("bearer", "Bearer", "token", "TOKEN"):
            answer = self.ask(f"{scheme} {self.emulator['github'].credentials['token']}")

            self.assertEqual(
                (answer.status_code, answer.json()), (200, {"data": {"repositoryOwner": {"login": "spack"}}})
            )

    def test_a_wrong_token_is_401_with_no_limit_left(self) -> None:
        answer = self.ask("bearer wrong")

        self.assertEqual(answer.status_code, 401)
        self.assertEqual(
            answer.json(), {"message": "Bad credentials", "documentation_url": "https://docs.github.com/graphql"}
        )
        self.assertEqual((answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]), ("0", "0"))

    def test_a_right_token_under_another_scheme_is_401(self) -> None:
        answer = self.ask(f"Basic {self.emulator['github'].credentials['token']}")

        self.assertEqual((answer.status_code, answer.json()["message"]), (401, "Bad credentials"))

    def test_no_token_is_401(self) -> None:
        answer = self.ask(None)

        self.assertEqual(answer.status_code, 401)
        self.assertEqual(answer.json()["message"], "This endpoint requires you to be authenticated.")


class TestRequests(EmulatorCase):
    """The HTTP request around a query."""

    def test_a_request_without_user_agent_is_403(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.emulator.port, timeout=PATIENCE)
        self.addCleanup(connection.close)

        # http.client sends no User-Agent by itself
        connection.request(
            "POST", "/graphql", b"{}", {"Authorization": f"bearer {self.emulator['github'].credentials['token']}"}
        )
        answer = connection.getresponse()

        self.assertEqual(answer.status, 403)
        self.assertIn("Missing or invalid User Agent string", json.loads(answer.read())["message"])

    def test_a_body_that_is_no_json_is_400(self) -> None:
        headers = {"Authorization": f"bearer {self.emulator['github'].credentials['token']}"}

        answer = requests.post(self.emulator["github"].url, data=b"{query", headers=headers, timeout=PATIENCE)

        self.assertEqual((answer.status_code, answer.json()["message"]), (400, "Problems parsing JSON"))

    def test_json_that_is_no_object_is_400(self) -> None:
        self.assertEqual(self.client.post(["query"]).status_code, 400)

    def test_get_is_404(self) -> None:
        headers = {"Authorization": f"bearer {self.emulator['github'].credentials['token']}"}

        answer = requests.get(self.emulator["github"].url, headers=headers, timeout=PATIENCE)

        self.assertEqual((answer.status_code, answer.json()["message"]), (404, "Not Found"))

    def test_a_missing_query_is_an_error_without_data(self) -> None:
        for body in ({}, {"query": ""}, {"query": 1}):
            answer = self.client.post(body)

            self.assertEqual(answer.status_code, 200)
            self.assertEqual(
                answer.json(), {"errors": [{"message": "A query attribute must be specified and must be a string."}]}
            )

    def test_variables_that_are_no_object_are_an_error_without_data(self) -> None:
        self.assertEqual(set(self.client.post({**QUERY, "variables": [1]}).json()), {"errors"})

    def test_variables_may_be_null(self) -> None:
        self.assertNotIn("errors", self.client.post({**QUERY, "variables": None}).json())


class TestAnswers(EmulatorCase):
    """Headers, compression and connections."""

    def test_the_headers_are_those_that_github_sends(self) -> None:
        headers = self.client.post(QUERY).headers

        for name in (
            "X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset X-RateLimit-Used X-RateLimit-Resource "
            "X-GitHub-Request-Id X-GitHub-Media-Type X-Accepted-OAuth-Scopes Access-Control-Expose-Headers Vary Server "
            "Strict-Transport-Security Content-Security-Policy Referrer-Policy Date"
        ).split():
            self.assertIn(name, headers)
        self.assertEqual(headers["Content-Type"], "application/json; charset=utf-8")
        self.assertEqual(headers["X-RateLimit-Resource"], "graphql")

    def test_long_answers_are_compressed_where_the_client_accepts_it(self) -> None:
        long = {
            "query": '{ repositoryOwner(login: "spack") { repositories(first: 50) { nodes { nameWithOwner url } } } }'
        }

        plain = self.client.post(long, headers={"Accept-Encoding": "identity"})
        packed = self.client.post(long, headers={"Accept-Encoding": "gzip"})

        self.assertNotIn("Content-Encoding", plain.headers)
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertLess(int(packed.headers["Content-Length"]), int(plain.headers["Content-Length"]) / 2)
        self.assertEqual(packed.json(), plain.json())

    def test_a_connection_is_kept_open(self) -> None:
        for _ in range(5):
            self.client.post(QUERY)

        self.assertEqual(self.emulator.meter.snapshot()["github"].connections, 1)
