"""GitLab: the list of a user's own projects by REST, beside what GraphQL tells of each."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from urllib.parse import quote

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.errors import MalformedAnswer, UpstreamError
from from_git.forges.gitlab.access import USER_LISTS, GitLabAccess
from from_git.forges.gitlab.answers import says_missing, total_in
from from_git.forges.gitlab.languages import Languages
from from_git.forges.gitlab.nodes import kept_in, kept_of, langs_in, number_in
from from_git.forges.gitlab.queries import MOST, NAMES, by_paths
from from_git.forges.listing import Listing, Page, Place
from from_git.forges.once import Gone, Once
from from_git.forges.reading import get
from from_git.upstream import Response

_READINGS = 6
_LIST = {"visibility": "public", "order_by": "id", "sort": "asc", "per_page": MOST}
_TOO_OLD = "it does not tell which of a user's projects wait for their deletion, as GitLab does from 16.10 on."


class UserList:
    """The public projects of one user. Safe from any thread.

    A new project comes at the end of the list, so that none is lost for it; where one is deleted or moved meanwhile,
    the pages behind it shift: see `Listing`. The list shows neither forks nor what waits for its deletion to everybody,
    so each of its projects is asked for by its path.

    Args:
        known: the ids of projects that are known to have no language.
    """

    def __init__(
        self, access: GitLabAccess, calls: Calls, name: str, group: FetchGroup, known: Callable[[], frozenset[str]]
    ) -> None:
        self._access, self._calls, self._name = access, calls, name
        self._place = quote(name, safe="")  # of the list, among users: a name, or the id of one that looks like an id
        self._on_found = group.found
        self.once: Once[str, bytes] = Once(self._ask_details)
        """By id, with the full path; a `Kept` of each."""
        self.once.size = access.schema.aliases
        self.listing: Listing[str] = Listing(self._ask_page, self.once, MOST, _READINGS, shifts=True)
        self.languages = Languages(access, calls, group, known, self._read_languages)
        self._probed = False

    def begin(self) -> None:
        """Have the list asked for."""
        if self._name.isdecimal():
            self._probe(self._begin_by_number)
        else:
            self._ask_page(None)

    def _begin_by_number(self, number: str | None) -> None:
        if number is None:
            self.listing.take(None, None)
        else:
            self._place = number
            self._ask_page(None)

    def _probe(self, then: Callable[[str | None], object]) -> None:
        """Ask whether there is a user of that name, which every site tells everybody, or refuses (403)."""
        self._probed = True
        self._calls.start(self._access.pool, self._read_user, then)

    def _read_user(self) -> str | None:
        """The user's id; None without one.

        Raises:
            UpstreamError: see `Answers.rest`.
        """
        answer = self._access.get(self._calls, "users", {"username": self._name})
        found = self._rows(answer)
        if not found:
            return None
        if len(found) > 1 or get(found[0], "username", kind=str).lower() != self._name.lower():
            raise MalformedAnswer("it is another user that was asked for")
        return str(get(found[0], "id", kind=int))

    def _rows(self, answer: Response) -> list[object]:
        found = self._access.answers.rest(answer, self._access.now())
        return get(found, kind=list)

    def _ask_page(self, place: Place) -> None:
        amount = self._access.amount(USER_LISTS)
        read, take = partial(self._read, place), partial(self._take, place)
        self._calls.start(self._access.pool, read, take, amount=amount)

    def _read(self, place: Place) -> Page[str] | None:
        query = {**_LIST, "page": 1 if place is None else int(place)}
        answer = self._access.get(self._calls, f"users/{self._place}/projects", query)
        if says_missing(answer, "User") and not self.listing.found:
            return None
        if answer.status == HTTPStatus.NOT_FOUND and self.listing.found:
            raise UpstreamError("the user vanished while the list was being read (404).", advice="Ask again.")
        rows = dict(self._row(one) for one in self._rows(answer))
        following = answer.headers.get("x-next-page", "")
        if following and not (following.isdecimal() and len(following) < 7):
            raise MalformedAnswer("X-Next-Page is not a number")
        return Page(rows, total_in(answer.headers), bool(following), following or None, numbered=True)

    def _row(self, value: object) -> tuple[str, str]:
        """The id and the full path of a project of the user; of somebody else's none is to be there."""
        path, above = get(value, "path_with_namespace", kind=str), get(value, "namespace", "full_path", kind=str)
        own = get(value, "namespace", "kind", kind=str) == "user" and above.lower() == self._name.lower()
        if not own or path.rpartition("/")[0].lower() != above.lower():
            raise MalformedAnswer(f"its list has a project of somebody else: {path[:200]}")
        return str(get(value, "id", kind=int)), path

    def _take(self, place: Place, page: Page[str] | None) -> None:
        if (page is None or not page.rows) and place is None and not self._probed:
            # where people have to sign in, a list is empty, or not there, for everybody else
            self._probe(partial(self._take_doubtful, page))
            return
        begins = page is not None and not self.listing.found
        if page:
            if begins:
                self._plan(page)
            self.once.note(page.rows, more=page.more)
        self.listing.take(place, page)
        self.once.start()
        if begins:
            self._on_found()

    def _take_doubtful(self, page: Page[str] | None, number: str | None) -> None:
        if (number is None) != (page is None):
            raise UpstreamError("it says that there is such a user, and that there is none.", advice="Ask again.")
        self._take(None, page)

    def _plan(self, page: Page[str]) -> None:
        """Set aside what the user is going to cost, by the first page."""
        size = max(page.total or 0, len(page.rows))
        pages = 2 * -(-size // MOST) - 1 if page.more else 0
        amount = pages * self._access.amount(USER_LISTS) + -(-size // self._access.schema.aliases)
        if amount:
            self._calls.plan(amount)

    def _ask_details(self, ids: list[str]) -> None:
        wanted = {one: self.once.pending[one] for one in ids}
        self._calls.start(self._access.pool, partial(self._read_details, wanted), self._take_details)

    def _read_details(self, wanted: Mapping[str, str]) -> dict[str, bytes | Gone]:
        found: dict[str, bytes | Gone] = {}
        for identity, node in self._nodes(wanted, "aliases").items():
            # another project may be at its path by now
            if node is None or number_in(node) != identity:
                found[identity] = Gone.ABSENT
                continue
            one = kept_of(node)
            if one and one.deleting is None:
                raise UpstreamError(_TOO_OLD, advice="Update that GitLab; its groups can be asked for.")
            found[identity] = one.dumped() if one else Gone.PRIVATE
        return found

    def _read_languages(self, wanted: Mapping[str, str]) -> dict[str, list[str]]:
        nodes = self._nodes(wanted, "names")
        return {one: langs_in(node) for one, node in nodes.items() if node and number_in(node) == one}

    def _nodes(self, wanted: Mapping[str, str], size: str) -> dict[str, object]:
        """What GraphQL has at the paths of some projects, by id; None where there is nothing."""
        schema, rest, found = self._access.schema, list(wanted.items()), {}
        while rest:
            some: list[tuple[str, str]] = []

            def text() -> tuple[str, Mapping[str, object]]:
                some[:] = rest[: getattr(schema, size)]  # noqa: B023
                fields = NAMES if size == "names" else schema.project()
                return by_paths(fields, [path for _, path in some])  # noqa: B023

            data = self._access.ask(self._calls, text, size, lambda: len(some))  # noqa: B023
            for place, (identity, _) in enumerate(some):
                if f"p{place}" not in data:
                    raise MalformedAnswer(f"p{place} is absent")
                found[identity] = data[f"p{place}"]
            rest = rest[len(some) :]
            if rest:
                self._calls.resent()
        return found

    def _take_details(self, found: Mapping[str, bytes | Gone]) -> None:
        rows = {one: kept_in(row) for one, row in found.items() if isinstance(row, bytes)}
        self.languages.note({one: row.path for one, row in rows.items() if not row.langs and not row.deleting})
        self.once.settle(found)
        if not self.once.pending:
            self.languages.flush()
