"""The numbers of one profile, and of many merged: values and arithmetic, no I/O."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from from_git.values.keys import KEYS
from from_git.values.repository import Repository

LARGEST = 2**53
"""The largest number that JSON readers everywhere keep exactly; no count and no sum is larger."""
_ADDS = tuple(key.adds for key in KEYS.values() if key.adds)  # of the numbers of `Stats`, in its order
_LANGS, _TOPICS = (key.names for key in KEYS.values() if key.names)


class SumTooLarge(ArithmeticError):
    """A sum passes LARGEST; str() says which, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language over some repositories."""

    repos: int
    """Repositories in which it occurs."""
    bytes: int | None
    """Bytes of code, summed; None when no forge among them reports sizes."""


@dataclass(frozen=True, slots=True)
class Stats:
    """Sums over public repositories; the same whatever the order in which they were added, names sorted."""

    original_repos: int = 0
    forked_repos: int = 0
    watchers: int = 0
    followers: int = 0
    langs: Mapping[str, Language] = field(default_factory=dict)
    """Lower-cased name to language."""
    topics: Mapping[str, int] = field(default_factory=dict)
    """Name to number of repositories."""

    def numbers(self) -> dict[str, int]:
        """The six numbers among the keys of an answer's `data`, in its order."""
        return {
            "originalRepos": self.original_repos,
            "forkedRepos": self.forked_repos,
            "watchers": self.watchers,
            "followers": self.followers,
            "langsNum": len(self.langs),
            "topicsNum": len(self.topics),
        }


def summed(rows: Collection[Repository]) -> Stats:
    """The sum over these repositories, which are different ones.

    Raises:
        SumTooLarge: see `Tally.stats`.
    """
    tally = Tally()
    tally.add_repositories(rows)
    return tally.stats()


def merge(parts: Iterable[Stats]) -> Stats:
    """The sum of `parts`: associative, commutative, `Stats()` is its zero.

    Raises:
        SumTooLarge: see `Tally.stats`.
    """
    tally = Tally()
    for part in parts:
        tally.add(part)
    return tally.stats()


class Tally:
    """A sum under way, constant in memory however many repositories it counts. Not safe between threads."""

    def __init__(self) -> None:
        self._numbers = [0] * len(_ADDS)
        # not Counter, which meets each new name with a call in Python
        self._lang_repos: defaultdict[str, int] = defaultdict(int)
        self._lang_bytes: defaultdict[str, int] = defaultdict(int)
        self._topics: defaultdict[str, int] = defaultdict(int)

    def add_repositories(self, rows: Collection[Repository]) -> None:
        """Count public repositories, as KEYS say; a language that comes twice in one is one with both sizes."""
        self._numbers = [number + sum(map(adds, rows)) for number, adds in zip(self._numbers, _ADDS, strict=True)]
        repos, sizes, topics = self._lang_repos, self._lang_bytes, self._topics
        for row in rows:
            for name in _LANGS(row):
                repos[name] += 1
            for spelled, size in row.langs:
                if size is not None:
                    sizes[spelled.lower()] += size
            for name in _TOPICS(row):
                topics[name] += 1

    def add(self, part: Stats) -> None:
        """Count everything that `part` counts."""
        parts = part.original_repos, part.forked_repos, part.watchers, part.followers
        self._numbers = [number + more for number, more in zip(self._numbers, parts, strict=True)]
        for name, language in part.langs.items():
            self._lang_repos[name] += language.repos
            if language.bytes is not None:
                self._lang_bytes[name] += language.bytes
        for name, repos in part.topics.items():
            self._topics[name] += repos

    def take_back(self, part: Stats) -> None:
        """Count nothing more of what `part` counts, which was added before; sizes of languages that are told as 0 are
        then 0 in all."""
        parts = part.original_repos, part.forked_repos, part.watchers, part.followers
        self._numbers = [number - less for number, less in zip(self._numbers, parts, strict=True)]
        for name, language in part.langs.items():
            self._lang_repos[name] -= language.repos
            if language.bytes is not None:
                self._lang_bytes[name] -= language.bytes
            if not self._lang_repos[name]:
                del self._lang_repos[name]
                self._lang_bytes.pop(name, None)
        for name, repos in part.topics.items():
            self._topics[name] -= repos
            if not self._topics[name]:
                del self._topics[name]

    def stats(self) -> Stats:
        """What has been counted so far.

        Raises:
            SumTooLarge: one of the sums is larger than LARGEST.
        """
        original, forked, watchers, followers = self._numbers
        sums = {"watchers": watchers, "stars": followers}
        sums |= {f"bytes of the language “{name}”": size for name, size in self._lang_bytes.items() if size > LARGEST}
        for name, number in sums.items():
            if number > LARGEST:
                raise SumTooLarge(f"{name} add up to more than {LARGEST:,}, the largest number that JSON keeps exactly")
        return Stats(
            original,
            forked,
            watchers,
            followers,
            langs={
                name: Language(repos, self._lang_bytes.get(name)) for name, repos in sorted(self._lang_repos.items())
            },
            topics=dict(sorted(self._topics.items())),
        )
