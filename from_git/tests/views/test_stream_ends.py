"""Streams that end otherwise than with an answer: errors and refusals."""

import json
from typing import Any
from unittest.mock import patch

import requests
from django.core.cache import caches

from emulator import Fault
from emulator.tests.helpers import settled
from from_git import aggregator, flights
from from_git.aggregator import fetches
from from_git.renderers import AnswerJSON
from from_git.tests.kit.events import Listener
from from_git.tests.kit.streaming import MAILCHIMP, SMALL, SPACK, StreamTestCase, names, taken
from from_git.views import stream

SECRET = "ghp_hushhush"


class Errors(StreamTestCase):
    """What goes wrong once it has begun."""

    def afresh(self, settings: dict[str, Any]) -> None:
        """Remember no limit, and have these settings."""
        caches["default"].clear()
        self.settings_for_test(**{**self.upstream_settings(), **settings})

    def assert_fails(self, status: int, *urls: str, **settings: Any) -> Any:
        """Both ways of asking say the same; what the stream says."""
        self.afresh(settings)
        plain = self.ask(*urls)
        self.afresh(settings)
        events = self.listen(*urls)
        self.assertEqual((plain.status_code, names(events)[-1]), (status, "failure"))
        body = json.loads(events[-1].data.replace("(FLIGHT_SECONDS)", "(REQUEST_DEADLINE)"))  # its own deadline
        self.assertEqual(body, {**plain.json(), "status": status})
        self.assertEqual(list(events[-1].body), [*plain.json(), "status"])
        self.assertEqual(len([one for one in events if one.name == "failure"]), 1)
        self.assertEqual(settled(taken, 0), 0)
        return events

    def test_a_wrong_question_is_the_only_event(self) -> None:
        for urls in ((), ("https://example.org/x", "nonsense"), ("",), ("https://github.com/a/b\nx",)):
            with self.subTest(urls):
                self.assertEqual(len(self.assert_fails(400, *urls)), 1)
        [event] = self.listen(SMALL, expand="followers")
        self.assertEqual((event.name, event.body["status"]), ("failure", 400))
        self.assertIn("'followers'", event.body["message"])
        [event] = self.assert_fails(400, SMALL, SPACK, MAX_PROFILES=1)
        self.assertIn("MAX_PROFILES", event.body["message"])
        self.assertEqual(self.calls(), 0)

    def test_a_failing_forge_is_the_error_of_the_api_after_the_last_progress(self) -> None:
        wait = {"Retry-After": "1800"}
        cases: list[tuple[int, Fault | None, dict[str, Any]]] = [
            (502, Fault("status", path="/graphql", status=403), {}),
            (502, Fault("status", path="/graphql", status=500), {}),
            (502, Fault("wrong_type", path="/graphql", at="data", value=3), {}),
            (502, None, {"GITHUB_API_TOKEN": ""}),
            (503, Fault("status", path="/graphql", status=429, headers=wait), {}),
            (504, Fault("hang", path="/graphql"), {"REQUEST_DEADLINE": 0.4, "FLIGHT_SECONDS": 0.4}),
        ]
        for status, fault, changes in cases:
            with self.subTest(status=status, fault=fault):
                self.emulator.faults.clear()
                if fault:
                    self.emulator.faults.add(fault)
                events = self.assert_fails(status, f"{SMALL}?q", MAILCHIMP, **changes)
                self.assertEqual(names(events), ["progress", "failure"])
                self.assertGreaterEqual(len(events), 3)
                if status == 503:
                    self.assertEqual(events[-1].body["retryAfter"], 1800)

    def test_the_deadline_is_the_one_of_flights(self) -> None:
        self.settings_for_test(FLIGHT_SECONDS=0.3, REQUEST_DEADLINE=60.0)
        self.emulator.faults.add(Fault("hang", path="/graphql"))

        error = self.listen(SMALL)[-1].body

        self.assertEqual((error["status"], error["profile"]), (504, SMALL))
        self.assertIn("within 0.3 s (FLIGHT_SECONDS)", error["message"])

    def test_a_budget_that_cannot_pay_it_is_a_503_before_the_first_call(self) -> None:
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=1, FLIGHT_SECONDS=60.0)
        events = self.listen(MAILCHIMP, "https://bitbucket.org/team-7")

        self.assertEqual((names(events), events[-1].body["status"]), (["progress", "failure"], 503))
        self.assertEqual(self.calls(), 0)

    def test_our_own_fault_anywhere_is_one_event_after_the_last_progress_and_leaves_nothing(self) -> None:
        self.listen(SMALL)
        for where, what, whole in [
            (stream, "asked", False),
            (stream, "progress_body", False),
            (flights, "kept", False),
            (fetches.Fetches, "all", True),
            (fetches.Fetches, "_take", True),
            (aggregator, "_answer", True),
            (AnswerJSON, "parts", True),
        ]:
            with (
                self.subTest(what),
                patch.object(where, what, lambda *_, **__: int("a secret of ours")),
                self.assertLogs("from_git", "INFO") as logs,
            ):
                events = self.listen(MAILCHIMP, SPACK)
                tracebacks = sum(bool(one.exc_info) for one in logs.records)
                for one in logs.records:
                    one.exc_info = None  # which holds all that was under way
                self.assert_all_given_back()
            self.assertEqual(names(events), ["progress", "failure"] if whole else ["failure"])
            self.assertEqual((list(events[-1].body)), ["error", "message", "advice", "status"])
            self.assertEqual((events[-1].body["error"], events[-1].body["status"]), ("ERRX", 500))
            self.assertNotIn("secret", events[-1].data)
            self.assertEqual(tracebacks, 1)

    def test_no_credential_is_ever_in_an_event(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN=SECRET)
        said = json.dumps({"message": f"{SECRET} is bad"}).encode()
        for status in (401, 403, 500, 503):
            self.emulator.faults.clear()
            self.emulator.faults.add(Fault("status", path="/graphql", status=status, body=said))
            with self.subTest(status):
                events = self.listen(SMALL)
                self.assertEqual(events[-1].body["status"], 502)
                self.assertFalse([one for one in events if SECRET in one.data])


class Refused(StreamTestCase):
    """What keeps it from beginning is a status."""

    def assert_plain(self, response: requests.Response, status: int, code: str) -> Any:
        """An error as everywhere else."""
        self.assertEqual((response.status_code, response.headers["Content-Type"]), (status, "application/json"))
        self.assertEqual((response.json()["error"], response.headers["Cache-Control"]), (code, "no-store"))
        self.assertNotIn("X-Accel-Buffering", response.headers)
        self.assertEqual(settled(taken, 0), 0)
        return response.json()

    def get(self, method: str = "GET", **parameters: Any) -> requests.Response:
        """Whatever comes."""
        headers = {"Accept": "text/event-stream"}
        address = f"{self.base}/from-git/stream"
        return requests.request(method, address, params={"url": SMALL, **parameters}, headers=headers, timeout=30)

    def test_other_methods(self) -> None:
        for method in ("POST", "PUT", "DELETE"):
            response = self.get(method)
            self.assert_plain(response, 405, "ERR3")
            self.assertEqual(response.headers["Allow"], "GET, HEAD, OPTIONS")
        self.assertEqual(self.get("OPTIONS").headers["Allow"], "GET, HEAD, OPTIONS")

    def test_a_long_address(self) -> None:
        self.settings_for_test(MAX_QUERY_BYTES=200)
        self.assert_plain(self.get(url="x" * 300), 414, "ERR3")

    def test_a_client_that_asks_too_often(self) -> None:
        self.settings_for_test(CLIENT_RATE="1/hour")
        self.assertEqual(names(self.listen(SMALL)), ["progress", "answer"])
        body = self.assert_plain(self.get(), 429, "ERR3")
        self.assertGreater(body["retryAfter"], 3_000)

    def test_a_full_server(self) -> None:
        self.settings_kept(SERVER_THREADS=5)
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        self.beating(0.1)
        self.addCleanup(self.assert_all_given_back)
        with Listener(self.base, SPACK) as listener:
            next(iter(listener))
            for response in (
                self.get(),
                self.ask(MAILCHIMP),
                requests.head(f"{self.base}/from-git/stream", timeout=30),
            ):
                self.assertEqual((response.status_code, response.headers["Retry-After"]), (503, "1"))
            self.assertEqual(taken(), 1)
        self.assertEqual(settled(taken, 0), 0)
        self.emulator.faults.clear()
        self.assertEqual(names(self.listen(SMALL)), ["progress", "answer"])
