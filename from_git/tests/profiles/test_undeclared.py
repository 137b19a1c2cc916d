"""Hosts that nobody has declared, and the forms of addresses on hosts of groups and subgroups."""

import json
from unittest import TestCase

from from_git.forges.entries import read_entries
from from_git.forges.registry import KINDS
from from_git.profiles import parse_profiles
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.parsing import parse_profile
from from_git.values.kind import BadUrl

HOSTS = {kind.host: host_of(kind) for kind in KINDS.values()}
LOOKS = {
    # by the name of the host
    "https://gitlab.gnome.org/GNOME": ("gitlab", "gitlab.gnome.org"),
    "https://www.GitLab.example.org/x": ("gitlab", "gitlab.example.org"),
    "http://gitlab.example.org:8080": ("gitlab", "gitlab.example.org:8080"),
    "gitlab.lan/x": ("gitlab", "gitlab.lan"),
    "https://gitea.com/gitea": ("gitea", "gitea.com"),
    "https://gitea.example.org/x": ("gitea", "gitea.example.org"),
    "https://forgejo.example.org/x": ("gitea", "forgejo.example.org"),
    "https://github.example.org/x": ("github", "github.example.org"),
    "https://octo.ghe.com/x": ("github", "octo.ghe.com"),
    # by the form of the path
    "https://git.example.org/groups/x/-/tree": ("gitlab", "git.example.org"),
    "https://git.example.org:8443/a/b/-/tree/main": ("gitlab", "git.example.org:8443"),
    "https://git.example.org/a/b/c/-/issues": ("gitlab", "git.example.org"),
    "https://git.example.org/api/v4/projects": ("gitlab", "git.example.org"),
    "https://git.example.org/a/b/src/branch/main": ("gitea", "git.example.org"),
    "https://git.example.org/a/-/packages": ("gitea", "git.example.org"),
    "https://git.example.org/org/x/members": ("gitea", "git.example.org"),
    "https://git.example.org/orgs/x/repositories": ("github", "git.example.org"),
}
"""What surely is a forge of some kind, and the entry that it gets."""
DATA_CENTER = (
    "https://bitbucket.example.org/x",
    "https://bitbucket.example.org/projects/KEY",
    "https://stash.example.org/users/~name",
    "https://git.example.org/users/~name",
    "https://git.example.org/projects/KEY/repos/x",
    "https://git.example.org/users/name/repos/x/browse",
    "https://git.example.org/scm/key/repo.git",
    "https://git.example.org/rest/api/1.0/projects/KEY",
)
MISSPELT = {
    "https://gitlab.co/x": "gitlab.com",
    "https://gitlab.org/x": "gitlab.com",
    "https://githib.com/x": "github.com",
    "https://githib.com/orgs/x/people": "github.com",
    "https://codeberg.com/x": "codeberg.org",
    "https://bitbucket.com/x": "bitbucket.org",
    "https://api.github.com/orgs/x/repositories": "github.com",
}
UNKNOWN = (
    "https://example.org/x",
    "https://git.example.org/groups/x",
    "https://www.facebook.com/groups/x",
    "https://gitlab.com.evil.example/x",
    "https://github.com.evil.example/a/b/-/tree",
    "https://mygitlab.example.org/x",
    "https://x.github.example.org/x",
)
GOOD = {
    "https://gitlab.com/groups/G": "G",
    "https://gitlab.com/groups/G/Sub/": "G/Sub",
    "https://gitlab.com/G/Sub/sub-2": "G/Sub/sub-2",
    "WWW.GitLab.com/A/B?page=2": "A/B",
    "https://gitlab.com/users/U/projects": "U",
    "https://gitlab.com/old-": "old-",
    "https://gitlab.com/.old": ".old",
    "https://gitlab.com/42": "42",
    "https://codeberg.org/org/NAME/dashboard": "NAME",
    "https://codeberg.org/NAME?tab=repositories": "NAME",
    "https://codeberg.org/a.b-c_d": "a.b-c_d",
    "https://codeberg.org/admin": "admin",
}
BAD = {
    "https://gitlab.com/groups/G/Sub/-/issues": "a page of a group or project, not a profile; did you mean https://gitlab.com/G/Sub?",
    "https://gitlab.com/G/S/P/-/tree/main": "; did you mean https://gitlab.com/G/S?",
    "https://gitlab.com/G/P/tree/main": "; did you mean https://gitlab.com/G?",
    "https://gitlab.com/G/-/x": "; did you mean https://gitlab.com/G?",
    "https://gitlab.com/G/S/P.git": "it looks like a repository, not a profile; did you mean https://gitlab.com/G/S?",
    "git@gitlab.com:G/S/P.git": "; did you mean https://gitlab.com/G/S?",
    "https://gitlab.com/users/U/activity": "a page of a user, not its profile; did you mean https://gitlab.com/U?",
    "https://gitlab.com/users": "gitlab.com/users is a page of GitLab itself",
    "https://gitlab.com/explore/groups": "gitlab.com/explore is a page of GitLab itself",
    "https://gitlab.com/-/snippets": "gitlab.com/- is a page of GitLab itself",
    "https://gitlab.com/api/v4/groups/a%2Fb/projects": "; did you mean https://gitlab.com/a/b?",
    "https://gitlab.com/api/v4/users/NAME/projects": "; did you mean https://gitlab.com/NAME?",
    "https://gitlab.com/a%2Fb": "; did you mean https://gitlab.com/a/b?",
    "https://gitlab.com/foo.": "cannot be an owner on GitLab (letters, digits,",
    "https://gitlab.com/foo.atom": "not ending in a dot, .git or .atom",
    "https://gitlab.com/-foo": "cannot be an owner on GitLab",
    "https://gitlab.com/a/..": "cannot be an owner on GitLab",
    "https://codeberg.org/org/NAME/members": "; did you mean https://codeberg.org/NAME?",
    "https://codeberg.org/NAME/repo": "it looks like a repository, not a profile; did you mean https://codeberg.org/NAME?",
    "https://codeberg.org/NAME/-/packages": "a page of an owner, not its profile; did you mean https://codeberg.org/NAME?",
    "ssh://git@codeberg.org/NAME/repo.git": "; did you mean https://codeberg.org/NAME?",
    "https://codeberg.org/api/v1/orgs/NAME": "; did you mean https://codeberg.org/NAME?",
    "https://codeberg.org/explore/repos": "codeberg.org/explore is a page of ",
    "https://codeberg.org/na..me": "cannot be an owner on Gitea (letters and digits,",
    "https://codeberg.org/name.rss": "not ending in .keys, .gpg, .rss, .atom or .png",
    "https://git.sr.ht/~x": "git.sr.ht is not supported; profiles are on ",
}


class Undeclared(TestCase):
    """What is said of hosts that there are not."""

    def said(self, text: str) -> str:
        """What is wrong with this text."""
        with self.assertRaises(BadUrl) as caught:
            parse_profile(text, HOSTS)
        return str(caught.exception)

    def test_one_that_surely_is_of_a_kind_gets_an_entry_that_makes_its_urls_profiles(self) -> None:
        for text, (kind, name) in LOOKS.items():
            with self.subTest(text):
                said = self.said(text)
                self.assertIn(f"; it looks like {KINDS[kind].label}: declare it in FORGES, ", said)
                entry = json.loads(said[said.index("{") :].replace("…", "x"))
                self.assertEqual((entry["kind"], entry["host"]), (kind, name))
                found, wrong = read_entries({"FORGES": [entry], "UPSTREAM_CA_FILE": "", "UPSTREAM_PROXY": ""})
                self.assertEqual(wrong, [])
                self.assertEqual(parse_profile(f"https://{name}/x", {name: found[0]}).owner, "x")

    def test_a_bitbucket_data_center_is_refused_with_the_reason(self) -> None:
        for text in DATA_CENTER:
            with self.subTest(text):
                self.assertIn(
                    "looks like Bitbucket Data Center (once Server, or Stash), which is not supported: it tells no"
                    " watchers, languages or topics",
                    self.said(text),
                )
                self.assertNotIn("FORGES", self.said(text))

    def test_a_misspelling_of_a_host_that_there_is_stays_one(self) -> None:
        for text, meant in MISSPELT.items():
            with self.subTest(text):
                self.assertTrue(self.said(text).endswith(f"; did you mean {meant}?"), self.said(text))

    def test_of_all_others_it_is_only_said_that_hosts_can_be_declared(self) -> None:
        for text in UNKNOWN:
            with self.subTest(text):
                said = self.said(text)
                self.assertIn("profiles are on github.com, bitbucket.org, gitlab.com or codeberg.org; ", said)
                self.assertIn("declared in FORGES, with their kind (github, bitbucket, gitlab or gitea)", said)

    def test_of_a_hundred_hosts_the_first_are_named(self) -> None:
        hosts = {name: host_of("github", name) for name in (f"git{number}.example.org" for number in range(100))}
        for text in ("https://elsewhere.example/x", "https://sr.ht/x"):
            said = str(parse_profiles([text], hosts).bad[0][1])
            self.assertIn("git7.example.org", said)
            self.assertIn(" or 92 more", said)
            self.assertNotIn("git8.example.org", said)

    def test_a_host_that_is_declared_is_no_longer_guessed_at(self) -> None:
        name = "bitbucket.example.org"
        hosts = {**HOSTS, name: host_of("github", name)}

        self.assertEqual(parse_profile(f"https://{name}/x", hosts).forge, "github")


class Forms(TestCase):
    """Addresses that people paste."""

    def test_pages_of_an_owner_name_it(self) -> None:
        for text, owner in GOOD.items():
            with self.subTest(text):
                self.assertEqual(parse_profile(text, HOSTS).owner, owner)
                self.assertEqual([one.owner for one in parse_profiles([text], HOSTS).profiles], [owner])

    def test_everything_else_is_refused_with_a_reason_and_with_what_was_meant(self) -> None:
        for text, reason in BAD.items():
            with self.subTest(text):
                (_, error), *_ = parse_profiles([text], HOSTS).bad
                self.assertIn(reason, str(error))
                if error.suggestion:
                    self.assertEqual(parse_profile(error.suggestion, HOSTS).url, error.suggestion)
