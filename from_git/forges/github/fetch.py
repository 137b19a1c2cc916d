"""GitHub: the fetch of one owner."""

from collections.abc import Iterator, Mapping
from functools import partial

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.halving import Origin
from from_git.errors import MalformedAnswer, UpstreamError
from from_git.forges.github.details import Details
from from_git.forges.github.ends import Ends
from from_git.forges.github.nodes import OwnerPage, owner_page, repository_in
from from_git.forges.github.queries import GitHubAccess, Queries
from from_git.forges.listing import Listing, Place, by_name, rows_of
from from_git.forges.once import Gone
from from_git.values.found import Found
from from_git.values.progress import Cost, Progress
from from_git.values.repository import Repository

_FEWEST = 4  # repositories that the first query gives in detail at least, or none
_READINGS = 3  # of a list at most


def _in_order(listed: Mapping[str, str], known: Mapping[str, bytes | Gone]) -> Iterator[Repository]:
    """The listed repositories that are there, by name and then by id."""

    names = {identity: path.rpartition("/")[2] for identity, path in listed.items()}
    texts: dict[str, str] = {}
    for identity in by_name(listed, names.__getitem__):
        one = known[identity]
        if isinstance(one, bytes):
            yield repository_in(one, identity, names[identity], texts)


def _detailed_in(page: OwnerPage | None) -> int:
    return len(page.details) if page else 0


class GitHubFetch:
    """One owner's list, beside the details of its repositories; see `Fetch`.

    The first query gives the oldest repositories in detail, and the ids of a hundred from each end of the list; where
    the owner is known to be large, those ids alone. Further queries give ids alone, which is quick; the details are
    asked for by id as soon as ids are there. A list that is read again is read from its oldest end, see `Ends`.
    """

    def __init__(self, access: GitHubAccess, owner: str, group: FetchGroup) -> None:
        self._owner = owner
        self._pool = access.pool
        self._sizes = access.sizes
        self._texts = access.texts
        self._queries = Queries(access, group)
        self._calls = self._queries.calls
        self._details = Details(self._queries)
        self._large = access.large
        # cursors over the date of creation do not shift
        self._listing: Listing[str] = Listing(
            self._ask_list, self._details.once, 2 * access.sizes.listed, _READINGS, shifts=False
        )
        self._ends: Ends | None = Ends(access.sizes.listed)  # of the first reading, while it is under way
        self._kind = ""
        self._private: set[str] = set()  # ids of rows that said so in this reading
        self._on_found = group.found
        self._rests: list[Origin] = []  # of first pages that were too heavy

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        listed = self._listing.outcome()
        if listed is None:
            return None
        while self._rests:
            self._rests.pop().answered(0, whole=True)
        known = self._details.once.known
        listed = {one: path for one, path in listed.items() if one not in self._private}
        missing = sorted(path for identity, path in listed.items() if known[identity] is Gone.ABSENT)
        rows = rows_of(_in_order(listed, known), in_order=True)
        return Found(self._kind, rows, tuple(missing))

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        pages, details = self._listing.pages(), self._details.once.counts()
        return self._calls.progress(*pages, *details, found=self._listing.found)

    def cost(self) -> Cost:
        """See `Fetch.cost`."""
        return self._calls.spending.cost()

    def begin(self) -> None:
        """Have the first page asked for."""
        if self._owner in self._large:
            self._calls.start(self._pool, partial(self._read_list, None), self._begin)
        else:
            self.ask_first_page(self._sizes.first)

    def ask_first_page(self, first: int, origin: Origin | None = None) -> None:
        """Have the first repositories asked for in detail, with the first page of the list.

        Where even few of them are too many, the list is asked for alone: one repository may be what fails.
        """
        first = self._details.most(first)
        if origin:
            # the smaller page stands in place of a part alone: the rest is answered when all is
            origin.add()
            self._rests.append(origin)
        if first < _FEWEST:
            if origin:
                origin.doubt()
            self._calls.start(self._pool, partial(self._read_list, None), self._begin)
            return
        ask, smaller = partial(self._read_first, first), partial(self.ask_first_page, first // 2)
        self._calls.start(self._pool, ask, self._begin, first, smaller, origin, gave=_detailed_in)

    def _read_first(self, first: int) -> OwnerPage | None:
        return self._read(self._texts.owner, "Owner", {"first": first, "listed": self._sizes.listed})

    def _begin(self, page: OwnerPage | None) -> None:
        """Take in the first page, and start all the rest at once; None: there is no such owner."""
        if page is None:
            self._listing.take(None, None)
            return
        self._details.take_first(page.details, page.listed.rows)
        self._large.note(self._owner, page.listed.total or 0)
        self._take(None, page, begins=True)
        self._on_found()

    def _ask_list(self, place: Place) -> None:
        if place is None:
            self._ends, self._private = None, set()  # the list is read again
        self._calls.start(self._pool, partial(self._read_more, place), partial(self._take, place))

    def _read_list(self, cursor: Place) -> OwnerPage | None:
        before = self._ends and self._ends.before
        both = bool(before) or (self._ends is not None and cursor is None)
        which = {"listed": self._sizes.listed, "after": cursor, "before": before, "both": both}
        return self._read(self._texts.repositories, "Repositories", which)

    def _read(self, query: str, name: str, variables: Mapping[str, object]) -> OwnerPage | None:
        reply = self._queries.ask(query, {"login": self._owner, **variables}, name)
        page = owner_page(reply)
        self._queries.learn(reply, _detailed_in(page))
        return page

    def _read_more(self, cursor: Place) -> OwnerPage:
        page = self._read_list(cursor)
        if page is None:
            raise UpstreamError("the owner vanished while its repositories were being listed.", advice="Ask again.")
        return page

    def _take(self, place: Place, page: OwnerPage, begins: bool = False) -> None:
        """Note the ids of a page, start the next page, and have the details asked for."""
        listed = page.listed
        if listed.more and listed.following is None and listed.rows:
            raise MalformedAnswer("pageInfo.endCursor is not a string")
        self._kind = page.kind
        once, ends = self._details.once, self._ends
        rows = {**listed.rows, **page.newest.rows} if page.newest else listed.rows
        if page.private:
            self._private |= page.private
            rows = {one: path for one, path in rows.items() if one not in page.private}
        if ends:
            listed = ends.take(page)
            once.note(rows, listed.more and ends.unknown > 0)
            batches = self._details.plan(ends.to_come if listed.more else ())
            if begins and (listed.more or batches):
                self._queries.plan(batches + ends.answers * listed.more, ends.total - len(page.details))
            self._ends = ends if listed.more else None
        else:
            once.note(rows, listed.more)
        self._listing.take(place, listed)
        once.start()
