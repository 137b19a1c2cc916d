"""What the versions of Gitea and Forgejo tell and do differently."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

NEVER = (9_999, 0)
"""A version that Gitea never has: what Forgejo alone does."""

_FORM = re.compile(r"(\d+)\.(\d+)[^+]*(?:\+(gitea-)?.*)?")


@dataclass(frozen=True)
class Version:
    """A version of Gitea, or of Forgejo, whose text ends in `+gitea-` and the version of Gitea that it names.

    Attributes:
        text: as `/api/v1/version` tells it.
        forgejo: whether it is Forgejo.
        number: major and minor number.
    """

    text: str
    forgejo: bool
    number: tuple[int, int]

    @classmethod
    def of(cls, text: str) -> Self:
        """The version of that text.

        Raises:
            ValueError: it is none.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"no version of Gitea or Forgejo: {text!r}")
        return cls(text, match[3] is not None, (int(match[1]), int(match[2])))

    def since(self, gitea: tuple[int, int], forgejo: tuple[int, int] | None) -> bool:
        """Whether it is that version of Gitea or of Forgejo, or a later one; None = no Forgejo."""
        wanted = forgejo if self.forgejo else gitea
        return wanted is not None and self.number >= wanted

    @property
    def topics(self) -> bool:
        """Whether rows have the key `topics` (go-gitea/gitea#31127, Forgejo 8)."""
        return self.since((1, 23), (8, 0))

    @property
    def listed_without_code(self) -> bool:
        """Whether lists show repositories whose code is off, which older ones only count (go-gitea/gitea#30817)."""
        return self.since((1, 23), (7, 0))

    @property
    def parentless(self) -> bool:
        """Whether `parent` and `repo_transfer` are left out where there is none, not null."""
        return self.since((1, 26), None)

    @property
    def terse(self) -> bool:
        """Whether it speaks as Gitea 1.27: refusals say less, and public-only tokens count public rows alone."""
        return self.since((1, 27), None)

    @property
    def paged_topics(self) -> bool:
        """Whether the topics of a repository come in pages also to a caller that names no page."""
        return self.since((1, 24), (7, 0))

    @property
    def keyed(self) -> bool:
        """Whether refusals about accounts name a key too, and users find repositories of private users."""
        return not self.since((1, 22), (7, 0))

    @property
    def guards_owners(self) -> bool:
        """Whether it refuses public-only tokens at owners that are not public."""
        return self.since((1, 23), (8, 0))

    @property
    def empty_errors(self) -> bool:
        """Whether a list of errors is empty where there is none, not null."""
        return self.since(NEVER, (8, 0))
