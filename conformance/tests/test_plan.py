"""The plan and its calls, as values."""

from __future__ import annotations

import unittest
from base64 import b64decode
from collections import Counter

from conformance.gitea.plan import CODE_OFF, MOST_TOPICS, ORGANIZATION_RENAMED, plan
from conformance.gitea.steps import ends, steps, text


class TestPlan(unittest.TestCase):
    """What is put on a server."""

    def setUp(self) -> None:
        """A plan."""
        self.plan = plan("some")
        self.made = list(self.plan.made())

    def test_an_organization_and_a_user_have_some_sixty_repositories_of_every_sort(self) -> None:
        counts = Counter(owner.kind for owner, _, _ in self.made)
        marks = {mark for _, one, _ in self.made for mark in one.marks}
        main = max(self.plan.owners, key=lambda owner: len(owner.repositories))

        self.assertGreaterEqual(len(main.repositories), 55)
        self.assertGreaterEqual(counts["User"], 8)
        self.assertEqual(marks, {"empty", "mirror", "no-code", "hidden-parent"})
        hows = {way.how for _, _, way in self.made}
        self.assertEqual(hows, {"made", "forked", "mirrored", "generated", "renamed", "transferred"})
        self.assertEqual({way.fate for _, _, way in self.made}, {"", "deleted", "hidden"})
        self.assertTrue({"public", "limited", "private"} == {owner.visibility for owner in self.plan.owners})

    def test_there_are_250_topics_as_many_on_one_repository_as_it_lets(self) -> None:
        each = [one.topics for _, one, _ in self.made]

        self.assertGreaterEqual(len({topic for topics in each for topic in topics}), 250)
        self.assertEqual(max(map(len, each)), MOST_TOPICS)

    def test_it_is_the_same_each_time_and_names_begin_as_told(self) -> None:
        self.assertEqual(plan("some"), self.plan)
        self.assertTrue(all(owner.login.startswith("some-") for owner in self.plan.owners))

    def test_ids_and_times_are_in_one_order(self) -> None:
        times = [one.created_at for _, one, _ in self.made]

        self.assertEqual(times, sorted(set(times)))

    def test_what_a_server_cannot_do_is_taken_out(self) -> None:
        less = self.plan.without([CODE_OFF, ORGANIZATION_RENAMED])

        self.assertFalse([one for _, one, _ in less.made() if "no-code" in one.marks])
        self.assertIn("some-first-name", [owner.login for owner in less.owners])
        self.assertEqual([owner.former for owner in less.owners if owner.kind == "Organization" and owner.former], [])
        self.assertEqual(len(list(less.made())), len(self.made))
        self.assertEqual([way for _, _, way in less.made()], [way for _, _, way in self.made])


class TestSteps(unittest.TestCase):
    """The calls."""

    def setUp(self) -> None:
        """Those of a plan."""
        self.plan = plan("some")
        self.steps = list(steps(self.plan))

    def test_each_repository_is_made_once(self) -> None:
        made = [step for step in self.steps if step.path.endswith(("/repos", "/forks", "/migrate", "/generate"))]

        # the parent that is deleted at the end is no part of the plan
        self.assertEqual(len(made), len(list(self.plan.made())) + 1)

    def test_stars_and_watchers_are_as_many_as_planned(self) -> None:
        for place, member in (("/user/starred/", "stars"), ("/subscription", "watchers")):
            done = [step for step in self.steps if step.method == "PUT" and place in step.path]

            self.assertEqual(len(done), sum(getattr(one, member) for _, one, _ in self.plan.made()))
            self.assertTrue({step.account for step in done} <= set(self.plan.people))

    def test_files_have_as_many_bytes_as_their_languages(self) -> None:
        made: Counter[str] = Counter()
        for _, one, way in self.plan.made():
            made.update(dict(one.languages) if way.how in ("made", "renamed") else {})
        written: Counter[str] = Counter()
        for step in self.steps:
            for file in step.body.get("files", ()):
                written[file["path"].rpartition(".")[2]] += len(b64decode(file["content"]))

        self.assertEqual(written["rb"], made["Ruby"])
        self.assertEqual(written["lua"], made["Lua"])
        for size in (10, 41, 500):
            for comment in ("#", "--", "/*"):
                self.assertEqual(len(text(comment, size).encode()), size)

    def test_owners_are_hidden_and_renamed_and_parents_deleted_at_the_end(self) -> None:
        done = [
            (step.method, step.path.rpartition("/")[2] if step.method == "POST" else "") for step in ends(self.plan)
        ]

        self.assertEqual(Counter(done), Counter({("PATCH", ""): 2, ("DELETE", ""): 1, ("POST", "rename"): 2}))
        self.assertIn("/orgs/some-first-name/rename", [step.path for step in ends(self.plan)])
