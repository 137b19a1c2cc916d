"""`expand`: what it adds to an answer, and how it is asked for."""

import time
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import requests

from emulator import Owner, Repository
from from_git.forges.registry import KINDS
from from_git.tests.kit.github import GitHubTestCase
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.views.test_views import KEYS

SPACK, MAILCHIMP = "https://github.com/spack", "https://bitbucket.org/mailchimp"
BOTH = [("github", "spack"), ("bitbucket", "mailchimp")]


class ExpandTestCase(ServiceTestCase):
    """Ways to ask with `expand`."""

    def expanded(self, expand: str | list[str], *urls: str) -> requests.Response:
        """GET with these values of `expand`."""
        return requests.get(f"{self.base}/health-check", params={"url": urls, "expand": expand}, timeout=30)

    def body(self, expand: str | list[str], *urls: str) -> dict[str, Any]:
        """The body of a 200 for them."""
        response = self.expanded(expand, *urls)
        self.assertEqual(response.status_code, 200, response.text)
        return dict(response.json())

    def langs(self, *urls: str) -> dict[str, tuple[int, int | None]]:
        """Repositories and bytes of each language."""
        return {one["name"]: (one["repos"], one["bytes"]) for one in self.body("langs", *urls)["langsDetail"]}


class Members(ExpandTestCase):
    """What is added."""

    def test_members_are_added_after_all_others_in_a_fixed_order_and_nothing_else_changes(self) -> None:
        plain = self.answer(SPACK, MAILCHIMP, "github.com/nobody")
        for asked in permutations(("profiles", "langs", "topics")):
            with self.subTest(asked):
                body = self.body(",".join(asked), SPACK, MAILCHIMP, "github.com/nobody")
                self.assertEqual(list(body), ["error", "data", "missing", "profiles", "langsDetail", "topicsDetail"])
                self.assertEqual({key: body[key] for key in plain}, plain)

    def test_only_what_is_asked_for_is_added(self) -> None:
        for asked, member in (("profiles", "profiles"), ("langs", "langsDetail"), ("topics", "topicsDetail")):
            with self.subTest(asked):
                self.assertEqual(list(self.body(asked, SPACK)), ["error", "data", "missing", member])

    def test_details_of_both_forges_are_the_straight_sum_sorted_by_name(self) -> None:
        body = self.body("langs,topics", SPACK, MAILCHIMP)

        expected = self.world.details(BOTH)
        self.assertEqual({name: body[name] for name in expected}, expected)
        self.assertEqual([one["name"] for one in body["langsDetail"]], body["data"]["langs"])
        self.assertEqual([one["name"] for one in body["topicsDetail"]], body["data"]["topics"])
        self.assertEqual(list(body["langsDetail"][0]), ["name", "repos", "bytes"])
        self.assertEqual(list(body["topicsDetail"][0]), ["name", "repos"])

    def test_recorded_and_large_owners_have_the_details_of_the_straight_sum(self) -> None:
        for owner in (("github", "cmsgov"), ("github", "mfem"), ("github", "org-220"), ("bitbucket", "team-120")):
            with self.subTest(owner):
                host = {"github": "github.com", "bitbucket": "bitbucket.org"}[owner[0]]
                body = self.body("langs,topics", f"{host}/{owner[1]}")
                expected = self.world.details([owner])
                self.assertEqual({name: body[name] for name in expected}, expected)

    def test_each_profile_that_exists_has_a_row_in_the_order_asked_as_first_asked(self) -> None:
        urls = [
            "GitHub.com/SPACK",
            "github.com/nobody",
            " bitbucket.org/Mailchimp/",
            "github.com/user-3",
            MAILCHIMP,
            SPACK,
        ]

        rows = self.body("profiles", *urls)["profiles"]

        members = ["url", "forge", "owner", "kind", *KEYS, "fetchedAt", "host", "notTold"]
        self.assertEqual([list(row) for row in rows], [members] * 3)
        self.assertEqual(
            [(row["url"], row["forge"], row["owner"], row["kind"]) for row in rows],
            [
                ("GitHub.com/SPACK", "github", "SPACK", "Organization"),
                ("bitbucket.org/Mailchimp/", "bitbucket", "Mailchimp", "Workspace"),
                ("github.com/user-3", "github", "user-3", "User"),
            ],
        )
        for row, owner in zip(rows, [*BOTH, ("github", "user-3")], strict=True):
            self.assertEqual({key: row[key] for key in KEYS}, self.world.sum([owner]))
            silent = ["followers", "topics", "topicsNum"] if owner[0] == "bitbucket" else []
            self.assertEqual((row["host"], row["notTold"]), (KINDS[owner[0]].host, silent))

    def test_fetched_at_is_the_second_of_the_fetch_in_utc(self) -> None:
        self.settings_for_test(TIME_ZONE="Asia/Kathmandu")  # which Django makes the process's own
        before = int(time.time())
        [row] = self.body("profiles", SPACK)["profiles"]

        at = datetime.strptime(row["fetchedAt"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
        self.assertTrue(before <= at <= time.time(), row["fetchedAt"])

    def test_where_nothing_is_found_the_lists_are_empty(self) -> None:
        body = self.body("profiles,langs,topics", "github.com/nobody", "bitbucket.org/nobody")

        self.assertEqual([body[name] for name in ("profiles", "langsDetail", "topicsDetail")], [[], [], []])
        self.assertEqual(body["missing"], ["github.com/nobody", "bitbucket.org/nobody"])

    def test_the_same_state_gives_the_same_bytes_in_any_order_of_urls(self) -> None:
        first = self.expanded("topics,langs", SPACK, MAILCHIMP)

        self.assertEqual(self.expanded(["langs", "topics"], MAILCHIMP, SPACK).content, first.content)


class Sizes(GitHubTestCase, ExpandTestCase):
    """Bytes of languages."""

    def test_a_language_of_both_forges_has_the_repositories_of_both_and_the_bytes_of_github(self) -> None:
        self.add(Repository("a", languages={"C": 5, "Go": 0}))
        workspace = [Repository("b", languages={"C": 7, "Go": 1}), Repository("d", languages={"Java": 9})]
        self.world.add(Owner("bitbucket", "tiny", "Workspace", workspace))

        self.assertEqual(self.langs(self.url, "bitbucket.org/tiny"), {"c": (2, 5), "go": (1, 0), "java": (1, None)})

    def test_a_name_twice_in_a_repository_counts_once_with_both_sizes(self) -> None:
        self.add(
            Repository("a", languages=[("Python", 3), ("C", 1), ("Python", 4)]),
            Repository("b", languages={"python": 10}),
        )

        self.assertEqual(self.langs(self.url), {"c": (1, 1), "python": (2, 17)})

    def test_sizes_over_2_to_the_31_and_sums_up_to_2_to_the_53_are_exact_and_larger_ones_an_error(self) -> None:
        sizes = [2**52 - 7, 2**52 + 6, 1]
        self.add(*(Repository(f"r{n}", languages={"HTML": size, "C": 2**31 + n}) for n, size in enumerate(sizes)))
        self.assertEqual(self.langs(self.url), {"c": (3, 3 * 2**31 + 3), "html": (3, 2**53)})

        self.add(*(Repository(f"r{n}", languages={"HTML": size}) for n, size in enumerate([*sizes, 1])))

        self.assertIn("bytes of the language “html” add up to more than", self.failure(502, self.url)["message"])

    def test_private_repositories_add_nothing(self) -> None:
        self.add(Repository("a", languages={"C": 5}), Repository("b", languages={"C": 7, "Go": 1}, is_private=True))

        self.assertEqual(self.langs(self.url), {"c": (1, 5)})

    def test_languages_of_one_and_of_several_pages_have_their_sizes(self) -> None:
        for number in (40, 41, 100, 101, 130, 250):
            with self.subTest(number):
                languages = [(f"L{n % (number - 1)}", 10**6 + n) for n in range(number)]  # one comes twice
                self.add(Repository("a", languages=languages), Repository("b", languages={"L0": 1}))
                body = self.body("langs", self.url)
                self.assertEqual(body["langsDetail"], self.world.details([("github", "tiny")])["langsDetail"])

    def sizes_after(self, repository: Repository, page: int) -> dict[str, tuple[int, int | None]]:
        """The languages of an owner whose repository becomes this one before that page of names."""
        pages: list[str] = []

        def now(number: int, body: str) -> bool:
            pages.extend([body] * ("query Names" in body))
            return len(pages) == page

        self.add(Repository("a", languages={f"L{n:03}": 1 for n in range(130)}))
        self.change([repository], now)
        return self.langs(self.url)

    def test_sizes_that_change_between_two_readings_of_the_names_are_the_newer_ones(self) -> None:
        grown = {f"L{n:03}": 1000 + n for n in range(130)}

        # each reading has two pages; GitHub may put the larger ones first
        for languages in (grown, dict(reversed(grown.items()))):
            found = self.sizes_after(Repository("a", languages=languages), page=3)
            self.assertEqual(found, {name.lower(): (1, size) for name, size in grown.items()})


class Asking(ExpandTestCase):
    """The parameter."""

    def setUp(self) -> None:
        """Ask for all once, in the plainest way."""
        super().setUp()
        self.all = self.body("langs,topics", SPACK)

    def post(self, **options: Any) -> requests.Response:
        """POST to the service."""
        return requests.post(f"{self.base}/health-check", timeout=30, **options)

    def test_commas_repetition_blanks_and_order_ask_the_same(self) -> None:
        same: tuple[str | list[str], ...] = (
            ["langs", "topics"],
            "topics, langs",
            [" langs,", "", "topics,langs"],
            ["langs,topics"] * 2,
        )
        for expand in same:
            with self.subTest(expand):
                self.assertEqual(self.body(expand, SPACK), self.all)
        self.assertEqual(self.body("", SPACK), self.answer(SPACK))

    def test_json_form_multipart_and_parameters_of_a_post_ask_the_same(self) -> None:
        names = ["langs", "topics"]
        cases: list[dict[str, Any]] = [
            {"json": {"url": SPACK, "expand": "langs,topics"}},
            {"json": {"url": SPACK, "expand": names}},
            {"json": {"url": SPACK, "expand": "topics"}, "params": {"expand": "langs"}},
            {"data": {"url": SPACK, "expand": names}},
            {"data": {"url": SPACK}, "params": {"expand": names}},
            {"files": [("url", (None, SPACK)), *(("expand", (None, name)) for name in names)]},
        ]
        for options in cases:
            with self.subTest(options):
                response = self.post(**options)
                self.assertEqual((response.status_code, response.json()), (200, self.all))
        self.assertEqual(self.post(json={"url": SPACK, "expand": []}).json(), self.answer(SPACK))

    def assert_wrong(self, response: requests.Response, *words: str) -> None:
        """A 400 with these words, before any forge is asked."""
        self.assertEqual((response.status_code, response.json()["error"]), (400, "ERR3"), response.text)
        for one in words:
            self.assertIn(one, response.json()["message"])
        self.assertIn("expand", [one["name"] for one in response.json()["parameters"]])
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, self.calls)

    def test_an_unknown_value_is_a_wrong_request_that_names_it_and_what_is_known(self) -> None:
        self.calls = self.emulator.meter.snapshot()["github"].calls
        known = "profiles, langs, topics and repositories"
        cases: tuple[tuple[str | list[str], str], ...] = (
            ("stars", "'stars'"),
            ("langs,stars,x", "'stars', 'x'"),
            (["langs", "Langs"], "'Langs'"),
            ("a\x1b[31m", "'a\\u001b[31m'"),
            ("y" * 999, f"'{'y' * 200}…'"),
        )
        for expand, words in cases:
            with self.subTest(expand):
                self.assert_wrong(self.expanded(expand, SPACK), known, words)
        self.assert_wrong(self.post(json={"url": SPACK, "expand": ["stars"]}), known, "'stars'")
        self.assert_wrong(self.post(data={"url": SPACK, "expand": "stars"}), known, "'stars'")

    def test_whatever_is_wrong_with_urls_and_expand_is_said_at_once(self) -> None:
        self.calls = self.emulator.meter.snapshot()["github"].calls
        self.assert_wrong(self.expanded("stars", "bitucket.org/x"), "did you mean bitbucket.org?", "'stars'")
        self.assert_wrong(self.expanded("stars"), "No url was given", "'stars'")

    def test_an_expand_of_another_shape_is_a_wrong_request(self) -> None:
        self.calls = self.emulator.meter.snapshot()["github"].calls
        for expand in (None, 7, {"langs": True}, ["langs", 7], [["langs"]], True):
            with self.subTest(expand):
                self.assert_wrong(self.post(json={"url": SPACK, "expand": expand}), "A value of expand", "is no text")
        file = self.post(data={"url": SPACK}, files={"expand": ("e.txt", b"langs")})
        self.assert_wrong(file, "A value of expand is a file")
