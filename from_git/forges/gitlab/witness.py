"""GitLab: what REST tells of the public projects of a group, without listing them."""

from typing import NamedTuple

from from_git.calls.sending import Calls
from from_git.forges.gitlab.access import GitLabAccess, group_path
from from_git.forges.gitlab.answers import says_missing, total_in
from from_git.forges.reading import get

_LIST = {
    "visibility": "public",
    "include_subgroups": "true",
    "with_shared": "false",
    "order_by": "id",
    "sort": "desc",
}


class Witness(NamedTuple):
    """What REST tells of the public projects of a group, in one answer."""

    total: int | None
    """How many there are; None where it does not say, as above 10,000."""
    ids: tuple[str, ...]
    """The ids of some that follow each other, from the newest to the oldest."""
    is_end: bool = False
    """Whether there are no older ones."""

    @property
    def newest(self) -> str | None:
        """The id of the newest project, of a witness that begins there; None where the list is empty."""
        return self.ids[0] if self.ids else None


def witness(access: GitLabAccess, calls: Calls, name: str, rank: int = 0) -> Witness | None:
    """What REST tells; None: it says that there is no such group.

    Args:
        name: of the group, or its id.
        rank: the one to be told beside the next, counted from the newest, which is 1; 0: the newest alone.

    Raises:
        UpstreamError, DeadlineError, Cancelled: see `Upstream.call`.
    """
    # the smallest pages of which one has both
    size = next(one for one in range(2, 100) if rank % one) if rank else 1
    page = {"per_page": size, "page": rank // size + 1}
    answer = access.get(calls, group_path(name), {**_LIST, **page})
    if says_missing(answer, "Group"):
        return None
    rows = get(access.answers.rest(answer, access.now()), kind=list)
    ids = tuple(str(get(one, "id", kind=int)) for one in rows)
    return Witness(total_in(answer.headers), ids, answer.headers.get("x-next-page") == "")
