"""GitHub beyond the contract of all forges."""

from typing import Any

from emulator import Fault, Owner, Repository
from from_git.forges.github import PAGE_SIZE
from from_git.tests.service import ServiceTestCase


class GitHubTestCase(ServiceTestCase):
    """An organization of a few repositories."""

    url = "https://github.com/tiny"

    def add(self, *repositories: Repository, kind: str = "Organization") -> None:
        """Give GitHub the owner `tiny`."""
        self.world.add(Owner("github", "tiny", kind, repositories))

    def fault(self, kind: str, **options: Any) -> None:
        """Switch on a fault of GitHub's API."""
        self.emulator.faults.add(Fault(kind, path="/graphql", **options))


class Numbers(GitHubTestCase):
    """What is counted."""

    def test_recorded_organizations_of_all_sizes_add_up(self) -> None:
        for login in ("spack", "mfem", "flux-framework", "dsacms", "cmsgov", "betagouv", "adobe", "sandialabs"):
            with self.subTest(login):
                self.assert_exact(("github", login))

    def test_a_user_is_a_profile_too(self) -> None:
        self.add(Repository("a", stars=3), kind="User")

        self.assert_exact(("github", "tiny"))
        self.assert_exact(("github", "user-12"))

    def test_every_language_counts_beyond_the_first_20_and_beyond_100(self) -> None:
        for number in (19, 20, 21, 99, 100, 101, 130, 250):
            with self.subTest(number):
                self.add(Repository("a", languages={f"L{n}": n for n in range(number)}, topics=("t",)), Repository("b"))
                body = self.assert_exact(("github", "tiny"))
                self.assertEqual(body["data"]["langsNum"], number)

    def test_every_topic_counts(self) -> None:
        self.add(Repository("a", topics=[f"t{n}" for n in range(20)]), Repository("b", topics=["t0", "z"]))

        self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["topicsNum"], 21)

    def test_the_same_language_twice_and_sizes_over_2_to_the_31_are_no_trouble(self) -> None:
        self.add(Repository("a", languages=[("Python", 1), ("HTML", 2**33), ("Python", 2)]))

        self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["langs"], ["html", "python"])

    def test_repositories_of_others_where_the_owner_collaborates_do_not_count(self) -> None:
        self.world.add(Owner("github", "other", "User", [Repository("theirs", stars=9)]))
        self.world.add(Owner("github", "tiny", "User", [Repository("a")], collaborations=(("other", "theirs"),)))

        self.assert_exact(("github", "tiny"))

    def test_repositories_of_the_same_second_are_neither_lost_nor_doubled(self) -> None:
        self.add(
            *(Repository(f"r{n}", watchers=1, created_at="2020-01-01T00:00:00Z") for n in range(2 * PAGE_SIZE + 1))
        )

        self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["watchers"], 2 * PAGE_SIZE + 1)

    def test_a_repository_deleted_before_its_details_are_read_does_not_count(self) -> None:
        many = Repository("many", watchers=5, languages={f"L{n}": 1 for n in range(30)})
        self.add(many, Repository("b", watchers=1))

        def delete(upstream: str, path: str, body: str) -> None:
            if "query Details" in body:
                self.add(Repository("b", watchers=1))

        self.emulator.before_call(delete)
        self.addCleanup(self.emulator.before_call, None)

        self.assertEqual(self.answer(self.url)["data"], self.world.sum([("github", "tiny")]))

    def test_a_repository_that_comes_twice_in_a_list_counts_once(self) -> None:
        self.add(*(Repository(f"r{n}", watchers=1) for n in range(PAGE_SIZE + 2)))

        def double(body: Any) -> Any:
            nodes = body["data"]["repositoryOwner"]["repositories"]["nodes"]
            nodes.append(nodes[0])
            return body

        self.fault("edit", edit=double)

        self.assert_exact(("github", "tiny"))

    def test_null_edges_of_a_repository_without_languages_are_none(self) -> None:
        self.add(Repository("a"))

        def nullify(body: Any) -> Any:
            body["data"]["repositoryOwner"]["repositories"]["nodes"][0]["languages"]["edges"] = None
            return body

        self.fault("edit", edit=nullify)

        self.assert_exact(("github", "tiny"))


class Calls(GitHubTestCase):
    """What it costs."""

    def test_one_page_costs_one_call_and_a_list_one_a_page(self) -> None:
        for size, calls in [(0, 1), (PAGE_SIZE, 1), (PAGE_SIZE + 1, 2), (5 * PAGE_SIZE, 5)]:
            with self.subTest(size):
                self.add(*(Repository(f"r{n}") for n in range(size)))
                self.emulator.meter.reset()
                self.answer(self.url)
                self.assertEqual(self.emulator.meter.snapshot().github.calls, calls)

    def test_connections_are_kept_alive_and_as_few_as_threads(self) -> None:
        owners = [f"https://github.com/org-{n}" for n in range(40, 70)]

        self.answer(*owners)
        self.answer(*owners)

        snapshot = self.emulator.meter.snapshot()
        self.assertGreater(snapshot.github.calls, 100)
        self.assertLessEqual(snapshot.github.connections, 8)
        self.assertLessEqual(snapshot.github.peak, 8)


class Doubts(GitHubTestCase):
    """Whatever leaves the numbers in doubt is an error that says so."""

    def setUp(self) -> None:
        """Give the owner two repositories."""
        super().setUp()
        self.add(Repository("a", watchers=1), Repository("b", watchers=2))

    def test_a_null_owner_is_missing_only_when_no_error_but_not_found_stands_beside_it(self) -> None:
        null = {"repositoryOwner": None}
        path = ["repositoryOwner"]
        self.fault("graphql_errors", data=null, errors=({"type": "NOT_FOUND", "path": path, "message": "no"},), times=1)
        self.assertEqual(self.answer(self.url)["missing"], [self.url])

        self.fault("graphql_errors", data=None, errors=({"type": "NOT_FOUND", "path": path, "message": "no"},), times=1)
        self.assertEqual(self.answer(self.url)["missing"], [self.url])

        for kind in ("FORBIDDEN", "RESOURCE_LIMITS_EXCEEDED", "INSUFFICIENT_SCOPES", None):
            with self.subTest(kind):
                self.emulator.faults.clear()
                error = {"path": path, "message": "no", **({"type": kind} if kind else {})}
                self.fault("graphql_errors", data=null, errors=(error,))
                self.assertEqual(self.failure(502, self.url)["upstream"], "github")

    def test_good_data_beside_an_error_is_an_error(self) -> None:
        def spoil(body: Any) -> Any:
            return {**body, "errors": [{"type": "FORBIDDEN", "message": "no", "path": ["repositoryOwner", "x"]}]}

        self.fault("edit", edit=spoil)

        self.assertIn("forbids access", self.failure(502, self.url)["message"])

    def test_not_found_elsewhere_than_at_the_owner_is_an_error(self) -> None:
        def lose(body: Any) -> Any:
            path = ["repositoryOwner", "repositories", "nodes", 0]
            return {**body, "errors": [{"type": "NOT_FOUND", "path": path, "message": "gone"}]}

        self.fault("edit", edit=lose)

        self.assertIn("lost parts of the list", self.failure(502, self.url)["message"])

    def test_details_that_never_add_up_or_never_end_are_errors(self) -> None:
        self.add(Repository("a", languages={f"L{n}": 1 for n in range(130)}))

        def short(body: Any) -> Any:
            body["data"]["node"]["languages"]["totalCount"] = 131
            return body

        def stuck(body: Any) -> Any:
            body["data"]["node"]["languages"]["pageInfo"] = {"hasNextPage": True, "endCursor": None}
            return body

        for edit, words in ((short, "changed while they were read"), (stuck, "does not move")):
            with self.subTest(words):
                self.emulator.faults.clear()
                self.fault("edit", contains="query Details", edit=edit)
                self.assertIn(words, self.failure(502, self.url)["message"])

    def test_details_that_are_null_without_a_word_are_an_error(self) -> None:
        self.add(Repository("a", languages={f"L{n}": 1 for n in range(30)}))
        self.fault("edit", contains="query Details", edit=lambda body: {"data": {"node": None}})

        self.assertIn("node is not an object", self.failure(502, self.url)["message"])

    def test_a_list_that_ends_too_early_is_found_out(self) -> None:
        self.add(*(Repository(f"r{n}") for n in range(3 * PAGE_SIZE)))

        def stop(body: Any) -> Any:
            body["data"]["repositoryOwner"]["repositories"]["pageInfo"]["hasNextPage"] = False
            return body

        self.fault("edit", edit=stop)

        self.assertIn("never added up: 30 repositories against a total of 90", self.failure(502, self.url)["message"])

    def test_a_list_without_an_end_is_found_out(self) -> None:
        def go_on(body: Any) -> Any:
            body["data"]["repositoryOwner"]["repositories"]["pageInfo"]["hasNextPage"] = True
            return body

        self.fault("edit", edit=go_on)

        self.assertIn("goes on without bringing new ones", self.failure(502, self.url)["message"])

    def test_private_repositories_in_a_list_of_public_ones_do_not_count(self) -> None:
        def leak(body: Any) -> Any:
            body["data"]["repositoryOwner"]["repositories"]["nodes"][0]["isPrivate"] = True
            return body

        self.fault("edit", edit=leak)

        data = self.answer(self.url)["data"]
        self.assertEqual((data["originalRepos"], data["watchers"]), (1, 2) if data["watchers"] == 2 else (1, 1))


class Credentials(GitHubTestCase):
    """The token."""

    def test_without_a_token_github_is_a_clear_error_without_a_call_and_bitbucket_works(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN="")

        failure = self.failure(502, "https://github.com/spack")

        self.assertIn("GITHUB_API_TOKEN is not set", failure["message"])
        self.assertEqual(self.emulator.meter.snapshot().github.calls, 0)
        self.assert_exact(("bitbucket", "mailchimp"))

    def test_a_refused_token_is_a_clear_error_that_does_not_show_it(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN="ghp_not-a-good-one")

        response = self.ask("https://github.com/spack")

        self.assertEqual(response.status_code, 502)
        self.assertIn("it refused our token (401)", response.json()["message"])
        self.assertNotIn("not-a-good-one", response.text)

    def test_a_forge_that_repeats_our_token_does_not_make_us_show_it(self) -> None:
        body = f'{{"message": "token {self.emulator.github_token} is not welcome"}}'.encode()
        self.fault("status", status=403, body=body)

        with self.assertLogs("from_git", "WARNING") as logs:
            response = self.ask(self.url)

        self.assertIn("token *** is not welcome", response.json()["message"])
        self.assertNotIn(self.emulator.github_token, response.text + str(logs.output))

    def test_a_token_of_any_length_and_alphabet_is_sent_as_it_is(self) -> None:
        for token in ("ghs_12345_" + "eyJ.x-y_z." * 52, "github_pat_" + "A" * 82):
            with self.subTest(token[:12]):
                self.settings_for_test(GITHUB_API_TOKEN=token)
                self.assertEqual(self.failure(502, self.url)["upstream"], "github")
