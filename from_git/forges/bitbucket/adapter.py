"""Bitbucket Cloud: workspaces, through REST 2.0.

Sources: developer.atlassian.com/cloud/bitbucket/rest (intro "Pagination", "Filter", "Partial responses"; group
Repositories) and support.atlassian.com "API request limits".
"""

import threading
import time
from collections.abc import Callable
from urllib.parse import quote, urlencode

from from_git.askers import Asker
from from_git.calls.account import Account
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.errors import UpstreamError
from from_git.fanout import Pool
from from_git.forges.bitbucket.counts import Counts
from from_git.forges.bitbucket.rest import Page, Shape, is_numbered, page_of, path_of, says_missing
from from_git.forges.bitbucket.watchers import Dialect, Watchers
from from_git.forges.listing import Trail, keeps_changing, never_added_up, stats_of
from from_git.upstream import DIRECT, Response, Upstream, Way
from from_git.values.found import Found
from from_git.values.progress import Cost, Progress
from from_git.values.stats import Tally

PAGE_SIZE = 100
"""Repositories of one page; the most that Bitbucket gives."""
_LIST = {
    "pagelen": str(PAGE_SIZE),
    "sort": "created_on",
    "q": "is_private=false",
    # only what is named comes back: without `next` and `size` here the list could not be walked. `parent` is asked for
    # whole, because a part of it may be absent and would take the fork with it
    "fields": "next,size,values.uuid,values.slug,values.full_name,values.is_private,values.language,values.parent,"
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
        learns_limit: whether the budget's limit is what Bitbucket says it is.
        counts: watcher counts of earlier fetches.
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
        account: Account,
        learns_limit: bool,
        counts: Counts,
        way: Way = DIRECT,
    ) -> None:
        self.secrets = secrets
        self.has_credentials = credentials != "none"
        self.learns_limit = learns_limit
        self.counts = counts
        self.account = account
        headers = {"Authorization": authorization} if authorization else {}
        self.upstream = Upstream(url, "BITBUCKET_API_URL", headers, pool.size + watchers_pool.size, timeout, way)
        self.pool = pool
        self.watchers_pool = watchers_pool
        self.width = pool.size + watchers_pool.size
        self.dialect = Dialect(credentials)
        self.pace = None

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """See `Forge.foresee`."""
        self.account.foresee(asker, profiles, profiles, seconds)

    def fetch(self, owner: str, group: FetchGroup) -> "BitbucketFetch":
        """See `Forge.fetch`."""
        fetch = BitbucketFetch(self, owner, group)
        fetch.ask_first_page()
        return fetch

    def learn(self, answer: Response) -> None:
        """Take in what an answer says about the limit, which it does with access tokens only (2026-04)."""
        limit = answer.headers.get("x-ratelimit-limit", "")
        if self.learns_limit and limit.isdecimal() and len(limit) < 10 and int(limit):
            self.account.budget.told(float(limit))

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

    def __init__(self, forge: Bitbucket, owner: str, group: FetchGroup) -> None:
        self._forge = forge
        self._calls = Calls(group, forge.account)
        self._on_found = group.found
        self._begun = time.time()
        # workspace ids are lower case ("Change a workspace ID"), whatever case people paste
        self._workspace = owner.lower()
        self._base = f"{forge.upstream.base_url}/repositories/{quote(self._workspace, safe='')}"
        self._paths: dict[str, str] = {}  # `WORKSPACE/SLUG` of public repositories by uuid, as last listed
        self._watchers = Watchers(
            self._calls, forge.watchers_pool, self._get, forge.dialect, self._paths, self._settled
        )
        self._lock = threading.Lock()  # around everything below
        self._found = False
        self._complete = False
        self._listed: dict[str, Shape | None] | None = None  # the last reading that added up
        self._readings = 0
        self._by_number = True
        self._pages = self._pages_before = 0  # of this reading, and of those before
        self._read_again()

    def _read_again(self) -> None:
        self._readings += 1
        self._reading: dict[str, Shape | None] = {}  # by uuid; None: private
        # whether this reading adds up and, if it has several pages or says no more than nothing, equals the one before
        self._agreed = False
        self._sizes: set[int] = set()
        self._trail = Trail()
        self._pages_before += self._pages
        self._pages = 0
        self._pages_known = 1

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        if not self._found:
            return None
        if not self._complete or self._listed is None:
            raise RuntimeError("the list was not read to its end")
        tally, missing = Tally(), []
        for uuid, shape in self._listed.items():
            watchers = self._watchers.of(uuid)
            if shape is not None and watchers is not None:
                is_fork, language = shape
                tally.add_repository(is_fork=is_fork, watchers=watchers, langs=[(language, None)] if language else [])
            elif shape is not None:
                missing.append(self._paths[uuid])
        workspace = next(iter(self._paths.values())).partition("/")[0] if self._paths else None
        oldest = self._keep_counts() if self._forge.counts.kept else None
        return Found("Workspace", stats_of(tally), tuple(sorted(missing)), workspace, oldest)

    def _keep_counts(self) -> float | None:
        """Keep the counts for the next fetch; when the oldest was made, None if all were by this one."""
        counts = self._watchers.counted(self._listed or (), self._begun)
        self._forge.counts.keep(self._workspace, counts)
        oldest = min((at for _, at in counts.values()), default=self._begun)
        return oldest if oldest < self._begun else None

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        with self._lock:
            known = self._watchers.counts()
            pages, pages_known = self._pages_before + self._pages, self._pages_before + self._pages_known
            return self._calls.progress(pages, pages_known, *known, found=self._found)

    def cost(self) -> Cost:
        """See `Fetch.cost`."""
        return self._calls.spending.cost()

    def ask_first_page(self) -> None:
        """Have page 1 asked for."""
        self._calls.start(self._forge.pool, self._first_page, self._begin)

    def _first_page(self) -> Page | None:
        # an empty list without a size is asked for once more, and otherwise
        plain = self._listed is not None and not self._listed
        parameters = {name: value for name, value in _LIST.items() if not (plain and name == "fields")}
        url = f"{self._base}?{urlencode(parameters)}"
        answer = self._get(url)
        if not self._found and says_missing(answer):
            return None
        return page_of(answer, self._forge.dialect.credentials, url)

    def _begin(self, page: Page | None) -> None:
        """Take in page 1, then have all others asked for by number, or the next one by its link; None: missing."""
        if page is None:
            self._pages = self._pages_known
            return
        size, following = page.size or 0, page.following
        pages = -(-size // PAGE_SIZE)
        # only a full page with a numbered link shows that the others can be asked for by number
        numbered = self._by_number and following and is_numbered(following) and len(page.entries) == PAGE_SIZE
        numbers = range(2, pages + 1) if numbered and pages <= _MAX_PAGES else range(0)
        if not self._found:
            remembered = self._forge.counts.of(self._workspace)
            self._watchers.remember(remembered)
            # the watchers, and the other pages of two readings
            known = max(0, max(size, len(page.entries)) - len(remembered))
            self._calls.plan(known + 2 * max(pages, 2) - 1 if following else known)
        with self._lock:
            self._found = True
            self._pages_known = len(numbers) + 1
        self._count_page(page)
        for number in numbers:
            url = f"{self._base}?{urlencode({**_LIST, 'page': number})}"
            self._calls.start(self._forge.pool, self._asked_for(url), self._numbered_page)
        if following and not numbers:
            self._ask_linked(following)
        if self._readings == 1:
            self._on_found()
        self._page_done()

    def _numbered_page(self, page: Page) -> None:
        self._count_page(page)
        self._page_done()

    def _linked_page(self, page: Page) -> None:
        fresh = self._count_page(page)
        if page.following:
            self._trail.follow(page.following, fresh=fresh > 0)
            if self._pages_known >= _MAX_PAGES:
                raise UpstreamError(f"its list of repositories has more than {_MAX_PAGES:,} pages.")
            done, known = self._watchers.counts()
            self._calls.plan(known - done + 1)  # without a size, each page may be followed by another
            self._ask_linked(page.following)
        self._page_done()

    def _ask_linked(self, url: str) -> None:
        with self._lock:
            self._pages_known += 1
        self._calls.start(self._forge.pool, self._asked_for(url), self._linked_page)

    def _asked_for(self, url: str) -> Callable[[], Page]:
        return lambda: page_of(self._get(url), self._forge.dialect.credentials, url)

    def _count_page(self, page: Page) -> int:
        """Note the page's repositories, have their watchers counted, and return how many are new in this reading."""
        with self._lock:
            if page.size is not None:
                self._sizes.add(page.size)
            fresh = {one.uuid: one for one in page.entries if one.uuid not in self._reading}
            self._reading.update((uuid, one.shape) for uuid, one in fresh.items())
            self._paths.update(
                (uuid, path_of(one, self._workspace)) for uuid, one in fresh.items() if one.shape is not None
            )
        self._watchers.want([one for one in fresh.values() if one.shape is not None], self._base)
        return len(fresh)

    def _page_done(self) -> None:
        """Count a page as read; the last one ends the reading."""
        with self._lock:
            self._pages += 1
            if self._pages == self._pages_known:
                before, adds_up = self._listed, not self._sizes - {len(self._reading)}
                self._listed = self._reading if adds_up else None
                whole = self._pages == 1 and bool(self._reading or self._sizes)
                self._agreed = adds_up and (whole or (before is not None and before.keys() == self._reading.keys()))
                self._by_number = self._by_number and adds_up  # the numbers may have misled us
        self._settled()

    def _settled(self) -> None:
        with self._lock:
            again = self._decide()
        if again:
            self.ask_first_page()

    def _decide(self) -> bool:
        """Whether the list must be read again, which is prepared then; the lock is held.

        Called whenever a page has ended or no watchers are being asked for; says no while others are under way.
        """
        if self._complete or self._pages < self._pages_known or (self._agreed and not self._watchers.settled):
            return False
        if self._agreed:
            # gone, or only renamed, or the whole workspace is: the list knows, and gives the present links
            self._complete = not self._watchers.forget_gone()
            if self._complete:
                return False
            if self._readings >= _READINGS:
                raise keeps_changing(self._readings)
        elif self._readings >= _READINGS:
            raise never_added_up(len(self._reading), self._sizes, self._readings)
        self._read_again()
        return True

    def _get(self, url: str) -> Response:
        answer = self._forge.upstream.call(self._calls, "GET", url)
        self._forge.learn(answer)
        return answer
