"""From pasted text to profiles."""

from unittest import TestCase

from from_git.forges.registry import KINDS
from from_git.profiles import parse_profiles
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.parsing import parse_profile
from from_git.values.kind import BadUrl

HOSTS = {kind.host: host_of(kind) for kind in KINDS.values()}
UUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
GOOD = [
    ("https://github.com/mailchimp", "github", "mailchimp"),
    ("http://github.com/mailchimp", "github", "mailchimp"),
    ("github.com/mailchimp", "github", "mailchimp"),
    ("www.github.com/mailchimp", "github", "mailchimp"),
    ("HTTPS://WWW.GitHub.COM/MailChimp", "github", "MailChimp"),
    ("https://github.com/mailchimp/", "github", "mailchimp"),
    ("https://github.com/orgs/mailchimp", "github", "mailchimp"),
    ("https://github.com/orgs/mailchimp/", "github", "mailchimp"),
    ("https://github.com/orgs/mailchimp/repositories", "github", "mailchimp"),
    ("https://github.com/Orgs/mailchimp/Repositories/", "github", "mailchimp"),
    ("https://github.com/mailchimp?tab=repositories", "github", "mailchimp"),
    ("https://github.com/orgs/mailchimp/repositories?q=a&type=all#x", "github", "mailchimp"),
    ("https://github.com/mailchimp#readme", "github", "mailchimp"),
    ("https://github.com/mailchimp/?tab=repositories&q=@me", "github", "mailchimp"),
    ("https://github.com/ghost", "github", "ghost"),  # a real user, though lists of reserved names have it
    ("https://github.com/a-b-1", "github", "a-b-1"),
    ("https://github.com/octo_corp", "github", "octo_corp"),
    ("https://github.com/" + "a" * 39, "github", "a" * 39),
    ("https://bitbucket.org/mailchimp", "bitbucket", "mailchimp"),
    ("bitbucket.org/mailchimp/", "bitbucket", "mailchimp"),
    ("https://www.bitbucket.org/mailchimp/workspace/repositories", "bitbucket", "mailchimp"),
    ("https://bitbucket.org/mailchimp/workspace/repositories/?page=2", "bitbucket", "mailchimp"),
    ("https://bitbucket.org/old_team-1", "bitbucket", "old_team-1"),
    # as Bitbucket's own answers link workspaces
    (f"https://bitbucket.org/%7B{UUID}%7D/", "bitbucket", f"{{{UUID}}}"),
    (f"https://bitbucket.org/%7b{UUID.upper()}%7d", "bitbucket", f"{{{UUID}}}"),
    (f"bitbucket.org/{{{UUID}}}", "bitbucket", f"{{{UUID}}}"),
    (f"https://bitbucket.org/{{{UUID.upper()}}}/workspace/repositories", "bitbucket", f"{{{UUID}}}"),
]
BAD = [
    ("https://bitucket.org/mailchimp", "unknown host bitucket.org; did you mean bitbucket.org?"),
    ("https://bitbucket.com/mailchimp", "did you mean bitbucket.org?"),
    ("https://githib.com/mailchimp", "did you mean github.com?"),
    ("https://github.org/mailchimp", "did you mean github.com?"),
    ("https://api.github.com/mailchimp", "did you mean github.com?"),
    ("https://github.com:443/mailchimp", "did you mean github.com?"),
    ("https://github.com./mailchimp", "did you mean github.com?"),
    ("https://gitee.com/mailchimp", "gitee.com is not supported; profiles are on github.com, bitbucket.org, "),
    ("https://example.org/mailchimp", "unknown host example.org; profiles are on github.com, bitbucket.org, "),
    ("mailchimp", "it is no address; write one like https://github.com/OWNER"),
    ("https://https://github.com/mailchimp", "scheme twice or without //"),
    ("https:/github.com/mailchimp", "scheme twice or without //"),
    ("<https://github.com/mailchimp>", "quote or a bracket"),
    ('"https://github.com/mailchimp"', "quote or a bracket"),
    ("https://github.com/a,https://github.com/b", "one URL a line"),
    ("https://github.com/enterprises/x", "github.com/enterprises is a page of GitHub itself"),
    ("https://bitbucket.org/workspaces/mailchimp", "bitbucket.org/workspaces is a page of Bitbucket itself"),
    ("https:///mailchimp", "no host"),
    ("//github.com/mailchimp", "no host"),
    ("ftp://github.com/mailchimp", "http or https addresses, not ftp"),
    ("javascript://github.com/mailchimp", "not javascript"),
    ("git@github.com:mailchimp/repo.git", "clone address"),
    ("https://user:secret@github.com/mailchimp", "it has an @"),
    ("https://github.com\\@evil.example/x", "it has an @"),
    ("https://github.com\\mailchimp", "backslash"),
    ("https://github.com", "it names no owner; write https://github.com/OWNER"),
    ("https://github.com/", "it names no owner"),
    ("https://bitbucket.org/?x=1", "it names no owner; write https://bitbucket.org/OWNER"),
    ("https://github.com//mailchimp", "empty part"),
    ("https://github.com/mailchimp//", "empty part"),
    ("https://github.com/mailchimp/repo", "a repository, not a profile; did you mean https://github.com/mailchimp?"),
    ("https://github.com/mailchimp/repo/tree/main/src", "did you mean https://github.com/mailchimp?"),
    (
        "https://bitbucket.org/mailchimp/repo",
        "a repository, not a profile; did you mean https://bitbucket.org/mailchimp?",
    ),
    ("https://bitbucket.org/mailchimp/workspace/projects/X", "did you mean https://bitbucket.org/mailchimp?"),
    ("https://github.com/orgs/mailchimp/people", "did you mean https://github.com/mailchimp?"),
    ("https://github.com/orgs", "github.com/orgs is a page of GitHub itself"),
    ("https://github.com/features", "github.com/features is a page of GitHub itself"),
    ("https://github.com/topics/python", "github.com/topics is a page of GitHub itself"),
    ("https://github.com/settings/profile", "github.com/settings is a page of GitHub itself"),
    ("https://bitbucket.org/account", "bitbucket.org/account is a page of Bitbucket itself"),
    ("https://github.com/" + "a" * 40, "cannot be an owner on GitHub"),
    ("https://github.com/a.b", "cannot be an owner on GitHub"),
    ("https://github.com/..", "cannot be an owner on GitHub"),
    ("https://github.com/%6dailchimp", "cannot be an owner on GitHub"),
    ("https://bitbucket.org/%2e%2e", "cannot be an owner on Bitbucket"),
    ("https://bitbucket.org/{uuid}", "cannot be an owner on Bitbucket"),
    (f"https://bitbucket.org/{UUID[1:]}}}", "cannot be an owner on Bitbucket"),
    (f"https://bitbucket.org/%7B{UUID}", "cannot be an owner on Bitbucket"),
    (f"https://github.com/{{{UUID}}}", "cannot be an owner on GitHub"),
    ("https://github.com/a?url=https://github.com/b", "another url in its query; write & between parameters"),
    ("https://github.com/a/?x=1&amp;url=github.com/b", "another url in its query"),
    ("https%3A%2F%2Fgithub.com%2Fa", "it is percent-encoded"),
    ("https://github.com/../repo", "a repository, not a profile"),
    ("https://github.com/a b", "one URL a line"),
    ("https://github.com/a\tb", "one URL a line"),
    ("https://github.com/a\x00", "U+0000"),
    ("https://g\u0456thub.com/mailchimp", "U+0456 (CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I)"),
    ("https://github.com/mail\u202echimp", "U+202E"),
    ("https://github.com/\uff4dailchimp", "U+FF4D"),
    ("https://[::1/x", "it is no address"),
    ("https://github.com:99999/mailchimp", "did you mean github.com?"),
    ("https://github.com/" + "a" * 2_000, "longer than 2000 characters"),
]
ORG = "https://github.com/org-5"
MEANT = {
    # what comes along from a text, a document or a program
    "https://github.com/org-5.": ORG,
    "https://github.com/org-5)": ORG,
    "https://github.com/org-5,": ORG,
    "https://github.com/org-5;": ORG,
    "https://github.com/org-5:": ORG,
    "https://github.com/org-5!": ORG,
    "https://github.com/org-5/.": ORG,
    "https://github.com/org-5]": ORG,
    "https://github.com/org-5*": ORG,
    "(https://github.com/org-5).": ORG,
    "<https://github.com/org-5>": ORG,
    '"https://github.com/org-5",': ORG,
    "'github.com/org-5'": ORG,
    "`https://github.com/org-5`": ORG,
    "\u201chttps://github.com/org-5\u201d": ORG,
    "https://github.com/org-5\u200b": ORG,
    "\ufeffhttps://github.com/org-5": ORG,
    "**https://github.com/org-5**": ORG,
    "- https://github.com/org-5": ORG,
    "GitHub: github.com/org-5": ORG,
    "[our code](https://github.com/org-5)": ORG,
    "[x](<https://github.com/org-5>).": ORG,
    # encoded, once or twice
    "https%3A%2F%2Fgithub.com%2Forg-5": ORG,
    "https%3a%2f%2fgithub.com%2forg-5%2F": ORG,
    "https%253A%252F%252Fgithub.com%252Forg-5": ORG,
    "https://github.com%2Forg-5": ORG,
    "https://github.com/org-5%20": ORG,
    "https://github.com/org%2D5": ORG,
    # clone addresses and other pages
    "git@github.com:org-5/repo.git": ORG,
    "ssh://git@github.com/org-5/repo.git": ORG,
    "git clone https://github.com/org-5/repo.git": ORG,
    "git+https://github.com/org-5/repo.git": ORG,
    "https://name:secret@github.com/org-5/repo": ORG,
    "https://github.com/org-5.git": ORG,
    "https://github.com/org-5/repo.git": ORG,
    "https://github.com/@org-5": ORG,
    "https://api.github.com/users/org-5/repos": ORG,
    "https://gist.github.com/org-5": ORG,
    "https://api.bitbucket.org/2.0/repositories/team-1": "https://bitbucket.org/team-1",
    "https://bitbucket.org/workspaces/team-1": "https://bitbucket.org/team-1",
    f"https://bitbucket.org/{{{UUID}}}/repo": f"https://bitbucket.org/{{{UUID}}}",
    # misspelt
    "https:/github.com/org-5": ORG,
    "https:github.com/org-5": ORG,
    "https//github.com/org-5": ORG,
    "htps://github.com/org-5": ORG,
    "https://https://github.com/org-5": ORG,
    "//github.com/org-5": ORG,
    "https:\\\\github.com\\org-5": ORG,
    "https://githib.com/org-5": ORG,
    "https://github.com:443/org-5": ORG,
    "https://github.com//org-5": ORG,
    # nothing to go by, or no single one
    "org-5": None,
    "github.com/a,github.com/b": None,
    "github.com/a?url=github.com/b": None,
    "https://gitee.com/org-5": None,
    "https://example.org/org-5": None,
    "https://github.com@evil.example/org-5": None,
    "https://evil.example/github.com/org-5": None,
    "https://github.com.evil.example/org-5": None,
    "https://github.com/..": None,
    "https://github.com/%2e%2e": None,
    "https://github.com/topics/python": None,
    "https://github.com/" + "a" * 3_000: None,
}
"""What people paste, and the profile that they probably mean."""


class ParseProfile(TestCase):
    """One text."""

    def test_the_forms_that_people_paste_name_the_profile(self) -> None:
        for text, forge, owner in GOOD:
            with self.subTest(text):
                profile = parse_profile(text, HOSTS)
                self.assertEqual((profile.forge, profile.owner, profile.url), (forge, owner, text))

    def test_everything_else_is_refused_with_a_reason(self) -> None:
        for text, reason in BAD:
            with self.subTest(text), self.assertRaises(BadUrl) as caught:
                parse_profile(text, HOSTS)
            with self.subTest(text):
                self.assertIn(reason, str(caught.exception))

    def test_what_was_probably_meant_is_a_profile(self) -> None:
        for text, meant in MEANT.items():
            with self.subTest(text), self.assertRaises(BadUrl) as caught:
                parse_profile(text, HOSTS)
            with self.subTest(text):
                self.assertEqual(caught.exception.suggestion, meant)
                self.assertNotIn("did you mean", caught.exception.reason)
                if meant:
                    self.assertEqual(parse_profile(meant, HOSTS).url, meant)
                    self.assertIn("; did you mean ", str(caught.exception))

    def test_a_repository_of_a_malformed_owner_gets_no_suggestion(self) -> None:
        with self.assertRaises(BadUrl) as caught:
            parse_profile("https://github.com/a.b/repo", HOSTS)

        self.assertNotIn("did you mean", str(caught.exception))

    def test_a_site_may_lie_below_a_path(self) -> None:
        names = ("example.org/git", "example.org/git/lab", "scm.example.org:8443/x", "example.org")
        hosts = {name: host_of("github", name) for name in names}
        for text, name, owner in (
            ("https://example.org/git/Octo/", "example.org/git", "Octo"),
            ("EXAMPLE.org/Git/octo", "example.org/git", "octo"),
            ("www.example.org/git/lab/octo", "example.org/git/lab", "octo"),
            ("example.org/git/labs", "example.org/git", "labs"),
            ("example.org/gits", "example.org", "gits"),
            ("http://scm.example.org:8443/x/octo?tab=repositories", "scm.example.org:8443/x", "octo"),
        ):
            with self.subTest(text):
                profile = parse_profile(text, hosts)
                self.assertEqual((profile.host.name, profile.owner), (name, owner))
                self.assertEqual(parse_profiles([text], hosts).profiles, [profile])

    def test_what_lies_beside_such_a_site_is_none_of_its_profiles(self) -> None:
        hosts = {name: host_of("github", name) for name in ("example.org/git", "scm.example.org:8443/x")}
        for text, said in (
            ("example.org/git", "it names no owner; write https://example.org/git/OWNER"),
            ("example.org/octo", "profiles of example.org lie below example.org/git; did you mean example.org/git?"),
            ("example.org", "profiles of example.org lie below example.org/git; did you mean example.org/git?"),
            ("example.org/git/octo/repo", "a repository, not a profile; did you mean https://example.org/git/octo?"),
            ("exmple.org/git/octo", "unknown host exmple.org; did you mean example.org/git?"),
            ("scm.example.org/x/octo", "unknown host scm.example.org; did you mean scm.example.org:8443/x?"),
            ("example.org:1/git/octo", "unknown host example.org; did you mean example.org/git?"),
            ("gitlab.com/octo", "profiles are on example.org/git or scm.example.org:8443/x"),
            ("octo", "write one like https://example.org/git/OWNER"),
        ):
            with self.subTest(text):
                with self.assertRaises(BadUrl) as caught:
                    parse_profile(text, hosts)
                self.assertIn(said, str(caught.exception))
                self.assertEqual(parse_profiles([text], hosts).profiles, [])

    def test_profile_urls_of_an_enterprise_server_carry_its_host_and_port(self) -> None:
        hosts = {
            "git.example.org:8443": host_of("github", "git.example.org:8443"),
            "bitbucket.org": host_of("bitbucket"),
        }

        self.assertEqual(parse_profile("https://git.example.org:8443/octo", hosts).owner, "octo")
        with self.assertRaises(BadUrl):
            parse_profile("https://github.com/octo", hosts)
