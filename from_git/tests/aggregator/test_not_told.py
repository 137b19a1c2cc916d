"""What a kind of forge does not tell is no zero, but in `data`, which keeps the contract's."""

import csv
import io
from unittest import TestCase

import requests

from emulator import Owner, Repository
from from_git.aggregator import Answer
from from_git.forges.registry import KINDS
from from_git.pictures import CHARTS, PICTURES, badge
from from_git.renderers import AnswerCSV, Details
from from_git.serializers import profile_rows
from from_git.tests.kit.finds import found_with
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.pictures.test_pictures import described, shown
from from_git.tests.terminal.test_terminal import profile, rows, screen
from from_git.values.found import Fetched, untold
from from_git.values.keys import KEYS, NOTHING
from from_git.values.profile import Profile
from from_git.values.stats import Stats, merge

TEAM, OTHER_TEAM = "https://bitbucket.org/team-7", "https://bitbucket.org/mailchimp"
PLAIN, NOBODY = "https://github.com/plain", "https://bitbucket.org/nobody"
BITBUCKET = ("followers", "topics", "topicsNum")
DASH = NOTHING


class Table(TestCase):
    """Kind of forge to keys."""

    def test_it_has_every_kind_of_forge_and_keys_of_an_answer(self) -> None:
        for kind in KINDS.values():
            self.assertLessEqual(kind.tells.not_told, set(KEYS))
            self.assertLessEqual(set(kind.tells.leaves_out), set(KEYS))

    def test_a_sum_is_told_if_one_of_its_parts_is(self) -> None:
        for forges, keys in {
            ("bitbucket",): BITBUCKET,
            ("bitbucket", "bitbucket"): BITBUCKET,
            ("github",): (),
            ("github", "bitbucket"): (),
            (): (),
        }.items():
            with self.subTest(forges):
                found = {
                    profile(KINDS[name].url(f"a{number}")): found_with(Stats()) for number, name in enumerate(forges)
                }
                self.assertEqual(untold(found), set(keys))


class OfOneProfile(TestCase):
    """What a forge does not tell of one profile, though its kind tells it of others."""

    def setUp(self) -> None:
        """Of `a` nobody tells watchers and topics."""
        silent = ("watchers", "topics", "topicsNum")
        numbers = Stats(2, followers=3)
        self.a, self.b = profile("https://github.com/a"), profile("https://github.com/b")
        self.found = {self.a: found_with(numbers, not_told=silent), self.b: found_with(numbers)}

    def answer(self, *profiles: Profile) -> Answer:
        """The answer for these."""
        found = {one: self.found[one] for one in profiles}
        return Answer(
            {one: Fetched(found[one], 1.0, 1.0) for one in found}, found, (), merge(one.stats for one in found.values())
        )

    def test_its_row_says_so_and_its_cells_are_empty(self) -> None:
        both = self.answer(self.a, self.b)

        self.assertEqual([row["notTold"] for row in profile_rows(both)], [["watchers", "topics", "topicsNum"], []])
        a, b = csv.DictReader(io.StringIO(b"".join(AnswerCSV().parts(both, Details())).decode(), newline=""))
        self.assertEqual([a[key] for key in ("watchers", "topicsNum", "followers")], ["", "", "3"])
        self.assertEqual([b[key] for key in ("watchers", "topicsNum", "followers")], ["0", "0", "3"])

    def test_people_see_no_number_where_it_is_alone_and_the_sum_where_it_is_not(self) -> None:
        for profiles, words in (((self.a,), NOTHING), ((self.a, self.b), "0")):
            with self.subTest(words):
                answer = self.answer(*profiles)
                self.assertEqual(badge("watchers", answer, 1.0)["message"], words)
                card = PICTURES["card"].of(answer, 1.0)
                numbers = dict(zip(shown(card)[3:14:2], shown(card)[2:14:2], strict=True))
                self.assertEqual((numbers["Watchers"], numbers["Stars"]), (words, str(3 * len(profiles))))
                topics = shown(CHARTS["topics"].of(answer, 1.0))
                self.assertEqual("Topics are not told by GitHub." in topics, words != "0")

    def test_the_terminal_has_a_dash_for_it(self) -> None:
        text = screen(self.answer(self.a, self.b))

        self.assertEqual(rows(text, "a (GitHub)"), [["a", "(GitHub)", "2", "0", "-", "3", "0", "-"]])
        self.assertEqual(rows(text, "Total"), [["Total", "4", "0", "0", "6", "0", "0"]])


class NotTold(ServiceTestCase):
    """Over the emulator."""

    def setUp(self) -> None:
        """An owner at GitHub without a star or a topic."""
        super().setUp()
        self.world.add(Owner("github", "plain", "User", [Repository("one", watchers=3)]))

    def test_the_json_keeps_its_zeros(self) -> None:
        asked = {"url": [TEAM], "expand": "profiles"}

        body = requests.get(f"{self.base}/health-check", params=asked, timeout=30).json()

        for part in (body["data"], *body["profiles"]):
            self.assertEqual([part[key] for key in BITBUCKET], [0, [], 0])

    def test_a_cell_of_the_table_is_empty_and_a_zero_is_a_zero(self) -> None:
        response = self.ask(TEAM, PLAIN, headers={"Accept": "text/csv"})

        team, plain = csv.DictReader(io.StringIO(response.text, newline=""))
        self.assertEqual([team[key] for key in BITBUCKET], ["", "", ""])
        self.assertTrue(team["watchers"] and team["langs"] and team["fetchedAt"])
        self.assertEqual([plain[key] for key in BITBUCKET], ["0", "", "0"])

    def test_a_badge_of_bitbucket_alone_says_nothing_of_stars_and_topics(self) -> None:
        for urls, stars, names, number in (
            ((TEAM,), DASH, DASH, DASH),
            ((TEAM, OTHER_TEAM, NOBODY), DASH, DASH, DASH),
            ((TEAM, PLAIN), "0", "none", "0"),
        ):
            for key, words in zip(BITBUCKET, (stars, names, number), strict=True):
                with self.subTest(key, urls=urls):
                    badge = requests.get(f"{self.base}/from-git/badge/{key}", params={"url": urls}, timeout=30).json()
                    self.assertEqual(badge["message"], words)
                    self.assertEqual(badge["label"], "stars" if key == "followers" else "topics")
                    self.assertNotIn("isError", badge)

    def test_the_card_and_the_chart_of_bitbucket_alone_say_so(self) -> None:
        for urls, stars, number in (((TEAM,), DASH, DASH), ((TEAM, PLAIN), "0", "0")):
            card = self.picture("card.svg", *urls)
            numbers = dict(zip(shown(card)[3:14:2], shown(card)[2:14:2], strict=True))
            self.assertEqual((numbers["Stars"], numbers["Topics"]), (stars, number))
            said = "Stars: not told by Bitbucket" if stars == DASH else "Stars: 0"
            self.assertIn(said, described(card))
        self.assertIn("Topics are not told by Bitbucket.", shown(self.picture("chart/topics.svg", TEAM)))
        self.assertIn("No public repository of plain has a topic.", shown(self.picture("chart/topics.svg", PLAIN)))

    def picture(self, path: str, *urls: str) -> bytes:
        """The bytes of a picture."""
        return requests.get(f"{self.base}/from-git/{path}", params={"url": urls}, timeout=30).content
