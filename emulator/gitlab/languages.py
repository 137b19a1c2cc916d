"""Languages, which a job of GitLab's looks for once somebody has asked for them."""

from __future__ import annotations


class Languages:
    """Whether the languages of projects are known; REST and GraphQL share it.

    Args:
        known: all are known from the beginning.
    """

    def __init__(self, known: bool) -> None:
        self._known = known
        self._asked: set[int] = set()

    def known(self, number: int) -> bool:
        """Whether those of the project with that id are known; a first question has them looked for."""
        if self._known or number in self._asked:
            return True
        self._asked.add(number)
        return False
