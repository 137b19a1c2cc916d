"""GitLab: a list of projects by REST, beside what GraphQL tells of each."""

from collections.abc import Callable, Collection, Mapping
from functools import partial

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.errors import MalformedAnswer, UpstreamError
from from_git.forges.gitlab.access import GitLabAccess
from from_git.forges.gitlab.answers import says_missing, total_in
from from_git.forges.gitlab.languages import Languages
from from_git.forges.gitlab.nodes import Kept, kept_in, kept_of, langs_in, number_in
from from_git.forges.gitlab.queries import MOST
from from_git.forges.listing import Listing, Page, Place
from from_git.forges.once import Gone, Once
from from_git.forges.reading import get
from from_git.upstream import Response

_READINGS = 6
_LIST = {"visibility": "public", "order_by": "id", "sort": "asc", "per_page": MOST}


class ProjectList:
    """The public projects of one group or user. Safe from any thread.

    A new project comes at the end of the list, so that none is lost for it; where one is deleted or moved meanwhile,
    the pages behind it shift: see `Listing`.

    Args:
        what: a "Group" or a "User".
        known: the ids of projects that are known to have no language.
    """

    path = ""
    """The list's path, below that of the API."""
    query: Mapping[str, str] = {}
    """Its parameters beside those of every list."""
    allowed = 1
    """Calls of this list that GitLab allows in a minute."""

    def __init__(
        self,
        access: GitLabAccess,
        calls: Calls,
        what: str,
        group: FetchGroup,
        known: Callable[[], Collection[str]],
    ) -> None:
        self._access, self._calls, self._what = access, calls, what
        self._on_found = group.found
        self.once: Once[str, bytes] = Once(self._ask_details)
        """By id, with the full path; a `Kept` of each."""
        self.listing: Listing[str | None] = Listing(self._ask_page, self.once, MOST, _READINGS, shifts=True)
        self.languages = Languages(access, calls, group, known, self._read_languages)
        self.lacks_forks = False
        """Whether GraphQL did not tell of each project whether it is a fork."""

    def begin(self) -> None:
        """Have the list asked for."""
        self._ask_page(None)

    def row(self, value: object) -> tuple[str, str | None]:
        """The id and the full path of a project on the list; None in place of the path where it is not theirs.

        Raises:
            MalformedAnswer: it is none that is to be there.
        """
        raise NotImplementedError

    def nodes(self, wanted: Mapping[str, str], names: bool) -> dict[str, object]:
        """What GraphQL has of projects, given by id with their full paths; None where there is nothing.

        Args:
            names: whether their languages alone are asked for.
        """
        raise NotImplementedError

    def completed(self, identity: str, one: Kept) -> Kept:
        """What is kept of a project, with what the list has told of it."""
        raise NotImplementedError

    def in_doubt(self, page: Page[str | None] | None) -> bool:
        """Whether a first page is not to be believed yet; then `take` is called again later on."""
        return False

    def _ask_page(self, place: Place) -> None:
        read, take = partial(self._read, place), partial(self.take, place)
        self._calls.start(self._access.pool, read, take, amount=self._access.amount(self.allowed))

    def _read(self, place: Place) -> Page[str | None] | None:
        query = {**_LIST, **self.query, "page": 1 if place is None else int(place)}
        answer = self._access.get(self._calls, self.path, query)
        if says_missing(answer, self._what):
            if self.listing.found:
                raise UpstreamError("it vanished while its list was being read (404).", advice="Ask again.")
            return None
        rows = dict(self.row(one) for one in self.values(answer))
        total = total_in(answer.headers)
        if not rows and total is None and place is None:  # it leaves totals out of long lists alone
            raise MalformedAnswer("X-Total of an empty list is absent")
        following = answer.headers.get("x-next-page", "")
        if following and not (following.isdecimal() and len(following) < 7):
            raise MalformedAnswer("X-Next-Page is not a number")
        return Page(rows, total, bool(following), following or None, numbered=True)

    def values(self, answer: Response) -> list[object]:
        """The rows of a list.

        Raises:
            UpstreamError: see `Answers.rest`.
        """
        return get(self._access.answers.rest(answer, self._access.now()), kind=list)

    def take(self, place: Place, page: Page[str | None] | None) -> None:
        """Take in a page; None: there is no such list."""
        if place is None and self.in_doubt(page):
            return
        begins = page is not None and not self.listing.found
        if page:
            if begins:
                self._plan(page)
            theirs = {one: path for one, path in page.rows.items() if path is not None}
            self.once.note(theirs, more=page.more)
        self.listing.take(place, page)
        if self.listing.rows is not None:
            self.once.note({})  # the last page may have led on
        self.once.start()
        if begins:
            self._on_found()

    def _plan(self, page: Page[str | None]) -> None:
        """Set aside what the list is going to cost, by its first page."""
        size = max(page.total or 0, len(page.rows))
        pages = 2 * -(-size // MOST) - 1 if page.more else 0
        amount = pages * self._access.amount(self.allowed) + -(-size // self.once.size)
        if amount:
            self._calls.plan(amount)

    def _ask_details(self, ids: list[str]) -> None:
        wanted = {one: self.once.pending[one] for one in ids}
        self._calls.start(self._access.pool, partial(self._read_details, wanted), self._take_details)

    def _read_details(self, wanted: Mapping[str, str]) -> dict[str, bytes | Gone]:
        found: dict[str, bytes | Gone] = {}
        for identity, node in self.nodes(wanted, names=False).items():
            # another project may be at its path by now
            if node is None or number_in(node) != identity:
                found[identity] = Gone.ABSENT
            else:
                one = kept_of(node, self._access.schema)
                if one and one.is_fork is None:
                    self.lacks_forks = True
                found[identity] = self.completed(identity, one).dumped() if one else Gone.PRIVATE
        return found

    def _read_languages(self, wanted: Mapping[str, str]) -> dict[str, list[str]]:
        nodes = self.nodes(wanted, names=True)
        return {one: langs_in(node) for one, node in nodes.items() if node and number_in(node) == one}

    def _take_details(self, found: Mapping[str, bytes | Gone]) -> None:
        rows = {one: kept_in(row) for one, row in found.items() if isinstance(row, bytes)}
        self.languages.note({one: row.path for one, row in rows.items() if not row.langs and not row.deleting})
        self.once.settle(found)
        if not self.once.pending:
            self.languages.flush()
