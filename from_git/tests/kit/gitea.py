"""Sites with Gitea or Forgejo for tests."""

import json
from collections.abc import Callable
from typing import Any

import requests

from emulator import Emulator, Fault, Owner, Repository, World
from from_git import forges
from from_git.forges.gitea.opening import Gitea
from from_git.tests.kit.service import ServiceTestCase

API = "/gitea/api/v1"
LIST = f"{API}/users/tiny/repos"
SEARCH = f"{API}/repos/search"
LANGUAGES = f"{API}/repos/tiny/*/languages"
OLD = "1.22.6"
"""The last version of Gitea that counts repositories without code and lists none of them."""


class GiteaTestCase(ServiceTestCase):
    """An organization of a few repositories, `tiny`, at codeberg.org."""

    url = "https://codeberg.org/tiny"

    def add(self, *repositories: Repository, login: str = "tiny", kind: str = "Organization", **more: Any) -> None:
        """Give the site an owner."""
        self.world.add(Owner("gitea", login, kind, repositories, **more))

    def fault(self, kind: str, path: str = LIST, **options: Any) -> None:
        """Switch on a fault."""
        self.emulator.faults.add(Fault(kind, path=path, **options))

    def says(self, status: int, message: str, path: str = LIST, **options: Any) -> None:
        """Let the site answer with its error JSON."""
        body = json.dumps({"message": message, "url": "https://forge.example/api/swagger"}).encode()
        self.fault("status", path, status=status, body=body, **options)

    def site(self, *accounts: str, owners: tuple[Owner, ...] = (), **options: Any) -> Emulator:
        """Another site in place of the usual one, with its own world, until the end of the test.

        Args:
            accounts: tokens that the settings have for it.
            options: see `emulator.gitea.kind.Gitea`.
        """
        world = World()
        for one in owners:
            world.add(one)
        emulator = self.enterContext(Emulator(world, gitea=options, limits="calls" in options))
        self.use(emulator, *accounts)
        return emulator

    def use(self, emulator: Emulator, *accounts: str, **more: Any) -> None:
        """Have codeberg.org asked for at this emulator, with these tokens."""
        entry = {"kind": "gitea", "host": "codeberg.org", "api": emulator["gitea"].url}
        self.settings_for_test(FORGES=[{**entry, "accounts": [{"token": one} for one in accounts], **more}])

    def expanded(self, what: str, *urls: str) -> list[dict[str, Any]]:
        """The further part of an answer that `expand` asks for."""
        response = requests.get(f"{self.base}/health-check", params={"url": list(urls), "expand": what}, timeout=30)
        self.assertEqual(response.status_code, 200, response.text)
        body = response.json()
        return list(body.get(f"{what}Detail", body.get(what)))

    def adapter(self) -> Gitea:
        """The one of codeberg.org."""
        found = forges.forge(forges.hosts()["codeberg.org"])
        assert isinstance(found, Gitea)
        return found

    def calls(self, emulator: Emulator | None = None) -> int:
        """Calls to the site since the last time, and from now on none."""
        meter = (emulator or self.emulator).meter
        found = meter.snapshot()["gitea"].calls
        meter.reset()
        return int(found)

    def before(self, act: Callable[[str, int], object], path: str = LIST) -> None:
        """Have `act` called with the address and the number, from 1, of each call to `path` before it is answered."""
        numbers: list[str] = []

        def watch(upstream: str, called: str, body: str) -> None:
            if called.partition("?")[0] == path:
                numbers.append(called)
                act(called, len(numbers))

        self.emulator.before_call(watch)
        self.addCleanup(self.emulator.before_call, None)
