"""Bitbucket: the fetch of one workspace.

Sources: developer.atlassian.com/cloud/bitbucket/rest (intro "Pagination", "Filter", "Partial responses"; group
Repositories) and support.atlassian.com "API request limits".
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from urllib.parse import quote, urlencode

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.forges.bitbucket.access import BitbucketAccess
from from_git.forges.bitbucket.rest import Entry, Kept, kept_in, kept_of, repositories_page, says_missing
from from_git.forges.bitbucket.watchers import Watchers
from from_git.forges.listing import Listing, Page, Place, by_name, rows_of
from from_git.forges.once import Gone
from from_git.values.found import Found
from from_git.values.progress import Cost, Progress
from from_git.values.repository import Repository

_LIST = {
    "sort": "created_on",
    "q": "is_private=false",
    # only what is named comes back: without `next` and `size` here the list could not be walked. `parent` is asked for
    # whole, because a part of it may be absent and would take the fork with it
    "fields": "next,size,values.uuid,values.slug,values.full_name,values.is_private,values.language,values.parent,"
    "values.created_on,values.links.watchers.href",
}
_READINGS = 6  # two for a list of several pages, two more if a repository is gone; each may meet a change


def _in_order(public: Mapping[str, bytes], known: Mapping[str, int | Gone]) -> Iterator[Repository]:
    """The public repositories that are there, by name and then by uuid."""

    def name(uuid: str) -> str:
        return _name(kept_in(public[uuid]))

    for uuid in by_name(public, name):
        watchers = known[uuid]
        if isinstance(watchers, int):
            one = kept_in(public[uuid])
            langs = ((one.language, None),) if one.language else ()
            yield Repository(uuid, _name(one), one.is_fork, watchers=watchers, langs=langs, created=one.created)


def _name(one: Kept) -> str:
    return one.path.rpartition("/")[2]


class BitbucketFetch:
    """One workspace's list, its pages and watcher counts side by side; see `Fetch`.

    Reading a list of several pages twice takes no longer: the watchers take longer.
    """

    def __init__(self, access: BitbucketAccess, owner: str, group: FetchGroup) -> None:
        self._access = access
        self._calls = Calls(group, access.accounts)
        self._on_found = group.found
        self._begun = time.time()
        # workspace ids are lower case ("Change a workspace ID"), whatever case people paste
        self._workspace = owner.lower()
        self._base = f"{access.upstream.base_url}/repositories/{quote(self._workspace, safe='')}"
        self._uuids: dict[str, str] = {}  # each once, however often it is listed
        self._watchers = Watchers(access, self._calls, self._base)
        # `Kept` of public repositories, None of private ones
        self._listing: Listing[bytes | None] = Listing(
            self.ask, self._watchers.once, access.page_size, _READINGS, shifts=True
        )

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        listed = self._listing.outcome()
        if listed is None:
            return None
        known = self._watchers.once.known
        public = {uuid: row for uuid, row in listed.items() if row is not None}
        missing = sorted(kept_in(row).path for uuid, row in public.items() if isinstance(known[uuid], Gone))
        workspace = next((kept_in(row).path.partition("/")[0] for row in public.values()), None)
        rows = rows_of(_in_order(public, known), in_order=True)
        oldest = self._keep_counts(listed) if self._access.counts.kept else None
        return Found("Workspace", rows, tuple(missing), workspace, oldest)

    def _keep_counts(self, uuids: Iterable[str]) -> float | None:
        """Keep the counts for the next fetch; when the oldest was made, None if all were by this one."""
        counts = self._watchers.counted(uuids, self._begun)
        self._access.counts.keep(self._workspace, counts)
        oldest = min((at for _, at in counts.values()), default=self._begun)
        return oldest if oldest < self._begun else None

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        pages, watchers = self._listing.pages(), self._watchers.once.counts()
        return self._calls.progress(*pages, *watchers, found=self._listing.found)

    def cost(self) -> Cost:
        """See `Fetch.cost`."""
        return self._calls.spending.cost()

    def ask(self, place: Place = None) -> None:
        """Have a page of the list asked for."""
        url = place if isinstance(place, str) else self._address(place)
        self._calls.start(self._access.pool, partial(self._read, place, url), partial(self._take, place))

    def _address(self, number: int | None) -> str:
        parameters: dict[str, object] = {"pagelen": self._access.page_size, **_LIST}
        if number is not None:
            parameters["page"] = number
        elif self._listing.rows == {}:
            # an empty list without a size is asked for once more, and otherwise
            del parameters["fields"]
        return f"{self._base}?{urlencode(parameters)}"

    def _read(self, place: Place, url: str) -> Page[Entry] | None:
        answer = self._access.get(self._calls, url)
        if place is None and not self._listing.found and says_missing(answer):
            return None
        return repositories_page(answer, self._calls.account.authorization.sort, url)

    def _take(self, place: Place, page: Page[Entry] | None) -> None:
        """Note the repositories of a page, start the next ones, and have watchers counted; None: no such workspace."""
        if page is None:
            self._listing.take(place, None)
            return
        begins = not self._listing.found
        if begins:
            self._begin(page)
        listed = {self._uuids.setdefault(uuid, uuid): self._kept(one) for uuid, one in page.rows.items()}
        self._watchers.note({uuid: row for uuid, row in listed.items() if row is not None})
        if page.following and isinstance(place, str):
            done, known = self._watchers.once.counts()
            self._calls.plan(known - done + 1)  # without a size, each page may be followed by another
        self._listing.take(place, Page(listed, page.total, page.more, page.following, page.numbered))
        self._watchers.once.start()
        if begins:
            self._on_found()

    def _kept(self, one: Entry) -> bytes | None:
        if one.is_private:
            return None
        row = kept_of(one, self._base, self._workspace).dumped()
        before = (self._listing.rows or {}).get(one.uuid)
        return before if row == before else row  # the same one for both readings

    def _begin(self, page: Page[Entry]) -> None:
        """Set aside what the workspace is going to cost, by its first page."""
        remembered = self._access.counts.of(self._workspace)
        self._watchers.remembered = remembered
        size = page.total or 0
        pages = -(-size // self._access.page_size)
        # the watchers, and the other pages of two readings
        known = max(0, max(size, len(page.rows)) - len(remembered))
        self._calls.plan(known + 2 * max(pages, 2) - 1 if page.following else known)
