"""Gitea and Forgejo: strangers first, and a token only where the site wants one."""

from emulator import Emulator, Fault, Owner, Repository
from emulator.gitea.credentials import Token
from from_git.tests.kit.gitea import API, LIST, GiteaTestCase

TOKEN = "a-token-of-the-site"
READS = ("read:user", "read:repository", "read:organization")
OWNERS = (
    Owner(
        "gitea",
        "tiny",
        "Organization",
        [Repository(f"r{n:03}", stars=1, is_private=n % 2 == 1, languages={"C": 1}) for n in range(120)],
    ),
    Owner("gitea", "person", "User", [Repository("p", stars=5), Repository("q", is_private=True)]),
    Owner("gitea", "bare", "User", [Repository("q", is_private=True)]),
    Owner("gitea", "lim", "Organization", [Repository("l", stars=7)], visibility="limited"),
    Owner("gitea", "limited", "User", [Repository("l", stars=7)], visibility="limited"),
    Owner("gitea", "priv", "Organization", [Repository("l", stars=7)], visibility="private"),
)
URLS = [f"https://codeberg.org/{one.login}" for one in OWNERS]


class TokenTestCase(GiteaTestCase):
    """A site of which something is for its users."""

    def closed(self, *accounts: str, **options: object) -> Emulator:
        """A site with the owners, which lets nobody in without a token."""
        return self.site(*accounts, token=TOKEN, owners=OWNERS, **{"signed_in_only": True, **options})

    def same_as_strangers(self, emulator: Emulator) -> None:
        """Whether the answers are those that strangers would get."""
        body = self.answer(*URLS)
        self.assertEqual(body["data"], emulator.world.sum([("gitea", one.login) for one in OWNERS]))
        self.assertEqual(body["missing"], URLS[3:])
        kinds = [one["kind"] for one in self.expanded("profiles", *URLS) if one.get("kind")]
        self.assertEqual(kinds, ["Organization", "User", "User"])


class Strangers(TokenTestCase):
    """Sites that let strangers in."""

    def test_a_token_is_not_used_where_strangers_are_let_in(self) -> None:
        emulator = self.site(TOKEN, token=TOKEN, owners=OWNERS)
        self.same_as_strangers(emulator)

        self.use(emulator, "wrong")
        self.same_as_strangers(emulator)
        self.assertFalse(self.adapter().access.signed_in)

    def test_what_is_refused_later_than_at_the_beginning_is_not_asked_for_with_a_token(self) -> None:
        rows = [Repository(f"r{n:02}", languages={"C": 1}, marks=["no-code"]) for n in range(60)]
        emulator = self.site(TOKEN, token=TOKEN, owners=(Owner("gitea", "tiny", "Organization", rows),))
        self.assertEqual(self.answer(URLS[0])["data"]["langs"], [])
        self.assertFalse(self.adapter().access.signed_in)

        for status in (401, 403):
            emulator.faults.clear()
            message = b'{"message": "you must be signed in"}'
            emulator.faults.add(Fault("status", LIST, contains="page=2", status=status, body=message))
            self.assertIn("vanished", self.failure(502, URLS[0])["message"])
        self.assertFalse(self.adapter().access.signed_in)

    def test_the_adapter_has_credentials_and_its_accounts_are_those_in_use(self) -> None:
        self.closed(TOKEN)
        adapter = self.adapter()
        self.assertTrue(adapter.has_credentials)
        self.assertEqual([one.authorization.header for one in adapter.accounts.all], [""])

        self.answer(URLS[0])

        self.assertEqual([one.authorization.header for one in adapter.accounts.all], [f"Bearer {TOKEN}"])

    def test_without_an_account_it_has_none(self) -> None:
        self.site()

        self.assertFalse(self.adapter().has_credentials)


class SignedIn(TokenTestCase):
    """Sites that are for their users."""

    def test_the_answers_are_those_of_strangers_on_every_version(self) -> None:
        for version in ("1.21.11", "7.0.8+gitea-1.21.11", "15.0.0+gitea-1.22.0", "1.27.3"):
            for options in ({}, {"admin": True}, {"scopes": READS}):
                with self.subTest(version=version, **options):
                    self.same_as_strangers(self.closed(TOKEN, version=version, **options))

    def test_a_site_is_asked_as_a_stranger_once(self) -> None:
        emulator = self.closed(TOKEN)
        self.answer("https://codeberg.org/person")
        emulator.meter.reset()

        self.answer("https://codeberg.org/person")

        # the list, what the owner is, and the search, since the list counts what it does not show
        self.assertEqual(self.calls(emulator), 3)

    def test_without_an_account_the_error_says_how_to_give_one(self) -> None:
        self.closed()

        body = self.failure(502, URLS[0])

        self.assertIn("only to those who are signed in", body["message"])
        self.assertIn("read:user, read:repository and read:organization", body["advice"])
        self.assertIn("`accounts` of FORGES entry 1", body["advice"])

    def test_a_wrong_token_is_an_error_that_names_the_setting(self) -> None:
        for options in ({}, {"explore_signed_in_only": True, "signed_in_only": False}):
            with self.subTest(**options):
                self.closed("wrong", **options)
                body = self.failure(502, URLS[0])
                self.assertIn("does not know the token (401 Unauthorized)", body["message"])
                self.assertIn("`accounts` of FORGES entry 1", body["advice"])
                self.assertNotIn("missing", body)

    def test_a_wrong_token_beside_a_good_one_is_set_aside(self) -> None:
        emulator = self.closed("wrong", TOKEN)
        self.same_as_strangers(emulator)
        adapter = self.adapter()
        self.assertGreater(adapter.accounts.all[0].aside.left(), 0.0)

    def test_a_token_that_may_read_too_little_is_an_error_that_names_the_scopes(self) -> None:
        for scope in READS:
            with self.subTest(scope):
                self.closed(TOKEN, scopes=tuple(set(READS) - {scope}))
                body = self.failure(502, URLS[0])
                self.assertIn("does not let the token read this (403 Forbidden)", body["message"])
                self.assertIn("read:user, read:repository and read:organization", body["advice"])

    def test_a_token_that_may_read_too_little_beside_a_good_one_is_passed_over(self) -> None:
        emulator = self.closed(TOKEN, "good", scopes=("read:user",), users=[Token("good", "other")])

        self.same_as_strangers(emulator)

    def test_a_site_that_lets_strangers_in_again_is_asked_without_the_token_that_may_read_too_little(self) -> None:
        emulator = self.site(TOKEN, token=TOKEN, scopes=("read:user",), owners=OWNERS)
        self.same_as_strangers(emulator)

        adapter = self.adapter()
        adapter.access.signed_in = True
        self.same_as_strangers(emulator)
        self.assertFalse(adapter.access.signed_in)

    def test_with_what_a_site_says_of_itself_it_is_forgotten_that_it_wanted_a_token(self) -> None:
        emulator = self.site(TOKEN, token=TOKEN, owners=OWNERS)
        access = self.adapter().access
        access.signed_in = access.hides_users = True

        self.same_as_strangers(emulator)

        self.assertFalse(access.signed_in)

    def test_a_403_of_languages_that_speaks_of_scopes_is_no_absence_of_code(self) -> None:
        emulator = self.closed(TOKEN)
        message = b'{"message": "token does not have at least one of required scope(s): [read:repository]"}'
        emulator.faults.add(Fault("status", f"{API}/repos/*/languages", status=403, body=message))

        self.assertIn("scopes", self.failure(502, URLS[0])["advice"])

    def test_a_token_for_public_owners_alone_is_kept_from_others_which_are_missing(self) -> None:
        emulator = self.closed(TOKEN, scopes=("public-only", *READS))

        self.same_as_strangers(emulator)


class Explore(TokenTestCase):
    """Sites that show organizations to everybody, and users to those who are signed in."""

    def test_organizations_are_read_as_a_stranger(self) -> None:
        emulator = self.site(explore_signed_in_only=True, owners=OWNERS)
        for _ in range(2):
            data = self.answer("https://codeberg.org/tiny")["data"]
            self.assertEqual(data, emulator.world.sum([("gitea", "tiny")]))
        self.assertEqual(self.answer("https://codeberg.org/lim")["missing"], ["https://codeberg.org/lim"])

    def test_users_are_an_error_that_says_how_to_give_an_account(self) -> None:
        self.site(explore_signed_in_only=True, owners=OWNERS)
        for _ in range(2):
            body = self.failure(502, "https://codeberg.org/person")
            self.assertIn("only to those who are signed in", body["message"])
            self.assertIn("`accounts` of FORGES entry 1", body["advice"])

    def test_with_a_token_all_are_read(self) -> None:
        self.same_as_strangers(self.closed(TOKEN, signed_in_only=False, explore_signed_in_only=True))
