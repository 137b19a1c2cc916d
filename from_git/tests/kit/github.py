"""What tests of the GitHub adapter share: one owner, and ways to change what is said of it."""

from collections.abc import Callable, Iterable
from typing import Any

import orjson

from emulator import Fault, Owner, Repository
from from_git.tests.kit.service import ServiceTestCase


class GitHubTestCase(ServiceTestCase):
    """An organization of a few repositories."""

    url = "https://github.com/tiny"

    def add(self, *repositories: Repository, kind: str = "Organization") -> None:
        """Give GitHub the owner `tiny`."""
        self.world.add(Owner("github", "tiny", kind, repositories))

    def fault(self, kind: str, **options: Any) -> None:
        """Switch on a fault of GitHub's API."""
        self.emulator.faults.add(Fault(kind, path="/graphql", **options))

    def edit(self, change: Callable[[Any], object], query: str = "Owner") -> None:
        """Change the data of each answer to one of our queries."""

        def changed(body: Any) -> Any:
            change(body["data"])
            return body

        self.fault("edit", contains=f"query {query}(", edit=changed)

    def change(self, after: Iterable[Repository], when: Callable[[int, str], bool]) -> list[str]:
        """Let the owner have other repositories as soon as `when` holds for a call: its number from 1, and its body.

        Returns the bodies of all calls, as they come.
        """
        bodies: list[str] = []

        def act(upstream: str, path: str, body: str) -> None:
            bodies.append(body)
            if when(len(bodies), body):
                self.add(*after)

        self.emulator.before_call(act)
        self.addCleanup(self.emulator.before_call, None)
        return bodies


def ids_in(body: str) -> list[str]:
    """The ids that a query by id asks for."""
    found = orjson.loads(body)["variables"].get("ids", [])
    return [str(one) for one in found]
