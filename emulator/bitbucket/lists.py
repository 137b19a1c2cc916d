"""Paginated lists: the page that a query asks for, and its object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from emulator.bitbucket.errors import Refusal

DEFAULT_LENGTH = 10
LARGEST_LENGTH = 100


@dataclass(frozen=True)
class Page:
    """A page by number: `number` counts from 1, `length` is the most values on it (0 gives none)."""

    number: int
    length: int

    @classmethod
    def of(cls, query: dict[str, str], zero: bool = True) -> Page:
        """The page that a query asks for.

        Args:
            zero: whether `pagelen=0` is taken; it was on repositories (codacy/bitbucket-scala-client#53, 2019), while
                the schema says 1 and the introduction 10.

        Raises:
            Refusal: 400, `pagelen` is not a number from 0 (or 1) to 100, or `page` not one from 1.
        """
        length = _number(query.get("pagelen"), DEFAULT_LENGTH)
        if length is None or not (0 if zero else 1) <= length <= LARGEST_LENGTH:
            raise Refusal(400, "Invalid pagelen")
        number = _number(query.get("page"), 1)
        if number is None or number < 1:
            raise Refusal(400, "Invalid page")
        return cls(number, length)

    def show(
        self,
        items: Sequence[Any],
        shape: Callable[[Any], Any],
        url: str,
        query: Sequence[tuple[str, str]],
        with_size: bool = True,
    ) -> dict[str, Any]:
        """The object of this page, with links that carry every parameter of the query.

        Args:
            items: the whole list.
            shape: from an item to the value shown.
            url: the address of the list, without a query.
            with_size: whether to tell the optional `size`.
        """
        start = (self.number - 1) * self.length
        value: dict[str, Any] = {"pagelen": self.length}
        if with_size:
            value["size"] = len(items)
        if self.number > 1:
            value["previous"] = _link(url, query, self.number - 1)
        value["values"] = [shape(item) for item in items[start : start + self.length]]
        value["page"] = self.number
        if self.length and start + self.length < len(items):
            value["next"] = _link(url, query, self.number + 1)
        return value


def _number(text: str | None, default: int) -> int | None:
    """The text as a number; None where it is none."""
    if text is None:
        return default
    return int(text) if text.removeprefix("-").isdecimal() and text.isascii() else None


def _link(url: str, query: Sequence[tuple[str, str]], page: int) -> str:
    kept = [(name, value) for name, value in query if name != "page"]
    return f"{url}?{urlencode([*kept, ('page', str(page))], quote_via=quote)}"
