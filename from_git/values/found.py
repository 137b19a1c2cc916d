"""The outcome of the fetch of one profile."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from from_git.values.filters import Filter
from from_git.values.keys import KEYS
from from_git.values.profile import Profile
from from_git.values.rows import Rows, Sums
from from_git.values.stats import Stats


@dataclass(frozen=True)
class Found:
    """A profile that exists."""

    kind: str
    """Organization, User or Workspace."""
    rows: Rows
    """Its public repositories, each once."""
    missing: tuple[str, ...] = ()
    """Repositories that the forge lists and cannot find, as `OWNER/NAME`, sorted; they are not in `rows`."""
    identity: str | None = None
    """What is the same for one profile under different names (a workspace by its name and by its UUID); None: its
    name is all that identifies it, or the forge did not tell."""
    oldest: float | None = None
    """When the oldest number in it was counted, in seconds since the epoch; None: all of them by this fetch."""
    not_told: tuple[str, ...] = ()
    """Keys of an answer that the forge does not tell of it, though others of its kind do, in the order of KEYS."""

    @property
    def stats(self) -> Stats:
        """The sum over `rows`."""
        return self.rows.stats

    def chosen(self, wanted: Filter, sums: Sums | None = None) -> "Found":
        """The same profile with those of its repositories that a filter lets through; see `Rows.chosen`."""
        return replace(self, rows=self.rows.chosen(wanted, sums)) if wanted else self


@dataclass(frozen=True)
class Fetched:
    """What a fetch has brought, and when; times in seconds since the epoch."""

    found: Found | None
    """None: there is no such profile."""
    at: float
    """When the fetch ended."""
    oldest: float
    """When the oldest number in it was counted."""


def not_told(profile: Profile, found: Found) -> tuple[str, ...]:
    """The keys of an answer that the forge does not tell of a profile, in the order of KEYS."""
    return _in_order(profile.kind.tells.not_told, found.not_told)


def untold(found: Mapping[Profile, Found]) -> frozenset[str]:
    """The keys that are told of none of these profiles; none where there is no profile, since that sum is a true 0."""
    keys = {not_told(profile, one) for profile, one in found.items()}
    return frozenset.intersection(*map(frozenset, keys)) if keys else frozenset()


@lru_cache(maxsize=64)
def _in_order(kinds: frozenset[str], its: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in KEYS if key in kinds or key in its)
