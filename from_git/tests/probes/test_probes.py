"""`/livez`, `/readyz`, and what `/metrics` counts in one process."""

import logging
import time
from contextlib import suppress
from functools import partial
from typing import Any

import requests
from django.core.handlers.wsgi import WSGIHandler

from coding_challenge.wsgi import application
from emulator import Fault, preset
from emulator.bitbucket.credentials import Credentials
from emulator.tests.helpers import settled
from from_git import forges, probes
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.errors import Cancelled
from from_git.forges.github.opening import GitHub
from from_git.forges.registry import KINDS
from from_git.tests.kit.budgets import spend
from from_git.tests.kit.exposition import sample, samples, scraped
from from_git.tests.kit.hosts import adapter
from from_git.tests.kit.service import ServiceTestCase

URL = "https://github.com/user-3"
CREDENTIALS = Credentials()
OURS = {"BITBUCKET_USERNAME": CREDENTIALS.username, "BITBUCKET_API_TOKEN": CREDENTIALS.api_token}
ANONYMOUS = "Bitbucket has no credentials, and allows 60 calls an hour without"


class ProbesTestCase(ServiceTestCase):
    """A service with all credentials."""

    def upstream_settings(self) -> dict[str, Any]:
        """As everywhere, and Bitbucket's."""
        return {**super().upstream_settings(), **OURS}

    def get(self, path: str, method: str = "GET", **headers: str) -> requests.Response:
        """The response to a probe."""
        response = requests.request(method, self.base + path, headers=headers, timeout=30, allow_redirects=False)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        return response

    def ready(self, status: int, word: str, *reasons: str) -> None:
        """`/readyz` says so, with as many reasons as these, which hold these words."""
        response = self.get("/readyz")
        body = response.json()
        self.assertEqual((response.status_code, body["status"]), (status, word), body)
        self.assertEqual(len(body["degraded"]), len(reasons), body)
        for said, wanted in zip(body["degraded"], reasons, strict=True):
            self.assertIn(wanted, said)

    def calls(self) -> int:
        """Calls to the forges since the beginning."""
        counted = self.emulator.meter.snapshot()
        return sum(one.calls for one in counted.values())


class Routes(ProbesTestCase):
    """Who may ask, and how."""

    def test_all_are_there_for_any_host_by_get_and_head_and_ask_no_forge(self) -> None:
        for path in probes.PATHS:
            for method in ("GET", "HEAD"):
                with self.subTest(path, method=method):
                    response = self.get(path, method, Host="10.1.2.3:8000")
                    self.assertEqual(response.status_code, 200, response.text)
                    self.assertEqual(bool(response.text), method == "GET")
        self.assertEqual(self.get("/livez").json(), {"status": "ok"})
        self.assertEqual(self.ask(URL, headers={"Host": "10.1.2.3"}).status_code, 400)
        self.assertEqual(self.calls(), 0)

    def test_another_method_is_a_405_in_the_form_of_every_error(self) -> None:
        for path in probes.PATHS:
            with self.subTest(path):
                response = requests.post(self.base + path, timeout=30)
                self.assertEqual((response.status_code, response.json()["error"]), (405, "ERR3"))
                self.assertEqual(response.headers["Allow"], "GET, HEAD, OPTIONS")

    def test_neither_the_redirect_to_https_nor_the_throttle_concerns_them(self) -> None:
        self.settings_for_test(SECURE_SSL_REDIRECT=True, CLIENT_RATE="1/hour")
        self.server.set_app(WSGIHandler())
        self.addCleanup(self.server.set_app, application)
        self.assertEqual(requests.get(self.base, timeout=30, allow_redirects=False).status_code, 301)

        for path in probes.PATHS * 3:
            self.assertEqual(self.get(path).status_code, 200)

    def test_their_lines_are_for_debugging(self) -> None:
        logging.getLogger("from_git").setLevel(logging.DEBUG)
        with self.assertLogs("from_git.middleware", "DEBUG") as logs:
            for path in probes.PATHS:
                self.get(path)
            requests.get(self.base + "/from-git/test", timeout=30)

        self.assertEqual([one.levelname for one in logs.records], ["DEBUG"] * 3 + ["INFO"])


class Ready(ProbesTestCase):
    """`/readyz`."""

    def test_with_all_credentials_and_nothing_used_up_it_is_ready(self) -> None:
        self.ready(200, "ready")

    def test_a_forge_without_credentials_is_named_with_what_to_set(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN="")
        self.ready(200, "degraded", "GITHUB_API_TOKEN")
        self.settings_for_test(BITBUCKET_USERNAME="", BITBUCKET_API_TOKEN="")
        self.ready(200, "degraded", "GITHUB_API_TOKEN", ANONYMOUS)
        self.settings_for_test(BITBUCKET_ACCESS_TOKEN="bearer-token")
        self.ready(200, "degraded", "GITHUB_API_TOKEN")

    def test_a_limit_that_a_forge_has_named_is_there_with_its_seconds(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=5.0)
        self.emulator.faults.add(preset("secondary_403_retry_after"))
        self.failure(503, URL)

        self.ready(200, "degraded", "GitHub's limit is used up; it serves us again in 60 seconds.")

    def test_a_budget_that_is_used_up_is_there_with_its_figures(self) -> None:
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=30)
        spend(adapter("bitbucket").accounts.all[0].budget, 30.0)

        self.ready(
            200, "degraded", "What may be spent at Bitbucket is used up (30 of 30 calls, BITBUCKET_CALLS_PER_HOUR)"
        )

    def test_one_that_a_client_has_nearly_used_up_is_there_too(self) -> None:
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=30)
        spend(adapter("bitbucket").accounts.all[0].budget, 26.0)
        self.ready(200, "ready")
        spend(adapter("bitbucket").accounts.all[0].budget, 1.0)

        self.ready(
            200,
            "degraded",
            "What may be spent at Bitbucket is nearly used up (27 of 30 calls, BITBUCKET_CALLS_PER_HOUR; one client has"
            " used 27, which CLIENT_SHARE bounds): larger answers must wait.",
        )

    def test_where_no_forge_can_be_asked_within_an_answer_it_is_a_503(self) -> None:
        others = [host for host in forges.hosts().values() if host.kind.without.served]
        limits = [f"{host.label}'s limit is used up" for host in others]
        for token, seconds, status, word in [
            (self.emulator["github"].credentials["token"], 1_000.0, 200, "degraded"),
            ("", 30.0, 200, "degraded"),
            ("", 1_000.0, 503, "unable"),
        ]:
            with self.subTest(word, seconds=seconds):
                self.settings_for_test(GITHUB_API_TOKEN=token)
                for host in others:
                    forges.forge(host).accounts.all[0].limit.block(seconds, "used up.")
                self.ready(status, word, *([] if token else ["GITHUB_API_TOKEN"]), *limits)
                self.assertEqual(self.get("/livez").status_code, 200)
                self.caches_cleared()

    def caches_cleared(self) -> None:
        """Forget limits that were remembered."""
        from django.core.cache import caches

        caches["default"].clear()

    def test_it_is_not_asked_while_it_starts_or_stops(self) -> None:
        self.addCleanup(probes.started)
        probes.starting()
        self.ready(503, "starting")
        probes.started()
        self.ready(200, "ready")
        probes.stopping()
        self.ready(503, "stopping")
        self.assertEqual(self.get("/livez").status_code, 200)
        self.answer(URL)

    def test_it_shows_no_secret(self) -> None:
        self.settings_for_test(CACHE_URL="redis://:password@127.0.0.1:1/0")
        adapter("github").accounts.all[0].limit.block(500.0, "used up.")

        text = self.get("/readyz").text + self.get("/metrics").text

        for secret in (
            self.emulator["github"].credentials["token"],
            CREDENTIALS.username,
            CREDENTIALS.api_token,
            "password",
        ):
            self.assertNotIn(secret, text)


class Counted(ProbesTestCase):
    """`/metrics`."""

    def grown(self, before: dict[tuple[str, tuple[str, ...]], float], name: str, *labels: str) -> float:
        """How much a counter has grown."""
        return scraped(self.base).get((name, labels), 0.0) - before.get((name, labels), 0.0)

    def test_requests_by_route_method_and_status_and_never_by_what_a_client_chose(self) -> None:
        before = scraped(self.base)
        self.answer(URL)
        self.failure(400, "https://example.org/secret-owner")
        for path in ("/nothing-here", "/from-git/test", "/static/from_git/page.css", "/livez"):
            requests.request("BREW", self.base + path, timeout=30)

        for count, labels in [
            (1, ("GET", "health-check", "200")),
            (1, ("GET", "health-check", "400")),
            (1, ("other", "page", "405")),
            (1, ("other", "livez", "405")),
            (1, ("other", "other", "404")),
        ]:
            with self.subTest(labels):
                self.assertEqual(self.grown(before, "requests_total", *labels), count)
        self.assertEqual(self.grown(before, "request_seconds_count", "health-check"), 2)
        text = self.get("/metrics").text
        for chosen in ("BREW", "nothing-here", "secret-owner", "user-3", "http"):
            self.assertNotIn(chosen, text)

    def test_calls_by_forge_and_outcome_with_retries_points_and_time(self) -> None:
        before = scraped(self.base)
        self.emulator.faults.add(Fault("status", path="/graphql", status=503, times=2))
        self.answer(URL, "https://bitbucket.org/mailchimp")

        counted = self.emulator.meter.snapshot()
        ours = samples(self.get("/metrics").text)
        for forge, calls in (("github", counted["github"].calls), ("bitbucket", counted["bitbucket"].calls)):
            with self.subTest(forge):
                names = {labels for name, labels in ours if name == "upstream_calls_total" and labels[2] == forge}
                self.assertEqual(sum(self.grown(before, "upstream_calls_total", *one) for one in names), calls)
                self.assertEqual(self.grown(before, "upstream_call_seconds_count", KINDS[forge].host, forge), calls)
        self.assertEqual(self.grown(before, "upstream_retries_total", "github.com", "github"), 2)
        self.assertEqual(self.grown(before, "upstream_points_total", "github.com", "github"), counted["github"].points)
        self.assertTrue(4_000 < ours["upstream_points_left", ("1", "github.com", "github")] < 5_000)
        self.assertGreater(ours["upstream_points_reset_timestamp_seconds", ("1", "github.com", "github")], time.time())

    def test_each_way_in_which_a_call_ends_has_a_name(self) -> None:
        for fault, outcome in [
            (Fault("status", path="/graphql", status=401), "credentials"),
            (Fault("status", path="/graphql", status=418), "failed"),
            (Fault("status", path="/graphql", status=500), "transient"),
            (Fault("reset", path="/graphql"), "broken"),
            (Fault("hang", path="/graphql"), "too_heavy"),
            (Fault("body", path="/graphql", body=b"[]"), "malformed"),
            (preset("secondary_403_retry_after"), "limit"),  # the last: it is remembered
        ]:
            with self.subTest(outcome):
                self.settings_for_test(REQUEST_DEADLINE=2.0, FLIGHT_SECONDS=2.0, UPSTREAM_TIMEOUT=0.5)
                self.emulator.faults.add(fault)
                before = scraped(self.base)
                self.assertGreater(self.ask(URL).status_code, 500)
                self.assertTrue(settled(partial(self.ended, before, outcome), True))
                self.emulator.faults.clear()

    def test_a_call_that_was_cancelled_or_met_a_fault_of_ours_is_told_from_one_that_failed(self) -> None:
        github = adapter("github")
        assert isinstance(github, GitHub)
        for error, outcome in ((Cancelled(), "cancelled"), (ZeroDivisionError(), "fault")):
            with self.subTest(outcome):

                def fail(error: BaseException = error) -> None:
                    raise error

                before = scraped(self.base)
                group = FetchGroup(time.monotonic() + 30.0)
                Calls(group, github.accounts).start(github.access.pool, fail, self.fail)
                with suppress(ZeroDivisionError):
                    group.wait()
                self.assertEqual(self.grown(before, "upstream_calls_total", "github.com", outcome, "github"), 1)

    def ended(self, before: dict[tuple[str, tuple[str, ...]], float], outcome: str) -> bool:
        """Whether a call to GitHub has ended so."""
        return self.grown(before, "upstream_calls_total", "github.com", outcome, "github") > 0

    def test_budgets_limits_and_pools_as_they_are(self) -> None:
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=700, GITHUB_SECONDS_PER_MINUTE=50.0, NUM_THREADS_GITHUB=8)
        self.settings_for_test(NUM_THREADS_BITBUCKET=4, NUM_THREADS_BITBUCKET_WATCHERS=16)
        pools = {("github.com", "github"): 8}
        pools |= {("bitbucket.org", "bitbucket"): 4, ("bitbucket.org", "bitbucket-watchers"): 16}
        left_open = {pool: sample("pool_threads", *pool) for pool in pools}  # by other tests
        self.answer(URL, "https://bitbucket.org/mailchimp")
        adapter("github").accounts.all[0].limit.block(500.0, "used up.")

        found = scraped(self.base)

        calls = self.emulator.meter.snapshot()
        self.assertEqual(found["budget_limit", ("1", "bitbucket.org", "calls", "bitbucket")], 700)
        self.assertEqual(found["budget_spent", ("1", "bitbucket.org", "calls", "bitbucket")], calls["bitbucket"].calls)
        self.assertEqual(found["budget_limit", ("1", "github.com", "seconds", "github")], 50)
        self.assertEqual(found["budget_spent", ("1", "github.com", "calls", "github")], calls["github"].calls)
        self.assertTrue(490 < found["limit_blocked_seconds", ("1", "github.com", "github")] <= 500)
        self.assertEqual(found["limit_blocked_seconds", ("1", "bitbucket.org", "bitbucket")], 0)
        self.assertEqual(found["answers_at_most", ()], 76)
        for pool, size in pools.items():
            self.assertEqual(found["pool_threads", pool] - left_open[pool], size)
            self.assertEqual(found["pool_tasks_queued", pool], 0)
