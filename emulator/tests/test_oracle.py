"""Both servers, asked by the simplest possible client, give the numbers of the straight sum."""

from __future__ import annotations

from collections import Counter
from typing import Any

from emulator import Choice
from emulator.tests.helpers import EmulatorCase, Json

GITHUB = """
query($login: String!, $after: String, $first: Int!) {
  repositoryOwner(login: $login) {
    repositories(
      first: $first, after: $after, privacy: PUBLIC, ownerAffiliations: OWNER
      orderBy: {field: CREATED_AT, direction: ASC}
    ) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id isFork stargazerCount watchers { totalCount }
        name isArchived createdAt pushedAt licenseInfo { spdxId }
        languages(first: 100) { totalCount edges { size node { name } } }
        repositoryTopics(first: 20) { nodes { topic { name } } }
      }
    }
  }
}
"""


class TestOracle(EmulatorCase):
    """One page after the other, one call at a time."""

    def github(self, login: str, size: int) -> tuple[list[Json], int]:
        """All repositories of an owner, and their number as told."""
        nodes: list[Json] = []
        after: str | None = None
        while True:
            answer = self.client.graphql(GITHUB, login=login, first=size, after=after)
            self.assertNotIn("errors", answer)
            page = answer["data"]["repositoryOwner"]["repositories"]
            nodes += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return nodes, page["totalCount"]
            after = page["pageInfo"]["endCursor"]

    def bitbucket(self, name: str) -> list[Json]:
        """All repositories of a workspace, with the number of watchers added."""
        page = self.client.get(f"/repositories/{name}", pagelen=100, sort="created_on").json()
        values = list(page["values"])
        while "next" in page:
            page = self.client.session.get(page["next"], timeout=10).json()
            values += page["values"]
        self.assertEqual(len(values), page["size"])
        for value in values:
            href = value["links"]["watchers"]["href"]
            value["watchers"] = self.client.session.get(f"{href}?pagelen=0&fields=size", timeout=10).json()["size"]
        return values

    def test_github_agrees_with_the_sum(self) -> None:
        for login, size in (
            ("spack", 100),
            ("mailchimp", 7),
            ("made-up-user", 1),
            ("org-120", 50),
            ("made-up-edges", 5),
        ):
            nodes, told = self.github(login, size)

            total = self.world.sum([("github", login)])
            self.assertEqual(len({node["id"] for node in nodes}), told)
            self.assertEqual(
                (len(nodes) - sum(node["isFork"] for node in nodes), sum(node["isFork"] for node in nodes)),
                (total["originalRepos"], total["forkedRepos"]),
            )
            self.assertEqual(sum(node["watchers"]["totalCount"] for node in nodes), total["watchers"])
            self.assertEqual(sum(node["stargazerCount"] for node in nodes), total["followers"])
            topics = {item["topic"]["name"] for node in nodes for item in node["repositoryTopics"]["nodes"]}
            self.assertEqual(sorted(topics), total["topics"])
            if login != "made-up-edges":  # its 130 languages need a second page
                names = {edge["node"]["name"].lower() for node in nodes for edge in node["languages"]["edges"]}
                self.assertEqual(sorted(names), total["langs"])
                self.assert_details(login, nodes)
                self.assert_rows(login, nodes)

    def assert_details(self, login: str, nodes: list[Json]) -> None:
        """Compare the languages and topics of an owner's repositories with the straight sum."""
        repos: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        topics = Counter(item["topic"]["name"] for node in nodes for item in node["repositoryTopics"]["nodes"])
        for node in nodes:
            repos.update({edge["node"]["name"].lower() for edge in node["languages"]["edges"]})
            for edge in node["languages"]["edges"]:
                sizes[edge["node"]["name"].lower()] += edge["size"]
        langs = [{"name": name, "repos": repos[name], "bytes": sizes[name]} for name in sorted(repos)]
        details = {"langsDetail": langs, "topicsDetail": [{"name": n, "repos": topics[n]} for n in sorted(topics)]}
        self.assertEqual(self.world.details([("github", login)]), details)

    def assert_rows(self, login: str, nodes: list[Json]) -> None:
        """Compare an owner's repositories with the rows, and choose among them."""
        seen = [
            {
                "name": node["name"],
                "isFork": node["isFork"],
                "isArchived": node["isArchived"],
                "watchers": node["watchers"]["totalCount"],
                "stars": node["stargazerCount"],
                "langs": sorted({edge["node"]["name"].lower() for edge in node["languages"]["edges"]}),
                "topics": sorted(item["topic"]["name"] for item in node["repositoryTopics"]["nodes"]),
                "license": node["licenseInfo"] and node["licenseInfo"]["spdxId"],
                "createdAt": node["createdAt"],
                "pushedAt": node["pushedAt"],
            }
            for node in nodes
        ]
        profile = [("github", login)]
        told = [{key: row[key] for key in row if key not in ("forge", "owner")} for row in self.world.rows(profile)]
        self.assertEqual(sorted(seen, key=lambda row: row["name"]), told)
        since = "2022-01-01T00:00:00Z"
        chosen = [
            row for row in seen if not row["isFork"] and not row["isArchived"] and (row["pushedAt"] or "") >= since
        ]
        total = self.world.sum(profile, Choice("no", "no", since))
        self.assertEqual(
            (len(chosen), sum(row["stars"] for row in chosen)), (total["originalRepos"], total["followers"])
        )

    def test_bitbucket_agrees_with_the_sum(self) -> None:
        for name in ("mailchimp", "team-120", "sourcegraph-testing", "made-up-empty"):
            values = self.bitbucket(name)

            total: dict[str, Any] = self.world.sum([("bitbucket", name)])
            self.assertEqual(len({value["uuid"] for value in values}), total["originalRepos"] + total["forkedRepos"])
            self.assertEqual(sum(bool(value.get("parent")) for value in values), total["forkedRepos"])
            self.assertEqual(sum(value["watchers"] for value in values), total["watchers"])
            seen = [
                {
                    "name": value["slug"],
                    "isFork": "parent" in value,
                    "watchers": value["watchers"],
                    "createdAt": value["created_on"][:19] + "Z",
                    "langs": [value["language"]] if value["language"] else [],
                }
                for value in values
            ]
            told = [{key: row[key] for key in seen[0]} for row in self.world.rows([("bitbucket", name)])]
            self.assertEqual(sorted(seen, key=lambda row: row["name"]), told)
            langs = Counter(value["language"] for value in values if value["language"])
            self.assertEqual(sorted(langs), total["langs"])
            detail = [{"name": name, "repos": langs[name], "bytes": None} for name in sorted(langs)]
            self.assertEqual(self.world.details([("bitbucket", name)]), {"langsDetail": detail, "topicsDetail": []})
