"""Two hosts of one kind and three of another one, each behind a port of its own, in one question."""

import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from emulator import Emulator, Fault, Owner, Repository, World
from from_git import forges
from from_git.aggregator import watched
from from_git.aggregator.asking import Asking
from from_git.aggregator.fetches import Fetches
from from_git.aggregator.kept import _foresee
from from_git.conf import settings
from from_git.errors import LimitError
from from_git.flights.awaited import Waiter
from from_git.forges import registry
from from_git.forges.hosts import hosts_of, values_in
from from_git.question import profiles_asked
from from_git.tests.kit import authority
from from_git.tests.kit.exposition import pool_sizes
from from_git.tests.kit.forwarder import Forwarder
from from_git.tests.kit.service import ServiceTestCase

GHE, SCM, LAB = "ghe.example.org", "scm.example.org:8443", "example.org/git"
KINDS = {"github.com": "github", "bitbucket.org": "bitbucket", GHE: "github", SCM: "bitbucket", LAB: "bitbucket"}
OWNER_KINDS = {"github": "Organization", "bitbucket": "Workspace"}
PAIR = "bWU6czNjcmV0"  # me:s3cret


class HostsTestCase(ServiceTestCase):
    """The first hosts on the emulator of every test, three more on emulators of their own; `twin` has repositories of
    the same names and ids at each of them."""

    emulators: ClassVar[dict[str, Emulator]]
    proxy: ClassVar[Forwarder]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the other emulators: two answer https, each known to another authority."""
        super().setUpClass()
        cls.emulators = {"github.com": cls.emulator, "bitbucket.org": cls.emulator}
        for name, known in ((GHE, "ours"), (SCM, ""), (LAB, "theirs")):
            tls = authority.server(signed_by=known) if known else None
            cls.emulators[name] = cls.enterClassContext(Emulator(World(), tls=tls, limits=False))
        cls.proxy = cls.enterClassContext(Forwarder(f"Basic {PAIR}"))
        for number, (name, kind) in enumerate(KINDS.items(), 1):
            rows = [
                Repository(f"r{n}", is_fork=n == 0, stars=10 * number + n, watchers=number, languages={f"L{number}": 5})
                for n in range(6)
            ]
            cls.emulators[name].world.add(Owner(kind, "twin", OWNER_KINDS[kind], rows))

    def setUp(self) -> None:
        """Name the other hosts."""
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.proxy.seen.clear()
        tokens = {name: one[KINDS[name]].credentials for name, one in self.emulators.items()}
        self.entries: dict[str, dict[str, Any]] = {
            GHE: {"accounts": [{"token": tokens[GHE]["token"]}], "ca_file": authority.ca_file(folder, "ours")},
            SCM: {"proxy": self.proxy.url.replace("://", "://me:s3cret@"), "threads": 2},
            LAB: {
                "accounts": [{"username": tokens[LAB]["username"], "token": tokens[LAB]["api_token"]}],
                "ca_file": authority.ca_file(folder, "theirs"),
                "threads": {"NUM_THREADS_BITBUCKET_WATCHERS": 3},
            },
        }
        for name, entry in self.entries.items():
            entry.update(kind=KINDS[name], host=name, api=self.emulators[name][KINDS[name]].url, bounds=0)
        for one in self.emulators.values():
            one.meter.reset()
            self.addCleanup(one.faults.clear)
        self.named()

    def named(self, *others: dict[str, Any], **changes: dict[str, Any]) -> None:
        """Set FORGES: the entries with changes, by the first word of their host, and others."""
        entries = [{**one, **changes.get(name.split(".")[0], {})} for name, one in self.entries.items()]
        self.settings_for_test(FORGES=[*entries, *others])

    def calls(self) -> dict[str, int]:
        """How many calls each host has had."""
        return {name: one.meter.snapshot()[KINDS[name]].calls for name, one in self.emulators.items()}

    def sums(self, *owners: tuple[str, str]) -> dict[str, Any]:
        """The data of owners of several hosts, by plain addition of what each emulator says."""
        parts = [self.emulators[host].world.sum([(KINDS[host], owner)]) for host, owner in owners]
        numbers = {
            key: sum(one[key] for one in parts) for key in ("originalRepos", "forkedRepos", "watchers", "followers")
        }
        lists = {key: sorted(set().union(*(one[key] for one in parts))) for key in ("langs", "topics")}
        return {**numbers, **lists, **{f"{key}Num": len(value) for key, value in lists.items()}}

    def refused_for(self, host: str, owner: str = "twin", status: int = 502) -> dict[str, Any]:
        """The error of a question to all hosts, which is about that one; every other one is answered."""
        body = self.failure(status, *(f"https://{one}/{owner}" for one in KINDS))
        self.assertEqual((body["host"], body["upstream"]), (host, KINDS[host]))
        self.assertIn(f"for https://{host}/{owner}: ", body["message"])
        others = [(one, owner) for one in KINDS if one != host]
        self.assertEqual(self.answer(*(f"https://{one}/{name}" for one, name in others))["data"], self.sums(*others))
        return body


class Together(HostsTestCase):
    """In one question."""

    def test_each_is_asked_at_its_own_address_and_all_are_added_up(self) -> None:
        owners = [
            ("github.com", "org-40"),
            ("bitbucket.org", "team-20"),
            (GHE, "org-40"),
            (SCM, "team-20"),
            (LAB, "mailchimp"),
        ]
        owners += [(host, "twin") for host in KINDS]

        body = self.answer(*(f"https://{host}/{owner}" for host, owner in owners), f"https://{LAB}/nobody")

        self.assertEqual((body["data"], body["missing"]), (self.sums(*owners), [f"https://{LAB}/nobody"]))
        self.assertTrue(all(self.calls().values()), self.calls())

    def test_what_one_has_lost_is_told_by_its_own_address(self) -> None:
        self.emulators[GHE].faults.add(Fault("lost", path="/graphql", owner="twin", repository="r2"))
        body = self.answer(*(f"https://{host}/twin" for host in KINDS))
        self.assertEqual(body["missing"], [f"https://{GHE}/twin/r2"])

    def test_the_same_owner_and_ids_at_several_hosts_count_separately(self) -> None:
        for hosts in (("github.com", GHE), (SCM, LAB), tuple(KINDS)):
            with self.subTest(hosts):
                body = self.answer(*(f"https://{host}/twin" for host in hosts))
                self.assertEqual(body["data"], self.sums(*((host, "twin") for host in hosts)))
                self.assertEqual(body["data"]["originalRepos"] + body["data"]["forkedRepos"], 6 * len(hosts))

    def test_a_proxy_leads_to_its_own_host_only(self) -> None:
        self.answer(*(f"https://{host}/twin" for host in KINDS))

        port = self.emulators[SCM].port
        self.assertEqual({line.split("/")[2] for line, _ in self.proxy.seen}, {f"127.0.0.1:{port}"})
        self.assertEqual(len(self.proxy.seen), self.calls()[SCM])

    def test_each_has_pools_of_its_own(self) -> None:
        forges.close()
        before, opened = set(threading.enumerate()), pool_sizes()  # pools of earlier tests may still be open
        self.answer(*(f"https://{host}/{'org' if KINDS[host] == 'github' else 'team'}-100" for host in KINDS))

        names = {thread.name.rpartition("_")[0] for thread in set(threading.enumerate()) - before}
        wanted = {"github", "bitbucket", "bitbucket-watchers", f"github@{GHE}"}
        wanted |= {f"bitbucket{part}@{host}" for host in (SCM, LAB) for part in ("", "-watchers")}
        self.assertEqual({name for name in names if name.startswith(("github", "bitbucket"))}, wanted)
        sizes = pool_sizes()
        sizes.subtract(opened)
        self.assertEqual(sizes["github.com", "github"], 32)
        self.assertEqual((sizes[SCM, f"bitbucket@{SCM}"], sizes[SCM, f"bitbucket-watchers@{SCM}"]), (2, 2))
        self.assertEqual((sizes[LAB, f"bitbucket@{LAB}"], sizes[LAB, f"bitbucket-watchers@{LAB}"]), (64, 3))
        self.assertLessEqual(self.emulators[SCM].meter.snapshot()["bitbucket"].peak, 4)

    def test_each_has_its_own_number_of_fetches_in_the_air_whatever_waits_for_others(self) -> None:
        for one in self.emulators.values():
            one.faults.add(Fault("hang"))
        urls = [
            "https://github.com/twin",
            *(f"https://{host}/o{number}" for number in range(50) for host in (SCM, LAB)),
        ]
        waiter = Waiter()
        fetches = Fetches(profiles_asked(urls), Asking(30.0, "A_SETTING"), waiter)
        self.addCleanup(fetches.leave)

        for _ in range(2):
            fetches._begin_more()
            found = Counter(profile.host.name for profile in fetches.progress())
            self.assertEqual(found, {"github.com": 1, SCM: 2 * (2 + 2), LAB: 2 * (16 + 3)})
            fetches._flights.pop(next(one for one in fetches.progress() if one.host.name == LAB)).leave(waiter)

    def test_what_each_has_cost_adds_up_by_kind(self) -> None:
        profiles = profiles_asked([f"https://{host}/twin" for host in KINDS])
        watch = watched(profiles, Asking(30.0, "A_SETTING"), tick=None)
        look = next(watch)
        list(watch)
        self.assertEqual({kind: cost.calls for kind, cost in look().cost.items()}, {"bitbucket": 21, "github": 2})

    def test_of_thousands_the_question_to_one_is_refused_with_its_own_number_and_profile(self) -> None:
        self.named(scm={"bounds": {"BITBUCKET_CALLS_PER_HOUR": 5}})
        profiles = profiles_asked([f"https://{host}/o{number}" for number in range(8) for host in (SCM, LAB)])
        scm, lab = forges.hosts()[SCM], forges.hosts()[LAB]
        forges.forge(lab).accounts.all[0].limit.block(600.0, "used up.")
        for host, number, said in ((scm, 6, "needs about 8 more"), (lab, 1, "used up")):
            with self.assertRaises(LimitError) as caught:
                _foresee(profiles, 12, Counter({host: number}), Asking(30.0, "A_SETTING"), Waiter())
            self.assertIn(said, caught.exception.reason)
            assert caught.exception.profile
            self.assertEqual(caught.exception.profile.url, f"https://{host.name}/o0")

    def test_what_may_be_spent_at_one_is_no_bound_of_the_others(self) -> None:
        self.named(scm={"bounds": {"BITBUCKET_CALLS_PER_HOUR": 5}})

        body = self.refused_for(SCM, status=503)

        self.assertIn(f"Bitbucket at {SCM} allows 5 calls an hour", body["message"])
        self.assertIn("`BITBUCKET_CALLS_PER_HOUR` in `bounds` of FORGES entry 2", body["message"])
        self.assertLessEqual(self.calls()[SCM], 5)


class Alone(HostsTestCase):
    """One of them fails."""

    def test_one_that_fails_is_named_with_what_to_look_at(self) -> None:
        for host, number, label in ((GHE, 1, "GitHub"), (SCM, 2, "Bitbucket"), (LAB, 3, "Bitbucket")):
            with self.subTest(host):
                self.emulators[host].faults.add(Fault("status", status=404, body=b"{}"))
                body = self.refused_for(host)
                self.emulators[host].faults.clear()
                begin = f"No answer from {label} at {host} for https://{host}/twin: "
                self.assertTrue(body["message"].startswith(begin), body)
                self.assertEqual(body["advice"], f"Look at `api` of FORGES entry {number}.")

    def test_one_that_cannot_be_reached_is_named_with_its_own_settings(self) -> None:
        self.tempo_for_test(first_wait=0.001, longest_wait=0.001)
        for host, changes, said in (
            (
                "ghe",
                {"api": "http://127.0.0.1:9/graphql"},
                "`api` of FORGES entry 1, and set UPSTREAM_PROXY if a proxy is",
            ),
            ("scm", {"proxy": "http://127.0.0.1:9"}, "look at `proxy` of FORGES entry 2."),
            (
                "scm",
                {"proxy": self.proxy.url},
                "Set them in `proxy` of FORGES entry 2: http://USER:PASSWORD@HOST:P",
            ),
        ):
            with self.subTest(host, changes=changes):
                self.named(**{host: changes})
                self.assertIn(said, self.refused_for(GHE if host == "ghe" else SCM)["advice"])

    def test_an_authority_is_trusted_for_its_own_host_only(self) -> None:
        for host, number, changes, setting in (
            (GHE, 1, {"ca_file": self.entries[LAB]["ca_file"]}, "`ca_file` of FORGES entry 1"),
            (LAB, 3, {"ca_file": ""}, "`ca_file` of FORGES entry 3"),
        ):
            with self.subTest(host):
                self.named(**{host.split(".")[0]: changes})
                body = self.refused_for(host)
                self.assertIn("signed by an authority that is not trusted here", body["message"])
                self.assertIn(f"certificate in {setting}; else look at `api` of FORGES entry {number}.", body["advice"])

    def test_a_refused_token_is_named_by_its_entry(self) -> None:
        self.named(ghe={"accounts": [{"token": "wr0ng-token"}]})
        body = self.refused_for(GHE)
        self.assertIn("Set `token` in `accounts` of FORGES entry 1 to one that is valid", body["advice"])
        self.assertNotIn("wr0ng", str(body))

    def test_without_accounts_one_that_answers_nobody_says_where_they_belong(self) -> None:
        self.named(ghe={"accounts": []})
        body = self.refused_for(GHE)
        self.assertIn("`token` in `accounts` of FORGES entry 1 is not set", body["message"])
        self.assertEqual(self.calls()[GHE], 0)


class Changed(HostsTestCase):
    """Other settings."""

    @contextmanager
    def no_calls(self) -> Iterator[None]:
        """No host is asked in the block."""
        before = self.calls()
        yield
        self.assertEqual(self.calls(), before)

    def test_another_token_forgets_nothing_that_is_kept(self) -> None:
        urls = [f"https://{host}/twin" for host in KINDS]
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        kept = self.answer(*urls)

        with self.no_calls():
            self.named(ghe={"accounts": []}, example={"accounts": [{"token": "another"}]}, scm={"bounds": 7})
            self.settings_for_test(GITHUB_API_TOKEN="another", BITBUCKET_ACCESS_TOKEN="another")
            self.assertEqual(self.answer(*urls), kept)

    def test_another_address_of_the_api_makes_what_is_kept_anothers(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        self.answer(f"https://{SCM}/twin")
        self.named(scm={"api": self.emulators["bitbucket.org"]["bitbucket"].url, "proxy": ""})

        self.assertEqual(self.answer(f"https://{SCM}/twin")["data"], self.sums(("bitbucket.org", "twin")))

    def test_an_entry_takes_the_place_of_a_first_host_with_all_of_its_settings(self) -> None:
        self.settings_for_test(GITHUB_API_TOKEN="not-for-them", NUM_THREADS_GITHUB=2)
        self.named({**self.entries[GHE], "host": "github.com"})

        self.assertEqual(self.answer("https://github.com/twin")["data"], self.sums((GHE, "twin")))

        self.assertEqual(self.calls()["github.com"], 0)
        self.assertNotIn("unknown", self.emulators[GHE].meter.accounts("github"))
        self.assertEqual(list(forges.hosts()), [*(kind.host for kind in registry.KINDS.values()), GHE, SCM, LAB])
        self.assertEqual(forges.hosts()["github.com"].threads, {"NUM_THREADS_GITHUB": 32})
        self.assertEqual(hosts_of(values_in(settings)), forges.hosts())
