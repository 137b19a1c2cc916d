"""Bitbucket beyond the contract of all forges."""

import json
from typing import Any

from emulator import Credentials, Emulator, Fault, Owner, Repository, World
from from_git.tests.service import ServiceTestCase

LIST = "/2.0/repositories/tiny"
WATCHERS = "/2.0/repositories/tiny/*/watchers"


class BitbucketTestCase(ServiceTestCase):
    """A workspace of a few repositories."""

    url = "https://bitbucket.org/tiny"

    def add(self, *repositories: Repository) -> None:
        """Give Bitbucket the workspace `tiny`."""
        self.world.add(Owner("bitbucket", "tiny", "Workspace", repositories))

    def fault(self, kind: str, path: str = LIST, **options: Any) -> None:
        """Switch on a fault."""
        self.emulator.faults.add(Fault(kind, path=path, **options))

    def error(self, status: int, message: str, path: str = LIST, **members: str) -> None:
        """Let Bitbucket answer with its error JSON."""
        body = json.dumps({"type": "error", "error": {"message": message, **members}}).encode()
        self.fault("status", path, status=status, body=body)


class Numbers(BitbucketTestCase):
    """What is counted."""

    def test_real_and_made_up_workspaces_add_up(self) -> None:
        for login in ("mailchimp", "sourcegraph-testing", "team-300"):
            with self.subTest(login):
                self.assert_exact(("bitbucket", login))

    def test_followers_and_topics_do_not_exist_and_an_empty_language_is_none(self) -> None:
        self.add(Repository("a", stars=9, topics=("t",)), Repository("b", languages={"Java": 1}))

        data = self.assert_exact(("bitbucket", "tiny"))["data"]

        self.assertEqual((data["followers"], data["topics"], data["langs"]), (0, [], ["java"]))

    def test_a_null_parent_makes_no_fork(self) -> None:
        self.add(Repository("a"), Repository("b", is_fork=True))

        def nullify(body: Any) -> Any:
            for value in body["values"]:
                value.setdefault("parent", None)
            return body

        self.fault("edit", edit=nullify)

        self.assert_exact(("bitbucket", "tiny"))

    def test_a_repository_whose_watchers_are_gone_does_not_count_at_all(self) -> None:
        self.add(Repository("a", watchers=1, languages={"C": 1}), Repository("b", watchers=2, languages={"Go": 1}))
        self.error(404, "Repository tiny/a not found", "/2.0/repositories/tiny/a/watchers")

        data = self.answer(self.url)["data"]

        self.assertEqual((data["originalRepos"], data["watchers"], data["langs"]), (1, 2, ["go"]))

    def test_private_repositories_in_a_list_of_public_ones_do_not_count(self) -> None:
        self.add(Repository("a", watchers=1), Repository("b", watchers=2))

        def leak(body: Any) -> Any:
            next(value for value in body["values"] if value["slug"] == "a")["is_private"] = True
            return body

        self.fault("edit", edit=leak)

        data = self.answer(self.url)["data"]
        self.assertEqual((data["originalRepos"], data["watchers"]), (1, 2))
        self.assertEqual(self.emulator.meter.snapshot().watchers.calls, 1)

    def test_lists_without_a_size_are_followed_link_by_link(self) -> None:
        with Emulator(World(), bitbucket_size=False) as emulator:
            self.settings_for_test(BITBUCKET_API_URL=emulator.bitbucket_url)
            for size in (0, 1, 100, 101, 250):
                with self.subTest(size):
                    self.assert_exact(("bitbucket", f"team-{size}"))

    def test_an_api_that_refuses_pagelen_0_is_asked_for_1(self) -> None:
        with Emulator(World(), watchers_pagelen_zero=False) as emulator:
            self.settings_for_test(BITBUCKET_API_URL=emulator.bitbucket_url)
            self.assert_exact(("bitbucket", "team-50"))
            self.assertLess(emulator.meter.snapshot().watchers.calls, 50 + 17 + 10)
            emulator.meter.reset()
            self.assert_exact(("bitbucket", "team-50"))
            self.assertLessEqual(emulator.meter.snapshot().watchers.calls, 55)

    def test_a_list_without_an_end_is_found_out(self) -> None:
        self.add(Repository("a"))

        def go_on(body: Any) -> Any:
            return {"values": body["values"], "next": f"{self.emulator.bitbucket_url}/repositories/tiny?page=2"}

        self.fault("edit", edit=go_on)

        self.assertIn("goes on without bringing new ones", self.failure(502, self.url)["message"])

    def test_links_that_lead_away_are_errors(self) -> None:
        self.add(Repository("a"))

        def lead_away(body: Any) -> Any:
            body["values"][0]["links"]["watchers"]["href"] = "http://evil.example/2.0/repositories/tiny/a/watchers"
            return body

        self.fault("edit", edit=lead_away)

        self.assertIn("leads away from its own API", self.failure(502, self.url)["message"])


class Calls(BitbucketTestCase):
    """What it costs."""

    def test_a_workspace_costs_its_pages_and_one_call_a_repository(self) -> None:
        for size, pages in [(0, 1), (1, 1), (100, 1), (101, 2), (300, 3)]:
            with self.subTest(size):
                self.emulator.meter.reset()
                self.answer(f"https://bitbucket.org/team-{size}")
                snapshot = self.emulator.meter.snapshot()
                self.assertEqual((snapshot.bitbucket.calls, snapshot.watchers.calls), (pages + size, size))

    def test_connections_are_kept_alive_and_as_few_as_threads(self) -> None:
        self.answer("https://bitbucket.org/team-300", "https://bitbucket.org/team-299")
        self.answer("https://bitbucket.org/team-298")

        snapshot = self.emulator.meter.snapshot()
        self.assertGreater(snapshot.bitbucket.calls, 900)
        self.assertLessEqual(snapshot.bitbucket.connections, 4 + 16)
        self.assertLessEqual(snapshot.watchers.peak, 16)
        self.assertGreater(snapshot.watchers.peak, 1)

    def test_watchers_of_page_1_are_asked_before_page_2_has_come(self) -> None:
        hooked: list[str] = []
        self.emulator.before_call(lambda upstream, path, body: hooked.append(path))
        self.addCleanup(self.emulator.before_call, None)
        self.emulator.faults.add(Fault("slow", path="/2.0/repositories/team-101", after=1, seconds=0.3))

        self.assert_exact(("bitbucket", "team-101"))

        self.assertEqual(sum(path.endswith("/watchers") for path in hooked), 101)
        self.assertEqual(self.emulator.meter.snapshot().bitbucket.calls, 103)


class Missing(BitbucketTestCase):
    """Only Bitbucket itself can say that a workspace does not exist."""

    def setUp(self) -> None:
        """Give the workspace a repository."""
        super().setUp()
        self.add(Repository("a"))

    def test_an_unknown_workspace_and_one_marked_as_spam_are_missing(self) -> None:
        self.world.add(Owner("bitbucket", "spammer", "Workspace", [Repository("a")], spam=True))

        body = self.answer("https://bitbucket.org/nobody", "https://bitbucket.org/spammer")

        self.assertEqual(body["missing"], ["https://bitbucket.org/nobody", "https://bitbucket.org/spammer"])

    def test_a_removed_api_and_other_peoples_error_pages_are_errors(self) -> None:
        hosted = "There is no API hosted at this URL."
        for status, body in [
            (410, b'{"type":"error","error":{"message":"Gone. See CHANGE-2770."}}'),
            (410, b"Gone"),
            (404, b"<html>not found</html>"),
            (404, b'{"message": "not found"}'),
            (404, json.dumps({"type": "error", "error": {"message": "Resource not found", "detail": hosted}}).encode()),
        ]:
            with self.subTest(status=status, body=body):
                self.emulator.faults.clear()
                self.fault("status", status=status, body=body)
                failure = self.failure(502, self.url)
                self.assertEqual((failure["upstream"], failure["profile"]), ("bitbucket", self.url))

    def test_a_wrong_base_address_is_an_error_that_names_the_setting(self) -> None:
        self.settings_for_test(BITBUCKET_API_URL=self.emulator.bitbucket_url + "/nowhere")

        self.assertIn("BITBUCKET_API_URL", self.failure(502, self.url)["message"])


class Access(BitbucketTestCase):
    """Credentials and limits."""

    basic = Credentials(username="me@example.org", api_token="right", access_token="right-too")

    def test_right_credentials_of_both_kinds_see_private_repositories_and_do_not_count_them(self) -> None:
        with Emulator(World(), bitbucket_credentials=self.basic) as emulator:
            for settings in (
                {"BITBUCKET_USERNAME": "me@example.org", "BITBUCKET_API_TOKEN": "right"},
                {"BITBUCKET_ACCESS_TOKEN": "right-too"},
            ):
                with self.subTest(list(settings)):
                    self.settings_for_test(
                        **{"BITBUCKET_USERNAME": "", "BITBUCKET_API_TOKEN": "", **settings},
                        BITBUCKET_API_URL=emulator.bitbucket_url,
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
                self.assertIn(words, response.json()["message"])
                self.assertNotIn("wr0ng", response.text)

    def test_a_refusal_without_credentials_asks_for_some(self) -> None:
        self.add(Repository("a"))
        for status in (401, 403):
            with self.subTest(status):
                self.emulator.faults.clear()
                self.error(status, "Access denied")
                message = self.failure(502, self.url)["message"]
                self.assertIn("set BITBUCKET_USERNAME and BITBUCKET_API_TOKEN", message)
                self.assertIn("Access denied", message)

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
