"""GitLab: the list of a group, read from both of its ends at once, and why what is read is all of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from from_git.errors import UpstreamError
from from_git.forges.gitlab.nodes import GroupPage
from from_git.forges.gitlab.witness import Witness


def unsure(listed: int, total: int | None, readings: int) -> UpstreamError:
    """The error for a list of which no reading can be believed; `total`: None where it is not told."""
    if listed == total:
        return UpstreamError(f"its list never stayed the same while it was read, in {readings} readings.")
    said = "unknown" if total is None else total
    return UpstreamError(
        f"its list never added up: {listed} repositories against a total of {said}, after {readings} readings."
    )


class Side(Enum):
    """An end of the list, from which pages are read."""

    NEWEST = 1
    OLDEST = 2


@dataclass
class _End:
    """How far the walk from one end is."""

    cursor: str | None = None
    more: bool = True
    pages: int = 0
    cursors: set[str] = field(default_factory=set)
    furthest: int | None = None
    """The id that it has come to."""
    last: str | None = None
    """The last public one that it has read."""
    is_lost: bool = False
    """Whether its pages lead nowhere."""


class Walk:
    """One reading of a group's list by GraphQL, from its newest and from its oldest end. Not safe from threads.

    The list is in the order of ids, which grow with creation, never change, and are those of REST. Pages may hold fewer
    rows than they might, or none: what the caller may not see is taken out of them after they are cut. So neither full
    pages nor `count` tell that all was read; REST does (`Witness`), which counts exactly the public projects.

    *It is whole when (1) the walks have met, so that one project was read by both, or one has come to the end of the
    list, or REST has shown, at some moment of the reading, that no public one is between the last ones of both, or
    behind that of the walk from the newest end; (2) the newest project of the witness is the newest that was read, and
    (3) as many public ones were read as the witness counts.* Let L be the public list at the moment of the witness, and
    S what was read.

    Where the witness was asked after the last page, S is L:

    - Whatever of L was there all the time was read: by (1) all ids up to the newest of S lie where one walk has passed.
    - Whatever of L was *created* meanwhile was read. Take one that was not, and the newest of L, which by (2) was read.
      That one was created later. Not by the walk from the newest end, whose first page would show ours beside it; so by
      the one from the oldest, which has passed the place of ours when ours was there.
    - So L is within S, and by (3) they are the same.

    Where there was one page alone, it is the list at one moment, and any witness that says the same will do. Where
    there were several, a witness that was asked *beside* the last ones does, if nothing was created or deleted
    meanwhile, as far as can be told: it says the same as the one that was asked beside the first page, and each page
    the same `count`. Else one that has been read might be gone before the first witness, and one that was counted might
    be gone before its page was read; the numbers alone would not show it. Then another witness is asked, afterwards.
    (`count` does not tell of projects that are made private. Two of them, the one while the first page and the other
    while the last is on its way, would go unseen: the price of a round trip less.)

    An *old* project may appear too (moved into the group, or made public). Where neither walk has passed its place, it
    is read. Where one has, there is one more than was read, and (3) does not hold, unless one that was read is gone:
    then it is the list before both that was read, or one that never was, if something was created in between. So where
    pages or witnesses of a reading tell that something has changed, the next one has to tell of nothing, or to list the
    same.

    Where no witness counts (above 10,000 projects), two readings in a row have to list the same.

    Rows that are not in the order of ids show that the server has another order: then the walk from the newest end has
    to come to the end of the list.
    """

    def __init__(self) -> None:
        self.public: dict[str, bytes] = {}
        """`Kept` of the public projects that were read, by id."""
        self._readers: dict[str, set[Side]] = {}
        self._ends = {side: _End() for side in Side}
        self._counts: set[int] = set()
        self._met = False
        self._ordered = True

    @property
    def pages(self) -> int:
        """Pages that were read."""
        return sum(end.pages for end in self._ends.values())

    @property
    def is_one_page(self) -> bool:
        """Whether one page has shown the whole list."""
        newest = self._ends[Side.NEWEST]
        return newest.pages == 1 and not newest.more

    @property
    def is_whole(self) -> bool:
        """Whether no project that was there all the time can be unread; see (1)."""
        if not self._ordered:
            return not self._ends[Side.NEWEST].more
        return self._met or any(not end.more for end in self._ends.values())

    @property
    def is_quiet(self) -> bool:
        """Whether all pages tell the same number of projects, hidden ones included."""
        return len(self._counts) == 1

    @property
    def is_stuck(self) -> bool:
        """Whether it is not whole, and no other page can be asked for."""
        return not self.is_whole and not any(map(self.leads_on, Side))

    def cursor(self, side: Side) -> str | None:
        """Where the next page from that end begins; None for the first."""
        return self._ends[side].cursor

    def leads_on(self, side: Side) -> bool:
        """Whether another page from that end can be asked for."""
        end = self._ends[side]
        return end.more and not end.is_lost and (self._ordered or side is Side.NEWEST)

    def take_neighbours(self, found: Witness) -> None:
        """Take in public projects between which there are no others; see (1)."""
        newest, oldest = self._ends[Side.NEWEST].last, self._ends[Side.OLDEST].last
        at_end = found.is_end and found.ids[-1:] == (newest,)
        self._met |= at_end or any(pair == (newest, oldest) for pair in pairwise(found.ids))

    def shown(self, side: Side) -> int:
        """Public projects that the walk from that end has read."""
        return sum(side in readers for one, readers in self._readers.items() if one in self.public)

    def agrees(self, witness: Witness) -> bool:
        """Whether the witness tells of what was read; see (2) and (3)."""
        newest = max(self.public, key=int, default=None)
        return witness.newest == newest and witness.total in (None, len(self.public))

    def take(self, side: Side, page: GroupPage, size: int) -> None:
        """Take in a page; `size`: rows that were asked for."""
        if self.is_one_page:
            return
        end = self._ends[side]
        end.pages, end.more = end.pages + 1, page.more
        if self.is_one_page:
            self.public.clear()  # the page alone is the list at one moment
        self._counts.add(page.counted)
        fresh = self._note(side, page.rows)
        # a page may bring nothing, where all of it is hidden; the walk must not go round, or on for ever
        end.is_lost = (
            page.cursor is None
            or (page.cursor in end.cursors and not fresh)
            or end.pages > 5 + max(self._counts) // size
        )
        if page.cursor is not None:
            end.cursor = page.cursor
            end.cursors.add(page.cursor)

    def _note(self, side: Side, rows: Mapping[str, bytes | None]) -> bool:
        """Note rows that one walk has read; whether some are new to it."""
        fresh, before, end = False, None, self._ends[side]
        numbers = [int(one) for one in rows]
        for number in numbers:
            self._ordered &= before is None or number < before
            before = number
        if numbers:
            near, far = (numbers[0], numbers[-1]) if side is Side.NEWEST else (numbers[-1], numbers[0])
            if end.furthest is not None:
                self._ordered &= near < end.furthest if side is Side.NEWEST else near > end.furthest
            end.furthest = far
        for identity, row in rows.items():
            readers = self._readers.setdefault(identity, set())
            fresh |= side not in readers
            readers.add(side)
            self._met |= len(readers) > 1
            if row is not None:
                self.public[identity] = row
        public = [one for one, row in rows.items() if row is not None]
        if public:
            end.last = public[-1 if side is Side.NEWEST else 0]
        return fresh
