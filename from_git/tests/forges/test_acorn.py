"""A kind of forge that the product does not have goes all the way through it, without a line changed elsewhere."""

import csv
import io
import json
from contextlib import redirect_stdout
from dataclasses import replace
from typing import Any
from unittest import TestCase

import requests
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import OutputWrapper

from coding_challenge import documents
from emulator import Fault, Owner, Repository
from emulator.kinds import KINDS as EMULATED
from emulator.tests import acorn
from from_git.aggregator import Answer
from from_git.conf import settings
from from_git.forges.registry import KINDS, labels, registered
from from_git.options import credentials, table
from from_git.options.loading import load, misspelt
from from_git.profiles import parse_profiles
from from_git.tests.kit.acorn import ACORN
from from_git.tests.kit.contract import ForgeContract, edited, of_first
from from_git.tests.kit.events import listen
from from_git.tests.kit.exposition import samples
from from_git.tests.kit.finds import found_with
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.parsing import parse_profile
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.terminal.test_terminal import screen
from from_git.values.found import Fetched
from from_git.values.kind import BadUrl, NoCredentials
from from_git.values.option import KindOptions
from from_git.values.profile import Profile
from from_git.values.stats import Stats
from from_git.values.words import listed

OAK = "https://acorn.test/oak"


class Urls(TestCase):
    """Profile URLs of a host of that kind."""

    HOSTS = {"github.com": host_of("github"), "trees.example:8443": host_of(ACORN, "trees.example:8443")}  # noqa: RUF012 - a constant

    def test_its_own_rules_say_what_a_profile_is(self) -> None:
        for text, owner in {
            "https://trees.example:8443/oak": "oak",
            "trees.example:8443/Oak-2/": "Oak-2",
            "trees.example:8443/groves/oak": "oak",
            "github.com/2oak": "2oak",
        }.items():
            with self.subTest(text):
                self.assertEqual(parse_profile(text, self.HOSTS).owner, owner)
                self.assertEqual(parse_profiles([text], self.HOSTS).profiles[0].owner, owner)

    def test_its_own_words_say_why_another_text_is_none(self) -> None:
        for text, said in {
            "trees.example:8443/2oak": "'2oak' cannot be an owner on Acorn (2 to 20 letters, digits or hyphens, a ",
            "trees.example:8443/o": "cannot be an owner on Acorn",
            "trees.example:8443/squirrels": "trees.example:8443/squirrels is a page of Acorn itself, not a profile",
            "trees.example:8443/groves/oak/leaves": "it is a page of a grove, not its profile",
            "trees.example:8443/oak/leaf": "it looks like a repository, not a profile; did you mean "
            "https://trees.example:8443/oak?",
            "treees.example/oak": "unknown host treees.example; did you mean trees.example:8443?",
            "codeberg.org/oak": "profiles are on github.com or trees.example:8443",
        }.items():
            with self.subTest(text):
                with self.assertRaises(BadUrl) as caught:
                    parse_profile(text, self.HOSTS)
                self.assertIn(said, str(caught.exception))
                self.assertEqual(parse_profiles([text], self.HOSTS).profiles, [])


class Settings(TestCase):
    """Its rows of the table."""

    def setUp(self) -> None:
        """Have the kind."""
        self.enterContext(registered(ACORN))

    def test_they_stand_behind_those_of_the_other_kinds_and_are_read_and_documented(self) -> None:
        values, wrong = load({"ACORN_URL": "http://127.0.0.1:1/api/"}, {"NUM_THREADS_ACORN": "2"})
        names = [option.name for option in table()]

        self.assertEqual((wrong, values["ACORN_URL"], values["NUM_THREADS_ACORN"]), ([], "http://127.0.0.1:1/api", 2))
        self.assertEqual(names[names.index("BITBUCKET_ACCESS_TOKEN") + 1], "ACORN_URL")
        self.assertEqual(names[names.index("NUM_THREADS_ACORN") + 1], "POOL_WIDTH")
        self.assertIn("| `ACORN_URL` | `https://acorn.test/api` | Acorn's API |", documents.table())
        self.assertIn("# ACORN_TOKEN = ''", documents.example())

    def test_wrong_ones_are_refused(self) -> None:
        for local, said in {
            ("ACORN_URL", "oak"): "ACORN_URL in local_settings.py is 'oak': expected an address",
            ("ACORN_CALLS_PER_HOUR", 9): "ACORN_CALLS_PER_HOUR bounds the calls of a token: set ACORN_TOKEN.",
            ("ACORN_HOST", "bitbucket.org"): "ACORN_HOST is bitbucket.org: expected the host of Acorn profile URLs.",
        }.items():
            with self.subTest(local):
                self.assertIn(said, " ".join(load(dict([local]), {})[1]))

    def test_names_that_are_nearly_theirs_are_noticed(self) -> None:
        for name, meant in {"OAK_TOKEN": "ACORN_TOKEN", "ACORN_CALLS_HOUR": "ACORN_CALLS_PER_HOUR"}.items():
            with self.subTest(name):
                said = f"{name} in the environment is not a setting; did you mean {meant}?"
                self.assertEqual(misspelt({name: "x"}, {}), [said])

    def test_they_are_there_as_long_as_the_kind_is(self) -> None:
        with registered(replace(ACORN, options=KindOptions("ACORN_URL"))):
            self.assertNotIn("ACORN", documents.table())

        self.assertIn("ACORN", documents.table())


class AcornTestCase(ServiceTestCase):
    """The service with one kind more, beside the others, over the emulator."""

    emulated = (*EMULATED, acorn.ACORN)

    @classmethod
    def setUpClass(cls) -> None:
        """Have the kind."""
        cls.enterClassContext(registered(ACORN))
        super().setUpClass()

    def upstream_settings(self) -> dict[str, Any]:
        """Of all forges."""
        server = self.emulator["acorn"]
        return {**super().upstream_settings(), "ACORN_URL": server.url, "ACORN_TOKEN": server.credentials["token"]}


class AcornContract(ForgeContract, AcornTestCase):
    """What every kind owes."""

    forge = "acorn"
    kind = "Grove"
    generated = "grove"
    pools = ("NUM_THREADS_ACORN",)

    def edit_lists(self, edit: Any) -> Fault:
        """See the contract."""
        return edited("/api/owners/tiny/repositories", edit)

    def total(self, said: int) -> Fault:
        """See the contract."""
        return self.edit_lists(lambda page: page.update(total=said))

    def shapes(self) -> list[tuple[Any, str]]:
        """See the contract."""
        return [
            (lambda page: page.pop("total"), "total is absent"),
            (lambda page: page.update(repositories={}), "repositories is not a list"),
            (lambda page: page.update(next="2"), "next is not a whole number"),
            (of_first("repositories", lambda one: one.pop("id")), "id is absent"),
            (of_first("repositories", lambda one: one.update(fork="no")), "fork is not true or false"),
            (of_first("repositories", lambda one: one.pop("archived")), "archived is absent"),
        ]


class AcornService(AcornTestCase):
    """Each way to ask, and each place that speaks of forges."""

    def setUp(self) -> None:
        """A grove of 45 repositories on three pages."""
        super().setUp()
        leaves = [
            Repository(f"leaf-{n}", is_fork=n % 3 == 0, stars=n, watchers=2, languages={"C": 1}, topics=("t",))
            for n in range(45)
        ]
        self.world.add(Owner("acorn", "oak", "Grove", leaves))

    def calls(self) -> int:
        """To Acorn so far."""
        return self.emulator.meter.snapshot()["acorn"].calls

    def test_an_answer_adds_it_to_the_other_forges(self) -> None:
        self.assert_exact(("acorn", "oak"), ("bitbucket", "team-7"), ("github", "user-3"))

        asked = {"url": OAK, "expand": "profiles"}
        [profile] = requests.get(f"{self.base}/health-check", params=asked, timeout=30).json()["profiles"]
        self.assertEqual((profile["forge"], profile["owner"], profile["kind"]), ("acorn", "oak", "Grove"))

    def test_what_two_groves_share_counts_once(self) -> None:
        elm = Owner("acorn", "elm", "Grove", (Repository("cone"),), (("oak", "leaf-3"), ("oak", "leaf-44")))
        self.world.add(elm)

        self.assert_exact(("acorn", "elm"))
        self.assert_exact(("acorn", "oak"), ("acorn", "elm"))
        self.assertEqual(self.answer(OAK, "acorn.test/elm")["data"]["originalRepos"], 31)

    def test_a_missing_one_is_missing_and_a_wrong_url_has_a_suggestion(self) -> None:
        self.assertEqual(self.answer("acorn.test/nobody")["missing"], ["acorn.test/nobody"])

        body = self.failure(400, "acorn.test/oak/leaf-1")

        self.assertIn(f"is not a {labels('or')} profile", body["message"])
        self.assertIn("or https://acorn.test/OWNER", body["advice"])
        self.assertEqual(body["urls"][0]["suggestion"], OAK)
        self.assertIn("&url=https://acorn.test/GROVE", self.failure(400)["advice"])

    def test_it_is_kept_and_fetched_once(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        first = self.answer(OAK)
        calls = self.calls()

        self.assertEqual(self.answer("acorn.test/groves/OAK"), first)
        self.assertEqual(self.calls(), calls)

    def test_its_budget_and_its_limit_are_obeyed(self) -> None:
        self.settings_for_test(ACORN_CALLS_PER_HOUR=3)

        body = self.failure(503, OAK)

        self.assertIn("Acorn allows 3 calls an hour (ACORN_CALLS_PER_HOUR)", body["message"])
        self.assertEqual((body["upstream"], self.calls()), ("acorn", 1))
        self.settings_for_test(ACORN_CALLS_PER_HOUR=0)
        self.emulator.faults.add(self.emulator.faults.preset("acorn_429"))
        self.assertLessEqual(self.failure(503, OAK)["retryAfter"], 60)

    def test_its_errors_have_its_name_and_hide_its_token(self) -> None:
        self.settings_for_test(ACORN_TOKEN="wrong-token")

        body = self.failure(502, OAK)

        self.assertIn(f"No answer from Acorn for {OAK}: it refused our token (401).", body["message"])
        self.assertIn("wrong-token", credentials.secret_values(settings))

    def test_a_stream_tells_what_it_costs(self) -> None:
        events = listen(self.base, OAK)

        self.assertEqual(events[-1].name, "answer")
        self.assertGreaterEqual(events[-2].body["cost"]["acorn"]["calls"], 3)
        self.assertEqual(events[-1].body["data"], self.world.sum([("acorn", "oak")]))

    def test_card_and_table_say_what_it_does_not_tell(self) -> None:
        card = requests.get(f"{self.base}/from-git/card.svg", params={"url": OAK}, timeout=30).text
        self.assertIn("1 profile on Acorn", card)
        self.assertIn("Topics: not told by Acorn", card)

        [row] = csv.DictReader(io.StringIO(self.ask(OAK, headers={"Accept": "text/csv"}).text, newline=""))

        self.assertEqual((row["forge"], row["kind"], row["topics"], row["topicsNum"]), ("acorn", "Grove", "", ""))
        self.assertEqual(row["followers"], str(sum(range(45))))

    def test_page_and_description_name_it(self) -> None:
        page = requests.get(f"{self.base}/from-git/test", timeout=30).text
        self.assertIn("organisations and people on GitHub, Bitbucket, ", page)
        self.assertIn(" and Acorn.</p>", page)
        self.assertIn("&#10;https://acorn.test/oak", page)
        silent = listed([kind.label for kind in KINDS.values() if not kind.tells.bytes])
        self.assertIn(f", and not by {silent}.", page)
        self.assertIn(" and Acorn", silent)

        described = requests.get(f"{self.base}/from-git/openapi.json", timeout=30).json()

        schemas = described["components"]["schemas"]
        self.assertEqual(schemas["Profile"]["properties"]["forge"]["enum"], [*KINDS])
        self.assertIn(" and Acorn's stars", schemas["Data"]["properties"]["followers"]["description"])
        self.assertIn("Bitbucket and Acorn tell no topics.", schemas["Data"]["properties"]["topics"]["description"])
        self.assertIn(f"Asks {labels()} for", json.dumps(described["paths"]["/health-check"]))

    def test_probes_watch_it(self) -> None:
        self.settings_for_test(ACORN_TOKEN="")
        self.answer(OAK)

        reasons = requests.get(f"{self.base}/readyz", timeout=30).json()["degraded"]

        self.assertIn("Acorn has no credentials, and lets strangers make few calls: set ACORN_TOKEN.", reasons)
        metrics = samples(requests.get(f"{self.base}/metrics", timeout=30).text)
        self.assertGreaterEqual(metrics["upstream_calls_total", ("acorn.test", "ok", "acorn")], 3)
        self.assertEqual(metrics["pool_threads", ("acorn.test", "acorn")], 4)
        self.assertEqual(metrics["limit_blocked_seconds", ("1", "acorn.test", "acorn")], 0)

    def test_the_checks_at_the_start_look_at_it(self) -> None:
        self.settings_for_test(ACORN_URL="http://acorn.test/api", GITHUB_API_TOKEN="", ACORN_TOKEN="")
        barred = NoCredentials(False, "answers nobody without: set ACORN_TOKEN.", "Set it.")
        for kind, said in (
            (ACORN, "GITHUB_API_TOKEN is empty: GitHub profiles get an error, Bitbucket, "),
            (replace(ACORN, without=barred), "ACORN_TOKEN is empty: Acorn profiles get an error, Bitbucket, "),
        ):
            with self.subTest(said), registered(kind):
                found = [str(one.msg) for one in run_checks()]
                self.assertTrue([one for one in found if one.startswith(said)], found)
                self.assertIn("ACORN_URL is not encrypted: credentials can be read on the way.", found)

    def test_the_terminal_shows_it(self) -> None:
        out = io.StringIO()
        with redirect_stdout(out):
            call_command("aggregate", OAK, stdout=OutputWrapper(out))

        self.assertEqual(json.loads(out.getvalue())["data"], self.world.sum([("acorn", "oak")]))
        profile, one = Profile(host_of(ACORN), "oak", "oak", OAK), found_with(Stats(3), "Grove")
        table = screen(Answer({profile: Fetched(one, 1.0, 1.0)}, {profile: one}, (), one.stats))
        self.assertIn("oak (Acorn)", table)
        self.assertIn("Topics: not told by Acorn", table)
