"""Pages by number: the page that a query asks for, the total, and the links to others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from emulator.gitea.errors import WEB

T = TypeVar("T")

_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Page:
    """A page: `number` counts from 1, `size` is the most rows on it."""

    number: int
    size: int

    @classmethod
    def of(cls, query: dict[str, str], default: int, most: int) -> Page:
        """The page that a query asks for; what is no number, or too small or large, is set right without a word."""
        size = _number(query.get("limit", ""))
        return cls(max(1, _number(query.get("page", ""))), min(size if size > 0 else default, most))

    def cut(self, rows: Sequence[T]) -> list[T]:
        """Its rows."""
        start = (self.number - 1) * self.size
        return list(rows[start : start + self.size])

    def links(self, path: str, query: Sequence[tuple[str, str]], total: int) -> str:
        """The header `Link` of a list of so many rows; empty where there is one page."""
        last = -(-total // self.size)
        numbers = []
        if last > 1 and self.number < last:
            numbers += [("next", self.number + 1), ("last", last)]
        if last > 1 and self.number > 1:
            numbers += [("first", 1), ("prev", min(self.number, last) - 1)]
        return ",".join(f'<{_url(path, query, number)}>; rel="{relation}"' for relation, number in numbers)


def _url(path: str, query: Sequence[tuple[str, str]], number: int) -> str:
    kept = {name: value for name, value in query if name != "page"} | {"page": str(number)}
    return f"{WEB}{path}?{urlencode(sorted(kept.items()))}"


def _number(text: str) -> int:
    """The text as a number, 0 where it is none or too large."""
    sign = text.removeprefix("-")
    value = int(text) if sign.isascii() and sign.isdecimal() else 0
    return value if abs(value) <= _LARGEST else 0
