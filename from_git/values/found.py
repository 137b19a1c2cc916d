"""The outcome of the fetch of one profile."""

from dataclasses import dataclass

from from_git.values.rows import Rows
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


@dataclass(frozen=True)
class Fetched:
    """What a fetch has brought, and when; times in seconds since the epoch."""

    found: Found | None
    """None: there is no such profile."""
    at: float
    """When the fetch ended."""
    oldest: float
    """When the oldest number in it was counted."""
