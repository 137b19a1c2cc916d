"""GitLab: the list of a group by REST, where GraphQL cannot list it or does not tell enough of what it lists."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.errors import MalformedAnswer
from from_git.forges.gitlab.access import GROUP_LISTS, GitLabAccess, group_path
from from_git.forges.gitlab.nodes import GroupPage, Kept, global_id, number_in
from from_git.forges.gitlab.queries import NAMES, by_ids
from from_git.forges.gitlab.rest import ProjectList
from from_git.forges.reading import get, maybe


class _Told(NamedTuple):
    """What REST tells of a project."""

    is_fork: bool
    """Whether it is a fork of one that everybody may see."""
    deleting: bool
    """Whether it waits for its deletion; a server that does not tell it deletes at once."""


class GroupByRest(ProjectList):
    """The public projects of one group, and of its subgroups, whose details are asked for by their ids."""

    allowed = GROUP_LISTS
    query: Mapping[str, str] = {"include_subgroups": "true", "with_shared": "false"}

    def __init__(
        self,
        access: GitLabAccess,
        calls: Calls,
        head: GroupPage,
        group: FetchGroup,
        known: Callable[[], Collection[str]],
    ) -> None:
        super().__init__(access, calls, "Group", group, known)
        self._head = head
        self.path = group_path(head.number)
        self.once.size = access.schema.page
        self._told: dict[str, _Told] = {}

    def row(self, value: object) -> tuple[str, str | None]:
        """See `ProjectList`.

        Raises:
            MalformedAnswer: it is not below the group.
        """
        identity, path = str(get(value, "id", kind=int)), get(value, "path_with_namespace", kind=str)
        if not path.lower().startswith(f"{self._head.path.lower()}/"):
            raise MalformedAnswer(f"its list has a project of somebody else: {path[:200]}")
        deleting = maybe(value, "marked_for_deletion_on", kind=str) or maybe(value, "marked_for_deletion_at", kind=str)
        is_fork = maybe(value, "forked_from_project", kind=dict) is not None
        self._told[identity] = _Told(is_fork, deleting is not None)
        return identity, path

    def completed(self, identity: str, one: Kept) -> Kept:
        """See `ProjectList`."""
        told = self._told[identity]
        deleting = told.deleting if one.deleting is None else one.deleting
        return one._replace(deleting=deleting, is_fork=told.is_fork if one.is_fork is None else one.is_fork)

    def nodes(self, wanted: Mapping[str, str], names: bool) -> dict[str, object]:
        """See `ProjectList`."""
        return nodes_by_ids(self._access, self._calls, self._head.path, wanted, names)


def nodes_by_ids(
    access: GitLabAccess, calls: Calls, path: str, wanted: Collection[str], names: bool
) -> dict[str, object]:
    """What GraphQL has of some projects of the group at a path, see `ProjectList.nodes`; in one query or in several."""
    found: dict[str, object] = dict.fromkeys(wanted)

    def text(ids: list[str]) -> tuple[str, Mapping[str, object]]:
        fields = NAMES if names else access.schema.project()
        return by_ids(fields), {"path": path, "ids": list(map(global_id, ids)), "size": len(ids)}

    for _, data in access.ask_in_parts(calls, wanted, "page", text):
        group = maybe(data, "group", kind=dict)
        for node in get(group, "projects", "nodes", kind=list) if group else ():
            if node is not None and (identity := number_in(node)) in found:
                found[identity] = node
    return found
