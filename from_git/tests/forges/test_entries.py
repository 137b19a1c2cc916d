"""The entries of FORGES: what hosts they make, and what is said of wrong ones."""

import json
import tempfile
from typing import Any
from unittest import TestCase

from from_git.forges.hosts import hosts_of
from from_git.options.loading import load
from from_git.tests.kit import authority
from from_git.values.credential import Credential
from from_git.values.host import Host, is_first

GHE = {"kind": "github", "host": "ghe.example.org"}
SCM = {"kind": "bitbucket", "host": "scm.example.org:8443/git", "api": "https://scm.example.org:8443/2.0"}
EXPECTED_HOST = "expected a host like git.example.org, git.example.org:8443 or git.example.org/path."
EXPECTED_ACCOUNTS = '`accounts` is a secret value: expected a list of {"token": …} or {"username": …, "token": …}.'
SECRET = "S3cretOfTests"
TOKEN = f"ghx_{SECRET}"
WRONG: list[tuple[Any, list[str]]] = [
    ({}, ["`kind` is missing.", "`host` is missing."]),
    ({**GHE, "kind": "githbu"}, ["`kind` is 'githbu'; did you mean github?"]),
    ({**GHE, "kind": "sourceforge"}, ["`kind` is 'sourceforge': expected github, bitbucket, gitlab or gitea."]),
    ({**GHE, "kind": "Forgejo"}, ["`kind` is 'Forgejo'; did you mean gitea?"]),
    ({**GHE, "kind": "GitHub  Enterprise"}, ["`kind` is 'GitHub  Enterprise'; did you mean github?"]),
    ({**GHE, "kind": None}, ["`kind` is None: expected text."]),
    ({**GHE, "kind": " "}, ["`kind` is '': expected github, bitbucket, gitlab or gitea."]),
    ({**GHE, "kind": TOKEN}, ["`kind` is a secret value: expected github, bitbucket, gitlab or gitea."]),
    ({**GHE, TOKEN: ""}, ["a secret value is not a key: expected kind, "]),
    ({**GHE, "prox": ""}, ["`prox` is not a key; did you mean proxy?"]),
    (
        {**GHE, "Token": SECRET},
        ["`Token` is not a key: expected kind, host, api, accounts, ca_file, proxy, threads, bounds or count."],
    ),
    ({**GHE, "count": "public"}, ['`count` is \'public\': expected a list like ["public", "internal"].']),
    ({**GHE, "count": [1]}, ["`count` is [1]: expected a list like "]),
    ({**GHE, "count": ["internal"]}, ['`count` lacks "public": public repositories count at every host.']),
    ({**GHE, "count": ["public", "intern"]}, ["`count` names 'intern'; did you mean internal?"]),
    ({**GHE, "count": ["public", "private"]}, ["`count` names 'private'"]),
    ({**GHE, "count": ["public", TOKEN]}, ["`count` names a secret value: expected public or internal."]),
    (
        {**SCM, "count": ["public", "internal"]},
        ["`count` names 'internal': at hosts of Bitbucket only public repositories count."],
    ),
    ({**GHE, "host": "api.two.ghe.com"}, ["`host` is 'api.two.ghe.com': expected two.ghe.com, the host that profile"]),
    ({**GHE, "host": "two.ghe.com:8443"}, ["`host` is 'two.ghe.com:8443': expected a host like octocorp.ghe.com, w"]),
    ({**GHE, "host": "two.ghe.com/octo"}, ["`host` is 'two.ghe.com/octo': expected a host like octocorp.ghe.com, w"]),
    ({**GHE, "host": "ghe.com"}, ["`host` is 'ghe.com': expected a host like octocorp.ghe.com, without a port or a p"]),
    (
        {**GHE, "host": "two.ghe.com", "api": "https://two.ghe.com/api/graphql"},
        ["`api` is 'https://two.ghe.com/api/graphql': expected https://api.two.ghe.com/graphql, where the GraphQL"],
    ),
    (
        {**GHE, "api": "https://api.two.ghe.com/api/v3"},
        ["`api` is 'https://api.two.ghe.com/api/v3': expected https://api.two.ghe.com/graphql, where the Grap"],
    ),
    (
        {**GHE, "api": "https://ghe.example.org:8443/api/v3/"},
        ["`api` is 'https://ghe.example.org:8443/api/v3/': expected https://ghe.example.org:8443/api/graphql, since"],
    ),
    ({**GHE, "host": "https://ghe.example.org"}, [f"`host` is 'https://ghe.example.org': {EXPECTED_HOST}"]),
    ({**GHE, "host": f"me:{SECRET}@ghe.example.org"}, [f"`host` is a secret value: {EXPECTED_HOST}"]),
    ({**GHE, "host": "ghe.example.org//git"}, [f"`host` is 'ghe.example.org//git': {EXPECTED_HOST}"]),
    ({**GHE, "host": TOKEN}, [f"`host` is a secret value: {EXPECTED_HOST}"]),
    ({**GHE, "host": "ghe.example.org:65536"}, [f"`host` is 'ghe.example.org:65536': {EXPECTED_HOST}"]),
    ({**GHE, "host": "ghe.example.org:0"}, [f"`host` is 'ghe.example.org:0': {EXPECTED_HOST}"]),
    ({**GHE, "host": "ghe.example.org/../git"}, [f"`host` is 'ghe.example.org/../git': {EXPECTED_HOST}"]),
    ({**GHE, "host": ["ghe.example.org"]}, ["`host` is ['ghe.example.org']: expected text."]),
    (
        {**GHE, "api": "ghe.example.org/api"},
        ["`api` is 'ghe.example.org/api': expected an address like https://host/p"],
    ),
    ({"kind": "bitbucket", "host": "scm"}, ["`api` is missing: Bitbucket's REST API, ending in /2.0."]),
    ({**SCM, "api": "scm.example.org"}, ["`api` is 'scm.example.org': expected an address like https://host/p"]),
    ({**GHE, "accounts": {"token": SECRET}}, [EXPECTED_ACCOUNTS]),
    ({**GHE, "accounts": [SECRET]}, [EXPECTED_ACCOUNTS]),
    (
        {**GHE, "accounts": [{"tokn": SECRET}]},
        ["account 1: `tokn` is not a key; did you mean token?", "account 1 has no `t"],
    ),
    (
        {**GHE, "accounts": [{TOKEN: "me"}]},
        ["account 1: a secret value is not a key: expected token or ", "account 1 has no `t"],
    ),
    ({**GHE, "accounts": [{"token": "x"}, {"token": ""}]}, ["account 2 has no `token`."]),
    ({**GHE, "accounts": [{"token": " \t"}]}, ["account 1 has no `token`."]),
    ({**GHE, "accounts": [{}, {}]}, ["account 1 has no `token`.", "account 2 has no `token`."]),
    ({**GHE, "accounts": [{"token": "x\r\nX-Y: z"}]}, ["`token` of account 1 is a secret value: expected text w"]),
    (
        {**GHE, "accounts": [{"token": "ghp_…"}]},
        ["`token` of account 1 is a secret value: expected the value itself where the documents have …."],
    ),
    ({**GHE, "accounts": [{"token": f"{SECRET}ö"}]}, ["`token` of account 1 is a secret value: expected ASCII "]),
    ({**GHE, "accounts": [{"token": 7}]}, ["`token` of account 1 is a secret value: expected text."]),
    ({**GHE, "accounts": [{"token": "x", "username": 7}]}, ["`username` of account 1 is 7: expected text."]),
    ({**GHE, "accounts": [{"token": "x"}] * 2}, ["account 2 is account 1 once more."]),
    (
        {**GHE, "ca_file": "/nowhere.pem"},
        ["`ca_file` is '/nowhere.pem': expected a file that can be read (No such fil"],
    ),
    (
        {**GHE, "proxy": f"https://me:{SECRET}@proxy"},
        ["`proxy` is a secret value: expected an address like http://pro"],
    ),
    ({**GHE, "proxy": f"me:{SECRET}"}, ["`proxy` is a secret value: expected an address like http://pro"]),
    ({**GHE, "threads": 0}, ["`threads` is 0: expected at least 1 threads."]),
    ({**GHE, "threads": [4]}, ["`threads` is [4]: expected a whole number."]),
    ({**GHE, "threads": f"Bearer {TOKEN}"}, ["`threads` is a secret value: expected a whole number."]),
    ({**GHE, "bounds": {TOKEN: 1}}, ["`bounds`: a secret value is not a key: expected GITHUB_SECONDS_PER_MINUTE."]),
    (
        {**GHE, "threads": {"NUM_THREADS_GITHUB": 1, "num_threads_github": 2}},
        ["`threads` has a key twice."],
    ),
    ({**SCM, "threads": "many"}, ["`threads` is 'many': expected a whole number."]),
    (
        {**GHE, "threads": {"NUM_THREADS_BITBUCKET": 4}},
        ["`threads`: `NUM_THREADS_BITBUCKET` is not a key; did you mean "],
    ),
    (
        {**SCM, "bounds": {"BITBUCKET_CALLS_PER_HOUR": -1}},
        ["`BITBUCKET_CALLS_PER_HOUR` of `bounds` is -1: expected at "],
    ),
]


def hosts(*entries: Any, **local: Any) -> list[Host]:
    """The hosts with these entries, and with other settings."""
    values, wrong = load({"FORGES": list(entries), **local}, {})
    assert not wrong, wrong
    return list(hosts_of(values).values())


class Entries(TestCase):
    """What is written, and what it means."""

    def test_they_stand_behind_the_first_host_of_each_kind(self) -> None:
        found = hosts(GHE, SCM, GITHUB_HOST="git.example.org", GITHUB_GRAPHQL_URL="https://git.example.org/api/graphql")
        self.assertEqual(
            [(host.kind.name, host.name, host.label) for host in found],
            [
                ("github", "git.example.org", "GitHub"),
                ("bitbucket", "bitbucket.org", "Bitbucket"),
                ("gitlab", "gitlab.com", "GitLab"),
                ("gitea", "codeberg.org", "Codeberg"),
                ("github", "ghe.example.org", "GitHub at ghe.example.org"),
                ("bitbucket", "scm.example.org:8443/git", "Bitbucket at scm.example.org:8443/git"),
            ],
        )

    def test_absent_keys_have_the_defaults_and_not_what_is_set_for_another_host(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            ca_file = authority.ca_file(folder)
            one, other = hosts(
                {**GHE, "ca_file": "", "proxy": ""},
                {**GHE, "host": "two.ghe.com"},
                GITHUB_API_TOKEN=SECRET,
                NUM_THREADS_GITHUB=3,
                GITHUB_SECONDS_PER_MINUTE=9,
                UPSTREAM_CA_FILE=ca_file,
                UPSTREAM_PROXY="http://proxy.example:3128",
            )[-2:]
        self.assertEqual(
            (one.api, other.api), ("https://ghe.example.org/api/graphql", "https://api.two.ghe.com/graphql")
        )
        self.assertEqual((one.ca_file, one.proxy), ("", ""))
        self.assertEqual((other.ca_file, other.proxy), (ca_file, "http://proxy.example:3128"))
        for host in (one, other):
            self.assertEqual((host.credentials, host.threads), ((), {"NUM_THREADS_GITHUB": 32}))
            # no bounds, which only github.com is known to have
            self.assertEqual(host.bounds, {"GITHUB_SECONDS_PER_MINUTE": 0.0})
        [again] = [one for one in hosts({**GHE, "host": "github.com"}) if one.name == "github.com"]
        self.assertEqual(again.bounds, {"GITHUB_SECONDS_PER_MINUTE": 55.0})

    def test_what_counts_is_told_apart_in_caches(self) -> None:
        plain, public, both, turned = (
            hosts({**GHE, **count})[-1]
            for count in (
                {},
                {"count": ["public"]},
                {"count": ["public", "internal"]},
                {"count": ("internal", "public")},
            )
        )
        self.assertEqual([one.count for one in (plain, public)], [("public",)] * 2)
        self.assertEqual([one.count for one in (both, turned)], [("public", "internal")] * 2)
        self.assertEqual((plain.key, both.key), (public.key, turned.key))
        self.assertNotEqual(public.key, both.key)

    def test_the_last_port_may_stand_in_a_host(self) -> None:
        self.assertEqual(hosts({**GHE, "host": "ghe.example.org:65535"})[-1].name, "ghe.example.org:65535")

    def test_one_takes_the_place_of_an_earlier_host_whole(self) -> None:
        entry = {"kind": "github", "host": "GitHub.com", "accounts": [{"token": "one"}, {"token": "two"}], "threads": 2}
        found = hosts(entry, GITHUB_API_TOKEN=SECRET, GITHUB_GRAPHQL_URL="http://127.0.0.1:9/graphql")

        self.assertEqual([host.name for host in found], ["github.com", "bitbucket.org", "gitlab.com", "codeberg.org"])
        self.assertEqual(found[0].label, "GitHub")
        self.assertEqual(found[0].api, "https://api.github.com/graphql")
        self.assertEqual(found[0].credentials, (Credential("one"), Credential("two")))
        self.assertEqual(found[0].threads, {"NUM_THREADS_GITHUB": 2})

    def test_one_of_another_kind_at_the_place_of_a_first_host_is_not_called_by_its_kind_alone(self) -> None:
        found = hosts({**SCM, "host": "github.com"})
        self.assertEqual([host.label for host in found], ["Bitbucket at github.com", "Bitbucket", "GitLab", "Codeberg"])

    def test_hosts_and_names_of_settings_may_be_in_any_letter_case_and_one_number_stands_for_all(self) -> None:
        for threads in (5, "5", {"num_threads_bitbucket": 5, "NUM_THREADS_Bitbucket_Watchers": "5"}):
            entry = {**SCM, "kind": "BitBucket", "host": "WWW.Scm.Example.org/Git/", "threads": threads, "bounds": 0}
            host = hosts(entry)[-1]
            self.assertEqual(host.name, "scm.example.org/git")
            self.assertEqual(set(host.threads.values()), {5})
            self.assertEqual(host.bounds, {"BITBUCKET_CALLS_PER_HOUR": 0})

    def test_the_environment_has_them_as_json(self) -> None:
        for written, wrong in (
            (json.dumps([GHE, SCM]), ""),
            ("", ""),
            ("  ", ""),
            (
                "[{]",
                "expected a list of objects as JSON (Expecting property name enclosed in double quotes: line 1 col",
            ),
            ('[{"kind": "github", "kind": "x"}]', "expected a list of objects as JSON (one of its objects has a key t"),
            ('{"kind": "github"}', "expected a list."),
            ("[1]", "expected a mapping as entry 1."),
        ):
            with self.subTest(written):
                values, found = load({}, {"FORGES": written})
                self.assertEqual(len(found), bool(wrong))
                if wrong:
                    self.assertTrue(found[0].startswith(f"FORGES in the environment is a secret value: {wrong}"), found)
                else:
                    self.assertEqual(len(hosts_of(values)), 6 if written.strip() else 4)

    def test_each_thing_that_is_wrong_is_told_by_entry_and_key_and_no_secret_with_it(self) -> None:
        for entry, said in WRONG:
            with self.subTest(entry):
                _, wrong = load({"FORGES": [{**SCM, "host": "first"}, entry]}, {})
                self.assertEqual(len(wrong), len(said), wrong)
                for sentence, begin in zip(wrong, said, strict=True):
                    self.assertTrue(sentence.startswith(f"FORGES entry 2: {begin}"), sentence)
                    self.assertNotIn(SECRET.lower(), sentence.lower())
                    self.assertRegex(sentence, r"[.?]$")

    def test_all_of_them_are_told_at_once(self) -> None:
        _, wrong = load({"FORGES": [entry for entry, _ in WRONG], "MAX_PROFILES": -1}, {})
        for number, (_, said) in enumerate(WRONG, 1):
            self.assertEqual(len([one for one in wrong if f"entry {number}: {said[0]}" in one]), 1, said)
        self.assertIn("MAX_PROFILES in local_settings.py is -1: expected at least 0 profiles.", wrong)

    def test_two_with_one_host_are_refused(self) -> None:
        for other in ("ghe.example.org", "GHE.example.org/", "www.ghe.example.org", "ghe.example.org:443"):
            with self.subTest(other):
                _, wrong = load({"FORGES": [SCM, GHE, {"kind": "githbu", "host": other}]}, {})
                self.assertIn("FORGES entry 3: `host` is 'ghe.example.org', as in FORGES entry 2.", wrong)


class Places(TestCase):
    """How messages call the place where something of a host is set."""

    TEXT = (
        "Set GITHUB_API_TOKEN to one. Look at GITHUB_GRAPHQL_URL, at GITHUB_SECONDS_PER_MINUTE and at"
        " `GITHUB_HOST`; a proxy (UPSTREAM_PROXY), UPSTREAM_CA_FILE. NUM_THREADS_GITHUBS"
    )

    def test_those_of_the_first_hosts_are_their_own_settings(self) -> None:
        github, bitbucket, *_ = hosts()
        self.assertEqual(github.words(self.TEXT), self.TEXT)
        self.assertEqual(github.setting("api"), "GITHUB_GRAPHQL_URL")
        self.assertEqual(github.setting("GITHUB_SECONDS_PER_MINUTE"), "GITHUB_SECONDS_PER_MINUTE")
        self.assertEqual(bitbucket.setting("accounts"), "BITBUCKET_USERNAME and BITBUCKET_API_TOKEN")
        self.assertEqual([github.setting(key) for key in ("ca_file", "proxy")], ["UPSTREAM_CA_FILE", "UPSTREAM_PROXY"])

    def test_a_first_host_without_settings_of_its_own_names_the_entry_that_it_may_have(self) -> None:
        gitlab, codeberg = hosts()[2:]
        self.assertEqual(gitlab.setting("accounts"), "`accounts` of an entry of FORGES for gitlab.com")
        self.assertEqual(codeberg.setting("api"), "`api` of an entry of FORGES for codeberg.org")

    def test_a_first_host_keeps_its_name_in_an_entry_of_its_kind(self) -> None:
        codeberg = hosts({"kind": "gitea", "host": "codeberg.org", "threads": 3})[-1]
        self.assertEqual((codeberg.name, codeberg.label), ("codeberg.org", "Codeberg"))
        self.assertTrue(is_first(codeberg))

    def test_those_of_others_are_keys_of_their_entry_where_it_may_have_them(self) -> None:
        host = hosts(SCM, {**GHE, "proxy": "http://proxy.example:3128"})[-1]
        self.assertEqual(
            host.words(self.TEXT),
            "Set `token` in `accounts` of FORGES entry 2 to one. Look at `api` of FORGES entry 2, at"
            " `GITHUB_SECONDS_PER_MINUTE` in `bounds` of FORGES entry 2 and at `GITHUB_HOST`; a proxy (`proxy` of"
            " FORGES entry 2), UPSTREAM_CA_FILE. NUM_THREADS_GITHUBS",
        )
        self.assertEqual(host.words(host.words(self.TEXT)), host.words(self.TEXT))
        self.assertEqual(host.setting("accounts"), "`accounts` of FORGES entry 2")

    def test_a_user_name_and_a_token_that_go_together_are_named_together(self) -> None:
        said = hosts(SCM)[-1].words("set BITBUCKET_USERNAME and BITBUCKET_API_TOKEN. Look at BITBUCKET_USERNAME.")
        place = "`accounts` of FORGES entry 1"
        self.assertEqual(said, f"set `username` and `token` in {place}. Look at `username` in {place}.")
