"""A running emulator for test cases, and plain clients for both upstreams."""

from __future__ import annotations

import threading
import time
import unittest
from collections.abc import Callable
from typing import Any, ClassVar

import requests

from emulator import Emulator, Owner, Repository, World

# no test waits for longer than this, whatever is wrong
PATIENCE = 60  # seconds

Json = Any


def organization(*repositories: Repository, login: str = "acme", **more: Any) -> Owner:
    """A GitHub organization of these repositories."""
    return Owner("github", login, "Organization", repositories, **more)


def workspace(*repositories: Repository, login: str = "acme", **more: Any) -> Owner:
    """A Bitbucket workspace of these repositories."""
    return Owner("bitbucket", login, "Workspace", repositories, **more)


def settled(look: Callable[[], Any], wanted: Any, patience: float = PATIENCE) -> Any:
    """What `look` gives: `wanted`, as soon as it does, or what it gives when patience (seconds) ends."""
    end = time.monotonic() + patience
    while (found := look()) != wanted and time.monotonic() < end:
        time.sleep(0.02)  # whatever it looks at, often in another process, tells nobody of its changes
    return found


class Clock:
    """A clock for `Emulator(clock=...)`: it shows `now`, which tests move, and goes on by `step` when it is read.

    Attributes:
        read: set once it was read.
    """

    def __init__(self, step: float = 0.0) -> None:
        self.now = 0.0
        self.step = step
        self.read = threading.Event()

    def __call__(self) -> float:
        """The time."""
        self.now += self.step
        self.read.set()
        return self.now


class Client:
    """A session with an emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.session = requests.Session()

    def post(self, body: Json, **options: Any) -> requests.Response:
        """POST to GraphQL with the right token; `options` go to requests."""
        headers = {
            "Authorization": f"bearer {self.emulator['github'].credentials['token']}",
            **options.pop("headers", {}),
        }
        return self.session.post(self.emulator["github"].url, json=body, headers=headers, timeout=PATIENCE, **options)

    def graphql(self, query: str, **variables: Any) -> Json:
        """The JSON answer of a query."""
        return self.post({"query": query, "variables": variables}).json()

    def repositories(self, arguments: str, fields: str = "nodes { name }", login: str = "acme") -> Json:
        """The `repositories` connection of an owner with these arguments; the query must not have errors."""
        selected = f"repositories({arguments}) {{ {fields} }}"
        answer = self.graphql(f'{{ repositoryOwner(login: "{login}") {{ {selected} }} }}')
        assert "errors" not in answer, answer
        return answer["data"]["repositoryOwner"]["repositories"]

    def names(self, arguments: str, login: str = "acme") -> list[str]:
        """The names of the repositories on a page."""
        return [node["name"] for node in self.repositories(arguments, login=login)["nodes"]]

    def errors(self, query: str, **variables: Any) -> list[Json]:
        """The errors of a query that must have some."""
        errors: list[Json] = self.graphql(query, **variables)["errors"]
        return errors

    def get(self, path: str, auth: tuple[str, str] | None = None, **query: Any) -> requests.Response:
        """GET under Bitbucket's base address, anonymously unless `auth` is given."""
        return self.session.get(self.emulator["bitbucket"].url + path, params=query, auth=auth, timeout=PATIENCE)

    def member(self, path: str, **query: Any) -> requests.Response:
        """GET with the right API token."""
        ours = self.emulator["bitbucket"].credentials
        return self.get(path, (ours["username"], ours["api_token"]), **query)

    def control(self, method: str, name: str, **options: Any) -> requests.Response:
        """One of the emulator's own resources."""
        url = f"http://127.0.0.1:{self.emulator.port}/_emulator/{name}"
        return self.session.request(method, url, timeout=PATIENCE, **options)


class EmulatorCase(unittest.TestCase):
    """One emulator for all tests of a class, its faults, hook and meter cleared before each.

    Attributes:
        options: the emulator's arguments, to be set by subclasses; without them it has no limit but GitHub's points.
    """

    options: ClassVar[dict[str, Any]] = {}
    emulator: ClassVar[Emulator]
    world: ClassVar[World]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the emulator."""
        cls.emulator = Emulator(**{"limits": False, **cls.options}).start()
        cls.world = cls.emulator.world
        cls.addClassCleanup(cls.emulator.stop)

    def setUp(self) -> None:
        """A new session, and nothing left of the test before."""
        self.client = Client(self.emulator)
        self.addCleanup(self.client.session.close)
        self.emulator.faults.clear()
        self.emulator.before_call(None)
        self.emulator.meter.reset()
