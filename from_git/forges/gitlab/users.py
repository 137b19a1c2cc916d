"""GitLab: the list of a user's own projects."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from urllib.parse import quote

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.errors import MalformedAnswer, UpstreamError
from from_git.forges.gitlab.access import USER_LISTS, GitLabAccess
from from_git.forges.gitlab.nodes import Kept
from from_git.forges.gitlab.queries import NAMES, Size, by_paths
from from_git.forges.gitlab.rest import ProjectList
from from_git.forges.listing import Page
from from_git.forges.reading import get

_TOO_OLD = "it does not tell which of a user's projects wait for their deletion, as GitLab does from 16.10 on."


class UserList(ProjectList):
    """The public projects of one user; GraphQL lists none of others, so that each is asked for by its path."""

    allowed = USER_LISTS

    def __init__(
        self, access: GitLabAccess, calls: Calls, name: str, group: FetchGroup, known: Callable[[], Collection[str]]
    ) -> None:
        super().__init__(access, calls, "User", group, known)
        self._name = name
        self.path = f"users/{quote(name, safe='')}/projects"
        self.once.size = access.schema.size("aliases")
        self._asked = False

    def begin(self) -> None:
        """Have the list asked for; a name of digits alone would be taken for an id."""
        if self._name.isdecimal():
            self._ask_user(self._begin_by_number)
        else:
            super().begin()

    def _begin_by_number(self, number: str | None) -> None:
        if number is None:
            self.listing.take(None, None)
        else:
            self.path = f"users/{number}/projects"
            super().begin()

    def _ask_user(self, then: Callable[[str | None], object]) -> None:
        """Ask whether there is a user of that name, which a site tells everybody or refuses."""
        self._asked = True
        self._calls.start(self._access.pool, self._read_user, then)

    def _read_user(self) -> str | None:
        found = self.values(self._access.get(self._calls, "users", {"username": self._name}))
        if not found:
            return None
        if len(found) > 1 or get(found[0], "username", kind=str).lower() != self._name.lower():
            raise MalformedAnswer("it is another user that was asked for")
        return str(get(found[0], "id", kind=int))

    def in_doubt(self, page: Page[str | None] | None) -> bool:
        """See `ProjectList`: where people have to sign in, a list is empty, or not there, for everybody else."""
        doubtful = (page is None or not page.rows) and not self._asked
        if doubtful:
            self._ask_user(partial(self._take_doubtful, page))
        return doubtful

    def _take_doubtful(self, page: Page[str | None] | None, number: str | None) -> None:
        if (number is None) != (page is None):
            raise UpstreamError("it says that there is such a user, and that there is none.", advice="Ask again.")
        self.take(None, page)

    def row(self, value: object) -> tuple[str, str | None]:
        """See `ProjectList`; what a group has is not the user's own.

        Raises:
            MalformedAnswer: it is another user's.
        """
        identity, path = str(get(value, "id", kind=int)), get(value, "path_with_namespace", kind=str)
        if get(value, "namespace", "kind", kind=str) == "group":
            return identity, None
        above = get(value, "namespace", "full_path", kind=str).lower()
        if above != self._name.lower() or path.rpartition("/")[0].lower() != above:
            raise MalformedAnswer(f"its list has a project of somebody else: {path[:200]}")
        return identity, path

    def completed(self, identity: str, one: Kept) -> Kept:
        """See `ProjectList`: the list tells nothing more to everybody.

        Raises:
            UpstreamError: nothing tells whether it waits for its deletion.
        """
        if one.deleting is None:
            raise UpstreamError(_TOO_OLD, advice="Update that GitLab; its groups can be asked for.")
        return one

    def nodes(self, wanted: Mapping[str, str], names: bool) -> dict[str, object]:
        """See `ProjectList`; in as many queries as it takes.

        Raises:
            MalformedAnswer: the answer leaves one out.
        """
        schema, found = self._access.schema, dict[str, object]()
        size: Size = "names" if names else "aliases"

        def text(some: list[str]) -> tuple[str, Mapping[str, object]]:
            return by_paths(NAMES if names else schema.project(), [wanted[one] for one in some])

        for some, data in self._access.ask_in_parts(self._calls, wanted, size, text):
            for place, identity in enumerate(some):
                if f"p{place}" not in data:
                    raise MalformedAnswer(f"p{place} is absent")
                found[identity] = data[f"p{place}"]
        return found
