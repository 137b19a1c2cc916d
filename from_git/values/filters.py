"""Which repositories count."""

from dataclasses import dataclass
from typing import Literal

from from_git.values.repository import Repository
from from_git.values.words import listed

Wanted = Literal["no", "only"] | None
"""Of things that repositories are or are not; None: both."""
FILTERS = ("forks", "archived", "active")
"""The names of the parameters that make a filter, in the order in which an answer has them."""


@dataclass(frozen=True)
class Filter:
    """The repositories that count are those that each of its members lets through; an empty one lets all through."""

    forks: Wanted = None
    archived: Wanted = None
    pushed_since: int | None = None
    """Whole seconds since the epoch; what was never pushed to, or is not known to have been, was not."""
    active: int | None = None
    """The days from which `pushed_since` was worked out; it chooses nothing by itself."""

    def __bool__(self) -> bool:
        return self != ALL

    def chooses(self, row: Repository) -> bool:
        """Whether this repository counts; it is no fork and not archived where its forge does not tell."""
        return (
            _fits(self.forks, row.is_fork)
            and _fits(self.archived, row.is_archived)
            and (self.pushed_since is None or (row.pushed is not None and row.pushed >= self.pushed_since))
        )

    def facts(self) -> dict[str, str | int]:
        """The parameters that make this filter, by name, in the order of FILTERS."""
        values = {name: getattr(self, name) for name in FILTERS}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def query(self) -> str:
        """The same as the part of an address: `forks=no&active=90`."""
        return "&".join(f"{name}={value}" for name, value in self.facts().items())

    @property
    def words(self) -> str:
        """The same for people: "no forks and pushed to in the last 90 days"; empty for a filter that is."""
        said = {
            "forks": {"no": "no forks", "only": "forks only"},
            "archived": {"no": "none archived", "only": "archived only"},
        }
        words = [said[name][str(value)] for name, value in self.facts().items() if name in said]
        if self.active is not None:
            words.append(f"pushed to in the last {'day' if self.active == 1 else f'{self.active:,} days'}")
        return listed(words)


ALL = Filter()
"""The filter that lets every repository through."""


def _fits(wanted: Wanted, found: bool | None) -> bool:
    return wanted is None or (wanted == "only") == bool(found)
