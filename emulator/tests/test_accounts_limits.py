"""Several accounts of one forge: each with limits and counts of its own."""

from __future__ import annotations

import requests

from emulator import Latency, Repository
from emulator.bitbucket.credentials import AccessToken, ApiToken, Credentials
from emulator.github.users import User
from emulator.tests.accounts import LIST, AccountsCase, basic
from emulator.tests.helpers import PATIENCE, Clock, workspace


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
        more = [User("emulator", ("second",)), User("oak[bot]", ("ghs_1",), points=7), User("oak[bot]", ("ghs_2",))]
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
