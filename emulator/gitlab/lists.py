"""Lists of REST: the page that a query asks for, with the headers that tell of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from emulator.gitlab.errors import Refusal, invalid
from emulator.gitlab.views import Project

DEFAULT_LENGTH = 20
LARGEST_LENGTH = 100
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Page:
    """A page by number: `number` counts from 1, `length` is the most rows on it."""

    number: int
    length: int

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Page:
        """The page that a query asks for; a length above 100 is 100, a number below 1 is 1.

        Raises:
            Refusal: 400, `per_page` or `page` is no number, or `per_page` is 0.
        """
        length = number_of(query, "per_page", DEFAULT_LENGTH)
        if length < 1:
            raise invalid("per_page", "has a value not allowed")
        return cls(max(1, number_of(query, "page", 1)), min(length, LARGEST_LENGTH))

    def cut(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The rows on this page."""
        return rows[(self.number - 1) * self.length : self.number * self.length]

    def headers(self, total: int, url: str, parameters: Mapping[str, str]) -> dict[str, str]:
        """The headers of this page of a list of so many rows.

        Args:
            url: the address of the list, without a query.
            parameters: the query of the links, without `page` and `per_page`.
        """
        pages = max(1, -(-total // self.length))
        after = self.number + 1 if self.number < pages else None
        before = self.number - 1 if self.number > 1 else None
        counted = total <= MOST_COUNTED

        def link(number: int, name: str) -> str:
            query = sorted({**parameters, "page": str(number), "per_page": str(self.length)}.items())
            return f'<{url}?{urlencode(query)}>; rel="{name}"'

        links = [(before, "prev"), (after, "next"), (1, "first"), (pages if counted else None, "last")]
        headers = {
            "Link": ", ".join(link(number, name) for number, name in links if number),
            "X-Next-Page": str(after or ""),
            "X-Page": str(self.number),
            "X-Per-Page": str(self.length),
            "X-Prev-Page": str(before or ""),
        }
        return {**headers, "X-Total": str(total), "X-Total-Pages": str(pages)} if counted else headers


def keyset(
    rows: Sequence[Project], query: Mapping[str, str], url: str, parameters: Mapping[str, str]
) -> tuple[Sequence[Project], dict[str, str]]:
    """The rows and headers of a page after or before an id, whose link alone tells of the next one.

    Args:
        rows: those that are left to read, in the order that the query asks for.

    Raises:
        Refusal: 405, they are not ordered by id.
    """
    if query.get("order_by") != "id":
        raise Refusal(405, {"error": "Keyset pagination is not yet available for this type of request"})
    length = Page.of(query).length
    shown = rows[:length]
    if len(rows) <= length:
        return shown, {}
    bound = "id_after" if query.get("sort") == "asc" else "id_before"
    asked = {**parameters, bound: str(shown[-1].number), "per_page": str(length)}
    return shown, {"Link": f'<{url}?{urlencode(sorted(asked.items()))}>; rel="next"'}


def number_of(query: Mapping[str, str], name: str, default: int) -> int:
    """The parameter as a number.

    Raises:
        Refusal: 400, it is none.
    """
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.removeprefix("-").isdecimal()):
        raise invalid(name, "is invalid")
    return int(text)


def switch(query: Mapping[str, str], name: str, default: bool | None) -> bool | None:
    """The parameter as true or false.

    Raises:
        Refusal: 400, it is neither.
    """
    text = query.get(name, "").lower()
    if not text:
        return default
    if text not in ("true", "false", "1", "0"):
        raise invalid(name, "is invalid")
    return text in ("true", "1")
