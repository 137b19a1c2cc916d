"""Bitbucket: the watcher counts of repositories, one call each, in a pool of their own."""

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import partial
from http import HTTPStatus

from from_git.calls.sending import Calls
from from_git.errors import UpstreamError
from from_git.forges.bitbucket.access import BitbucketAccess, Count
from from_git.forges.bitbucket.rest import kept_in, members, says_missing, watchers_of, with_parameters
from from_git.forges.once import Gone, Once
from from_git.forges.reading import get, maybe

_AT_ONCE = 2  # calls for each thread that are under way or wait for one; the others are no more than their address
_PAGE_SIZE = 100  # accounts of one page, where they must be counted


class _Doubt(Enum):
    """Why an answer did not tell the number of watchers."""

    REFUSED = 1
    """It takes no `pagelen=0`, as its schema would allow."""
    UNSAID = 2
    """`size` is optional: the accounts must be counted."""


class Watchers:
    """The watchers of each repository that is noted. Safe from any thread.

    Args:
        base: address of the list on which they are.
    """

    def __init__(self, access: BitbucketAccess, calls: Calls, base: str) -> None:
        self._access = access
        self._calls = calls
        self._base = base
        self.remembered: Mapping[str, Count] = {}
        """Counts of earlier fetches, which are taken as known; to be set before any repository is noted."""
        self.once: Once[bytes, int] = Once(self._begin, at_once=_AT_ONCE * access.watchers_pool.most)
        """By uuid, with the `Kept` of the repository."""

    def counted(self, uuids: Iterable[str], now: float) -> dict[str, Count]:
        """The counts of those that are not gone; what was not remembered was counted `now`."""
        counts = {}
        for uuid in uuids:
            count = self.once.known.get(uuid)
            if isinstance(count, int):
                counts[uuid] = count, self.remembered[uuid][1] if uuid in self.remembered else now
        return counts

    def note(self, rows: Mapping[str, bytes]) -> None:
        """Let these be counted, each once: by uuid, with their `Kept`."""
        once = self.once
        fresh = [one for one in rows if one not in once.known and one not in once.pending]
        remembered = {one: self.remembered[one][0] for one in fresh if one in self.remembered}
        if remembered:
            once.settle(remembered, ended=False)
        once.note({one: rows[one] for one in fresh if one not in remembered})

    def _begin(self, uuids: list[str]) -> None:
        for uuid in uuids:
            kept = kept_in(self.once.pending[uuid])
            self._ask(uuid, kept.link or watchers_of(kept.path, self._base), kept.path)

    def _ask(self, uuid: str, url: str, path: str) -> None:
        then = partial(self._sized, uuid, url, path)
        self._calls.start(self._access.watchers_pool, partial(self._size, url), then, subject=path)

    def _size(self, url: str) -> int | Gone | _Doubt:
        pagelen = self._access.pagelen
        answer = self._access.get(self._calls, with_parameters(url, f"fields=size&pagelen={pagelen}"))
        if answer.status == HTTPStatus.BAD_REQUEST and pagelen == 0:
            return _Doubt.REFUSED
        if answer.status == HTTPStatus.NOT_FOUND and says_missing(answer):
            return Gone.ABSENT
        size = maybe(members(answer, self._calls.account.authorization.sort), "size", kind=int)
        return _Doubt.UNSAID if size is None else size

    def _sized(self, uuid: str, url: str, path: str, size: int | Gone | _Doubt) -> None:
        if size is _Doubt.REFUSED:
            self._access.pagelen = 1
            self._ask(uuid, url, path)
        elif size is _Doubt.UNSAID:
            self._ask_page(uuid, with_parameters(url, f"fields=next,values.type&pagelen={_PAGE_SIZE}"), path, 0)
        else:
            self.once.settle({uuid: size})

    def _ask_page(self, uuid: str, url: str, path: str, before: int) -> None:
        """Have the accounts on one page counted, to be added to those `before`."""
        then = partial(self._counted, uuid, path, before)
        self._calls.start(self._access.watchers_pool, partial(self._page, url), then, subject=path)

    def _page(self, url: str) -> tuple[int, str | None]:
        page = members(self._access.get(self._calls, url), self._calls.account.authorization.sort)
        return len(get(page, "values", kind=list)), maybe(page, "next", kind=str)

    def _counted(self, uuid: str, path: str, before: int, page: tuple[int, str | None]) -> None:
        count, following = page
        if not following:
            self.once.settle({uuid: before + count})
        elif not count:
            raise UpstreamError("its list of watchers goes on without bringing new ones.")
        else:
            self._ask_page(uuid, following, path, before + count)
