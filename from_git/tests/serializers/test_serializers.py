"""From outcomes to the members of JSON, as pure functions."""

import json
from unittest import TestCase

from from_git.aggregator import Answer, Overview
from from_git.errors import LimitError, RequestError
from from_git.forges.registry import KINDS
from from_git.serializers import (
    EXPANSIONS,
    ROW,
    answer_body,
    error_body,
    error_text,
    plain_error_body,
    printable,
    profile_rows,
    progress_body,
    repository_rows,
)
from from_git.tests.kit.finds import found_with
from from_git.tests.kit.hosts import host_of
from from_git.values.found import Fetched, Found
from from_git.values.keys import KEYS
from from_git.values.profile import Profile
from from_git.values.progress import Cost
from from_git.values.repository import Repository
from from_git.values.rows import Rows
from from_git.values.stats import Language, Stats

KIND = next(iter(KINDS.values()))
ONE, GONE = (Profile(host_of(KIND), name, name.title(), f"https://forge.example/{name}") for name in ("one", "gone"))
STATS = Stats(3, 2, 7, 11, {"c": Language(2, None), "python": Language(1, 9)}, {"api": 4})
FOUND = found_with(STATS, missing=("One/lost",), not_told=("langs", "langsNum"))
ANSWER = Answer(
    fetched={ONE: Fetched(FOUND, 1_000.9, 90_061.9), GONE: Fetched(None, 1_000.0, 1_000.0)},
    found={ONE: FOUND},
    missing=(GONE,),
    stats=STATS,
    missing_repositories=("https://forge.example/One/lost",),
)


class Answers(TestCase):
    """The body of a 200."""

    def test_its_members_are_in_their_order_and_missing_profiles_come_before_repositories(self) -> None:
        body = answer_body(ANSWER)

        self.assertEqual(list(body), ["error", "data", "missing"])
        self.assertEqual(list(body["data"]), list(KEYS))
        self.assertEqual(
            body["data"],
            {
                "originalRepos": 3,
                "forkedRepos": 2,
                "watchers": 7,
                "followers": 11,
                "langs": ["c", "python"],
                "langsNum": 2,
                "topics": ["api"],
                "topicsNum": 1,
            },
        )
        self.assertEqual(body["missing"], [GONE.url, "https://forge.example/One/lost"])

    def test_what_is_asked_for_besides_comes_after_all_else_in_one_order(self) -> None:
        body = answer_body(ANSWER, EXPANSIONS[::-1])

        self.assertEqual(list(body), ["error", "data", "missing", "profiles", "langsDetail", "topicsDetail"])
        self.assertEqual(
            body["langsDetail"],
            [{"name": "c", "repos": 2, "bytes": None}, {"name": "python", "repos": 1, "bytes": 9}],
        )
        self.assertEqual(body["topicsDetail"], [{"name": "api", "repos": 4}])

    def test_a_row_is_one_profile_as_old_as_its_oldest_number(self) -> None:
        [row] = profile_rows(ANSWER)

        self.assertEqual(tuple(row), ROW)
        self.assertEqual((row["url"], row["owner"], row["kind"]), (ONE.url, "One", "User"))
        self.assertEqual(row["fetchedAt"], "1970-01-02T01:01:01Z")
        self.assertEqual((row["host"], row["notTold"]), (KIND.host, ["langs", "langsNum"]))


class Repositories(TestCase):
    """One row for each."""

    def test_addresses_are_quoted_and_each_name_is_there_once(self) -> None:
        one = Repository("R1", "a b/\u00fc", langs=(("C", 1), ("c", 2)), topics=("web", "api", "web"))
        found = Found("User", Rows.of([one]))
        answer = Answer({ONE: Fetched(found, 1.0, 1.0)}, {ONE: found}, (), found.stats)

        [row] = repository_rows(answer)

        self.assertEqual(row["url"], f"{ONE.host.site}/One/a%20b/%C3%BC")
        self.assertEqual((row["name"], row["langs"], row["topics"]), (one.name, ["c"], ["api", "web"]))


class OnTheWay(TestCase):
    """Progress."""

    def test_its_members_and_rounded_seconds(self) -> None:
        seen = Overview(9, 2, 3, 1, 4, 5, 6, 7, 8, ("It waits.",), {KIND.name: Cost(1, 0.12345, 2, 3)}, 1.23456)

        self.assertEqual(
            progress_body(seen),
            {
                "profiles": {"done": 2, "found": 3, "known": 9, "kept": 1},
                "pages": {"done": 4, "known": 5},
                "watchers": {"done": 6, "known": 7},
                "retries": 8,
                "waits": ["It waits."],
                "cost": {KIND.name: {"calls": 1, "seconds": 0.123, "points": 2, "retries": 3}},
                "elapsed": 1.235,
            },
        )


class Errors(TestCase):
    """Failures."""

    def test_facts_come_after_the_words(self) -> None:
        self.assertEqual(list(error_body(RequestError("x"))), ["error", "message", "advice"])
        body = error_body(LimitError("it is used up.", 12.2).about(ONE))
        self.assertEqual(list(body)[:3], ["error", "message", "advice"])
        self.assertEqual(list(body.values())[3:], [KIND.name, 13, KIND.host])

    def test_what_a_terminal_would_obey_is_escaped_as_in_json(self) -> None:
        for text, escaped in [
            ("plain ü 中", "plain ü 中"),
            ("\x1b[2J", "\\u001b[2J"),
            ("\u202e", "\\u202e"),
            ("\U000e0001", "\\udb40\\udc01"),
            ("\ud800", "\\ud800"),
            ("a\nb", "a\\u000ab"),
        ]:
            with self.subTest(escaped):
                self.assertEqual(printable(text), escaped)
                self.assertEqual(plain_error_body("ERR3", text, text)["message"], escaped)
                self.assertEqual(json.loads(error_text({"message": text})), {"message": text})
                self.assertTrue(error_text({"message": text}).isprintable())
