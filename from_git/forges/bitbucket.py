"""Bitbucket Cloud: workspaces, through REST 2.0.

Sources: developer.atlassian.com/cloud/bitbucket/rest (intro "Pagination", "Filter", "Partial responses"; group
Repositories) and support.atlassian.com "API request limits".
"""

import threading
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from from_git.errors import UpstreamError
from from_git.fanout import Pool, TaskGroup
from from_git.forges.base import Found, Progress, get, keeps_changing, never_added_up
from from_git.forges.cost import Cost, Spending
from from_git.forges.rest import Shape, entry, is_numbered, next_of, refusal, says_missing, size_of, with_parameters
from from_git.stats import Tally
from from_git.upstream import Answer, Upstream

PAGE_SIZE = 100
"""Repositories of one page; the most that Bitbucket gives."""
_LIST = {
    "pagelen": str(PAGE_SIZE),
    "sort": "created_on",
    "q": "is_private=false",
    # only what is named comes back: without `next` and `size` here the list could not be walked. `parent` is asked for
    # whole, because a part of it may be absent and would take the fork with it
    "fields": "next,size,values.uuid,values.slug,values.is_private,values.language,values.parent,"
    "values.links.watchers.href",
}
_READINGS = 6  # two for a list of several pages, two more if a repository is gone; each may meet a change
_MAX_PAGES = 10_000  # a `size` that needs more is not believed


class Bitbucket:
    """The Bitbucket adapter.

    Args:
        url: the API's base, ending in /2.0.
        authorization: value of the Authorization header, or nothing for anonymous calls.
        secrets: see `Forge.secrets`.
        credentials: what kind that is: none, API token or access token.
    """

    def __init__(
        self,
        url: str,
        authorization: str,
        secrets: tuple[str, ...],
        credentials: str,
        pool: Pool,
        watchers_pool: Pool,
        timeout: float,
    ) -> None:
        self.secrets = secrets
        headers = {"Authorization": authorization} if authorization else {}
        self.upstream = Upstream(url, "BITBUCKET_API_URL", headers, pool.size + watchers_pool.size, timeout)
        self.pool = pool
        self.watchers_pool = watchers_pool
        self.credentials = credentials
        self.pace = None
        # 0 asks for the size alone; an API that refuses it, as its schema would allow, is asked for 1
        self.watchers_pagelen = 0

    def fetch(self, owner: str, group: TaskGroup) -> "BitbucketFetch":
        """See `Forge.fetch`."""
        fetch = BitbucketFetch(self, owner, group)
        group.start(self.pool, fetch.first_page)
        return fetch

    def close(self) -> None:
        """See `Forge.close`."""
        self.pool.close()
        self.watchers_pool.close()
        self.upstream.close()


class BitbucketFetch:
    """The walk through one workspace's list, its pages and watcher counts side by side; see `Fetch`.

    Paging is by offset, so a repository that is deleted while the list is read moves those behind it: one is lost, and
    if another is created meanwhile, `size` does not tell. So a list of several pages is read until two readings
    agree; the second costs no time, since the watchers take longer.
    """

    def __init__(self, forge: Bitbucket, owner: str, group: TaskGroup) -> None:
        self._forge = forge
        self._group = group
        self._spending = Spending()
        # workspace ids are lower case ("Change a workspace ID"), whatever case people paste
        self._base = f"{forge.upstream.base_url}/repositories/{quote(owner.lower(), safe='')}"
        self._lock = threading.Lock()  # around everything below
        self._found = False
        self._complete = False
        self._watchers: dict[str, int | None] = {}  # by uuid, kept over readings; None: being asked, in the end gone
        self._watchers_left = 0
        self._gone: set[str] = set()  # uuids whose watchers answered 404
        self._asked_again: set[str] = set()  # those of them that were asked a second time
        self._listed: dict[str, Shape | None] | None = None  # the last reading that added up
        self._readings = 0
        self._by_number = True
        self._read_again()

    def _read_again(self) -> None:
        self._readings += 1
        self._reading: dict[str, Shape | None] = {}  # by uuid; None: private
        self._settled = False  # whether this reading adds up and, if it has several pages, equals the one before
        self._sizes: set[int] = set()
        self._pages = 0
        self._pages_known = 1

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        if not self._found:
            return None
        if not self._complete or self._listed is None:
            raise RuntimeError("the list was not read to its end")
        tally = Tally()
        for uuid, shape in self._listed.items():
            watchers = self._watchers.get(uuid)
            if shape is not None and watchers is not None:
                is_fork, language = shape
                tally.add_repository(is_fork=is_fork, watchers=watchers, langs=[(language, None)] if language else [])
        return Found("Workspace", tally.stats())

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        with self._lock:
            known = len(self._watchers)
            return Progress(self._pages, self._pages_known, known - self._watchers_left, known)

    def cost(self) -> Cost:
        """See `Fetch.cost`."""
        return self._spending.cost()

    def first_page(self) -> None:
        """Fetch page 1, then start all others at once by number, or the next one by its link."""
        answer = self._call(f"{self._base}?{urlencode(_LIST)}")
        if not self._found and says_missing(answer):
            return
        page = self._page_of(answer)
        values, size, following = get(page, "values", kind=list), size_of(page), next_of(page)
        pages = -(-(size or 0) // PAGE_SIZE)
        # only a full page with a numbered link shows that the others can be asked for by number
        numbered = self._by_number and following and is_numbered(following) and len(values) == PAGE_SIZE
        numbers = range(2, pages + 1) if numbered and pages <= _MAX_PAGES else range(0)
        with self._lock:
            self._found = True
            self._pages_known = len(numbers) + 1
        self._count_page(values, size)
        if numbers:
            for number in numbers:
                self._group.start(self._forge.pool, self._numbered_page, number)
        elif following:
            self._start_linked(following)
        self._page_done()

    def _numbered_page(self, number: int) -> None:
        page = self._page_of(self._call(f"{self._base}?{urlencode({**_LIST, 'page': number})}"))
        self._count_page(get(page, "values", kind=list), size_of(page))
        self._page_done()

    def _linked_page(self, url: str) -> None:
        page = self._page_of(self._call(url))
        fresh, following = self._count_page(get(page, "values", kind=list), size_of(page)), next_of(page)
        if following:
            if not fresh:
                raise UpstreamError("its list of repositories goes on without bringing new ones. Try again later.")
            self._start_linked(following)
        self._page_done()

    def _start_linked(self, url: str) -> None:
        with self._lock:
            self._pages_known += 1
        self._group.start(self._forge.pool, self._linked_page, url)

    def _count_page(self, values: list[Any], size: int | None) -> int:
        """Note the page's repositories, start their watcher counts, and return how many are new in this reading."""
        entries = [entry(value) for value in values]
        with self._lock:
            if size is not None:
                self._sizes.add(size)
            fresh = [one for one in entries if one[0] not in self._reading]
            self._reading.update((uuid, shape) for uuid, shape, _, _ in fresh)
            unasked = [one for one in fresh if one[1] is not None and one[0] not in self._watchers]
            self._watchers.update((uuid, None) for uuid, _, _, _ in unasked)
            self._watchers_left += len(unasked)
        for uuid, _, slug, link in unasked:
            url = link or f"{self._base}/{quote(slug, safe='')}/watchers"
            self._group.start(self._forge.watchers_pool, self._watch, uuid, url)
        return len(fresh)

    def _page_done(self) -> None:
        """Count a page as read; the last one ends the reading."""
        with self._lock:
            self._pages += 1
            if self._pages == self._pages_known:
                before, adds_up = self._listed, not self._sizes - {len(self._reading)}
                self._listed = self._reading if adds_up else None
                self._settled = adds_up and (
                    self._pages == 1 or (before is not None and before.keys() == self._reading.keys())
                )
                self._by_number = self._by_number and adds_up  # the numbers may have misled us
            again = self._decide()
        if again:
            self._group.start(self._forge.pool, self.first_page)

    def _watch(self, uuid: str, url: str) -> None:
        """Fetch one repository's watcher count; one that is gone does not count at all."""
        pagelen = self._forge.watchers_pagelen
        answer = self._call(with_parameters(url, f"fields=size&pagelen={pagelen}"))
        if answer.status == HTTPStatus.BAD_REQUEST and pagelen == 0:
            self._forge.watchers_pagelen = 1
            answer = self._call(with_parameters(url, "fields=size&pagelen=1"))
        gone = answer.status == HTTPStatus.NOT_FOUND and says_missing(answer)
        if gone:
            self._watched(uuid, None)
        elif (size := size_of(self._page_of(answer))) is not None:
            self._watched(uuid, size)
        else:  # `size` is optional: count the accounts
            self._watchers_page(uuid, with_parameters(url, f"fields=next,values.type&pagelen={PAGE_SIZE}"), 0)

    def _watchers_page(self, uuid: str, url: str, before: int) -> None:
        page = self._page_of(self._call(url))
        count, following = len(get(page, "values", kind=list)), next_of(page)
        if not following:
            self._watched(uuid, before + count)
        elif not count:
            raise UpstreamError("its list of watchers goes on without bringing new ones. Try again later.")
        else:
            self._group.start(self._forge.watchers_pool, self._watchers_page, uuid, following, before + count)

    def _watched(self, uuid: str, count: int | None) -> None:
        with self._lock:
            self._watchers[uuid] = count
            self._watchers_left -= 1
            if count is None:
                self._gone.add(uuid)
            again = self._decide()
        if again:
            self._group.start(self._forge.pool, self.first_page)

    def _decide(self) -> bool:
        """Whether the list must be read again, which is prepared then; the lock is held.

        Called whenever a page or a watcher count ends; says no while others of them are under way.
        """
        if self._pages < self._pages_known:
            return False
        if self._settled:
            if self._watchers_left:
                return False
            # gone, or only renamed, or the whole workspace is: the list knows, and gives the present links
            doubtful = self._gone - self._asked_again
            self._complete = not doubtful
            if self._complete:
                return False
            if self._readings >= _READINGS:
                raise keeps_changing(self._readings)
            self._asked_again |= doubtful
            for uuid in doubtful:
                del self._watchers[uuid]
        elif self._readings >= _READINGS:
            raise never_added_up(len(self._reading), self._sizes, self._readings)
        self._read_again()
        return True

    def _call(self, url: str) -> Answer:
        with self._spending.call():
            return self._forge.upstream.call(self._group, "GET", url)

    def _page_of(self, answer: Answer) -> dict[str, Any]:
        if answer.status != HTTPStatus.OK:
            raise refusal(answer, self._forge.credentials)
        return get(answer.json(), kind=dict)
