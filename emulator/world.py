"""The world that both servers show: recorded, made-up, generated and added owners, and the straight sum over them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from itertools import count
from typing import Any

from emulator.changes import change
from emulator.generated import generate
from emulator.model import BITBUCKET, Owner, Repository
from emulator.recorded import Shelf


class World:
    """All owners of both forges.

    Args:
        recorded: hold the recorded and the made-up owners of `data/`.
        generated: let owners such as `org-300` exist by their name (see `generated.py`).

    Every method may be called from any thread; a change is seen by the next call to either server.
    """

    def __init__(self, recorded: bool = True, generated: bool = True) -> None:
        self._lock = threading.RLock()
        self._shelves = [Shelf("recorded"), Shelf("made_up")] if recorded else []
        self._generated = generated
        self._owners: dict[tuple[str, str], Owner | None] = {}
        self._moved: dict[tuple[str, str, int], str] = {}
        # above the ids of generated repositories; an id made of a name may be there too, once in 2**31 times
        self._serial = count(1_000_000_000)

    def add(self, owner: Owner) -> None:
        """Put an owner into the world, in place of the one of that forge and name."""
        with self._lock:
            self._owners[owner.key] = owner

    def remove(self, forge: str, login: str) -> None:
        """Let an owner be unknown from now on; no error where it already is."""
        with self._lock:
            self._owners[forge, login.lower()] = None

    def change(self, forge: str, login: str, **what: Any) -> None:
        """Change an owner's repositories as one step, that no answer and no sum sees half done.

        Args:
            what: `create`, `delete`, `delete_oldest`, `private`, `rename` (each a number of public repositories; the
                newest, where nothing else is said), `transfer` (the login that gets the newest public one; made where
                it is unknown) and `vanish` (true: the owner is gone). Done in the order of `changes.CHANGES`.

        Raises:
            ValueError: no such owner, or no such change.
        """
        with self._lock:
            owner = self.owner(forge, login)
            if owner is None:
                raise ValueError(f"{forge} has no {login!r} to change")
            other = self.owner(forge, str(what["transfer"])) if what.get("transfer") else None
            changed = change(owner, other, what, self._serial)
            for one in changed.owners:
                self.add(one)
            for identity in changed.moved:
                self._moved[forge, *identity] = str(what["transfer"])
            if what.get("vanish"):
                self.remove(forge, login)

    def home(self, forge: str, identity: tuple[str, int]) -> str:
        """The login of whoever has the repository of that identity now: where it was transferred to, or its first."""
        with self._lock:
            return self._moved.get((forge, *identity), identity[0])

    def owner(self, forge: str, login: str) -> Owner | None:
        """The owner of that name, in any letter case, or None where the forge has none."""
        key = forge, login.lower()
        with self._lock:
            if key not in self._owners:
                found = self._find(key)
                if found is None:
                    return None
                self._owners[key] = found
            return self._owners[key]

    def _find(self, key: tuple[str, str]) -> Owner | None:
        for shelf in self._shelves:
            if owner := shelf.read(key):
                return owner
        return generate(*key) if self._generated else None

    def owners(self) -> list[Owner]:
        """Every owner held now, sorted by forge and name; a generated one is held once somebody asked for it."""
        with self._lock:
            for key in [key for shelf in self._shelves for key in shelf.keys]:
                self.owner(*key)
            return [owner for _, owner in sorted(self._owners.items(), key=lambda item: item[0]) if owner]

    def _public(self, profiles: Iterable[tuple[str, str]]) -> list[tuple[str, Repository]]:
        """The public repositories of these (forge, login) pairs, each with its forge; each owner once."""
        owners = {key: self.owner(*key) for key in dict.fromkeys((forge, login.lower()) for forge, login in profiles)}
        return [
            (owner.forge, one) for owner in owners.values() if owner for one in owner.repositories if not one.is_private
        ]

    def details(self, profiles: Iterable[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
        """What stands behind `langs` and `topics` of `sum`: `langsDetail` and `topicsDetail`, sorted by name.

        A language's `bytes` are those of GitHub's repositories alone, None where it is in none of them; a name that
        comes twice in a repository counts once there, with both sizes.
        """
        repos: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        topics: Counter[str] = Counter()
        for forge, repository in self._public(profiles):
            pairs = [(name.lower(), size) for name, size in repository.languages]
            if forge == BITBUCKET:
                repos.update([name for name, _ in pairs[:1]])
            else:
                repos.update({name for name, _ in pairs})
                topics.update(set(repository.topics))
                for name, size in pairs:
                    sizes[name] += size
        return {
            "langsDetail": [{"name": name, "repos": repos[name], "bytes": sizes.get(name)} for name in sorted(repos)],
            "topicsDetail": [{"name": name, "repos": topics[name]} for name in sorted(topics)],
        }

    def sum(self, profiles: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """The answer that a service must give for these (forge, login) pairs, by plain addition.

        Public repositories only; each owner once; unknown owners add nothing. Languages in lower case, languages and
        topics sorted and unique; followers are stars, which Bitbucket does not have. It shares no code with the
        servers, so that a mistake of theirs cannot hide here.
        """
        total: dict[str, Any] = {"originalRepos": 0, "forkedRepos": 0, "watchers": 0, "followers": 0}
        langs: set[str] = set()
        topics: set[str] = set()
        for forge, repository in self._public(profiles):
            total["forkedRepos" if repository.is_fork else "originalRepos"] += 1
            total["watchers"] += repository.watchers
            names = [name.lower() for name, _ in repository.languages]
            if forge == BITBUCKET:
                langs.update(names[:1])
            else:
                total["followers"] += repository.stars
                langs.update(names)
                topics.update(repository.topics)
        total["langs"] = sorted(langs)
        total["langsNum"] = len(langs)
        total["topics"] = sorted(topics)
        total["topicsNum"] = len(topics)
        return total
