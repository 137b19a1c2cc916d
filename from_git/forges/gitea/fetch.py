"""Gitea and Forgejo: the fetch of one owner.

Facts: routers/api/v1/user/repo.go and services/context of Gitea 1.16 to 1.27 and of Forgejo 7 to 15.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from http import HTTPStatus
from urllib.parse import quote, urlencode

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.forges.gitea.access import GiteaAccess, Site, told_in
from from_git.forges.gitea.beginning import Beginning, Begun, list_of
from from_git.forges.gitea.languages import Languages
from from_git.forges.gitea.rest import ASKED, Owner, Sheet, kept_in, sheet_of
from from_git.forges.gitea.signing import Signing
from from_git.forges.gitea.sources import Sources
from from_git.forges.listing import Listing, Page, Place, by_name, rows_of
from from_git.forges.once import Gone
from from_git.forges.reading import get
from from_git.values.found import Found
from from_git.values.keys import KEYS
from from_git.values.progress import Cost, Progress
from from_git.values.repository import Repository

_READINGS = 8  # two for a list of several pages, two more through the search; each may meet a change
_SEARCH = {"exclusive": "true", "private": "false", "is_private": "false", "sort": "id", "order": "asc"}
_UNASKED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)


class GiteaFetch:
    """One owner's list, its pages and languages side by side; see `Fetch`.

    The list counts rows that it does not show: with a token private ones, and on servers up to Gitea 1.22 those whose
    code is switched off. Where fewer come than are counted, the search by owner lists what everybody may see, and
    counts nothing else.
    """

    def __init__(self, access: GiteaAccess, owner: str, group: FetchGroup) -> None:
        self._access, self._group = access, group
        access.look_again()
        self._signing = Signing(access, group)
        self._languages = Languages(access, self._signing)
        self._beginning = Beginning(access, self._signing, owner, self._begin)
        self._begun: Begun | None = None
        self._site = Site(None, True)
        self._sources = Sources()
        self._planned = False
        # `Kept` of public repositories, None of others
        self._listing: Listing[bytes | None] = Listing(self._ask, self._languages.once, ASKED, _READINGS, shifts=True)

    def start(self) -> None:
        """Have the owner asked for."""
        self._beginning.start()

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        listed = self._listing.outcome()
        if listed is None or self._begun is None:
            return None
        known, owner = self._languages.once.known, self._begun.owner
        public = {number: row for number, row in listed.items() if row is not None}
        missing = sorted(kept_in(row).path for number, row in public.items() if isinstance(known[number], Gone))
        has_stars = self._site.has_stars
        rows = rows_of(_in_order(public, known, has_stars), in_order=True)
        if self._languages.fresh:
            self._access.kept.keep(owner.login, self._languages.kept(listed))
        untold = () if has_stars else ("followers",)
        not_told = tuple(KEYS) if self._sources.in_doubt(len(listed)) else untold
        return Found(self._begun.kind, rows, tuple(missing), owner.login.lower(), not_told=not_told)

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        pages, done = self._listing.pages(), self._languages.once.counts()
        return self._signing.calls.progress(*pages, *done, found=self._listing.found)

    def cost(self) -> Cost:
        """See `Fetch.cost`."""
        return self._signing.cost()

    def _begin(self, begun: Begun | None) -> None:
        """Take in the first page of the list; None: there is no such owner."""
        if begun is None:
            self._listing.take(None, None)
            return
        self._begun, self._signing.begun = begun, True
        self._site = self._access.site or self._site
        self._sources.page_size = self._site.page_size
        self._languages.remembered = self._access.kept.of(begun.owner.login)
        self._take(None, begun.sheet)

    def _ask(self, place: Place) -> None:
        """Have a page asked for."""
        if place is None:
            self._sources.read_again()
        self._read_on(place)

    def _read_on(self, place: Place) -> None:
        number, searches = int(place or 1), self._sources.searches
        self._signing.start(self._access.lists, partial(self._read, number, searches), partial(self._take, place))

    def _read(self, number: int, searches: bool, calls: Calls) -> Sheet | None:
        """A page; None: the search is not to be had."""
        owner, stranger = self._owner, not calls.authorization
        if searches:
            query = urlencode({"uid": owner.id, **_SEARCH, "limit": ASKED, "page": number})
            answer = self._signing.get(calls, f"/repos/search?{query}")
            if number == 1 and answer.status in _UNASKED:
                return None
            rows = get(self._signing.json(calls, answer), "data", kind=list)
        else:
            part = "orgs" if stranger and self._access.hides_users else "users"
            answer = self._signing.get(calls, list_of(part, quote(owner.login, safe=""), number))
            rows = self._signing.json(calls, answer)
        whose = f"page {number} of the {'search' if searches else 'list'} of {owner.login}"
        return sheet_of(answer, rows, whose, stranger)

    @property
    def _owner(self) -> Owner:
        if self._begun is None:
            raise RuntimeError("no owner was found yet")
        return self._begun.owner

    def _take(self, place: Place, sheet: Sheet | None) -> None:
        """Note the repositories of a page, start the next ones, and have languages asked for."""
        if sheet is None:
            self._sources.refuse()
            self._read_on(None)
            return
        if place is None and not self._sources.searches and self._sources.search_first(sheet):
            self._read_on(None)
            return
        page = self._sources.page(int(place or 1), sheet)
        if self._sources.page_size != self._site.page_size:
            self._access.site = None  # it was set up otherwise since it was asked
        begins = not self._listing.found
        self._plan(place, page)
        self._languages.note({number: row for number, row in page.rows.items() if row is not None})
        self._listing.take(place, page._replace(rows=self._same(page.rows)))
        self._languages.once.start()
        if begins:
            self._group.found()

    def _same(self, rows: Mapping[str, bytes | None]) -> dict[str, bytes | None]:
        """These rows, of which those that the reading before had as well are the same objects."""
        before = self._listing.rows or {}
        return {
            number: before[number] if row == before.get(number, row) and number in before else row
            for number, row in rows.items()
        }

    def _plan(self, place: Place, page: Page[bytes | None]) -> None:
        """Set aside what the owner is still going to cost."""
        calls, languages = self._signing.calls, self._languages
        if isinstance(place, str):
            done, known = languages.once.counts()
            calls.plan(known - done + 1)  # where the pages are not known, each may be followed by another
        elif place is None and not self._planned:
            self._planned = True
            rest = max(0, (page.total or 0) - max(len(page.rows), len(languages.remembered)))
            pages = page.pages or 2
            calls.plan(languages.to_ask(page.rows) + rest + (2 * pages - 1 if page.more else 0))


def _in_order(public: Mapping[str, bytes], known: Mapping[str, bytes | Gone], has_stars: bool) -> Iterator[Repository]:
    """The public repositories that are there, by name and then by id."""

    def name(number: str) -> str:
        return kept_in(public[number]).name

    for number in by_name(public, name):
        found = known[number]
        if not isinstance(found, Gone):
            row, told = kept_in(public[number]), told_in(found)
            yield Repository(
                number,
                row.name,
                row.is_fork,
                row.is_archived,
                row.stars if has_stars else None,
                row.watchers,
                tuple((str(pair[0]), int(pair[1])) for pair in told.langs),
                tuple(told.topics or () if row.topics is None else row.topics),
                row.license,
                row.created,
            )
