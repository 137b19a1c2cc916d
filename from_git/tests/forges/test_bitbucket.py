"""Bitbucket beyond the contract of all forges."""

import json
from typing import Any

from emulator import Emulator, Fault, Owner, Repository, World
from from_git.errors import CredentialsError
from from_git.forges.bitbucket.access import API_TOKEN
from from_git.forges.bitbucket.rest import refusal
from from_git.tests.kit.service import ServiceTestCase
from from_git.upstream import Response

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

        body = self.answer(self.url)

        data = body["data"]
        self.assertEqual((data["originalRepos"], data["watchers"], data["langs"]), (1, 2, ["go"]))
        self.assertEqual(body["missing"], ["https://bitbucket.org/tiny/a"])

    def test_private_repositories_in_a_list_of_public_ones_do_not_count(self) -> None:
        self.add(Repository("a", watchers=1), Repository("b", watchers=2))

        def leak(body: Any) -> Any:
            next(value for value in body["values"] if value["slug"] == "a")["is_private"] = True
            return body

        self.fault("edit", edit=leak)

        data = self.answer(self.url)["data"]
        self.assertEqual((data["originalRepos"], data["watchers"]), (1, 2))
        self.assertEqual(self.emulator.meter.snapshot()["watchers"].calls, 1)

    def test_any_parent_with_a_value_makes_a_fork_and_an_empty_one_does_not(self) -> None:
        self.add(Repository("a"), Repository("b", is_fork=True))

        def bare(body: Any) -> Any:
            for value in body["values"]:
                value["parent"] = {"name": "upstream"} if value.get("parent") else {}
            return body

        self.fault("edit", edit=bare)

        self.assert_exact(("bitbucket", "tiny"))

    def test_a_size_on_some_pages_only_is_enough(self) -> None:
        self.fault("edit", "/2.0/repositories/team-250", after=1, edit=lambda body: {**body, "size": None})

        self.assert_exact(("bitbucket", "team-250"))

    def test_links_that_carry_no_number_are_followed(self) -> None:
        def opaque(body: Any) -> Any:
            return {**body, "next": body["next"].replace("page=", "page=0")} if "next" in body else body

        self.fault("edit", "/2.0/repositories/team-250", edit=opaque)

        self.assert_exact(("bitbucket", "team-250"))

    def test_watchers_without_a_size_are_counted_page_by_page(self) -> None:
        self.add(Repository("a", watchers=0), Repository("b", watchers=250))
        self.fault("edit", WATCHERS, edit=lambda body: {key: body[key] for key in body if key != "size"})

        self.assert_exact(("bitbucket", "tiny"))

    def test_lists_without_a_size_are_followed_link_by_link(self) -> None:
        with Emulator(World(), bitbucket={"size": False}, limits=False) as emulator:
            self.settings_for_test(BITBUCKET_API_URL=emulator["bitbucket"].url)
            for size in (0, 1, 100, 101, 250):
                with self.subTest(size):
                    self.assert_exact(("bitbucket", f"team-{size}"))

    def test_an_api_that_refuses_every_pagelen_is_an_error(self) -> None:
        self.add(Repository("a"))
        self.error(400, "Invalid pagelen", WATCHERS)

        self.assertIn("400", self.failure(502, self.url)["message"])
        self.assertLess(self.emulator.meter.snapshot()["watchers"].calls, 5)

    def test_a_404_of_somebody_else_at_the_watchers_is_an_error(self) -> None:
        self.add(Repository("a"))
        self.fault("status", WATCHERS, status=404, body=b"<html>")

        self.failure(502, self.url)

    def test_one_deleted_and_one_created_between_two_pages_are_seen(self) -> None:
        before = [
            Repository(f"r{n:03}", watchers=2 ** (n % 40), created_at=f"2020-01-01T{n // 60:02}:{n % 60:02}:00Z")
            for n in range(150)
        ]
        late = Repository("late", watchers=7, created_at="2021-01-01T00:00:00Z")
        self.add(*before)
        lists: list[str] = []

        def shift(upstream: str, path: str, body: str) -> None:
            lists.extend([path] * (path == LIST))
            if len(lists) == 2:
                self.add(*before[1:], late)

        self.emulator.before_call(shift)
        self.addCleanup(self.emulator.before_call, None)

        self.assert_exact(("bitbucket", "tiny"))

    def test_an_api_that_refuses_pagelen_0_is_asked_for_1(self) -> None:
        with Emulator(World(), bitbucket={"watchers_pagelen_zero": False}, limits=False) as emulator:
            self.settings_for_test(BITBUCKET_API_URL=emulator["bitbucket"].url)
            self.assert_exact(("bitbucket", "team-50"))
            self.assertLess(emulator.meter.snapshot()["watchers"].calls, 50 + 17 + 10)
            emulator.meter.reset()
            self.assert_exact(("bitbucket", "team-50"))
            self.assertLessEqual(emulator.meter.snapshot()["watchers"].calls, 55)

    def test_a_list_without_an_end_is_found_out(self) -> None:
        self.add(Repository("a"))

        def go_on(body: Any) -> Any:
            return {"values": body["values"], "next": f"{self.emulator['bitbucket'].url}/repositories/tiny?page=2"}

        self.fault("edit", edit=go_on)

        self.assertIn("goes on without bringing new ones", self.failure(502, self.url)["message"])

    def test_links_that_lead_away_are_errors(self) -> None:
        self.add(Repository("a"))

        def lead_away(body: Any) -> Any:
            body["values"][0]["links"]["watchers"]["href"] = "http://evil.example/2.0/repositories/tiny/a/watchers"
            return body

        self.fault("edit", edit=lead_away)

        body = self.failure(502, self.url)
        self.assertIn("a link that leads elsewhere, which was not followed", body["message"])
        self.assertIn("BITBUCKET_API_URL", body["advice"])


class Calls(BitbucketTestCase):
    """What it costs."""

    def test_a_workspace_costs_its_pages_and_one_call_a_repository_and_several_pages_are_read_twice(self) -> None:
        for size, pages in [(0, 1), (1, 1), (100, 1), (101, 2 * 2), (300, 2 * 3)]:
            with self.subTest(size):
                self.emulator.meter.reset()
                self.answer(f"https://bitbucket.org/team-{size}")
                snapshot = self.emulator.meter.snapshot()
                self.assertEqual((snapshot["bitbucket"].calls, snapshot["watchers"].calls), (pages + size, size))

    def test_connections_are_kept_alive_and_as_few_as_threads(self) -> None:
        self.settings_for_test(NUM_THREADS_BITBUCKET=4, NUM_THREADS_BITBUCKET_WATCHERS=16)
        self.answer("https://bitbucket.org/team-300", "https://bitbucket.org/team-299")
        self.answer("https://bitbucket.org/team-298")

        snapshot = self.emulator.meter.snapshot()
        self.assertGreater(snapshot["bitbucket"].calls, 900)
        self.assertLessEqual(snapshot["bitbucket"].connections, 4 + 16)
        self.assertLessEqual(snapshot["watchers"].peak, 16)
        self.assertGreater(snapshot["watchers"].peak, 1)

    def test_watchers_of_page_1_are_asked_before_page_2_has_come(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=3.0)  # a busy machine must have asked for all by then
        self.emulator.faults.add(Fault("hang", path="/2.0/repositories/team-150", after=1))

        self.failure(504, "https://bitbucket.org/team-150")

        self.assertEqual(self.emulator.meter.snapshot()["watchers"].calls, 100)

    def test_the_list_is_asked_for_public_repositories_in_an_order_that_stays(self) -> None:
        self.add(Repository("a"))
        for part in ("q=is_private%3Dfalse", "sort=created_on", "pagelen=100"):
            with self.subTest(part):
                self.emulator.faults.clear()
                self.fault("status", contains=part, status=500)
                self.failure(502, self.url)


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
            (404, b'{"type": "error", "error": {}}'),
            (404, json.dumps({"type": "error", "error": {"message": "Resource not found", "detail": hosted}}).encode()),
        ]:
            with self.subTest(status=status, body=body):
                self.emulator.faults.clear()
                self.fault("status", status=status, body=body)
                failure = self.failure(502, self.url)
                self.assertEqual((failure["upstream"], failure["profile"]), ("bitbucket", self.url))

    def test_watchers_that_are_a_removed_api_are_an_error(self) -> None:
        self.error(410, "This API is no longer available.", WATCHERS)

        self.failure(502, self.url)

    def test_a_credential_is_set_aside_where_it_is_unknown_and_not_where_it_reaches_too_little(self) -> None:
        for status in (401, 403):
            answer = Response(status, {"content-type": "application/json"}, b'{"error": {"message": "No."}}')
            error = refusal(answer, API_TOKEN)
            assert isinstance(error, CredentialsError)
            self.assertEqual(error.refused, status == 401)

    def test_a_wrong_base_address_is_an_error_that_names_the_setting(self) -> None:
        self.settings_for_test(BITBUCKET_API_URL=self.emulator["bitbucket"].url + "/nowhere")

        self.assertIn("BITBUCKET_API_URL", self.failure(502, self.url)["advice"])
