"""Several accounts of one forge: each with limits and counts of its own, some of them revoked."""

from __future__ import annotations

import base64
import unittest
from typing import Any

import requests

from emulator import Emulator, Latency, Owner, Repository, World
from emulator.accounts import Accounts, Login
from emulator.bitbucket.credentials import AccessToken, ApiToken, Credentials
from emulator.github.users import User
from emulator.tests.helpers import PATIENCE, Client, Clock, EmulatorCase, workspace

VIEWER = "{ viewer { login id } rateLimit { limit remaining } }"
LIST = "/repositories/acme"


def basic(username: str, token: str) -> str:
    """The header of a user name and a token."""
    return f"Basic {base64.b64encode(f'{username}:{token}'.encode()).decode()}"


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
        accounts.give_back("a1")
        self.assertIsNotNone(accounts.taken("Bearer a1"))

    def test_mistakes_are_refused_and_no_token_is_shown(self) -> None:
        with self.assertRaisesRegex(ValueError, "^two credentials of one forge have the same token$"):
            Emulator(github={"users": [User("ash", ("emulator-token",))]})
        for change in (self.accounts.revoke, self.accounts.give_back):
            with self.assertRaisesRegex(ValueError, "^no credential has that token$"):
                change("nobody")
        for one in (Login("ash", "secret"), User("ash", ("secret",)), ApiToken("ash", "secret"), AccessToken("secret")):
            self.assertNotIn("secret", repr(one))


class AccountsCase(EmulatorCase):
    """Ways to call with any credential."""

    def emulate(self, **options: Any) -> Emulator:
        """An emulator with these options."""
        return self.enterContext(Emulator(self.world, **options))

    def ask(self, emulator: Emulator, token: str, query: str = VIEWER) -> requests.Response:
        """Ask a query of GitHub."""
        headers = {"Authorization": f"bearer {token}"}
        url = emulator["github"].url
        return requests.post(url, json={"query": query}, headers=headers, timeout=PATIENCE)

    def read(self, emulator: Emulator, authorization: str | None, path: str = LIST) -> requests.Response:
        """Read from Bitbucket."""
        headers = {"Authorization": authorization} if authorization else {}
        return requests.get(emulator["bitbucket"].url + path, headers=headers, timeout=PATIENCE)


class TestGitHub(AccountsCase):
    """Users with one token or several."""

    def test_each_user_is_its_own_viewer_with_points_of_its_own(self) -> None:
        emulator = self.emulate(github={"users": 3, "points": 2})
        tokens = [one.token for one in emulator["github"].accounts.logins]

        told = [self.ask(emulator, token).json()["data"] for token in tokens]
        again = [self.ask(emulator, tokens[0]).json() for _ in range(2)]

        self.assertEqual(tokens, ["emulator-token", "emulator-token-2", "emulator-token-3"])
        self.assertEqual(emulator["github"].credentials, {"token": tokens[0]})
        self.assertEqual([one["viewer"]["login"] for one in told], ["emulator", "emulator-2", "emulator-3"])
        self.assertEqual(len({one["viewer"]["id"] for one in told}), 3)
        self.assertEqual({one["rateLimit"]["remaining"] for one in told}, {1})
        self.assertNotIn("data", again[1])
        counts = emulator.meter.accounts("github")
        self.assertEqual(
            [(one.calls, one.points, one.refused) for one in counts.values()], [(3, 2, 1)] + [(1, 1, 0)] * 2
        )
        self.assertEqual(emulator.meter.snapshot()["github"].points, 4)

    def test_tokens_of_one_user_share_its_points_and_another_limit_can_be_given(self) -> None:
        more = [User("emulator", ("second",)), User("oak[bot]", ("ghs_1", "ghs_2"), points=7)]
        emulator = self.emulate(github={"users": more, "points": 3})

        told = [self.ask(emulator, token).json()["data"] for token in ("emulator-token", "second", "ghs_1", "ghs_2")]

        self.assertEqual([one["viewer"]["login"] for one in told], ["emulator", "emulator", "oak[bot]", "oak[bot]"])
        self.assertEqual([one["rateLimit"]["remaining"] for one in told], [2, 1, 6, 5])
        self.assertEqual([one["rateLimit"]["limit"] for one in told], [3, 3, 7, 7])

    def test_the_secondary_limits_of_one_user_are_none_of_another(self) -> None:
        more = [User("emulator", ("second",)), User("oak", ("third",))]
        clock = Clock()
        emulator = self.emulate(github={"users": more, "calls": 2}, clock=clock)

        first = [self.ask(emulator, token).status_code for token in ("emulator-token", "second", "third")]
        emulator.meter.reset()
        self.ask(emulator, "second")
        self.ask(emulator, "third")

        self.assertEqual(first, [200, 200, 200])
        counts = emulator.meter.accounts("github")
        self.assertEqual((counts["emulator"].refused, counts["oak"].refused), (1, 0))

    def test_the_server_time_of_a_user_is_the_sum_of_its_tokens(self) -> None:
        more = [User("emulator", ("second",)), User("oak", ("third",))]
        emulator = self.emulate(github={"users": more, "seconds": 0.1}, latency=Latency(base=0.06))

        for token in ("emulator-token", "second", "second", "third"):
            self.ask(emulator, token)

        counts = emulator.meter.accounts("github")
        self.assertGreater(counts["emulator"].refused, 0)
        self.assertEqual(counts["oak"].refused, 0)

    def test_a_revoked_token_is_401_and_the_user_s_other_one_is_taken(self) -> None:
        emulator = self.emulate(github={"users": [User("emulator", ("second",))]})
        accounts = emulator["github"].accounts

        accounts.revoke("emulator-token")
        refused, other = self.ask(emulator, "emulator-token"), self.ask(emulator, "second")
        accounts.give_back("emulator-token")

        self.assertEqual((refused.status_code, refused.json()["message"]), (401, "Bad credentials"))
        self.assertEqual((refused.headers["X-RateLimit-Limit"], other.status_code), ("0", 200))
        self.assertEqual(self.ask(emulator, "emulator-token").status_code, 200)
        self.assertEqual(self.ask(emulator, "nobody").status_code, 401)
        counts = emulator.meter.accounts("github")
        self.assertEqual((counts["emulator"].calls, counts["emulator"].statuses), (3, {200: 2, 401: 1}))
        self.assertEqual(counts["unknown"].statuses, {401: 1})


class TestBitbucket(AccountsCase):
    """User names, access tokens and strangers."""

    def setUp(self) -> None:
        """Two workspaces."""
        super().setUp()
        self.world.add(workspace(Repository("a"), Repository("b", is_private=True)))
        self.world.add(workspace(Repository("c"), login="other"))

    def test_each_user_name_and_each_access_token_has_its_own_hour(self) -> None:
        emulator = self.emulate(bitbucket={"users": 2, "access_tokens": 2, "calls_per_hour": 1})
        headers = [
            basic(one.username, one.token) if one.username else f"Bearer {one.token}"
            for one in emulator["bitbucket"].accounts.logins
        ]

        told = [[self.read(emulator, one).status_code for _ in range(2)] for one in (*headers, None)]

        self.assertEqual(told, [[200, 429]] * 5)
        self.assertEqual(
            list(emulator.meter.accounts("bitbucket")),
            ["emulator@example.com", "emulator-2@example.com", "accesstoken", "accesstoken-2", "anonymous"],
        )

    def test_tokens_of_one_user_name_share_its_hour(self) -> None:
        more = [ApiToken("emulator@example.com", "second"), ApiToken("oak@example.com", "third")]
        emulator = self.emulate(bitbucket={"users": more, "calls_per_hour": 1})

        told = [
            self.read(emulator, basic(username, token)).status_code
            for username, token in (
                ("emulator@example.com", "emulator-api-token"),
                ("emulator@example.com", "second"),
                ("oak@example.com", "third"),
            )
        ]

        self.assertEqual(told, [200, 429, 200])

    def test_an_access_token_reaches_its_own_workspace_alone(self) -> None:
        first = Credentials(access_workspace="acme")
        emulator = self.emulate(bitbucket={"credentials": first, "access_tokens": [AccessToken("second", "Other")]})

        told = [
            [self.read(emulator, f"Bearer {token}", f"/repositories/{name}").status_code for name in ("acme", "other")]
            for token in ("emulator-access-token", "second")
        ]

        self.assertEqual(told, [[200, 403], [403, 200]])

    def test_strangers_are_told_apart_by_their_address(self) -> None:
        emulator = self.emulate(bitbucket={"calls_per_hour": 1})

        told = []
        for address in ("127.0.0.1", "127.0.0.2", "127.0.0.1"):
            session = requests.Session()
            self.addCleanup(session.close)
            adapter = requests.adapters.HTTPAdapter()
            adapter.init_poolmanager(1, 1, source_address=(address, 0))
            session.mount("http://", adapter)
            told.append(session.get(emulator["bitbucket"].url + LIST, timeout=PATIENCE).status_code)

        self.assertEqual(told, [200, 200, 429])

    def test_a_revoked_token_is_401(self) -> None:
        emulator = self.emulate(bitbucket={"users": 2})
        ours = emulator["bitbucket"].accounts.logins[1]

        emulator["bitbucket"].accounts.revoke(ours.token)

        self.assertEqual(self.read(emulator, basic(ours.username, ours.token)).status_code, 401)
        self.assertEqual(self.read(emulator, None).status_code, 200)


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

        github, bitbucket = emulator.introduction().splitlines()

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
