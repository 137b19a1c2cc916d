"""From pasted text to profiles."""

from unittest import TestCase

from from_git.profiles import BadUrl, Profile, parse_profile, parse_profiles

HOSTS = {"github.com": "github", "bitbucket.org": "bitbucket"}

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
]

BAD = [
    ("https://bitucket.org/mailchimp", "unknown host bitucket.org; did you mean bitbucket.org?"),
    ("https://bitbucket.com/mailchimp", "did you mean bitbucket.org?"),
    ("https://githib.com/mailchimp", "did you mean github.com?"),
    ("https://github.org/mailchimp", "did you mean github.com?"),
    ("https://api.github.com/mailchimp", "did you mean github.com?"),
    ("https://github.com:443/mailchimp", "did you mean github.com?"),
    ("https://github.com./mailchimp", "did you mean github.com?"),
    ("https://gitlab.com/mailchimp", "gitlab.com is not supported; profiles are on github.com or bitbucket.org"),
    ("https://example.org/mailchimp", "unknown host example.org; profiles are on github.com or bitbucket.org"),
    ("mailchimp", "it is no address; write https://github.com/OWNER or https://bitbucket.org/OWNER"),
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

    def test_a_repository_of_a_malformed_owner_gets_no_suggestion(self) -> None:
        with self.assertRaises(BadUrl) as caught:
            parse_profile("https://github.com/a.b/repo", HOSTS)

        self.assertNotIn("did you mean", str(caught.exception))

    def test_profile_urls_of_an_enterprise_server_carry_its_host_and_port(self) -> None:
        hosts = {"git.example.org:8443": "github", "bitbucket.org": "bitbucket"}

        self.assertEqual(parse_profile("https://git.example.org:8443/octo", hosts).owner, "octo")
        with self.assertRaises(BadUrl):
            parse_profile("https://github.com/octo", hosts)


class ParseProfiles(TestCase):
    """Many texts."""

    def test_the_same_profile_counts_once_in_its_first_spelling(self) -> None:
        spellings = ["  https://github.com/MailChimp ", "github.com/mailchimp/", "http://www.github.com/mailCHIMP"]

        profiles, bad, _ = parse_profiles(spellings, HOSTS)

        self.assertEqual([profile.url for profile in profiles], ["https://github.com/MailChimp"])
        self.assertEqual(bad, [])

    def test_the_same_owner_on_two_forges_is_two_profiles_in_the_order_asked(self) -> None:
        profiles, *_ = parse_profiles(["bitbucket.org/x", "github.com/x"], HOSTS)

        self.assertEqual([profile.forge for profile in profiles], ["bitbucket", "github"])

    def test_one_value_may_hold_several_lines_and_blank_ones_are_skipped(self) -> None:
        profiles, bad, _ = parse_profiles(["github.com/a\r\n\r\n  github.com/b\n\rgithub.com/c", "", "  "], HOSTS)

        self.assertEqual([profile.owner for profile in profiles], ["a", "b", "c"])
        self.assertEqual(bad, [])

    def test_every_bad_url_is_named_once_in_the_order_asked(self) -> None:
        _, bad, more = parse_profiles(["nowhere", "github.com/a", "ftp://x", "nowhere"], HOSTS)

        self.assertEqual(([text for text, _ in bad], more), (["nowhere", "ftp://x"], 0))

    def test_profiles_are_equal_by_forge_and_owner_alone(self) -> None:
        self.assertEqual(Profile("github", "a", "A", "github.com/A"), Profile("github", "a", "a", "github.com/a"))
        self.assertNotEqual(Profile("github", "a", "a", "x"), Profile("bitbucket", "a", "a", "x"))
