"""Bitbucket Cloud: workspaces, through REST 2.0.

Sources: developer.atlassian.com/cloud/bitbucket/rest (intro "Pagination", "Filter", "Partial responses"; group
Repositories) and support.atlassian.com "API request limits".
"""

import threading
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from from_git.errors import CredentialsError, LimitError, MalformedAnswer, UpstreamError
from from_git.fanout import Pool, TaskGroup
from from_git.forges.base import LISTINGS, Found, Progress, described, get, maybe, quoted, retry_after
from from_git.stats import Tally
from from_git.upstream import Answer, Upstream

PAGE_SIZE = 100
"""Repositories of one page; the most that Bitbucket gives."""
_LIST = {
    "pagelen": str(PAGE_SIZE),
    "sort": "created_on",
    "q": "is_private=false",
    # only what is named comes back: without `next` and `size` here the list could not be walked
    "fields": "next,size,values.uuid,values.slug,values.is_private,values.language,values.links.watchers.href,"
    "values.parent.type,values.parent.uuid,values.parent.full_name",
}
_MAX_REPOSITORIES = 1_000_000  # a larger `size` is nonsense that would start as many tasks
_HOUR = 3600.0  # seconds; the limit counts calls in a rolling hour, and Bitbucket sends no Retry-After


_Shape = tuple[bool, str]  # is a fork, language or ""


class Bitbucket:
    """The Bitbucket adapter.

    Args:
        url: the API's base, ending in /2.0.
        authorization: value of the Authorization header, or nothing for anonymous calls.
        access_token: whether that is an access token, which reaches one workspace only.
    """

    def __init__(
        self,
        url: str,
        authorization: str,
        access_token: bool,
        pool: Pool,
        watchers_pool: Pool,
        timeout: float,
    ) -> None:
        headers = {"Authorization": authorization} if authorization else {}
        self.upstream = Upstream(url, headers, pool.size + watchers_pool.size, timeout)
        self.pool = pool
        self.watchers_pool = watchers_pool
        self.credentials = "none" if not authorization else "access token" if access_token else "api token"
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

    def refusal(self, answer: Answer) -> UpstreamError:
        """The error that an answer of another status than 200 means."""
        status, said = answer.status, quoted(_error(answer).get("message"))
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            hint = " Without credentials it allows 60 calls an hour." if self.credentials == "none" else ""
            return LimitError(
                f"its limit of calls in an hour is used up.{hint}",
                retry_after(answer.headers, time.time()) or _HOUR,
            )
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return CredentialsError(f"it refused access ({described(status)}{said}). {_ADVICE[self.credentials]}")
        if status == HTTPStatus.NOT_FOUND:
            return UpstreamError(f"it does not know the address that was asked (404{said}). Look at BITBUCKET_API_URL.")
        if status == HTTPStatus.GONE:
            return UpstreamError(f"it has removed this part of its API (410{said}). from-git needs an update.")
        if 300 <= status < 400:
            return UpstreamError(f"it redirects ({status}), which is not followed. Look at BITBUCKET_API_URL.")
        return UpstreamError(f"it answered with status {described(status)}{said}. Try again later.")


_ADVICE = {
    "none": "It may be private, or wants credentials: set BITBUCKET_USERNAME and BITBUCKET_API_TOKEN.",
    "api token": "Look at BITBUCKET_USERNAME (the account's e-mail address) and BITBUCKET_API_TOKEN (an API token with"
    " read:repository:bitbucket; app passwords ended in July 2026).",
    "access token": "BITBUCKET_ACCESS_TOKEN reaches only the workspace it was made for; for others use"
    " BITBUCKET_USERNAME and BITBUCKET_API_TOKEN.",
}


class BitbucketFetch:
    """The walk through one workspace's list, its pages and watcher counts side by side; see `Fetch`."""

    def __init__(self, forge: Bitbucket, owner: str, group: TaskGroup) -> None:
        self._forge = forge
        self._group = group
        # workspace ids are lower case ("Change a workspace ID"), whatever case people paste
        self._base = f"{forge.upstream.base_url}/repositories/{quote(owner.lower(), safe='')}"
        self._lock = threading.Lock()  # around everything below
        self._found = False
        self._complete = False
        self._watchers: dict[str, int | None] = {}  # by uuid, kept over listings; None: being asked, in the end: gone
        self._watchers_done = 0
        self._listing = 0
        self._restart()

    def _restart(self) -> None:
        self._listing += 1
        self._listed: dict[str, _Shape | None] = {}  # by uuid; None: private
        self._sizes: set[int | None] = set()
        self._pages = 0
        self._pages_known = 1

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        if not self._found:
            return None
        if not self._complete:
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
            return Progress(self._pages, self._pages_known, self._watchers_done, len(self._watchers))

    def first_page(self) -> None:
        """Fetch page 1, then start all others at once by number, or the next one where `size` is absent."""
        answer = self._call(f"{self._base}?{urlencode(_LIST)}")
        if not self._found and _says_missing(answer):
            return
        page = self._page_of(answer)
        self._found = True
        values, size, following = get(page, "values", kind=list), _size(page), _link(page)
        pages = 2 if following else 1
        if following and size is not None:
            if size > _MAX_REPOSITORIES or not values:
                raise MalformedAnswer("size or values is out of range")
            pages = max(pages, -(-size // len(values)))
        with self._lock:
            self._pages_known = pages
        self._count_page(values, size)
        if following and size is None:
            self._group.start(self._forge.pool, self._linked_page, following)
        else:
            for number in range(2, pages + 1):
                self._group.start(self._forge.pool, self._numbered_page, number)
        self._page_done()

    def _numbered_page(self, number: int) -> None:
        page = self._page_of(self._call(f"{self._base}?{urlencode({**_LIST, 'page': number})}"))
        self._count_page(get(page, "values", kind=list), _size(page))
        self._page_done()

    def _linked_page(self, url: str) -> None:
        page = self._page_of(self._call(url))
        following = _link(page)
        if not self._count_page(get(page, "values", kind=list), _size(page)) and following:
            raise UpstreamError("its list of repositories goes on without bringing new ones. Try again later.")
        if following:
            with self._lock:
                self._pages_known += 1
            self._group.start(self._forge.pool, self._linked_page, following)
        self._page_done()

    def _count_page(self, values: list[Any], size: int | None) -> int:
        """Note the page's repositories, start their watcher counts, and return how many are new in this listing."""
        entries = [_entry(value, self._base) for value in values]
        with self._lock:
            self._sizes.add(size)
            fresh = [entry for entry in entries if entry[0] not in self._listed]
            self._listed.update((uuid, shape) for uuid, shape, _ in fresh)
            unasked = [(uuid, link) for uuid, shape, link in fresh if shape is not None and uuid not in self._watchers]
            self._watchers.update((uuid, None) for uuid, _ in unasked)
        for uuid, link in unasked:
            self._group.start(self._forge.watchers_pool, self._watch, uuid, link)
        return len(fresh)

    def _page_done(self) -> None:
        """Count a page as read; the last one checks the list, and has it read again when it does not add up."""
        with self._lock:
            self._pages += 1
            if self._pages < self._pages_known:
                return
            listed, sizes = len(self._listed), self._sizes
            if sizes in ({listed}, {None}):
                self._complete = True
                return
            if self._listing == LISTINGS:
                raise UpstreamError(
                    f"its list never added up: {listed} repositories against a size of"
                    f" {' or '.join(map(str, sizes))}, {LISTINGS} times over. Try again later."
                )
            self._restart()
        self._group.start(self._forge.pool, self.first_page)

    def _watch(self, uuid: str, url: str) -> None:
        """Fetch one repository's watcher count; a repository that is gone does not count at all."""
        pagelen = self._forge.watchers_pagelen
        query = f"{'&' if '?' in url else '?'}fields=size&pagelen="
        answer = self._call(f"{url}{query}{pagelen}")
        if answer.status == HTTPStatus.BAD_REQUEST and pagelen == 0:
            self._forge.watchers_pagelen = 1
            answer = self._call(f"{url}{query}1")
        if _says_missing(answer):
            count = None
        elif answer.status == HTTPStatus.OK:
            count = get(answer.json(), "size", kind=int)
        else:
            raise self._forge.refusal(answer)
        with self._lock:
            self._watchers[uuid] = count
            self._watchers_done += 1

    def _call(self, url: str) -> Answer:
        return self._forge.upstream.call(self._group, "GET", url)

    def _page_of(self, answer: Answer) -> dict[str, Any]:
        if answer.status != HTTPStatus.OK:
            raise self._forge.refusal(answer)
        return get(answer.json(), kind=dict)


def _entry(value: object, base: str) -> tuple[str, _Shape | None, str]:
    """A repository's uuid, its shape (None: private), and the address of its watchers."""
    uuid = get(value, "uuid", kind=str)
    # our own look as well: one ignored parameter would leak private counts
    if get(value, "is_private", kind=bool):
        return uuid, None, ""
    # lists leave `parent` out for originals, other answers say null: a value makes a fork, not the key
    shape = (maybe(value, "parent", kind=dict) is not None, maybe(value, "language", kind=str) or "")
    link = maybe(value, "links", "watchers", "href", kind=str)
    return uuid, shape, link or f"{base}/{quote(get(value, 'slug', kind=str), safe='')}/watchers"


def _size(page: dict[str, Any]) -> int | None:
    """How many repositories the list has; optional in Bitbucket's lists."""
    return maybe(page, "size", kind=int)


def _link(page: dict[str, Any]) -> str | None:
    """The address of the next page, None on the last."""
    return maybe(page, "next", kind=str)


def _error(answer: Answer) -> dict[str, Any]:
    """The `error` member of Bitbucket's error JSON, or nothing."""
    try:
        return get(answer.json(), "error", kind=dict)
    except MalformedAnswer:
        return {}


def _says_missing(answer: Answer) -> bool:
    """Whether Bitbucket itself says that the thing does not exist: 404, or 410 for spam, with its error JSON.

    A 404 for an address that is no API, a 410 for a removed API (CHANGE-nnnn) and other people's error pages leave
    the question open.
    """
    error = _error(answer)
    text = f"{error.get('message')} {error.get('detail')}"
    if not isinstance(error.get("message"), str) or "no API hosted" in text:
        return False
    return answer.status == HTTPStatus.NOT_FOUND or (answer.status == HTTPStatus.GONE and "CHANGE-" not in text)
