"""Bitbucket: the watcher counts of repositories, one call each, in a pool of their own."""

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from http import HTTPStatus

from from_git.calls.sending import Calls
from from_git.errors import UpstreamError
from from_git.fanout import Pool
from from_git.forges.bitbucket.counts import Count
from from_git.forges.bitbucket.rest import (
    Entry,
    check_watchers,
    members,
    next_of,
    says_missing,
    size_of,
    with_parameters,
)
from from_git.forges.reading import get
from from_git.upstream import Response

_AT_ONCE = 4  # calls for each thread that are under way or wait for one; the others are no more than their address
_PAGE_SIZE = 100  # accounts of one page, where they must be counted


class _Doubt(Enum):
    """Why an answer did not tell the number of watchers."""

    REFUSED = 1
    """It takes no `pagelen=0`, as its schema would allow."""
    UNSAID = 2
    """`size` is optional: the accounts must be counted."""


@dataclass
class Dialect:
    """How the API is asked, as far as it has been found out; shared by all fetches."""

    credentials: str
    """What kind we have: none, API token or access token."""
    pagelen: int = 0
    """0 asks for the size of watchers alone; 1, once that was refused."""


class Watchers:
    """The watchers of each repository that was listed; each is asked for once, one that is gone does not count.

    Safe from any thread. `on_settled` is called whenever nothing is being asked for any more, by the task that saw to
    it, without a lock held. `names` has `WORKSPACE/SLUG` of each repository by its uuid, before it is wanted.
    """

    def __init__(
        self,
        calls: Calls,
        pool: Pool,
        fetch: Callable[[str], Response],
        dialect: Dialect,
        names: Mapping[str, str],
        on_settled: Callable[[], object],
    ) -> None:
        self._calls = calls
        self._pool = pool
        self._fetch = fetch
        self._dialect = dialect
        self._names = names
        self._on_settled = on_settled
        self._lock = threading.Lock()  # around everything below
        self._known: dict[str, int | None] = {}  # by uuid; None: gone
        self._remembered: Mapping[str, Count] = {}  # from earlier fetches
        self._pending: set[str] = set()
        self._queue: deque[tuple[str, str]] = deque()  # those of them that are not being asked for, with the address
        self._started = 0
        self._asked_again: set[str] = set()  # those that were gone and forgotten once

    def counts(self) -> tuple[int, int]:
        """How many repositories are done, and how many are known."""
        with self._lock:
            return len(self._known), len(self._known) + len(self._pending)

    def of(self, uuid: str) -> int | None:
        """The watchers of one, None when it is gone; to be asked when nothing is being asked for."""
        return self._known.get(uuid)

    def remember(self, counts: Mapping[str, Count]) -> None:
        """Take these as known; to be called before any is wanted."""
        with self._lock:
            self._remembered = counts

    def counted(self, uuids: Iterable[str], now: float) -> dict[str, Count]:
        """The counts of those that are not gone; what was not remembered was counted `now`."""
        counts = {}
        for uuid in uuids:
            count = self._known.get(uuid)
            if count is not None:
                counts[uuid] = count, self._remembered[uuid][1] if uuid in self._remembered else now
        return counts

    @property
    def settled(self) -> bool:
        """Whether nothing is being asked for."""
        with self._lock:
            return not self._pending

    def want(self, entries: Collection[Entry], base: str) -> None:
        """Have these counted, each once; `base` is the list's address, for those that have no link."""
        with self._lock:
            fresh = [one for one in entries if one.uuid not in self._known and one.uuid not in self._pending]
            remembered = {one.uuid for one in fresh if one.uuid in self._remembered}
            self._known.update((uuid, self._remembered[uuid][0]) for uuid in remembered)
            fresh = [one for one in fresh if one.uuid not in remembered]
            self._pending.update(one.uuid for one in fresh)
        for one in fresh:
            check_watchers(one, base)
        with self._lock:
            self._queue.extend((one.uuid, one.link or f"{base}/{one.quoted_slug}/watchers") for one in fresh)
        self._start_more()

    def _start_more(self) -> None:
        """Start calls up to as many as there may be."""
        while True:
            with self._lock:
                if self._started >= _AT_ONCE * self._pool.size or not self._queue:
                    return
                self._started += 1
                uuid, url = self._queue.popleft()
            self._ask(uuid, url)

    def forget_gone(self) -> bool:
        """Whether some were gone for the first time; they are forgotten, to be wanted again."""
        with self._lock:
            doubtful = {uuid for uuid, count in self._known.items() if count is None} - self._asked_again
            self._asked_again |= doubtful
            for uuid in doubtful:
                del self._known[uuid]
            return bool(doubtful)

    def _ask(self, uuid: str, url: str) -> None:
        then = partial(self._sized, uuid, url)
        self._calls.start(self._pool, partial(self._size, url), then, subject=self._names.get(uuid, ""))

    def _size(self, url: str) -> "int | _Doubt | None":
        """The number of watchers, None for a repository that is gone."""
        pagelen = self._dialect.pagelen
        answer = self._fetch(with_parameters(url, f"fields=size&pagelen={pagelen}"))
        if answer.status == HTTPStatus.BAD_REQUEST and pagelen == 0:
            return _Doubt.REFUSED
        if answer.status == HTTPStatus.NOT_FOUND and says_missing(answer):
            return None
        size = size_of(members(answer, self._dialect.credentials))
        return _Doubt.UNSAID if size is None else size

    def _sized(self, uuid: str, url: str, size: "int | _Doubt | None") -> None:
        if size is _Doubt.REFUSED:
            self._dialect.pagelen = 1
            self._ask(uuid, url)
        elif size is _Doubt.UNSAID:
            self._ask_page(uuid, with_parameters(url, f"fields=next,values.type&pagelen={_PAGE_SIZE}"), 0)
        else:
            self._settle(uuid, size)

    def _ask_page(self, uuid: str, url: str, before: int) -> None:
        """Have the accounts on one page counted, to be added to those `before`."""
        then = partial(self._counted, uuid, before)
        self._calls.start(self._pool, partial(self._page, url), then, subject=self._names.get(uuid, ""))

    def _page(self, url: str) -> tuple[int, str | None]:
        page = members(self._fetch(url), self._dialect.credentials)
        return len(get(page, "values", kind=list)), next_of(page)

    def _counted(self, uuid: str, before: int, page: tuple[int, str | None]) -> None:
        count, following = page
        if not following:
            self._settle(uuid, before + count)
        elif not count:
            raise UpstreamError("its list of watchers goes on without bringing new ones.")
        else:
            self._ask_page(uuid, following, before + count)

    def _settle(self, uuid: str, count: int | None) -> None:
        with self._lock:
            self._known[uuid] = count
            self._pending.discard(uuid)
            self._started -= 1
            settled = not self._pending
        self._start_more()
        if settled:
            self._on_settled()
