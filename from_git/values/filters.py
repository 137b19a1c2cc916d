"""Which repositories count."""

from dataclasses import dataclass
from typing import Literal

from from_git.values.repository import Repository

Wanted = Literal["no", "only"] | None
"""Of things that repositories are or are not; None: both."""


@dataclass(frozen=True)
class Filter:
    """The repositories that count are those that each of its members lets through; an empty one lets all through."""

    forks: Wanted = None
    archived: Wanted = None
    pushed_since: int | None = None
    """Whole seconds since the epoch; what was never pushed to, or is not known to have been, was not."""

    def chooses(self, row: Repository) -> bool:
        """Whether this repository counts; it is no fork and not archived where its forge does not tell."""
        return (
            _fits(self.forks, row.is_fork)
            and _fits(self.archived, row.is_archived)
            and (self.pushed_since is None or (row.pushed is not None and row.pushed >= self.pushed_since))
        )


def _fits(wanted: Wanted, found: bool | None) -> bool:
    return wanted is None or (wanted == "only") == bool(found)
