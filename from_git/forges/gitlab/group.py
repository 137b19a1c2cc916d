"""GitLab: the list of a group with all its subgroups, asked for until it is known to be whole; see `Walk`."""

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from from_git.calls.sending import Calls
from from_git.errors import UpstreamError
from from_git.forges.gitlab.access import GROUP_LISTS, GitLabAccess
from from_git.forges.gitlab.nodes import GroupPage, page_in
from from_git.forges.gitlab.queries import group_page
from from_git.forges.gitlab.walk import Side, Walk, unsure
from from_git.forges.gitlab.witness import Witness, witness

_READINGS = 4
Act = Callable[[], object]


class Events(NamedTuple):
    """What the owner of a list is told."""

    rows: Callable[[Mapping[str, bytes]], object]
    """The public projects of each page, by id, with their `Kept`; before any of the others."""
    known: Callable[[int | None], object]
    """Once, the number of public projects; None where REST does not say."""
    end: Act
    """Once, when the list is whole."""
    detour: Act
    """Once, where GraphQL cannot list it, or does not tell enough of what it lists."""
    absent: Act
    """Once, where GitLab shows no such group."""


class GroupList:
    """The list of one group. Safe from any thread."""

    def __init__(
        self,
        access: GitLabAccess,
        calls: Calls,
        name: str,
        on: Events,
    ) -> None:
        self._access, self._calls, self._name = access, calls, name
        self._on = on
        self._lock = threading.Lock()  # around everything below
        self.total: int | None = None
        """Public projects, as REST has last said."""
        self.counted = 0
        """Projects of the group, hidden ones too."""
        self.is_whole = self.is_hidden = False
        """Whether it was read to its end; whether there is such a group, and it is not public."""
        self._readings = self._pages = 0
        self._is_told = False
        self._ids: set[str] | None = None  # of the last reading that ended
        self._restart()

    def _restart(self) -> None:
        self._readings += 1
        self.walk = Walk()
        self.head: GroupPage | None = None
        """A page, as soon as there is one; it tells which group it is."""
        self._busy: set[Side] = set()
        self._asking = 0  # witnesses under way
        self._asks_amid = False  # whether neighbours were asked for
        self._neighbours: Witness | None = None
        self._first: Witness | None = None
        self._last: Witness | None = None
        self._after = False  # whether the last witness was asked after the last page
        self._beside = False  # whether one was asked beside the last pages
        self._absent = False
        self._is_older = False  # whether a page does not tell all that it takes

    @property
    def rows(self) -> Mapping[str, bytes]:
        """The public projects, by id."""
        return self.walk.public

    def pages(self) -> tuple[int, int]:
        """Pages that were read, and those that are known; over all readings."""
        with self._lock:
            left = -(-max(0, (self.total or 0) - len(self.walk.public)) // self._access.schema.page)
            return self._pages, self._pages + max(left, len(self._busy))

    def begin(self, both: bool) -> None:
        """Have the first pages asked for; `both`: from both ends at once."""
        with self._lock:
            acts = self._begin(both)
        _do(acts)

    def _begin(self, both: bool) -> list[Act]:
        acts = [self._page(side) for side in ((Side.NEWEST, Side.OLDEST) if both else (Side.NEWEST,))]
        # a name of digits alone would be taken for an id
        return [*acts, self._witness(False)] if self.head or not self._name.isdecimal() else acts

    def _again(self) -> list[Act]:
        if self._readings >= _READINGS:
            if self._absent:
                raise UpstreamError("it says that there is such a group, and that there is none.", advice="Ask again.")
            raise unsure(len(self.walk.public), self.total, self._readings)
        self._restart()
        return self._begin(both=self.total is None or self.total > self._access.schema.page)

    def _page(self, side: Side) -> Act:
        self._busy.add(side)
        cursor = self.walk.cursor(side)
        read, take = partial(self._read, side, cursor), partial(self._take, side)
        return partial(self._calls.start, self._access.pool, read, take)

    def _read(self, side: Side, cursor: str | None) -> tuple[GroupPage | None, int]:
        schema, size = self._access.schema, 0

        def text() -> tuple[str, Mapping[str, object]]:
            nonlocal size
            size = schema.page
            given = {} if cursor is None else {"cursor": cursor}
            query = group_page(schema.group(), schema.project(), side is Side.NEWEST, cursor is None)
            return query, {"path": self._name, "size": size, **given}

        data = self._access.ask(self._calls, text, "page", lambda: size)
        return page_in(data, self._name, schema), size

    def _take(self, side: Side, found: tuple[GroupPage | None, int]) -> None:
        page, size = found
        if page:
            self._on.rows({one: row for one, row in page.rows.items() if row is not None})
        with self._lock:
            self._busy.discard(side)
            self._pages += 1
            self._absent |= page is None
            if page and page.is_public:
                self.head, self.counted = page, page.counted
                self._is_older |= page.is_older
                self.walk.take(side, page, size)
            elif page:
                self.is_hidden = self._absent = True
            acts = [*self._told(), *self._next()]
        _do(acts)

    def _witness(self, after: bool, rank: int = 0) -> Act:
        """Have a witness asked, or with a `rank` for the projects at that place; `after`: behind the last page."""
        self._asking += 1
        self._after = after
        self._asks_amid |= rank > 0
        name = self.head.number if self.head and self._name.isdecimal() else self._name
        read = partial(witness, self._access, self._calls, name, rank)
        amount = self._access.amount(GROUP_LISTS)
        then = partial(self._take_witness, rank > 0)
        return partial(self._calls.start, self._access.pool, read, then, amount=amount)

    def _take_witness(self, amid: bool, found: Witness | None) -> None:
        with self._lock:
            self._asking -= 1
            self._absent |= found is None
            if amid:
                self._neighbours = found
            elif found:
                self.total = found.total
                self._first, self._last = self._first or found, found
            acts = [*self._told(), *self._next()]
        _do(acts)

    def _told(self) -> list[Act]:
        """Say the number of projects, once it is known of a group that is there."""
        if self._is_told or not (self.head and self._first):
            return []
        self._is_told = True
        return [partial(self._on.known, self.total)]

    def _next(self) -> list[Act]:
        """What is to be started or told now; the lock is held."""
        if self._absent:
            return [] if self._busy or self._asking else [self._on.absent] if self._is_missing() else self._again()
        if not self.head:
            return []
        if not self._busy and self._neighbours:
            self.walk.take_neighbours(self._neighbours)
        whole, idle = self.walk.is_whole, not (self._busy or self._asking)
        if self._is_older or (not whole and self._is_mostly_hidden()):
            return [self._on.detour] if idle else []
        if not whole:
            return self._stuck() if self.walk.is_stuck else self._pages_on()
        return self._ending() if idle else []

    def _stuck(self) -> list[Act]:
        """Go on where no further page can be asked for: hidden ones alone may be left."""
        shown = self.walk.shown(Side.NEWEST)
        if self._busy or self._asking:
            return []
        return [self._on.detour] if self._asks_amid or not shown else [self._witness(False, shown)]

    def _ending(self) -> list[Act]:
        """End with a list that was read, if it adds up."""
        if self._last is None:
            return [self._witness(after=True)]
        if self.walk.agrees(self._last) and self._is_sure():
            ids, before = self.walk.public.keys(), self._ids
            self._ids = set(ids)
            self.is_whole = before == ids or (self._last.total is not None and self._is_still())
            return [self._on.end] if self.is_whole else self._again()
        return self._again() if self._after else [self._witness(after=True)]

    def _is_missing(self) -> bool:
        """Whether nothing speaks for a public group; where GraphQL and REST differ, both are asked again."""
        return self.is_hidden or not (self.head or self._last)

    def _is_sure(self) -> bool:
        """Whether what the last witness says decides."""
        return self._after or (self._beside and self._is_still()) or self.walk.is_one_page

    def _is_still(self) -> bool:
        """Whether nothing has changed during the reading, as far as can be told."""
        return self.walk.is_one_page or (self.walk.is_quiet and self._first == self._last)

    def _is_mostly_hidden(self) -> bool:
        """Whether most of what GraphQL pages is hidden, so that it is quicker by REST."""
        total = self.total or 0
        return self.total is not None and self.counted - total > self._access.schema.page + 2 * total

    def _pages_on(self) -> list[Act]:
        size, acts = self._access.schema.page, []

        def spare() -> int:
            """Rows that the pages under way can bring beyond those that are unread, as far as is known."""
            unread = (self.counted if self.total is None else self.total) - len(self.walk.public)
            return size * len(self._busy) - unread

        def wanted() -> bool:
            """Whether another page is wanted: the last ones have to overlap, unless they may be neighbours."""
            if not self._busy:
                return not self._asks_amid or self._neighbours is not None  # else these may show that none is
            return spare() < (0 if self._asks_amid else 1)

        for side in Side:
            if side not in self._busy and self.walk.leads_on(side) and wanted():
                acts.append(self._page(side))
        if spare() >= 0 and not self._asking and not self._beside and self._first:
            self._beside = True
            acts.append(self._witness(after=False))
            if spare() == 0 and len(self._busy) == len(Side) and self.counted == self.total:
                # the last pages will not overlap, and another one would be read for that alone
                acts.append(self._witness(False, self.walk.shown(Side.NEWEST) + size))
        return acts


def _do(acts: list[Act]) -> None:
    for act in acts:
        act()
