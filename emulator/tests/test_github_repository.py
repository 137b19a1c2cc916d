"""GitHub: the fields of a repository, its languages and topics, and the fields that are refused."""

from __future__ import annotations

from emulator import Repository
from emulator.tests.helpers import EmulatorCase, Json, organization

FORBIDDEN = "Resource not accessible by personal access token"


class RepositoryCase(EmulatorCase):
    """Questions about one repository."""

    def repository(self, fields: str, name: str = "one", login: str = "acme") -> Json:
        """The fields of a repository; the query must not have errors."""
        answer = self.client.graphql(f'{{ repository(owner: "{login}", name: "{name}") {{ {fields} }} }}')
        self.assertNotIn("errors", answer)
        return answer["data"]["repository"]


class TestFields(RepositoryCase):
    """Plain fields."""

    def test_the_fields_tell_what_the_world_holds(self) -> None:
        self.world.add(
            organization(
                Repository(
                    "One",
                    is_fork=True,
                    is_private=True,
                    is_archived=True,
                    stars=3,
                    watchers=2,
                    languages={"C": 2048, "Go": 1024},
                    created_at="2020-02-03T04:05:06.789+01:00",
                )
            )
        )

        told = self.repository(
            "__typename name nameWithOwner isFork isPrivate visibility isArchived stargazerCount createdAt url "
            "resourcePath diskUsage primaryLanguage { name color } watchers { totalCount } parent { nameWithOwner }"
        )

        self.assertEqual(
            told,
            {
                "__typename": "Repository",
                "name": "One",
                "nameWithOwner": "acme/One",
                "isFork": True,
                "isPrivate": True,
                "visibility": "PRIVATE",
                "isArchived": True,
                "stargazerCount": 3,
                "createdAt": "2020-02-03T03:05:06Z",
                "url": "https://github.com/acme/One",
                "resourcePath": "/acme/One",
                "diskUsage": 3,
                "primaryLanguage": {"name": "C", "color": None},
                "watchers": {"totalCount": 2},
                "parent": {"nameWithOwner": "upstream/One"},
            },
        )

    def test_an_original_without_languages_has_nulls(self) -> None:
        self.world.add(organization(Repository("one")))

        told = self.repository("visibility parent { name } primaryLanguage { name }")

        self.assertEqual(told, {"visibility": "PUBLIC", "parent": None, "primaryLanguage": None})

    def test_times_run_from_creation_to_update(self) -> None:
        self.world.add(organization(Repository("one")))

        told = self.repository("createdAt pushedAt updatedAt databaseId")

        self.assertLessEqual(told["createdAt"], told["pushedAt"])
        self.assertLessEqual(told["pushedAt"], told["updatedAt"])
        self.assertIn(told["databaseId"], range(2**31))

    def test_a_licence_is_an_object_of_its_spdx_id_and_no_licence_is_null(self) -> None:
        fields = "licenseInfo { __typename key name spdxId pseudoLicense url }"
        self.world.add(
            organization(
                Repository("one", license="Apache-2.0"),
                Repository("two", license="NOASSERTION"),
                Repository("three", license="Oak-1.0"),
                Repository("four"),
            )
        )

        apache, other, unknown, none = (
            self.repository(fields, name)["licenseInfo"] for name in ("one", "two", "three", "four")
        )

        recorded = {
            "name": "Apache License 2.0",
            "spdxId": "Apache-2.0",
            "url": "http://choosealicense.com/licenses/apache-2.0/",
        }
        self.assertEqual(apache, {"__typename": "License", "key": "apache-2.0", "pseudoLicense": False, **recorded})
        self.assertEqual((other["key"], other["name"], other["spdxId"]), ("other", "Other", "NOASSERTION"))
        self.assertEqual((unknown["key"], unknown["name"]), ("oak-1.0", "Oak-1.0"))
        self.assertIsNone(none)

    def test_a_repository_never_pushed_to_has_no_time_of_it(self) -> None:
        self.world.add(organization(Repository("one", created_at="2020-02-03", pushed_at=None)))

        told = self.repository("pushedAt updatedAt")

        self.assertEqual(told, {"pushedAt": None, "updatedAt": "2020-02-03T00:00:00Z"})


class TestRestrictedCounts(RepositoryCase):
    """Stargazers and watchers since July 2026."""

    def test_stargazers_are_forbidden_beside_good_data(self) -> None:
        self.world.add(organization(Repository("one"), Repository("two")))

        answer = self.client.graphql(
            '{ repositoryOwner(login: "acme") { login repositories(first: 2) '
            "{ totalCount nodes { name stargazers { totalCount } } } } }"
        )

        # stargazers is non-null, so each repository is null, and nothing above it
        self.assertEqual(
            answer["data"]["repositoryOwner"],
            {"login": "acme", "repositories": {"totalCount": 2, "nodes": [None, None]}},
        )
        self.assertEqual([error["type"] for error in answer["errors"]], ["FORBIDDEN", "FORBIDDEN"])
        self.assertEqual(answer["errors"][1]["path"], ["repositoryOwner", "repositories", "nodes", 1, "stargazers"])
        self.assertEqual(answer["errors"][0]["message"], FORBIDDEN)

    def test_the_number_of_watchers_is_told_and_their_names_are_forbidden(self) -> None:
        self.world.add(organization(Repository("one", watchers=4)))

        number = self.repository("watchers { totalCount }")
        bounded = self.repository("watchers(first: 1) { totalCount }")
        names = self.client.graphql(
            '{ repository(owner: "acme", name: "one") { watchers(first: 1) { nodes { login } } } }'
        )

        self.assertEqual((number, bounded), ({"watchers": {"totalCount": 4}},) * 2)
        self.assertEqual(names["data"], {"repository": None})
        self.assertEqual(names["errors"][0]["type"], "FORBIDDEN")
        self.assertEqual(names["errors"][0]["path"], ["repository", "watchers"])


class TestLanguages(RepositoryCase):
    """The languages connection."""

    def all_languages(self, name: str, arguments: str = "") -> list[tuple[str, int]]:
        """Name and size of every language, page by page."""
        pairs: list[tuple[str, int]] = []
        cursor, more = "null", True
        while more:
            fields = "edges { size node { name } } pageInfo { endCursor hasNextPage }"
            page = self.repository(
                f"languages(first: 100, after: {cursor}{arguments}) {{ {fields} }}", name, "made-up-edges"
            )["languages"]
            pairs += [(edge["node"]["name"], edge["size"]) for edge in page["edges"]]
            cursor, more = f'"{page["pageInfo"]["endCursor"]}"', page["pageInfo"]["hasNextPage"]
        return pairs

    def test_more_than_100_languages_come_in_pages(self) -> None:
        pairs = self.all_languages("polyglot")

        self.assertEqual(len(dict(pairs)), 130)

    def test_totals_count_all_languages(self) -> None:
        told = self.repository("languages { totalCount totalSize }", "polyglot", "made-up-edges")["languages"]

        self.assertEqual(
            told, {"totalCount": 130, "totalSize": sum(size for _, size in self.all_languages("polyglot"))}
        )

    def test_order_by_size_sorts_both_ways(self) -> None:
        for direction in ("ASC", "DESC"):
            pairs = self.all_languages("polyglot", f", orderBy: {{field: SIZE, direction: {direction}}}")

            sizes = [size for _, size in pairs]
            self.assertEqual(sizes, sorted(sizes, reverse=direction == "DESC"))
            self.assertEqual(len(pairs), 130)

    def test_the_same_language_may_come_twice(self) -> None:
        self.assertEqual(self.all_languages("twice"), [("Python", 50100), ("C", 40100), ("Python", 1200)])

    def test_a_size_over_two_to_the_31_is_told(self) -> None:
        told = self.repository("languages(first: 1) { totalSize edges { size } }", "giant", "made-up-edges")[
            "languages"
        ]

        self.assertEqual(told, {"totalSize": 3221315682, "edges": [{"size": 3221225472}]})

    def test_languages_need_a_bound_and_their_error_nulls_only_them(self) -> None:
        answer = self.client.graphql(
            '{ repository(owner: "spack", name: "spack") { name languages { nodes { name } } } }'
        )

        # languages is nullable in the schema
        self.assertEqual(answer["data"], {"repository": {"name": "spack", "languages": None}})
        self.assertEqual(answer["errors"][0]["type"], "MISSING_PAGINATION_BOUNDARIES")


class TestTopics(RepositoryCase):
    """The repositoryTopics connection."""

    def test_twenty_topics_fit_one_page(self) -> None:
        told = self.repository(
            "repositoryTopics(first: 20) { totalCount nodes { url topic { name } } pageInfo { hasNextPage } }",
            "tagged",
            "made-up-edges",
        )["repositoryTopics"]

        self.assertEqual(told["totalCount"], 20)
        self.assertEqual(told["nodes"][0], {"url": "https://github.com/topics/topic-01", "topic": {"name": "topic-01"}})
        self.assertFalse(told["pageInfo"]["hasNextPage"])

    def test_topics_come_in_pages_from_both_ends(self) -> None:
        topic = "{ pageInfo { startCursor endCursor } nodes { topic { name } } }"
        first = self.repository(f"repositoryTopics(first: 2) {topic}", "tagged", "made-up-edges")["repositoryTopics"]
        last = self.repository(f"repositoryTopics(last: 2) {topic}", "tagged", "made-up-edges")["repositoryTopics"]

        after = f'(first: 1, after: "{first["pageInfo"]["endCursor"]}")'
        before = f'(last: 1, before: "{last["pageInfo"]["startCursor"]}")'

        for bounds, name in ((after, "topic-03"), (before, "topic-18")):
            told = self.repository(f"repositoryTopics{bounds} {topic}", "tagged", "made-up-edges")["repositoryTopics"]
            self.assertEqual(told["nodes"], [{"topic": {"name": name}}])
