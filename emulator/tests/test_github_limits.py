"""GitHub: points, nodes, and queries that are too heavy."""

from __future__ import annotations

import time
from random import Random

from emulator import Emulator, Latency
from emulator.github.documents import check
from emulator.tests.helpers import Client, EmulatorCase, Json

LIMIT = "rateLimit { cost limit remaining used resetAt nodeCount }"
DETAILS = "watchers { totalCount } languages(first: 20) { nodes { name } } repositoryTopics(first: 20) { nodes { id } }"


class TestPoints(EmulatorCase):
    """The primary limit."""

    def rate_limit(self, query: str) -> Json:
        """The rateLimit object beside that query."""
        answer = self.client.graphql(f"{{ {query} {LIMIT} }}")
        self.assertNotIn("errors", answer)
        return answer["data"]["rateLimit"]

    def page(self, size: int, fields: str = DETAILS) -> str:
        """A page of repositories with details."""
        return f'repositoryOwner(login: "org-120") {{ repositories(first: {size}) {{ nodes {{ id {fields} }} }} }}'

    def test_a_page_of_100_with_languages_and_topics_costs_two(self) -> None:
        # 1 + 100 languages + 100 topics = 201 connections to fill
        told = self.rate_limit(self.page(100))

        self.assertEqual((told["cost"], told["nodeCount"]), (2, 100 + 100 * 20 + 100 * 20))

    def test_a_page_of_50_costs_one(self) -> None:
        self.assertEqual(self.rate_limit(self.page(50))["cost"], 1)

    def test_a_query_without_connections_costs_one(self) -> None:
        self.assertEqual(self.rate_limit('repositoryOwner(login: "spack") { login }')["cost"], 1)

    def test_ids_multiply_what_is_below_them(self) -> None:
        ids = ", ".join(
            f'"{node["id"]}"' for node in self.client.repositories("first: 100", "nodes { id }", "org-120")["nodes"]
        )

        told = self.rate_limit(f"nodes(ids: [{ids}]) {{ ... on Repository {{ {DETAILS} }} }}")

        self.assertEqual((told["cost"], told["nodeCount"]), (2, 100 + 100 * 20 + 100 * 20))

    def test_aliases_and_fragments_are_counted_too(self) -> None:
        query = (
            f"query {{ a: {self.page(100, '...F')} b: {self.page(100, '...F')} {LIMIT} }} "
            f"fragment F on Repository {{ {DETAILS} }}"
        )

        self.assertEqual(self.client.graphql(query)["data"]["rateLimit"]["cost"], 4)

    def test_bounds_in_variables_are_counted(self) -> None:
        query = self.page(100).replace("first: 100", "first: $n")

        answer = self.client.graphql(f"query($n: Int = 50) {{ {query} {LIMIT} }}", n=100)
        default = self.client.graphql(f"query($n: Int = 50) {{ {query} {LIMIT} }}")

        self.assertEqual(answer["data"]["rateLimit"]["cost"], 2)
        self.assertEqual(default["data"]["rateLimit"]["cost"], 1)

    def test_points_count_down_in_body_and_headers(self) -> None:
        before = self.rate_limit(self.page(1))

        answer = self.client.post({"query": f"{{ {self.page(100)} {LIMIT} }}"})

        told = answer.json()["data"]["rateLimit"]
        self.assertEqual((told["remaining"], told["used"]), (before["remaining"] - 2, before["used"] + 2))
        self.assertEqual(answer.headers["x-ratelimit-remaining"], str(told["remaining"]))
        self.assertEqual(answer.headers["x-ratelimit-used"], str(told["used"]))
        self.assertEqual(answer.headers["x-ratelimit-limit"], "5000")
        self.assertGreater(int(answer.headers["x-ratelimit-reset"]), time.time())
        self.assertRegex(told["resetAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_a_dry_run_is_priced_and_neither_paid_nor_evaluated(self) -> None:
        before = self.rate_limit(self.page(1))

        answer = self.client.graphql(
            f"{{ {self.page(100)} nodes(ids: []) {{ id }} {LIMIT.replace('{', '(dryRun: true) {')} }}"
        )

        self.assertEqual(answer["data"]["rateLimit"]["cost"], 2)
        self.assertEqual(answer["data"]["rateLimit"]["remaining"], before["remaining"])
        self.assertEqual((answer["data"]["repositoryOwner"], answer["data"]["nodes"]), (None, []))

    def test_more_than_500_000_nodes_are_refused(self) -> None:
        pages = " ".join(
            f'a{number}: repositoryOwner(login: "spack") '
            "{ repositories(first: 100) { nodes { languages(first: 100) { nodes { id } } } } }"
            for number in range(50)
        )

        answer = self.client.graphql(f"{{ {pages} }}")

        self.assertEqual(
            answer,
            {
                "errors": [
                    {
                        "type": "MAX_NODE_LIMIT_EXCEEDED",
                        "message": "This query requests up to 505,000 possible nodes which exceeds the maximum "
                        "limit of 500,000.",
                    }
                ]
            },
        )

    def test_refused_queries_cost_nothing(self) -> None:
        self.client.graphql("{ nosuch }")

        self.assertEqual(self.emulator.meter.snapshot()["github"].points, 0)


class TestUsedUp(EmulatorCase):
    """The end of the points."""

    options = {"github": {"points": 3}}  # noqa: RUF012 - a ClassVar of the base class

    def test_used_up_points_are_status_200_with_rate_limit_and_no_data(self) -> None:
        query = {"query": '{ repositoryOwner(login: "spack") { login } }'}
        last = [self.client.post(query) for _ in range(3)][-1]

        answer = self.client.post(query)

        self.assertEqual((last.status_code, last.headers["x-ratelimit-remaining"]), (200, "0"))
        self.assertIn("data", last.json())
        self.assertEqual((answer.status_code, answer.headers["x-ratelimit-remaining"]), (200, "0"))
        self.assertEqual(
            answer.json(),
            {
                "errors": [
                    {
                        "type": "RATE_LIMIT",
                        "code": "graphql_rate_limit",
                        "message": "API rate limit already exceeded for user ID 1.",
                    }
                ]
            },
        )

    def test_a_new_hour_brings_new_points(self) -> None:
        with Emulator(github={"points": 1}, hour=0.000001) as short:
            client = Client(short)
            answers = [client.graphql('{ repositoryOwner(login: "spack") { login } }') for _ in range(3)]
            client.session.close()

        self.assertTrue(all("data" in answer for answer in answers))


class TestWeight(EmulatorCase):
    """Time and 502 by the number of repositories asked with details."""

    def setUp(self) -> None:
        """A limit of ten repositories."""
        super().setUp()
        self.emulator.latency = Latency(max_weight=10)
        self.addCleanup(setattr, self.emulator, "latency", Latency())

    def statuses(self, *queries: str) -> list[int]:
        """The status of each query's answer."""
        return [self.client.post({"query": f"{{ {query} }}"}).status_code for query in queries]

    def owner(self, size: int, fields: str, login: str = "org-20") -> str:
        """A page of repositories."""
        return f'repositoryOwner(login: "{login}") {{ repositories(first: {size}) {{ {fields} }} }}'

    def test_details_of_too_many_are_a_502_in_both_recorded_shapes(self) -> None:
        heavy = {"query": f"{{ {self.owner(11, 'nodes { watchers { totalCount } }')} }}"}

        shapes = [self.client.post(heavy) for _ in range(2)]

        self.assertEqual([answer.status_code for answer in shapes], [502, 502])
        page, errors = sorted(shapes, key=lambda answer: answer.headers["Content-Type"], reverse=True)
        self.assertIn("<center>nginx</center>", page.text)
        self.assertIsNone(errors.json()["data"])
        self.assertIn("Something went wrong while executing your query.", errors.json()["errors"][0]["message"])

    def test_every_way_to_details_weighs(self) -> None:
        ids = [node["id"] for node in self.client.repositories("first: 11", "nodes { id }", "org-20")["nodes"]]
        listed = ", ".join(f'"{one}"' for one in ids)

        self.assertEqual(
            self.statuses(
                self.owner(11, "nodes { languages(first: 1) { totalCount } }"),
                self.owner(11, "edges { node { repositoryTopics(first: 1) { totalCount } } }"),
                self.owner(11, "nodes { ... on Repository { primaryLanguage { name } } }"),
                f"nodes(ids: [{listed}]) {{ ... on Repository {{ watchers {{ totalCount }} }} }}",
                f"a: {self.owner(6, 'nodes { owner { login } }')} b: {self.owner(6, 'nodes { owner { login } }')}",
            ),
            [502] * 5,
        )

    def test_plain_fields_totals_and_small_pages_are_light(self) -> None:
        self.assertEqual(
            self.statuses(
                self.owner(100, "nodes { id name isFork stargazerCount createdAt }"),
                self.owner(10, "nodes { watchers { totalCount } }"),
                'repositoryOwner(login: "org-20") { repositories { totalCount } }',
                # only those weigh that are there
                self.owner(100, "nodes { watchers { totalCount } }", "org-6"),
                'repository(owner: "spack", name: "spack") { watchers { totalCount } }',
            ),
            [200] * 5,
        )

    def test_time_grows_with_the_repositories_asked_with_details(self) -> None:
        self.emulator.latency = Latency(base=0.02, per_repository=0.02)

        def seconds(query: str) -> float:
            began = time.perf_counter()
            self.statuses(query)
            return time.perf_counter() - began

        light = min(seconds(self.owner(10, "nodes { id }")) for _ in range(5))  # the machine may be busy
        heavy = seconds(self.owner(10, "nodes { watchers { totalCount } }"))

        self.assertGreaterEqual(light, 0.02)
        self.assertGreaterEqual(heavy, 0.22)
        self.assertLess(light, heavy)
        self.assertGreaterEqual(self.emulator.meter.snapshot()["github"].seconds, 0.24)

    def test_an_object_that_is_no_connection_takes_a_small_part_more(self) -> None:
        each = Latency(per_repository=0.01)

        def objects(fields: str) -> int:
            query = f'{{ repositoryOwner(login: "org-20") {{ repositories(first: 20) {{ nodes {{ {fields} }} }} }} }}'
            return max(check(query).operation(None).shape.detailed.values(), default=0)

        self.assertEqual(objects("id isArchived createdAt pushedAt"), 0)
        self.assertEqual(objects("watchers { totalCount } languages(first: 1) { totalCount }"), 0)
        self.assertEqual(objects("watchers { totalCount } licenseInfo { spdxId } owner { login }"), 2)
        self.assertAlmostEqual(each.seconds(Random(1), 20), 0.2)  # noqa: S311 - no secret
        self.assertAlmostEqual(each.seconds(Random(1), 20, 20), 0.215)  # noqa: S311 - no secret

    def test_jitter_adds_at_most_itself(self) -> None:
        times = [Latency(base=1.0, jitter=0.5).seconds(Random(seed)) for seed in range(50)]  # noqa: S311 - no secret

        self.assertGreaterEqual(min(times), 1.0)
        self.assertLessEqual(max(times), 1.5)
        self.assertGreater(len(set(times)), 40)
