"""Versions of GitLab, and what differs between them."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Version:
    """A version, such as 16.11; compared by its numbers."""

    major: int
    minor: int

    @classmethod
    def of(cls, text: str) -> Version:
        """The version in a text such as "18.5" or "18.5.1-ee".

        Raises:
            ValueError: it begins with no two numbers.
        """
        match = re.match(r"(\d+)\.(\d+)", text)
        if not match:
            raise ValueError(f"no version {text!r} of GitLab")
        return cls(int(match[1]), int(match[2]))

    @property
    def root_archived(self) -> bool:
        """Whether the root's list of GraphQL takes `archived`, and leaves archived projects out without it."""
        return self >= Version(18, 0)

    @property
    def basic_visibility(self) -> bool:
        """Whether the smaller entity has `visibility`: a recorded answer of 2026 has it, one of 2020 has not."""
        return self >= Version(17, 0)
