"""A list that is read page by page, and again until it adds up; of no forge in particular."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from from_git.errors import UpstreamError
from from_git.forges.once import Once
from from_git.values.repository import Repository
from from_git.values.rows import Rows
from from_git.values.stats import SumTooLarge

Row = TypeVar("Row")
Place = str | int | None
"""Which page of a list: None for the first, another by its number, or by the cursor or link that leads to it."""
_MOST_BARREN = 3  # pages in a row that bring nothing new
_MOST_PAGES = 10_000  # a total that needs more is not believed


class Page(NamedTuple, Generic[Row]):
    """One page of a list."""

    rows: Mapping[str, Row]
    """What it lists, by id."""
    total: int | None
    """Rows of the whole list; None where the forge does not say."""
    more: bool
    following: str | None
    """Cursor of the next page, or the link to it."""
    numbered: bool = False
    """Whether further pages can be asked for by number."""
    pages: int | None = None
    """Pages of the whole list, each of which can be asked for by its number; None where only `total` tells."""
    exact: bool = True
    """Whether `total` counts what the list shows and nothing else."""


class Listing(Generic[Row]):
    """One list, read until it adds up, beside what is asked for each thing on it. Safe from any thread.

    A list by cursors over what never changes loses nothing that stays: it is whole when it has as many rows as the
    forge says at its end. A list by offsets `shifts`: when something is deleted meanwhile, all behind it move, one is
    lost, and if another is created, the total does not tell. Such a list has to have as many rows as each of its pages
    says, and if it has several pages, or is empty and says no total, two readings in a row have to list the same.

    A list is also read again where something on it was gone when it was asked for: deleted or private by now, or lost
    by the forge for a moment; the list knows. Each page is first noted in `once`, then given to `take`; then comes
    `once.start`, so that the calls for the list, of which each leads to the next, come first.

    Args:
        ask: starts the call for the page at a place; its answer goes to `take`.
        once: what is asked for each thing on the list.
        page_size: rows of one page at most.
        readings: how often the list is read at most.
        shifts: whether its pages are places in an order that may change.
    """

    def __init__(
        self, ask: Callable[[Place], object], once: Once[Any, Any], page_size: int, readings: int, shifts: bool
    ) -> None:
        self._ask = ask
        self._once = once
        self._page_size = page_size
        self._most_readings = readings
        self._shifts = shifts
        self._lock = threading.Lock()  # around everything below
        self.found = False
        """Whether there is such a list."""
        self.rows: Mapping[str, Row] | None = None
        """What the last reading listed, by id; None if it did not add up, or there was none."""
        self._by_number = True
        self._readings = 0
        self._pages = self._pages_before = 0  # of this reading, and of those before
        self._read_again()
        once.on_settled = self._look_again

    def _read_again(self) -> None:
        self._readings += 1
        self._reading: dict[str, Row] = {}
        self._agreed = False  # whether this reading has ended and can be believed
        self._totals: set[int] = set()
        self._seen: set[str] = set()  # cursors or links
        self._barren = 0  # pages in a row
        self._pages_before += self._pages
        self._pages = self._expected = 0
        self._asked = 1  # pages; the first is

    def outcome(self) -> Mapping[str, Row] | None:
        """What the list has, by id; None when there is no such list. To be asked when all calls have ended.

        Raises:
            RuntimeError: they have not.
        """
        if not self.found:
            return None
        if not self._agreed or self.rows is None:
            raise RuntimeError("the list was not read to its end")
        return self.rows

    def pages(self) -> tuple[int, int]:
        """Pages that were read, and those that are known; over all readings."""
        with self._lock:
            return self._pages_before + self._pages, self._pages_before + max(self._asked, self._expected)

    def take(self, place: Place, page: Page[Row] | None) -> None:
        """Take in the page at `place`, and have the next ones asked for, or the list read again.

        Args:
            page: None: there is no such list.

        Raises:
            UpstreamError: the list does not end, or never adds up.
        """
        again = False
        following: Sequence[Place] = ()
        with self._lock:
            self._pages += 1
            if page is not None:
                self.found = True
                following = self._take(place, page)
                self._asked += len(following)
                again = self._pages == self._asked and self._end()
        for one in following:
            self._ask(one)
        if again:
            self._ask(None)

    def _take(self, place: Place, page: Page[Row]) -> Sequence[Place]:
        """Note what a page says, and return the places of those to be asked for next; the lock is held."""
        known = len(self._reading)
        self._reading |= page.rows
        if page.total is not None:
            if page.exact:
                self._totals = {*(self._totals if self._shifts else ()), page.total}
            pages = -(-page.total // self._page_size) if page.pages is None else page.pages
            self._expected = pages if pages <= _MOST_PAGES else 0
        too_long = page.total is not None and len(self._reading) > page.total + self._page_size
        if not page.more or isinstance(place, int) or (too_long and not self._shifts):
            return ()
        # only a full first page shows how many there are
        full = page.numbered and len(page.rows) == self._page_size
        if place is None and (full or page.pages) and self._by_number and self._expected > 1:
            return range(2, self._expected + 1)
        return [self._follow(page.following, fresh=len(self._reading) > known)]

    def _follow(self, place: str | None, fresh: bool) -> str:
        """Note that a page leads to `place`; a page with nothing `fresh` may come, if it leads on to another one."""
        self._barren = 0 if fresh else self._barren + 1
        if place is None or self._barren > _MOST_BARREN or (self._barren and place in self._seen):
            raise UpstreamError("its list of repositories goes on without bringing new ones.")
        if self._asked >= _MOST_PAGES:
            raise UpstreamError(f"its list of repositories has more than {_MOST_PAGES:,} pages.")
        self._seen.add(place)
        return place

    def _end(self) -> bool:
        """End the reading, and return whether another one has to follow; the lock is held."""
        before, rows = self.rows, self._reading
        adds_up = not self._totals - {len(rows)}
        alone = not self._shifts or (self._pages == 1 and bool(rows or self._totals))
        self._agreed = adds_up and (alone or (before is not None and before.keys() == rows.keys()))
        self.rows = rows if adds_up else None
        self._by_number &= adds_up  # else the numbers may have misled us
        if self._agreed:
            return False
        if self._readings >= self._most_readings:
            total = " or ".join(map(str, sorted(self._totals))) or "unknown"
            raise UpstreamError(
                f"its list never added up: {len(rows)} repositories against a total of {total}, after"
                f" {self._readings} readings."
            )
        self._read_again()
        return True

    def _look_again(self) -> None:
        """Read the list again where something on it was gone for the first time.

        Called whenever nothing is asked for of the things on it; does nothing while the list itself is being read.
        """
        with self._lock:
            again = self._agreed and not self._once.pending and self._once.forget_gone(self.rows or ())
            if again:
                if self._readings >= self._most_readings:
                    raise UpstreamError(
                        f"its list changes faster than it can be read: in each of {self._readings} readings a listed"
                        " repository was gone when it was asked for."
                    )
                self._read_again()
        if again:
            self._ask(None)


def by_name(ids: Iterable[str], name: Callable[[str], str]) -> list[str]:
    """The ids of repositories in the order of `Rows`: by name, and then by id."""
    return sorted(sorted(ids), key=name)


def rows_of(repositories: Iterable[Repository], in_order: bool = False) -> Rows:
    """The repositories of one profile; see `Rows.of`.

    Raises:
        UpstreamError: a sum over them is too large to be told exactly.
    """
    try:
        return Rows.of(repositories, in_order)
    except SumTooLarge as error:
        raise UpstreamError(f"its {error}.", advice="Ask for the other profiles without it.") from None
