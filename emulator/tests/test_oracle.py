"""Both servers, asked by the simplest client there can be, give what the straight sum gives."""

from __future__ import annotations

from typing import Any

from emulator.tests.helpers import EmulatorCase, Json

GITHUB = """
query($login: String!, $after: String, $first: Int!) {
  repositoryOwner(login: $login) {
    repositories(
      first: $first, after: $after, visibility: PUBLIC, ownerAffiliations: OWNER
      orderBy: {field: CREATED_AT, direction: ASC}
    ) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id isFork stargazerCount watchers { totalCount }
        languages(first: 100) { totalCount nodes { name } }
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
                names = {item["name"].lower() for node in nodes for item in node["languages"]["nodes"]}
                self.assertEqual(sorted(names), total["langs"])

    def test_bitbucket_agrees_with_the_sum(self) -> None:
        for name in ("mailchimp", "team-120", "sourcegraph-testing", "made-up-empty"):
            values = self.bitbucket(name)

            total: dict[str, Any] = self.world.sum([("bitbucket", name)])
            self.assertEqual(len({value["uuid"] for value in values}), total["originalRepos"] + total["forkedRepos"])
            self.assertEqual(sum(bool(value.get("parent")) for value in values), total["forkedRepos"])
            self.assertEqual(sum(value["watchers"] for value in values), total["watchers"])
            self.assertEqual(sorted({value["language"] for value in values} - {""}), total["langs"])
