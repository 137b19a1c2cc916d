"""The world that the forges show: their owners, and the straight sum over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from emulator.kind import Kind
from emulator.kinds import KINDS
from emulator.model import Repository
from emulator.owners import Owners
from emulator.traits import Traits


class World(Owners):
    """The owners of all forges, and the answer that a service must give for them.

    Args:
        recorded: hold the recorded and the made-up owners of each kind's data.
        generated: let owners such as `org-300` exist by their name (see `generated.py`).
        kinds: the kinds of forges; `(*KINDS, Other())` adds one.
    """

    def __init__(self, recorded: bool = True, generated: bool = True, kinds: Iterable[Kind] = KINDS) -> None:
        self.kinds = tuple(kinds)
        super().__init__((kind.traits for kind in self.kinds), recorded, generated)

    def _public(self, profiles: Iterable[tuple[str, str]]) -> list[tuple[Traits, Repository]]:
        """The public repositories of these (forge, login) pairs, each with its forge's traits; each owner once."""
        traits = {kind.traits.name: kind.traits for kind in self.kinds}
        owners = {key: self.owner(*key) for key in dict.fromkeys((forge, login.lower()) for forge, login in profiles)}
        return [
            (traits[owner.forge], one)
            for owner in owners.values()
            if owner
            for one in owner.repositories
            if not one.is_private
        ]

    def details(self, profiles: Iterable[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
        """The parts of `langs` and `topics` of `sum`: `langsDetail` and `topicsDetail`, sorted by name.

        A language's `bytes` are those of the forges that tell bytes, None where it is on none of them; a name that
        comes twice in a repository counts once there, with both sizes.
        """
        repos: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        topics: Counter[str] = Counter()
        for forge, repository in self._public(profiles):
            pairs = [(name.lower(), size) for name, size in repository.languages[: forge.languages]]
            repos.update({name for name, _ in pairs})
            if forge.topics:
                topics.update(set(repository.topics))
            for name, size in pairs if forge.bytes else ():
                sizes[name] += size
        return {
            "langsDetail": [{"name": name, "repos": repos[name], "bytes": sizes.get(name)} for name in sorted(repos)],
            "topicsDetail": [{"name": name, "repos": topics[name]} for name in sorted(topics)],
        }

    def sum(self, profiles: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """The answer that a service must give for these (forge, login) pairs, by plain addition.

        Public repositories only; each owner once; unknown owners add nothing. Languages in lower case, languages and
        topics sorted and unique; followers are stars. It shares no code with the forges' servers, so that a mistake of
        theirs cannot hide here.
        """
        total: dict[str, Any] = {"originalRepos": 0, "forkedRepos": 0, "watchers": 0, "followers": 0}
        langs: set[str] = set()
        topics: set[str] = set()
        for forge, repository in self._public(profiles):
            total["forkedRepos" if repository.is_fork else "originalRepos"] += 1
            total["watchers"] += repository.watchers
            total["followers"] += repository.stars if forge.stars else 0
            langs.update(name.lower() for name, _ in repository.languages[: forge.languages])
            topics.update(repository.topics if forge.topics else ())
        total["langs"] = sorted(langs)
        total["langsNum"] = len(langs)
        total["topics"] = sorted(topics)
        total["topicsNum"] = len(topics)
        return total
