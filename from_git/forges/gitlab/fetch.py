"""GitLab: the fetch of one group, with all its subgroups, or of one user.

Sources: docs.gitlab.com/api/groups, /api/projects, /api/users and /api/graphql, and GitLab's own code of 16 to 18.
"""

from collections.abc import Iterator, Mapping

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.forges.gitlab.access import GROUP_LISTS, GitLabAccess
from from_git.forges.gitlab.group import Events, GroupList
from from_git.forges.gitlab.languages import Languages
from from_git.forges.gitlab.nodes import global_id, kept_in, langs_in, number_in, repository_of
from from_git.forges.gitlab.older import OlderList, Told
from from_git.forges.gitlab.queries import LANGUAGES
from from_git.forges.gitlab.users import UserList
from from_git.forges.listing import by_name, rows_of
from from_git.forges.once import Gone
from from_git.forges.reading import get
from from_git.values.found import Found
from from_git.values.progress import Cost, Progress
from from_git.values.repository import Repository

_FORKS = "originalRepos", "forkedRepos"


class GitLabFetch:
    """One group or user; see `Fetch`. They share their names; one is looked for among groups first."""

    def __init__(self, access: GitLabAccess, owner: str, group: FetchGroup) -> None:
        self._access, self._owner, self._group = access, owner, group
        self._calls = Calls(group, access.accounts)
        self._known: frozenset[str] | None = None
        events = Events(self._take_rows, self._take_total, self._end, self._begin_user)
        self._list = GroupList(access, self._calls, owner, events)
        self._languages = Languages(access, self._calls, group, self._wordless, self._read_languages)
        self._older: OlderList | None = None
        self._user: UserList | None = None
        self._is_found = False

    def begin(self) -> None:
        """Have the first pages asked for."""
        self._list.begin(both=self._owner.lower() not in self._access.small)

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        if self._user:
            return self._of_user(self._user)
        head = self._list.head
        if head is None or self._list.is_hidden:
            return None
        rows = dict(self._list.rows)
        told = self._older.told if self._older else {}
        forks_known = all(kept_in(row).is_fork is not None for row in rows.values())
        self._keep(rows, self._languages)
        found = rows_of(_in_order(rows, told, head.path, self._languages), in_order=True)
        return Found("Group", found, identity=head.path.lower(), not_told=() if forks_known else _FORKS)

    def _of_user(self, user: UserList) -> Found | None:
        listed = user.listing.outcome()
        if listed is None:
            return None
        known = user.once.known
        rows = {one: row for one in listed if isinstance(row := known[one], bytes)}
        missing = sorted(path for one, path in listed.items() if known[one] is Gone.ABSENT)
        forks_known = all(kept_in(row).is_fork is not None for row in rows.values())
        self._keep(rows, user.languages)
        found = rows_of(_in_order(rows, {}, self._owner, user.languages), in_order=True)
        return Found("User", found, tuple(missing), self._owner.lower(), not_told=() if forks_known else _FORKS)

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        if self._user:
            pages, details = self._user.listing.pages(), self._user.once.counts()
            return self._calls.progress(*pages, *details, found=self._user.listing.found)
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
        kept = {one: kept_in(row) for one, row in self._list.rows.items()}
        wanted = [one for one, row in kept.items() if None in (row.is_fork, row.deleting)]
        if wanted and self._list.head:
            self._older = OlderList(self._access, self._calls, self._list.head.number, wanted)
            self._older.begin()

    def _begin_user(self) -> None:
        """Look for a user where there is no group."""
        self._access.small.note(self._owner, 0)
        if not self._list.is_hidden:
            self._user = UserList(self._access, self._calls, self._owner, self._group, self._wordless)
            self._user.begin()

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
        variables = {"path": self._owner, "ids": list(map(global_id, wanted)), "size": len(wanted)}
        data = self._access.ask(self._calls, lambda: (LANGUAGES, variables), "page", lambda: 0)
        if data.get("group", ...) is None:
            return {}
        nodes = get(data, "group", "projects", "nodes", kind=list)
        return {number_in(one): langs_in(one) for one in nodes if one is not None}


def _in_order(
    rows: Mapping[str, bytes], told: Mapping[str, Told], above: str, languages: Languages
) -> Iterator[Repository]:
    """The projects that stay, by name and then by id; `above`: the profile's path."""

    def name(identity: str) -> str:
        return kept_in(rows[identity]).path[len(above) + 1 :]

    texts: dict[str, str] = {}
    for identity in by_name(rows, name):
        one = kept_in(rows[identity])
        more = told.get(identity)
        if more:
            is_fork = more.is_fork if one.is_fork is None else one.is_fork
            one = one._replace(is_fork=is_fork, deleting=more.deleting if one.deleting is None else one.deleting)
        if not one.deleting:
            yield repository_of(one, identity, above, languages.found.get(identity, one.langs), texts)
