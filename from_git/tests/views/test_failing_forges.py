"""`/health-check` while a forge fails: 502, 503 and 504."""

import json
from typing import Any

from emulator import Fault
from from_git.forges.registry import KINDS
from from_git.logfacts import facts_of
from from_git.tests.kit.service import ServiceTestCase


class UpstreamFails(ServiceTestCase):
    """502, 503 and 504."""

    github = "https://github.com/spack"
    bitbucket = "https://bitbucket.org/mailchimp"
    gitlab = "https://gitlab.com/group-5"
    gitea = "https://codeberg.org/org-5"
    paths = (
        ("github", "/graphql"),
        ("bitbucket", "/2.0/repositories/mailchimp"),
        ("bitbucket", "*/watchers"),
        ("gitlab", "/gitlab/api/graphql"),
        ("gitlab", "/gitlab/api/v4/groups/*"),
        ("gitea", "/gitea/api/v1/users/*"),
        ("gitea", "*/languages"),
    )

    def upstream_settings(self) -> dict[str, Any]:
        """As everywhere; languages are asked for each time."""
        return {**super().upstream_settings(), "LANGUAGES_CACHE_SECONDS": 0.0}

    def test_each_fault_of_each_upstream_is_a_502_that_names_forge_and_profile(self) -> None:
        faults: dict[str, dict[str, Any]] = {
            "reset": {},
            "truncate": {},
            "status": {"status": 500, "body": b"<html>oops</html>"},
            "body": {"body": b"<html>all fine</html>"},
        }
        for forge, path in self.paths:
            for kind, options in faults.items():
                with self.subTest(forge=forge, path=path, kind=kind):
                    self.emulator.faults.clear()
                    self.emulator.faults.add(Fault(kind, path=path, **options))
                    failure = self.failure(502, self.github, self.bitbucket, self.gitlab, self.gitea)
                    profile = getattr(self, forge)
                    self.assertEqual(list(failure), ["error", "message", "advice", "upstream", "profile", "host"])
                    named = failure["error"], failure["upstream"], failure["profile"], failure["host"]
                    self.assertEqual(named, ("ERR2", forge, profile, KINDS[forge].host))
                    self.assertIn(profile, failure["message"])

    def test_every_5xx_and_3xx_is_a_502(self) -> None:
        for forge, path in self.paths:
            for status in (301, 302, 307, 500, 502, 503, 504, 418):
                with self.subTest(path=path, status=status):
                    self.emulator.faults.clear()
                    headers = {"Location": "http://evil.example/"} if status < 400 else {}
                    self.emulator.faults.add(Fault("status", path=path, status=status, headers=headers))
                    self.assertIn(str(status), self.failure(502, getattr(self, forge))["message"])

    def test_a_limit_is_a_503_with_retry_after(self) -> None:
        limits = [
            ("github", Fault("status", "/graphql", status=429, headers={"Retry-After": "77"})),
            ("github", Fault("status", "/graphql", status=403, headers={"Retry-After": "77"})),
            (
                "github",
                Fault("graphql_errors", "/graphql", headers={"Retry-After": "77"}, errors=({"type": "RATE_LIMIT"},)),
            ),
            *(
                (forge, Fault("status", path, status=429, headers={"Retry-After": "77"}))
                for forge, path in self.paths[2:]
            ),
        ]
        for forge, fault in limits:
            with self.subTest(forge=forge, fault=fault.kind, status=fault.status):
                self.emulator.faults.clear()
                self.emulator.faults.add(fault)
                response = self.ask(getattr(self, forge))
                self.assertEqual(response.status_code, 503)
                self.assertEqual(response.headers["Retry-After"], "77")
                self.assertEqual(
                    list(response.json()), ["error", "message", "advice", "upstream", "retryAfter", "host"]
                )
                named = response.json()["upstream"], response.json()["retryAfter"], response.json()["host"]
                self.assertEqual(named, (forge, 77, KINDS[forge].host))

    def test_a_forge_that_never_answers_is_a_502_after_the_timeouts_of_its_calls(self) -> None:
        self.settings_for_test(UPSTREAM_TIMEOUT=0.3)
        self.tempo_for_test(most_tries=2)
        for forge, path in self.paths:
            with self.subTest(path):
                self.emulator.faults.clear()
                self.emulator.faults.add(Fault("hang", path=path))
                self.assertIn("UPSTREAM_TIMEOUT", self.failure(502, getattr(self, forge))["message"])

    def test_the_deadline_is_a_504_even_where_one_call_may_take_longer(self) -> None:
        self.settings_for_test(UPSTREAM_TIMEOUT=30.0, REQUEST_DEADLINE=0.4)
        for kind in ("hang", "drip"):
            for forge, path in self.paths:
                with self.subTest(path=path, kind=kind):
                    self.emulator.faults.clear()
                    self.emulator.faults.add(Fault(kind, path=path, seconds=0.05))
                    failure = self.failure(504, getattr(self, forge))
                    self.assertEqual(list(failure), ["error", "message", "advice", "upstream", "profile", "host"])
                    self.assertIn("within 0.4 s (REQUEST_DEADLINE)", failure["message"])

    def test_one_failing_profile_among_many_fails_the_answer(self) -> None:
        self.emulator.faults.add(Fault("status", path="*/watchers", after=200, status=500))

        failure = self.failure(502, self.github, "https://bitbucket.org/team-300", self.bitbucket)

        self.assertNotIn("data", failure)

    def test_the_first_error_stops_the_calls_that_have_not_begun(self) -> None:
        self.emulator.faults.add(Fault("status", path="*/watchers", after=20, status=403))

        self.failure(502, "https://bitbucket.org/team-1000")
        self.answer(self.github)

        self.assertLess(self.emulator.meter.snapshot()["watchers"].calls, 300)

    def test_the_failure_of_one_profile_stops_the_calls_for_the_others(self) -> None:
        self.emulator.faults.add(Fault("slow", path="*team-1000*/watchers", seconds=0.05))
        self.emulator.faults.add(Fault("status", path="/graphql", status=500))

        self.failure(502, "https://bitbucket.org/team-1000", self.github)
        before = self.emulator.meter.snapshot()["watchers"].calls
        # its tasks would take turns with those of the other workspace, were they not stopped
        self.answer("https://bitbucket.org/team-100")

        under_way = 64  # at most, which the emulator may not have counted before
        self.assertLessEqual(self.emulator.meter.snapshot()["watchers"].calls - before, 100 + under_way)

    def test_a_missed_deadline_names_the_first_profile_that_is_not_done(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=3.0)  # by which the first is done on a busy machine too
        self.emulator.faults.add(Fault("hang", contains="spack"))
        self.emulator.faults.add(Fault("hang", path="/2.0/repositories/mailchimp"))

        failure = self.failure(504, "https://github.com/mfem", self.bitbucket, self.github)

        self.assertEqual((failure["upstream"], failure["profile"]), ("bitbucket", self.bitbucket))

    def test_our_own_fault_is_logged_with_its_traceback_and_an_upstreams_in_one_line(self) -> None:
        with self.assertLogs("from_git", "WARNING") as logs:
            self.emulator.faults.add(Fault("status", path="/graphql", status=500))
            self.failure(502, self.github)
            self.settings_for_test(GITHUB_GRAPHQL_URL=None)
            self.failure(500, self.github)

        self.assertEqual([record.levelname for record in logs.records], ["WARNING", "ERROR", "WARNING"])
        facts = facts_of(logs.records[0])
        self.assertEqual(facts["failed"], "github/spack")
        self.assertIn("it answered with status 500", str(facts["reason"]))
        self.assertIn("Traceback", logs.output[1])

    def test_the_service_is_fit_again_at_once(self) -> None:
        self.settings_for_test(UPSTREAM_TIMEOUT=30.0, REQUEST_DEADLINE=0.3, NUM_THREADS_GITHUB=2)
        self.emulator.faults.add(Fault("hang", path="/graphql", times=1))
        self.failure(504, self.github)

        self.settings_kept(REQUEST_DEADLINE=20.0)

        self.assert_exact(("github", "spack"))

    def test_our_own_fault_is_a_500_without_internals(self) -> None:
        self.settings_for_test(GITHUB_GRAPHQL_URL=None)

        failure = self.failure(500, self.github)

        self.assertEqual(list(failure), ["error", "message", "advice"])
        self.assertEqual(failure["error"], "ERRX")
        self.assertNotIn("NoneType", json.dumps(failure))
