"""GitHub: a list that is read from both of its ends at once, and why what is read is all of it."""

from collections.abc import Container, Set

from from_git.forges.github.nodes import OwnerPage
from from_git.forges.listing import Page


class Ends:
    """One reading of an owner's list, from its oldest and from its newest end at once. Not safe from threads.

    `Listing` is told of a plain walk from the oldest to the newest, which is whole when it has come to the end of the
    list with as many as the list says, and is read again if not. What comes from the other end is known earlier, so
    that its details are asked for, and lets the walk end before the end of the list:

    *It ends with the answer that says (1) that the walks have met: one repository at least was read by both, (2) that
    the newest of the list was read, and (3) that the list has as many as were read.*

    That what was read is the list as it is then rests on what the plain walk rests on: dates of creation never change,
    the list is in their order, and no page leaves out what lies between its cursor and its last row; and on one thing
    more: from the other end it is the same list, those of equal dates too. The list need not stand still meanwhile, nor
    need pages be full.

    - Whatever was in the list all the time was read. By (1) there is one that both walks have reached. All that is
      older lies where the one has passed, all that is newer where the other has.
    - Whatever was *created* meanwhile, and is still there, was read. Else take one that was not, and the newest of the
      list, which by (2) was. That one is newer, so it was created still later, and the walk from the newest end, which
      goes only to older ones, cannot have read it. So the other walk did, and has passed the place of ours with a page
      that went on to something newer: ours was there already, since at its creation it was the newest.
    - So nothing is in the list that was not read; and by (3) nothing was read that is gone.

    (1) is needed: after one deletion the two ends may be as many as the list, with one between them that nobody read.
    (2) is needed: one deleted and one created leave the number as it is.

    An *old* repository may appear too (transferred to the owner, or made public). Where neither walk has passed its
    place, it is read. Where one has, the list has one more than was read, and (3) does not hold, unless one that was
    read is gone: then it is the list before both that was read. So it is with the plain walk.

    In all other cases the plain walk goes on to the end of the list, as if there were no other end: where the numbers
    never fit; where pages of the other end repeat, bring nothing, or lead nowhere; and where the newest is said to be
    one that the walk from the oldest end has read, though that walk has more to read: then the server does not know the
    order.

    Args:
        page_size: rows of one page at most.
    """

    def __init__(self, page_size: int) -> None:
        self._page_size = page_size
        self._oldest: set[str] = set()
        self._newest: dict[str, str] = {}
        self._met = False
        self._cursor: str | None = None
        self.total = 0
        """Rows of the whole list, by the last answer."""
        self.known = 0
        """Different ones that were read."""

    @property
    def unknown(self) -> int:
        """Rows of the list that were not read yet."""
        return max(0, self.total - self.known)

    @property
    def before(self) -> str | None:
        """The cursor for a page from the newest end; None where none is needed any more, or none is to be had."""
        return None if self._met or self.unknown < self._page_size else self._cursor

    @property
    def to_come(self) -> list[int]:
        """How many rows that were not read yet each further answer brings, by what is known so far."""
        full, rest = divmod(self.unknown, self._step)
        return [self._step] * full + [rest] * (rest > 0)

    @property
    def answers(self) -> int:
        """How many answers there are until the walks have met; the last one may bring nothing new."""
        return self.unknown // self._step + 1

    @property
    def _step(self) -> int:
        return self._page_size if self._cursor is None else 2 * self._page_size

    def take(self, found: OwnerPage) -> Page[str]:
        """Take in an answer; returns the page of the plain walk, with all that was read where the walk may end."""
        page, other = found.listed, found.newest
        self.total = page.total or 0
        fresh = page.rows.keys() - self._oldest
        self._add(fresh, self._newest)
        self._oldest |= fresh
        if other is not None:
            new = other.rows.keys() - self._newest.keys()
            self._add(new, self._oldest)
            self._newest.update(other.rows)
            self._cursor = other.following if other.more and new else None
        if page.more and found.latest in self._oldest:
            self._newest, self._cursor, self._met = {}, None, False
            self.known = len(self._oldest)
        if page.more and self._met and found.latest in self._newest and self.known == self.total:
            return page._replace(rows={**page.rows, **self._newest}, more=False, following=None)
        return page

    def _add(self, ids: Set[str], other: Container[str]) -> None:
        """Count ids that are new to one walk; those that the `other` has read show that the two have met."""
        met = sum(one in other for one in ids)
        self._met = self._met or met > 0
        self.known += len(ids) - met
