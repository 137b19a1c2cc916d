"""GitHub beyond the contract of all forges: what counts, and what is no answer."""

import itertools
from collections.abc import Callable
from typing import Any

from emulator import Owner, Repository
from from_git.forges.github.queries import SIZES
from from_git.tests.kit.github import GitHubTestCase, ids_in


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
        for number in (39, 40, 41, 99, 100, 101, 130, 250):
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
            *(Repository(f"r{n}", watchers=1, created_at="2020-01-01T00:00:00Z") for n in range(2 * SIZES.first + 1))
        )

        self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["watchers"], 2 * SIZES.first + 1)

    def test_every_topic_counts_beyond_the_first_20_and_beyond_100(self) -> None:
        for number in (20, 21, 100, 101, 130):
            with self.subTest(number):
                self.add(Repository("a", topics=[f"t{n}" for n in range(number)], languages={"C": 1}), Repository("b"))
                self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["topicsNum"], number)

    def test_many_repositories_with_more_names_than_details_show_all_count(self) -> None:
        languages = [{f"L{n}": n for n in range(30 + number % 40)} for number in range(2 * SIZES.listed)]
        self.add(*(Repository(f"r{number}", languages=one, watchers=1) for number, one in enumerate(languages)))

        for threads in (1, 8):
            with self.subTest(threads=threads):
                self.settings_for_test(NUM_THREADS_GITHUB=threads)
                self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["langsNum"], 69)

    def test_a_repository_that_comes_twice_in_a_list_counts_once(self) -> None:
        self.add(*(Repository(f"r{n}", watchers=1) for n in range(SIZES.first + 2)))

        def double(data: Any) -> None:
            for key in ("detailed", "repositories"):
                nodes = data["repositoryOwner"][key]["nodes"]
                nodes.extend((nodes[0], nodes[-1]))

        self.edit(double)
        bodies = self.change((), lambda *_: False)

        self.assert_exact(("github", "tiny"))
        self.assertEqual([len(ids_in(body)) for body in bodies], [0, 2])

    def test_null_edges_of_a_repository_without_languages_are_none(self) -> None:
        self.add(Repository("a"))
        self.edit(lambda data: data["repositoryOwner"]["detailed"]["nodes"][0]["languages"].update(edges=None))

        self.assert_exact(("github", "tiny"))


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

    def test_an_owner_that_is_there_and_not_found_is_an_error_and_not_missing(self) -> None:
        error = {"type": "NOT_FOUND", "message": "no", "path": ["repositoryOwner"]}
        self.fault("edit", edit=lambda body: {**body, "errors": [error]})

        self.assertIn("is there, and NOT_FOUND", self.failure(502, self.url)["message"])

    def test_names_that_become_fewer_between_their_pages_are_an_error(self) -> None:
        self.add(Repository("a", languages={f"L{n}": 1 for n in range(130)}))
        self.change(
            [Repository("a", languages={f"L{n}": 1 for n in range(1, 130)})],
            lambda _, body: '"languagesAfter":"' in body,
        )

        self.assertIn("changed while they were read", self.failure(502, self.url)["message"])

    def test_a_name_swapped_between_two_readings_is_an_error(self) -> None:
        self.add(Repository("a", languages={f"L{n:03}": 1 for n in range(130)}))
        swapped = [Repository("a", languages={f"L{n:03}": 1 for n in range(1, 131)})]
        pages: list[str] = []

        def after_the_first_page(number: int, body: str) -> bool:
            pages.extend([body] * ("query Names" in body))
            return len(pages) == 2

        self.change(swapped, after_the_first_page)

        self.assertIn("changed while they were read", self.failure(502, self.url)["message"])

    def test_a_list_that_always_brings_new_ones_ends(self) -> None:
        numbers = itertools.count()

        def go_on(body: Any) -> Any:
            # in place of the emulator's answer, which knows no such cursor
            found = (body.get("data") or {}).get("repositoryOwner") or {"__typename": "Organization"}
            nodes = [{"id": f"R_{next(numbers)}"} for _ in range(100)]
            info = {"hasNextPage": True, "endCursor": f"x{next(numbers)}"}
            found["repositories"] = {"totalCount": 1, "pageInfo": info, "nodes": nodes}
            return {"data": {"repositoryOwner": found}}

        self.add(Repository("a"))
        self.fault("edit", contains="repositoryOwner(", edit=go_on)

        self.failure(502, self.url)
        self.assertLess(self.emulator.meter.snapshot()["github"].calls, 60)

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

    def test_names_that_never_add_up_or_never_end_are_errors(self) -> None:
        self.add(Repository("a", languages={f"L{n}": 1 for n in range(130)}))
        wrong = {
            "changed while they were read": {"totalCount": 131},
            "does not move": {"pageInfo": {"hasNextPage": True, "endCursor": None}},
        }
        for words, change in wrong.items():
            with self.subTest(words):
                self.emulator.faults.clear()
                self.edit(lambda data, change=change: data["nodes"][0]["languages"].update(change), "Names")  # type: ignore[misc]
                self.assertIn(words, self.failure(502, self.url)["message"])

    def test_a_cursor_that_repeats_or_is_no_text_is_an_error(self) -> None:
        self.add(Repository("a", languages={f"L{n}": 1 for n in range(250)}))
        cursors: list[Any] = []

        def repeat(data: Any) -> None:
            info = data["nodes"][0]["languages"]["pageInfo"]
            cursors.append(info["endCursor"])
            info.update(hasNextPage=True, endCursor=cursors[0])

        for change in (repeat, lambda data: data["nodes"][0]["languages"]["pageInfo"].update(endCursor=7)):
            self.emulator.faults.clear()
            self.edit(change, "Names")
            self.assertIn("endCursor does not move", self.failure(502, self.url)["message"])

    def test_details_of_another_shape_are_an_error_that_names_the_place(self) -> None:
        self.add(*(Repository(f"r{n}") for n in range(SIZES.first + 1)))
        shapes: list[tuple[Any, str]] = [
            (lambda node: node.update(watchers=None), "watchers.totalCount is absent"),
            (lambda node: node["watchers"].update(totalCount=2**60), "out of range"),
            (lambda node: node.update(stargazerCount=1.5), "stargazerCount is not a whole number"),
            (lambda node: node.update(isPrivate=None), "isPrivate is not true or false"),
            (lambda node: node.pop("isFork"), "isFork is absent"),
            (lambda node: node["languages"].update(edges=None, totalCount=1), "edges is not a list"),
            (lambda node: node["languages"].update(edges=[{"node": None}], totalCount=1), "node.name is absent"),
            (lambda node: node["languages"].update(edges=[{"node": {"name": "C"}}], totalCount=1), "size is absent"),
            (
                lambda node: node["languages"].update(edges=[_edge(size=True)], totalCount=1),
                "size is not a whole number",
            ),
            (
                lambda node: node["languages"].update(edges=[_edge(size=2**53 + 1)], totalCount=1),
                "size is out of range",
            ),
            (lambda node: node["languages"].update(edges=[_edge(node=None)], totalCount=1), "node.name is absent"),
            (lambda node: node["languages"].update(edges=[None], totalCount=1), "node is absent"),
            (lambda node: node.update(languages=None), "languages is not an object"),
            (
                lambda node: node["repositoryTopics"].update(nodes=[{"topic": None}], totalCount=1),
                "topic.name is absent",
            ),
            (
                lambda node: node["repositoryTopics"].update(nodes=[{"topic": {"name": 7}}], totalCount=1),
                "not a string",
            ),
        ]
        for change, place in shapes:
            for query, nodes in (
                ("Owner", lambda data: data["repositoryOwner"]["detailed"]["nodes"]),
                ("Details", lambda data: data["nodes"]),
            ):
                with self.subTest(place, query=query):
                    self.emulator.faults.clear()
                    self.edit(lambda data, change=change, nodes=nodes: change(nodes(data)[0]), query)  # type: ignore[misc]
                    self.assertIn(place, self.failure(502, self.url)["message"])

    def test_nodes_that_are_not_those_asked_for_are_an_error(self) -> None:
        self.add(*(Repository(f"r{n}") for n in range(SIZES.first + 2)))
        changes: dict[str, Callable[[Any], object]] = {
            "null without a word": lambda data: data.update(nodes=[None, data["nodes"][1]]),
            "one too few": lambda data: data["nodes"].pop(),
            "none": lambda data: data.update(nodes=None),
            "no repository": lambda data: data.update(nodes=[{}, {}]),
            "another order": lambda data: data["nodes"].reverse(),
        }
        for what, change in changes.items():
            with self.subTest(what):
                self.emulator.faults.clear()
                self.edit(change, "Details")
                self.assertIn("does not match its API", self.failure(502, self.url)["message"])

    def test_an_id_that_is_said_to_be_gone_and_still_there_is_an_error(self) -> None:
        self.add(*(Repository(f"r{n}") for n in range(SIZES.first + 2)))

        def contradict(body: Any) -> Any:
            return {**body, "errors": [{"type": "NOT_FOUND", "message": "gone", "path": ["nodes", 0]}]}

        self.fault("edit", contains="query Details", edit=contradict)

        self.assertIn("not those that were asked for", self.failure(502, self.url)["message"])

    def test_a_list_that_ends_too_early_is_found_out(self) -> None:
        self.add(*(Repository(f"r{n}") for n in range(3 * SIZES.listed)))

        def stop(body: Any) -> Any:
            body["data"]["repositoryOwner"]["repositories"]["pageInfo"]["hasNextPage"] = False
            return body

        self.fault("edit", contains="repositoryOwner(", edit=stop)

        self.assertIn(
            "100 repositories against a total of 300, after 3 readings", self.failure(502, self.url)["message"]
        )

    def test_a_list_without_an_end_is_found_out(self) -> None:
        def go_on(body: Any) -> Any:
            body["data"]["repositoryOwner"]["repositories"]["pageInfo"]["hasNextPage"] = True
            return body

        self.fault("edit", contains="repositoryOwner(", edit=go_on)

        self.assertIn("goes on without bringing new ones", self.failure(502, self.url)["message"])

    def test_private_repositories_in_a_list_of_public_ones_do_not_count(self) -> None:
        self.edit(lambda data: data["repositoryOwner"]["detailed"]["nodes"][0].update(isPrivate=True))
        self.edit(lambda data: data["nodes"][0].update(isPrivate=True), "Details")

        data = self.answer(self.url)["data"]
        self.assertEqual((data["originalRepos"], data["watchers"]), (1, 2) if data["watchers"] == 2 else (1, 1))


def _edge(**changes: Any) -> dict[str, Any]:
    """A language's edge, with something of it changed."""
    return {"size": 1, "node": {"name": "C"}} | changes


class Credentials(GitHubTestCase):
    """The token."""

    def test_without_a_token_github_is_a_clear_error_without_a_call_and_bitbucket_works(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN="")

        failure = self.failure(502, "https://github.com/spack")

        self.assertIn("GITHUB_API_TOKEN is not set", failure["message"])
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)
        self.assert_exact(("bitbucket", "mailchimp"))

    def test_a_refused_token_is_a_clear_error_that_does_not_show_it(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN="ghp_not-a-good-one")

        response = self.ask("https://github.com/spack")

        self.assertEqual(response.status_code, 502)
        self.assertIn("it refused our token (401)", response.json()["message"])
        self.assertNotIn("not-a-good-one", response.text)

    def test_a_forge_that_repeats_our_token_does_not_make_us_show_it(self) -> None:
        body = b'{"message": "token %s is not welcome"}' % self.emulator["github"].credentials["token"].encode()
        self.fault("status", status=403, body=body)

        with self.assertLogs("from_git", "WARNING") as logs:
            response = self.ask(self.url)

        self.assertIn("token *** is not welcome", response.json()["message"])
        self.assertNotIn(self.emulator["github"].credentials["token"], response.text + str(logs.output))

    def test_a_token_of_any_length_and_alphabet_is_sent_as_it_is(self) -> None:
        for token in ("ghs_12345_" + "eyJ.x-y_z." * 52, "github_pat_" + "A" * 82):
            with self.subTest(token[:12]):
                self.settings_for_test(GITHUB_API_TOKEN=token)
                self.assertEqual(self.failure(502, self.url)["upstream"], "github")
