"""GitLab: the fetch of one group, with all its subgroups, or of one user.

Sources: docs.gitlab.com/api/groups, /api/projects, /api/users and /api/graphql, and GitLab's own code of 16 to 18.
"""

from collections.abc import Iterator, Mapping

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.forges.gitlab.access import GROUP_LISTS, GitLabAccess
from from_git.forges.gitlab.detour import GroupByRest, nodes_by_ids
from from_git.forges.gitlab.group import Events, GroupList
from from_git.forges.gitlab.languages import Languages
from from_git.forges.gitlab.nodes import kept_in, langs_in, repository_of
from from_git.forges.gitlab.rest import ProjectList
from from_git.forges.gitlab.users import UserList
from from_git.forges.listing import by_name, rows_of
from from_git.forges.once import Gone
from from_git.values.found import Found
from from_git.values.progress import Cost, Progress
from from_git.values.repository import Repository

_FORKS = "originalRepos", "forkedRepos"


class GitLabFetch:
    """One group or user; see `Fetch`. Both share one name space, and a name is looked for among groups first."""

    def __init__(self, access: GitLabAccess, owner: str, group: FetchGroup) -> None:
        self._access, self._owner, self._group = access, owner, group
        self._calls = Calls(group, access.accounts)
        self._known: frozenset[str] | None = None
        events = Events(self._take_rows, self._take_total, self._end, self._detour, self._begin_user)
        self._list = GroupList(access, self._calls, owner, events)
        self._languages = Languages(access, self._calls, group, self._wordless, self._read_languages)
        self._rest: ProjectList | None = None  # of a user, or of a group that GraphQL cannot list
        self._is_found = False

    def begin(self) -> None:
        """Have the first pages asked for."""
        self._list.begin(both=self._owner.lower() not in self._access.small)

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`.

        Raises:
            RuntimeError: it has not ended.
        """
        head, rest, missing = self._list.head, self._rest, tuple[str, ...]()
        path, kind = (head.path, "Group") if head else (self._owner, "User")
        if self._list.is_hidden:
            return None
        if rest is None:
            if not self._list.is_whole:
                raise RuntimeError("the list was not read to its end")
            rows, languages = self._list.rows, self._languages
        elif (listed := rest.listing.outcome()) is None:
            return None
        else:
            known, languages = rest.once.known, rest.languages
            rows = {one: row for one, place in listed.items() if place and isinstance(row := known[one], bytes)}
            missing = tuple(sorted(place for one, place in listed.items() if place and known[one] is Gone.ABSENT))
        self._keep(rows, languages)
        doubtful = _FORKS if rest and rest.lacks_forks else ()
        found = rows_of(_in_order(rows, path, languages), in_order=True)
        return Found(kind, found, missing, path.lower(), not_told=doubtful)

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        if self._rest:
            pages, details = self._rest.listing.pages(), self._rest.once.counts()
            return self._calls.progress(*pages, *details, found=self._rest.listing.found)
        done, known = len(self._list.rows) - self._languages.pending, max(self._list.total or 0, len(self._list.rows))
        return self._calls.progress(*self._list.pages(), max(0, done), known, found=self._is_found)

    def cost(self) -> Cost:
        """See `Fetch.cost`."""
        return self._calls.spending.cost()

    def _take_rows(self, rows: Mapping[str, bytes]) -> None:
        kept = {one: kept_in(row) for one, row in rows.items()}
        self._languages.note({one: row.path for one, row in kept.items() if not row.langs and not row.deleting})

    def _take_total(self, total: int | None) -> None:
        """Set aside what the group is going to cost, by the first answers."""
        pages = -(-(total or 0) // self._access.schema.page)
        self._is_found = True
        if pages > 1:
            self._calls.plan(pages - 1 + self._access.amount(GROUP_LISTS))
        self._group.found()

    def _end(self) -> None:
        """Go on where the list is whole."""
        self._access.small.note(self._owner, len(self._list.rows))
        self._languages.flush()

    def _detour(self) -> None:
        """Read a group by REST."""
        if head := self._list.head:
            self._rest = GroupByRest(self._access, self._calls, head, self._group, self._wordless)
            self._rest.begin()

    def _begin_user(self) -> None:
        """Look for a user where there is no group."""
        self._access.small.note(self._owner, 0)
        if not self._list.is_hidden:
            self._rest = UserList(self._access, self._calls, self._owner, self._group, self._wordless)
            self._rest.begin()

    def _wordless(self) -> frozenset[str]:
        """Ids of projects that are known to have no language."""
        if self._known is None:
            self._known = self._access.wordless.of(self._owner.lower())
        return self._known

    def _keep(self, rows: Mapping[str, bytes], languages: Languages) -> None:
        """Keep the ids of those that have none, for the next fetch."""
        none = languages.none & rows.keys()
        if none != self._wordless():
            self._access.wordless.keep(self._owner.lower(), none)

    def _read_languages(self, wanted: Mapping[str, str]) -> dict[str, list[str]]:
        nodes = nodes_by_ids(self._access, self._calls, self._owner, wanted, names=True)
        return {one: langs_in(node) for one, node in nodes.items() if node is not None}


def _in_order(rows: Mapping[str, bytes], above: str, languages: Languages) -> Iterator[Repository]:
    """The projects that stay, by name and then by id; `above`: the profile's path."""

    def name(identity: str) -> str:
        return kept_in(rows[identity]).path[len(above) + 1 :]

    texts: dict[str, str] = {}
    for identity in by_name(rows, name):
        one = kept_in(rows[identity])
        if not one.deleting:
            yield repository_of(one, identity, above, languages.found.get(identity, one.langs), texts)
