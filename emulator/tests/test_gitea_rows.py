"""Gitea: what a repository tells, by version, its languages and its topics."""

from __future__ import annotations

import json
from pathlib import Path

from emulator import Repository
from emulator.tests.gitea import ELEVEN, GITEA, LATE, OLD, SEVEN, TOKEN, GiteaCase, ask, organization, site

RECORDED = Path(__file__).parent / "answers" / "gitea"


class TestRows(GiteaCase):
    """Repositories of every sort."""

    def setUp(self) -> None:
        """One of each."""
        super().setUp()
        self.world.add(
            organization(
                Repository(
                    "Tool",
                    stars=7,
                    watchers=3,
                    languages={"Go": 10, "Zig": 90, "Make": 5},
                    topics=["web", "cli"],
                    license="MIT",
                    created_at="2020-02-03T04:05:06.789Z",
                    pushed_at="2021-02-03T04:05:06Z",
                ),
                Repository("fork", is_fork=True),
                Repository("secret-fork", is_fork=True, marks=["hidden-parent"]),
                Repository("mirror", marks=["mirror"]),
                Repository("old", is_archived=True),
                Repository("empty", marks=["empty"], languages={"C": 1}),
                Repository("off", marks=["no-code"], languages={"C": 1}),
            )
        )

    def row(self, name: str, version: str = ELEVEN) -> dict[str, object]:
        """A repository by itself."""
        value: dict[str, object] = self.versions(f"/repos/acme/{name}", version)[0].json()
        return value

    def test_a_row_tells_counts_times_and_the_primary_language(self) -> None:
        row = self.row("tool")

        told = {key: row[key] for key in ("name", "full_name", "stars_count", "watchers_count", "language")}
        self.assertEqual(told, dict(zip(told, ["Tool", "Acme/Tool", 7, 3, "Zig"], strict=True)))
        self.assertEqual((row["created_at"], row["updated_at"]), ("2020-02-03T04:05:06Z", "2021-02-03T04:05:06Z"))
        self.assertEqual(row["html_url"], "https://forge.example/git/Acme/Tool")
        flags = ("fork", "private", "internal", "archived", "mirror", "empty", "template")
        self.assertEqual([row[flag] for flag in flags], [False] * 7)

    def test_marks_are_told(self) -> None:
        self.assertEqual([self.row("mirror")[key] for key in ("mirror", "mirror_interval")], [True, "8h0m0s"])
        self.assertTrue(self.row("old")["archived"])
        self.assertTrue(self.row("empty")["empty"])
        self.assertEqual([self.row(name, LATE)["has_code"] for name in ("off", "old")], [False, True])
        self.assertEqual(
            [self.row("mirror", version)["has_pull_requests"] for version in (ELEVEN, LATE)], [True, False]
        )

    def test_a_fork_shows_its_parent_also_that_of_a_private_owner(self) -> None:
        shown = [self.row(name)["parent"] for name in ("fork", "secret-fork")]

        self.assertEqual([isinstance(one, dict) and one["internal"] for one in shown], [False, True])
        self.assertEqual([isinstance(one, dict) and one["parent"] for one in shown], [None, None])

    def test_keys_differ_by_version(self) -> None:
        for key, wanted in {
            "topics": [False, False, True, True, True],
            "licenses": [False, False, False, True, True],
            "parent": [True, True, True, True, False],
            "has_code": [False, False, False, False, True],
            "object_format_name": [False, True, True, True, True],
            "wiki_branch": [False, True, True, False, False],
        }.items():
            with self.subTest(key):
                found = [key in self.row("tool", version) for version in (OLD, SEVEN, ELEVEN, GITEA, LATE)]

                self.assertEqual(found, wanted)
        self.assertIn("parent", self.row("fork", LATE))

    def test_none_is_null_or_an_empty_list(self) -> None:
        told = {version: self.row("old", version) for version in (ELEVEN, GITEA, LATE)}

        self.assertEqual([row["topics"] for row in told.values()], [None, [], []])
        self.assertEqual([told[version]["licenses"] for version in (GITEA, LATE)], [None, []])
        self.assertEqual(self.row("tool", LATE)["licenses"], ["MIT"])

    def test_recorded_rows_have_no_keys_that_are_missing_here(self) -> None:
        for file, version in (("forgejo_repo_fork_2025", "10.0.1+gitea-1.22.0"), ("gitea_repo_2026", "1.26.0+dev-489")):
            with self.subTest(file):
                recorded = json.loads((RECORDED / f"{file}.json").read_text(encoding="utf-8"))["body"]
                row = self.row("fork" if recorded["fork"] else "old", version)

                self.assertEqual(self.keys(recorded) - self.keys(row), set())

    def keys(self, row: object) -> set[str]:
        """The keys of a row and of its owner."""
        assert isinstance(row, dict)
        return set(row) | set(row["owner"])

    def test_languages_have_bytes_the_most_first(self) -> None:
        told = self.get("/repos/acme/tool/languages").json()

        self.assertEqual(list(told.items()), [("Zig", 90), ("Go", 10), ("Make", 5)])
        self.assertEqual(self.get("/repos/acme/empty/languages").json(), {})

    def test_languages_are_refused_where_the_code_is_off(self) -> None:
        refused = self.get("/repos/acme/off/languages")

        self.assertEqual(refused.status_code, 403)
        self.assertIn("specific read permission", refused.json()["message"])
        self.assertEqual(self.get("/repos/acme/off/languages", TOKEN).status_code, 403)
        with site(self.world, admin=True) as emulator:
            self.assertEqual(ask(emulator, "/repos/acme/off/languages", TOKEN).json(), {"C": 1})

    def test_topics_are_sorted_and_come_in_pages(self) -> None:
        first, second = (self.get("/repos/acme/tool/topics", limit=1, page=page) for page in (1, 2))

        self.assertEqual((first.json(), second.json()), ({"topics": ["cli"]}, {"topics": ["web"]}))
        self.assertEqual(first.headers["X-Total-Count"], "2")
        self.assertNotIn("Link", first.headers)
        with site(self.world, version=GITEA, default_paging_num=1) as emulator:
            self.assertEqual(ask(emulator, "/repos/acme/tool/topics", limit=1).json()["topics"], ["cli", "web"])
            self.assertEqual(ask(emulator, "/repos/acme/tool/topics", page=2).json()["topics"], ["web"])
        self.assertEqual(self.row("tool")["topics"], ["web", "cli"])
