"""The world that the forges show: their owners, and the straight sum over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from emulator.kind import Kind
from emulator.kinds import KINDS
from emulator.model import Owner, Repository, canonical_time
from emulator.owners import Owners
from emulator.traits import Traits


@dataclass(frozen=True)
class Choice:
    """Which repositories count: those that every member takes; an empty one takes all.

    Attributes:
        forks, archived: "no", "only" or empty; where the forge does not tell, a repository is not archived.
        pushed_since: canonical text, of which whole seconds count; what is not told to have been pushed to, was not.
        internal: whether those count too that are `internal` and not private.

    Raises:
        ValueError: another word, or a text that is no time.
    """

    forks: str = ""
    archived: str = ""
    pushed_since: str = ""
    internal: bool = False

    def __post_init__(self) -> None:
        if not {self.forks, self.archived} <= {"", "no", "only"}:
            raise ValueError("forks and archived are no or only")
        if self.pushed_since:
            object.__setattr__(self, "pushed_since", canonical_time(self.pushed_since))

    def takes(self, forge: Traits, one: Repository) -> bool:
        """Whether a repository of that forge counts."""
        if not (one.counts or (self.internal and one.is_internal)):
            return False
        archived = one.is_archived and forge.archives
        if self.forks == ("no" if one.is_fork else "only") or self.archived == ("no" if archived else "only"):
            return False
        pushed = one.pushed_at if forge.pushes else None
        return not self.pushed_since or (pushed is not None and pushed[:19] >= self.pushed_since[:19])


EVERY = Choice()


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

    def _public(self, profiles: Iterable[tuple[str, str]], choice: Choice) -> list[tuple[Traits, Owner, Repository]]:
        """The chosen public repositories of these (forge, login) pairs, each once, and whose they are."""
        traits = {kind.traits.name: kind.traits for kind in self.kinds}
        found: dict[tuple[str, tuple[Any, ...]], tuple[Traits, Owner, Repository]] = {}
        for forge, login in profiles:
            owner = self.owner(forge, login)
            for whose, one in self._listed(traits[forge], owner) if owner and owner.visibility == "public" else ():
                if choice.takes(traits[forge], one):
                    found.setdefault((forge, one.identity(whose.login)), (traits[forge], whose, one))
        return list(found.values())

    def _listed(self, traits: Traits, owner: Owner) -> Iterator[tuple[Owner, Repository]]:
        yield from ((owner, one) for one in owner.repositories)
        for login, name in owner.collaborations if traits.shared else ():
            other = self.owner(owner.forge, login)
            yield from ((other, one) for one in (other.repositories if other else ()) if other and one.name == name)

    def rows(self, profiles: Iterable[tuple[str, str]], choice: Choice = EVERY) -> list[dict[str, Any]]:
        """What the forges tell of these profiles' repositories, sorted by forge, owner and name; None = not told."""
        rows = [_row(*one) for one in self._public(profiles, choice)]
        return sorted(rows, key=lambda row: (row["forge"], row["owner"].lower(), row["name"]))

    def details(self, profiles: Iterable[tuple[str, str]], choice: Choice = EVERY) -> dict[str, list[dict[str, Any]]]:
        """The parts of `langs` and `topics` of `sum`: `langsDetail` and `topicsDetail`, sorted by name.

        A language's `bytes` are those of the forges that tell bytes, None where it is on none of them; a name that
        comes twice in a repository counts once there, with both sizes.
        """
        repos: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        topics: Counter[str] = Counter()
        for forge, _, repository in self._public(profiles, choice):
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

    def sum(self, profiles: Iterable[tuple[str, str]], choice: Choice = EVERY) -> dict[str, Any]:
        """The answer that a service must give for these (forge, login) pairs, by plain addition.

        Public repositories that the choice takes, each once; unknown owners add nothing. Languages in lower case,
        languages and topics sorted and unique; followers are stars. It shares no code with the forges' servers, so that
        a mistake of theirs cannot hide here.
        """
        total: dict[str, Any] = {"originalRepos": 0, "forkedRepos": 0, "watchers": 0, "followers": 0}
        langs: set[str] = set()
        topics: set[str] = set()
        for forge, _, repository in self._public(profiles, choice):
            total["forkedRepos" if repository.is_fork else "originalRepos"] += 1
            total["watchers"] += repository.watchers if forge.watchers else 0
            total["followers"] += repository.stars if forge.stars else 0
            langs.update(name.lower() for name, _ in repository.languages[: forge.languages])
            topics.update(repository.topics if forge.topics else ())
        total["langs"] = sorted(langs)
        total["langsNum"] = len(langs)
        total["topics"] = sorted(topics)
        total["topicsNum"] = len(topics)
        return total


def _row(forge: Traits, owner: Owner, one: Repository) -> dict[str, Any]:
    return {
        "forge": forge.name,
        "owner": owner.login,
        "name": one.name.lower() if forge.slugs else one.path,
        "isFork": one.is_fork,
        "isArchived": one.is_archived if forge.archives else None,
        "watchers": one.watchers if forge.watchers else None,
        "stars": one.stars if forge.stars else None,
        "langs": sorted({name.lower() for name, _ in one.languages[: forge.languages]}),
        "topics": sorted(set(one.topics)) if forge.topics else None,
        "license": one.license if forge.licenses else None,
        "createdAt": _seconds(one.created_at),
        "pushedAt": _seconds(one.pushed_at) if forge.pushes and one.pushed_at else None,
    }


def _seconds(time: str) -> str:
    return f"{time[:19]}Z"
