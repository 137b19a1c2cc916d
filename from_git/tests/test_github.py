"""GitHub beyond the contract of all forges."""

import itertools
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import orjson

from emulator import Fault, Latency, Owner, Repository
from emulator.github.opaque import node_id
from from_git import forges
from from_git.aggregator import aggregate
from from_git.fanout import TaskGroup
from from_git.forges.details import Details
from from_git.forges.github import PAGE_SIZE, GitHub
from from_git.forges.graphql import Conversation
from from_git.forges.nodes import LIST_SIZE
from from_git.serializers import profiles_asked
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

    def edit(self, change: Callable[[Any], object], query: str = "Owner") -> None:
        """Change the data of each answer to one of our queries."""

        def changed(body: Any) -> Any:
            change(body["data"])
            return body

        self.fault("edit", contains=f"query {query}(", edit=changed)

    def change(self, after: Iterable[Repository], when: Callable[[int, str], bool]) -> list[str]:
        """Let the owner have other repositories as soon as `when` holds for a call: its number from 1, and its body.

        Returns the bodies of all calls, as they come.
        """
        bodies: list[str] = []

        def act(upstream: str, path: str, body: str) -> None:
            bodies.append(body)
            if when(len(bodies), body):
                self.add(*after)

        self.emulator.before_call(act)
        self.addCleanup(self.emulator.before_call, None)
        return bodies


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
            *(Repository(f"r{n}", watchers=1, created_at="2020-01-01T00:00:00Z") for n in range(2 * PAGE_SIZE + 1))
        )

        self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["watchers"], 2 * PAGE_SIZE + 1)

    def test_every_topic_counts_beyond_the_first_20_and_beyond_100(self) -> None:
        for number in (20, 21, 100, 101, 130):
            with self.subTest(number):
                self.add(Repository("a", topics=[f"t{n}" for n in range(number)], languages={"C": 1}), Repository("b"))
                self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["topicsNum"], number)

    def test_many_repositories_with_more_names_than_details_show_all_count(self) -> None:
        languages = [{f"L{n}": n for n in range(30 + number % 40)} for number in range(2 * LIST_SIZE)]
        self.add(*(Repository(f"r{number}", languages=one, watchers=1) for number, one in enumerate(languages)))

        for threads in (1, 8):
            with self.subTest(threads=threads):
                self.settings_for_test(NUM_THREADS_GITHUB=threads)
                self.assertEqual(self.assert_exact(("github", "tiny"))["data"]["langsNum"], 69)

    def test_a_repository_that_comes_twice_in_a_list_counts_once(self) -> None:
        self.add(*(Repository(f"r{n}", watchers=1) for n in range(PAGE_SIZE + 2)))

        def double(data: Any) -> None:
            for key in ("detailed", "repositories"):
                nodes = data["repositoryOwner"][key]["nodes"]
                nodes.extend((nodes[0], nodes[-1]))

        self.edit(double)
        bodies = self.change((), lambda *_: False)

        self.assert_exact(("github", "tiny"))
        self.assertEqual([len(_ids(body)) for body in bodies], [0, 2])

    def test_null_edges_of_a_repository_without_languages_are_none(self) -> None:
        self.add(Repository("a"))
        self.edit(lambda data: data["repositoryOwner"]["detailed"]["nodes"][0]["languages"].update(edges=None))

        self.assert_exact(("github", "tiny"))


class Changes(GitHubTestCase):
    """A list that changes while it is read: nothing counts twice, nothing that stands throughout is lost."""

    size = 250

    def setUp(self) -> None:
        """Give each repository watchers that make every sum of some of them another number."""
        super().setUp()
        self.before = tuple(
            Repository(
                f"r{n:03}", watchers=1000 + 2 * n, stars=n, created_at=f"2020-01-01T{n // 60:02}:{n % 60:02}:00Z"
            )
            for n in range(self.size)
        )

    def changed(self) -> dict[str, tuple[Repository, ...]]:
        """What may happen to the list at once."""
        one, rest = self.before[5], self.before[6:]
        old = Repository("old", watchers=1, created_at="2020-01-01T00:02:30Z")
        new = Repository("new", watchers=1, created_at="2021-01-01T00:00:00Z")
        return {
            "created among the old": (*self.before, old),
            "created last": (*self.before, new),
            "an early one deleted": (*self.before[:5], *rest),
            "a late one deleted": self.before[:-3] + self.before[-2:],
            "one deleted and one created": (*self.before[:5], *rest, new),
            "one renamed": (*self.before[:5], replace(one, name="renamed"), *rest),
            "one archived": (*self.before[:5], replace(one, is_archived=True), *rest),
            "one made private": (*self.before[:5], replace(one, is_private=True), *rest),
            "a late one made private": (*self.before[:-1], replace(self.before[-1], is_private=True)),
            "one published": (*self.before, Repository("p", watchers=1, created_at="2020-01-01T00:10:30Z")),
        }

    def sums(self, *states: tuple[Repository, ...]) -> list[Any]:
        """The answers that belong to these states of the list."""
        answers = []
        for state in states:
            self.add(*state)
            answers.append(self.world.sum([("github", "tiny")]))
        return answers

    def test_one_change_at_any_moment_gives_the_numbers_before_it_or_after_it(self) -> None:
        for threads in (1, 8):
            self.settings_for_test(NUM_THREADS_GITHUB=threads)
            for what, after in self.changed().items():
                expected = self.sums(self.before, after)
                for moment in (2, 3, 5, 8, 12):
                    with self.subTest(what, threads=threads, moment=moment):
                        self.add(*self.before)
                        self.change(after, lambda call, _, at=moment: call == at)  # type: ignore[misc]
                        self.assertIn(self.answer(self.url)["data"], expected)

    def test_a_change_before_the_list_has_ended_is_seen_without_reading_details_again(self) -> None:
        cases = itertools.product((1, 8), ("created last", "an early one deleted", "one made private"))
        for threads, what in cases:
            with self.subTest(what, threads=threads):
                self.settings_for_test(NUM_THREADS_GITHUB=threads)
                after = self.changed()[what]
                self.add(*self.before)
                bodies = self.change(after, lambda call, _: call == 2)

                answer = self.answer(self.url)["data"]

                self.assertEqual(answer, self.sums(after)[0])
                asked = [one for body in bodies for one in _ids(body)]
                self.assertEqual(len(asked), len(set(asked)), "a repository was asked for twice")

    def test_a_repository_deleted_before_its_details_are_read_does_not_count(self) -> None:
        for query, languages in (("query Details", 3), ("query Names", 50)):
            with self.subTest(query):
                late = Repository("late", watchers=9, languages={f"L{n}": 1 for n in range(languages)})
                others = [Repository(f"r{n}", created_at="2000-01-01T00:00:00Z") for n in range(PAGE_SIZE)]
                self.add(*others, late)
                self.change(others, lambda _, body, query=query: query in body)  # type: ignore[misc]

                self.assertEqual(self.answer(self.url)["data"]["originalRepos"], PAGE_SIZE)

    def test_a_repository_that_github_loses_for_a_moment_counts(self) -> None:
        self.add(*(Repository(f"r{n}", watchers=1) for n in range(2 * PAGE_SIZE)))

        def lose(body: Any) -> Any:
            body["data"]["nodes"][0] = None
            return {**body, "errors": [{"type": "NOT_FOUND", "message": "gone", "path": ["nodes", 0]}]}

        self.fault("edit", contains="query Details", edit=lose, times=1)

        self.assert_exact(("github", "tiny"))

    def test_a_repository_that_is_listed_and_never_found_by_its_id_does_not_count(self) -> None:
        self.add(*(Repository(f"r{n}", watchers=1) for n in range(PAGE_SIZE + 1)))

        def lose(body: Any) -> Any:
            errors = [{"type": "NOT_FOUND", "message": "gone", "path": ["nodes", 0]}]
            return {"data": {"nodes": [None]}, "errors": errors}

        self.fault("edit", contains="query Details", edit=lose)

        self.assertEqual(self.answer(self.url)["data"]["watchers"], PAGE_SIZE)
        # first page, details; list, details again
        self.assertEqual(self.emulator.meter.snapshot().github.calls, 4)

    def test_a_repository_made_private_before_its_names_are_read_shows_none_of_them(self) -> None:
        public = Repository("a", watchers=9, languages={f"L{n}": 1 for n in range(50)})
        private = Repository("a", watchers=9, languages={f"Secret{n}": 1 for n in range(50)}, is_private=True)
        self.add(public)
        self.change([private], lambda _, body: "query Names" in body)

        data = self.answer(self.url)["data"]

        self.assertEqual((data["watchers"], data["langs"]), (0, []))

    def test_a_page_that_is_overtaken_by_the_last_one_leaves_nothing_behind(self) -> None:
        forge = forges.forge("github")
        assert isinstance(forge, GitHub)
        self.add(Repository("a", watchers=1), Repository("b", watchers=2))
        ids = [node_id("R", "tiny", one.id) for one in self.world.owner("github", "tiny").repositories]  # type: ignore[union-attr]
        group = TaskGroup(time.monotonic() + 30)
        details = Details(Conversation(forge.client, forge.pace, group), forge.pool, group, lambda: None)

        details.want(ids[1:], more=False)
        details.want(ids[:1], more=True)

        self.assertTrue(group.wait())
        self.assertEqual([one.watchers for one in details.of(ids)], [1, 2])

    def test_a_repository_made_private_before_its_details_are_read_does_not_count(self) -> None:
        others = [Repository(f"r{n}", created_at="2000-01-01T00:00:00Z") for n in range(PAGE_SIZE)]
        self.add(*others, Repository("late", watchers=9))
        private = Repository("late", watchers=9, is_private=True)
        self.change([*others, private], lambda _, body: "query Details" in body)

        self.assertEqual(self.answer(self.url)["data"]["watchers"], 0)


def _ids(body: str) -> list[str]:
    """The ids that a query by id asks for."""
    found = orjson.loads(body)["variables"].get("ids", [])
    return [str(one) for one in found]


class Calls(GitHubTestCase):
    """What it costs."""

    def calls(self, size: int) -> int:
        """Calls for an owner of so many repositories."""
        self.add(*(Repository(f"r{n}") for n in range(size)))
        self.emulator.meter.reset()
        self.answer(self.url)
        return self.emulator.meter.snapshot().github.calls

    def test_an_owner_of_one_page_costs_one_call_and_one_point(self) -> None:
        for size in (0, 1, PAGE_SIZE):
            with self.subTest(size):
                self.assertEqual(self.calls(size), 1)
                self.assertEqual(self.emulator.meter.snapshot().github.points, 1)

    def test_with_one_thread_a_list_costs_a_call_for_each_hundred_and_batches_for_the_details(self) -> None:
        self.settings_for_test(NUM_THREADS_GITHUB=1)

        for size, pages, batches in [(31, 1, 1), (70, 1, 1), (100, 1, 2), (101, 2, 2), (500, 5, 12)]:
            with self.subTest(size):
                self.assertEqual(self.calls(size), pages + batches)

    def test_with_eight_threads_batches_fill_rounds_of_eight(self) -> None:
        for size, pages, batches in [(50, 1, 2), (100, 1, 4), (300, 3, 8), (500, 5, 16)]:
            with self.subTest(size):
                self.assertEqual(self.calls(size), pages + batches)

    def test_with_the_default_pool_points_are_at_most_three_times_those_of_pages_of_a_hundred(self) -> None:
        for size in (50, 100, 300, 1000):
            with self.subTest(size):
                self.emulator.meter.reset()
                self.answer(f"https://github.com/org-{size}")
                counts = self.emulator.meter.snapshot().github
                self.assertLessEqual(counts.points, 3 * 2 * -(-size // 100))

    def test_the_rest_of_a_list_is_asked_for_by_all_threads_at_once(self) -> None:
        self.emulator.latency = Latency(base=0.02, per_repository=0.003)
        self.addCleanup(setattr, self.emulator, "latency", Latency())

        self.answer("https://github.com/org-500")

        self.assertEqual(self.emulator.meter.snapshot().github.peak, 8)

    def test_where_no_thread_is_idle_batches_are_not_split(self) -> None:
        self.emulator.latency = Latency(base=0.02)
        self.addCleanup(setattr, self.emulator, "latency", Latency())
        owners = [f"https://github.com/{kind}-{size}" for kind in ("org", "user") for size in range(50, 60)]

        self.answer(*owners)

        # one for the first page and one for the rest of each; a few more if this machine is slow to start them
        self.assertLess(self.emulator.meter.snapshot().github.calls, 50)

    def test_at_the_end_all_pages_and_repositories_are_done(self) -> None:
        self.add(*(Repository(f"r{n}", languages={f"L{k}": 1 for k in range(50 * (n < 5))}) for n in range(250)))
        seen: list[Any] = []

        aggregate(profiles_asked([self.url]), 30, "a test", on_progress=lambda every: seen.append(every[0]))

        last = seen[-1]
        self.assertEqual((last.pages, last.pages_known, last.watchers, last.watchers_known), (3, 3, 250, 250))

    def test_connections_are_kept_alive_and_as_few_as_threads(self) -> None:
        owners = [f"https://github.com/org-{n}" for n in range(40, 70)]

        self.answer(*owners)
        self.answer(*owners)

        snapshot = self.emulator.meter.snapshot()
        self.assertGreater(snapshot.github.calls, 100)
        self.assertLessEqual(snapshot.github.connections, 8)
        self.assertLessEqual(snapshot.github.peak, 8)

    def test_a_github_so_slow_that_queries_would_die_is_asked_for_fewer_at_once(self) -> None:
        pace = forges.forge("github").pace
        assert pace is not None
        for repositories in (0, 30) * 3:
            pace.learn(repositories, 0.3 + 1.0 * repositories, 1)

        # the first 18, and 12; the first 18, and three batches of 18 for the rest
        self.assertEqual(self.calls(PAGE_SIZE), 2)
        self.assertEqual(self.calls(70), 4)

    def test_what_it_cost_is_counted_as_the_forge_counts_it_and_logged(self) -> None:
        self.emulator.latency = Latency(base=0.02)
        self.addCleanup(setattr, self.emulator, "latency", Latency())
        with self.assertLogs("from_git.aggregator", "INFO") as logs:
            self.answer("https://github.com/org-150", "https://github.com/user-3", "https://bitbucket.org/team-20")

        counts = self.emulator.meter.snapshot()
        [line] = [record.getMessage() for record in logs.records]
        found = re.search(
            r"3 of 3 profiles in .* s; bitbucket: (\d+) calls, (.*) s of its time; github: (\d+) calls, (.*) s of its"
            r" time, (\d+) points; it takes (.*) s and 1\.00 points a query, .* s and 0\.000 points a repository",
            line,
        )
        assert found, line
        self.assertEqual(int(found[1]), counts.bitbucket.calls)
        self.assertEqual((int(found[3]), int(found[5])), (counts.github.calls, counts.github.points))
        self.assertGreaterEqual(float(found[4]) + 0.01, counts.github.seconds)
        self.assertGreaterEqual(float(found[6]), 0.02)


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
            lambda _, body: '"languagesAfter":' in body,
        )

        self.assertIn("changed while they were read", self.failure(502, self.url)["message"])

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
        self.add(*(Repository(f"r{n}") for n in range(PAGE_SIZE + 1)))
        shapes: list[tuple[Any, str]] = [
            (lambda node: node.update(watchers=None), "watchers.totalCount is absent"),
            (lambda node: node["watchers"].update(totalCount=2**60), "out of range"),
            (lambda node: node.update(stargazerCount=1.5), "stargazerCount is not a whole number"),
            (lambda node: node.update(isPrivate=None), "isPrivate is not true or false"),
            (lambda node: node.pop("isFork"), "isFork is absent"),
            (lambda node: node["languages"].update(edges=None, totalCount=1), "edges is not a list"),
            (lambda node: node["languages"].update(edges=[{"node": None}], totalCount=1), "node.name is absent"),
            (lambda node: node.update(languages=None), "languages is not an object"),
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
        self.add(*(Repository(f"r{n}") for n in range(PAGE_SIZE + 2)))
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
                self.assertIn("another shape", self.failure(502, self.url)["message"])

    def test_an_id_that_is_said_to_be_gone_and_still_there_is_an_error(self) -> None:
        self.add(*(Repository(f"r{n}") for n in range(PAGE_SIZE + 2)))

        def contradict(body: Any) -> Any:
            return {**body, "errors": [{"type": "NOT_FOUND", "message": "gone", "path": ["nodes", 0]}]}

        self.fault("edit", contains="query Details", edit=contradict)

        self.assertIn("not those that were asked for", self.failure(502, self.url)["message"])

    def test_a_list_that_ends_too_early_is_found_out(self) -> None:
        self.add(*(Repository(f"r{n}") for n in range(3 * LIST_SIZE)))

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
