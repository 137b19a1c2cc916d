"""A public repository, as its forge tells of it."""

from typing import NamedTuple

LATEST = 253_402_300_799
"""The last second that a date can say, at the end of the year 9999; no repository's time is later."""


class Repository(NamedTuple):
    """One public repository; None stands for what its forge does not tell."""

    id: str
    """The forge's own, the same under every name and owner."""
    name: str
    """The last part of its URL."""
    is_fork: bool | None = None
    is_archived: bool | None = None
    stars: int | None = None
    watchers: int | None = None
    langs: tuple[tuple[str, int | None], ...] = ()
    """Names, as the forge spells and orders them, each with its bytes; a name may come twice."""
    topics: tuple[str, ...] | None = None
    """As the forge orders them."""
    license: str | None = None
    """Its SPDX id."""
    created: int | None = None
    """In whole seconds since the epoch, as `pushed`."""
    pushed: int | None = None

    @property
    def languages(self) -> set[str]:
        """The names of `langs` in lower case."""
        return {name.lower() for name, _ in self.langs}
