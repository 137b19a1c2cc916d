"""The credentials of a forge and their accounts: known, revoked, struck by faults of their own, told."""

from __future__ import annotations

import unittest

import requests

from emulator import Emulator, Owner, Repository, World, preset
from emulator.accounts import Accounts, Login
from emulator.bitbucket.credentials import AccessToken, ApiToken
from emulator.github.users import User
from emulator.tests.accounts import AccountsCase, basic
from emulator.tests.helpers import PATIENCE, Client


class TestAccounts(unittest.TestCase):
    """The credentials of one forge."""

    accounts = Accounts([Login("ash", "a1"), Login("ash", "a2"), Login("elm", "e1", "elm@example.com")])

    def test_a_credential_is_found_as_it_must_be_sent(self) -> None:
        for header, account in (
            ("Bearer a1", "ash"),
            ("bearer a2", "ash"),
            (basic("elm@example.com", "e1"), "elm"),
            ("Bearer e1", None),
            ("token a1", None),
            (basic("", "a1"), None),
            (basic("ash", "a1"), None),
            (basic("oak@example.com", "e1"), None),
            ("Basic !", None),
            ("Bearer", None),
            ("", None),
            (None, None),
        ):
            found = self.accounts.taken(header)

            self.assertEqual(found and found.account, account, header)
            self.assertEqual(self.accounts.name(header), account or ("unknown" if header else "anonymous"))

    def test_a_revoked_one_is_known_and_not_taken_until_it_is_given_back(self) -> None:
        accounts = Accounts([Login("ash", "a1"), Login("ash", "a2")])

        accounts.revoke("a1")

        self.assertEqual([accounts.is_revoked(token) for token in ("a1", "a2")], [True, False])
        self.assertIsNone(accounts.taken("Bearer a1"))
        self.assertEqual(accounts.name("Bearer a1"), "ash")
        self.assertIsNotNone(accounts.taken("Bearer a2"))
        accounts.revoke("a2")
        accounts.give_back("a1")
        self.assertIsNotNone(accounts.taken("Bearer a1"))
        self.assertIsNone(accounts.taken("Bearer a2"))

    def test_mistakes_are_refused_and_no_token_is_shown(self) -> None:
        with self.assertRaisesRegex(ValueError, "^two credentials of one forge have the same token$"):
            Emulator(github={"users": [User("ash", ("emulator-token",))]})
        for change in (self.accounts.revoke, self.accounts.give_back):
            with self.assertRaisesRegex(ValueError, "^no credential has that token$"):
                change("nobody")
        for one in (Login("ash", "secret"), User("ash", ("secret",)), ApiToken("ash", "secret"), AccessToken("secret")):
            self.assertNotIn("secret", repr(one))


class TestFaults(AccountsCase):
    """Faults of one account."""

    def test_a_fault_strikes_the_calls_of_the_account_that_it_names(self) -> None:
        emulator = self.emulate(github={"users": [User("emulator", ("second",)), User("oak", ("third",))]})
        emulator.faults.add(preset("secondary_403", account="emulator", times=2))

        told = [self.ask(emulator, token).status_code for token in ("third", "second", "emulator-token", "second")]

        self.assertEqual(told, [200, 403, 403, 200])


class TestControl(AccountsCase):
    """The accounts from another process."""

    def test_accounts_are_listed_revoked_and_given_back(self) -> None:
        emulator = self.emulate(github={"users": 2})
        client = Client(emulator)
        self.addCleanup(client.session.close)

        self.ask(emulator, "emulator-token-2")
        change = {"forge": "github", "token": "emulator-token-2", "revoked": True}
        told = client.control("POST", "accounts", json=change).json()["github"]["emulator-2"]
        refused = self.ask(emulator, "emulator-token-2").status_code
        back = client.control("POST", "accounts", json={**change, "revoked": False}).json()["github"]

        self.assertEqual(told["credentials"], [{"username": "", "token": "emulator-token-2", "revoked": True}])
        self.assertEqual((told["counts"]["calls"], refused), (1, 401))
        self.assertFalse(back["emulator-2"]["credentials"][0]["revoked"])
        self.assertEqual(client.control("GET", "accounts").json()["github"]["emulator"]["counts"]["calls"], 0)

    def test_a_bad_change_is_400_with_the_reason(self) -> None:
        good = {"forge": "github", "token": "emulator-token", "revoked": True}
        for change, words in (
            ([], "forge, token and revoked"),
            ({"forge": "github"}, "forge, token and revoked"),
            ({**good, "revoked": 1}, "true or false"),
            ({**good, "forge": "nowhere"}, "no forge 'nowhere'"),
            ({**good, "token": "nobody"}, "no credential"),
        ):
            answer = self.client.control("POST", "accounts", json=change)

            self.assertEqual(answer.status_code, 400)
            self.assertIn(words, answer.json()["error"])
        self.assertEqual(self.ask(self.emulator, "emulator-token").status_code, 200)


class TestShown(unittest.TestCase):
    """What the command prints."""

    def test_the_introduction_has_every_credential(self) -> None:
        emulator = Emulator(World(recorded=False), github={"users": 2}, bitbucket={"users": 2})

        github, bitbucket, *_ = emulator.introduction().splitlines()

        self.assertTrue(github.endswith("(tokens: emulator-token, emulator-token-2)"), github)
        self.assertIn("Basic emulator-2@example.com:emulator-api-token-2", bitbucket)

    def test_the_viewer_is_an_owner_where_the_world_has_one(self) -> None:
        world = World(recorded=False)
        world.add(Owner("github", "oak", "User", [Repository("leaf")]))
        with Emulator(world, github={"users": [User("oak", ("third",))]}) as emulator:
            answer = requests.post(
                emulator["github"].url,
                json={"query": "{ viewer { repositories(first: 1) { nodes { name } } } }"},
                headers={"Authorization": "bearer third"},
                timeout=PATIENCE,
            )

        self.assertEqual(answer.json()["data"]["viewer"]["repositories"]["nodes"], [{"name": "leaf"}])
