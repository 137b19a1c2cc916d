"""Gitea and Forgejo: from where an owner's repositories are listed, and what a page of that says of the whole."""

import threading

from from_git.forges.gitea.rest import ASKED, Sheet
from from_git.forges.listing import Page


class Sources:
    """The owner's own list, or the search by owner, which shows all that it counts. Safe from any thread.

    The own list counts rows that it does not show: with a token those that are private, and on servers up to Gitea 1.22
    those whose code is switched off. Where it shows fewer than it counts, the next reading is one of the search. What
    that shows has to be as many as a stranger is counted there, else the own list is read again.
    """

    def __init__(self) -> None:
        self.page_size: int | None = None
        """Rows of a page at most; None where the site does not say."""
        self._lock = threading.Lock()  # around what follows
        self.searches = False
        """Whether the reading under way is one of the search."""
        self._is_refused = False  # whether the search is not to be had
        self._is_exact = True  # whether the own list counts for strangers
        self._may_hide = False  # whether the server may be one that hides repositories without code
        self._total: int | None = None  # of the own list
        self._counted: int | None = None  # by the search
        self._shown = 0  # rows in this reading

    def read_again(self) -> None:
        """Begin a reading, of the source that is to be believed."""
        with self._lock:
            total, shown, self._shown = self._total, self._shown, 0
            if self.searches:
                # strangers are counted by both: where they differ, something changed in between
                self.searches = not self._is_exact or self._counted in (None, total)
            elif not self._is_refused:
                self.searches = total is not None and shown < total

    def refuse(self) -> None:
        """Note that the search is not to be had."""
        with self._lock:
            self._is_refused, self.searches, self._shown = True, False, 0

    def search_first(self, sheet: Sheet) -> bool:
        """Whether the search is to be read at once, since the first page of the own list leaves open what it hides."""
        with self._lock:
            self._is_exact &= sheet.is_exact
            self._may_hide |= sheet.is_old or not sheet.shown
            open_ = self._may_hide if sheet.total is None else not sheet.is_exact and sheet.shown < sheet.total
            self.searches = self.searches or (open_ and not self._is_refused)
            return self.searches

    def page(self, number: int, sheet: Sheet) -> Page[bytes | None]:
        """What a page says, as the reading under way takes it."""
        with self._lock:
            self._shown += sheet.shown
            total, exact = sheet.total, True
            if self.searches:
                self._counted = total
                total = self._total if self._is_exact and self._total is not None else total
            else:
                self._total = total
                exact = not self._is_refused and (sheet.is_exact or sheet.shown == total)
            exact |= total is not None and self._shown > total  # it counts less than there is, which is none
        following = str(number + 1)
        pages = self._pages(sheet) if sheet.total is not None else None
        if pages is None:
            return Page(sheet.rows, total, sheet.shown > 0, following, exact=exact)
        return Page(sheet.rows, total, number < pages, following, True, pages, exact)

    def in_doubt(self, listed: int) -> bool:
        """Whether there may be more that everybody may see than the `listed` ones."""
        hides = self._is_refused and (self._may_hide or self._is_exact)
        return hides and (self._total is None or self._total > listed)

    def _pages(self, sheet: Sheet) -> int | None:
        """Pages of the whole list; None where only an empty one will tell."""
        total, size, shown = sheet.total or 0, self.page_size, sheet.shown
        if size is None:
            if total <= shown:
                return 1
            return sheet.last or (-(-total // ASKED) if shown == ASKED else None)
        pages = max(1, -(-total // size))
        if sheet.last is not None and sheet.last != pages and shown and -(-total // shown) == sheet.last:
            self.page_size = shown
            return sheet.last
        # a first page that is full to the last row may be cut: whether another one follows, only that one tells
        return 2 if total == shown == size else max(pages, sheet.last or 1)
