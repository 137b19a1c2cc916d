"""Answers of GitHub that leave the numbers in doubt are errors that say so."""

import itertools
from collections.abc import Callable
from typing import Any

from emulator import Repository
from from_git.forges.github.queries import SIZES
from from_git.tests.kit.github import GitHubTestCase


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

    def test_a_server_that_knows_no_order_from_the_newest_is_read_from_the_oldest_end_alone(self) -> None:
        def same(data: Any) -> None:
            owner = data["repositoryOwner"]
            owner["newest"], owner["latest"] = owner["repositories"], {"nodes": owner["repositories"]["nodes"][:1]}

        self.add(*(Repository(f"r{n}", watchers=1) for n in range(3 * SIZES.listed + 1)))
        for query in ("Owner", "Repositories"):
            self.edit(same, query)

        self.assert_exact(("github", "tiny"))
        self.assert_exact(("github", "tiny"))  # known to be large by now

    def test_what_the_newest_end_lacks_is_an_error_that_names_the_place(self) -> None:
        self.add(*(Repository(f"r{n}") for n in range(SIZES.listed + 1)))
        changes: list[tuple[Callable[[Any], object], str, str]] = [
            (lambda owner: owner.update(newest=None), "Owner", "newest is not an object"),
            (lambda owner: owner["newest"]["nodes"][0].update(id=None), "Owner", "id is not a string"),
            (lambda owner: owner.update(latest=None), "Repositories", "latest.nodes is absent"),
            (lambda owner: owner["latest"].update(nodes=[{}]), "Repositories", "id is absent"),
        ]
        for change, query, words in changes:
            with self.subTest(words):
                self.emulator.faults.clear()
                self.edit(lambda data, change=change: change(data["repositoryOwner"]), query)  # type: ignore[misc]
                self.settings_for_test()
                if query == "Repositories":
                    self.answer(self.url)  # so that the owner is known to be large
                self.assertIn(words, self.failure(502, self.url)["message"])

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
