"""Calls to the emulated Gitea, for its tests."""

from __future__ import annotations

from typing import Any

import requests

from emulator import Emulator, Owner, Repository, World
from emulator.tests.helpers import PATIENCE, EmulatorCase, Json

OLD, SEVEN, ELEVEN = "1.21.11", "7.0.15+gitea-1.21.11", "11.0.1+gitea-1.22.0"
GITEA, LATE = "1.23.8", "1.27.3"
TOKEN = "emulator-gitea-token"


def organization(*repositories: Repository, login: str = "Acme", **more: Any) -> Owner:
    """An organization of these repositories."""
    return Owner("gitea", login, "Organization", repositories, **more)


def person(*repositories: Repository, login: str = "Ann", **more: Any) -> Owner:
    """A user with these repositories."""
    return Owner("gitea", login, "User", repositories, **more)


def days(*names: str, **more: Any) -> list[Repository]:
    """Public repositories of these names, each created a day after the one before it."""
    return [Repository(name, created_at=f"2020-01-{day:02}", **more) for day, name in enumerate(names, 1)]


def ask(emulator: Emulator, path: str, token: str = "", **query: Any) -> requests.Response:
    """The answer of the API, redirects not followed."""
    headers = {"Authorization": f"token {token}"} if token else {}
    url = f"{emulator['gitea'].url}/api/v1{path}"
    return requests.get(url, params=query, headers=headers, allow_redirects=False, timeout=PATIENCE)


def site(world: World, **options: Any) -> Emulator:
    """An emulator whose Gitea has these options; to be started."""
    return Emulator(world, limits=False, gitea=options)


class GiteaCase(EmulatorCase):
    """One emulator for all tests of a class; each adds its owners."""

    def get(self, path: str, token: str = "", **query: Any) -> requests.Response:
        """See `ask`."""
        return ask(self.emulator, path, token, **query)

    def versions(self, path: str, *versions: str, token: str = "") -> list[requests.Response]:
        """The answers of emulators of these versions with the class's world."""
        answers = []
        for version in versions:
            with site(self.world, version=version) as emulator:
                answers.append(ask(emulator, path, token))
        return answers

    def names(self, answer: requests.Response) -> list[str | None]:
        """The names in a page of a list, None for a null."""
        rows: list[Json] = answer.json()
        return [row and row["name"] for row in rows]
