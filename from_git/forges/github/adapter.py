"""GitHub: organizations and users, through GraphQL v4."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from from_git.askers import Asker
from from_git.calls.account import Account
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.halving import Origin
from from_git.calls.pace import Pace
from from_git.calls.reported import ReportedLimit
from from_git.errors import CredentialsError, MalformedAnswer, TransientError, UpstreamError
from from_git.fanout import Pool
from from_git.forges.github import HINT
from from_git.forges.github.conversation import Conversation, Standing
from from_git.forges.github.details import Details
from from_git.forges.github.graphql import GraphqlOverUpstream, Reply
from from_git.forges.github.nodes import LIST_SIZE, OWNER, REPOSITORIES, Detailed, detailed_of
from from_git.forges.listing import Trail, keeps_changing, never_added_up, stats_of
from from_git.forges.reading import get, maybe
from from_git.upstream import DIRECT, Upstream, Way
from from_git.values.found import Found
from from_git.values.progress import Cost, Progress
from from_git.values.stats import Tally

PAGE_SIZE = 30
"""Repositories that the first query gives in detail: an owner with no more costs one call."""
_FEWEST = 4  # repositories that the first query gives in detail at least, or none
_OWNER = ("repositoryOwner",)  # its path in errors
_READINGS = 3  # how often a list is read before one that never adds up is an error


class GitHub:
    """The GitHub adapter; without a token every fetch fails at once."""

    def __init__(
        self,
        url: str,
        token: str,
        pool: Pool,
        timeout: float,
        account: Account,
        points: ReportedLimit,
        now: Callable[[], float] = time.monotonic,
        way: Way = DIRECT,
    ) -> None:
        self._token = token
        self.has_credentials = bool(token)
        self.secrets: tuple[str, ...] = (token, *way.secrets) if token else way.secrets
        headers = {"Authorization": f"bearer {token}"}
        self._upstream = Upstream(url, "GITHUB_GRAPHQL_URL", headers, pool.size, timeout, way)
        self.pool = pool
        self.width = pool.size
        self.pace = Pace(now)
        self.account = account
        account.count_against(points)
        self.standing = Standing(GraphqlOverUpstream(self._upstream), account, self.pace, points)

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """See `Forge.foresee`."""
        expected, _ = self.pace.expected(profiles, 0)
        self.account.foresee(asker, profiles, expected, seconds, likely=profiles * self.pace.likely())

    def fetch(self, owner: str, group: FetchGroup) -> "GitHubFetch":
        """See `Forge.fetch`."""
        fetch = GitHubFetch(self, owner, group)
        if self._token:
            fetch.ask_first_page(PAGE_SIZE)
        else:
            group.start(self.pool, _refuse)
        return fetch

    def close(self) -> None:
        """See `Forge.close`."""
        self.pool.close()
        self._upstream.close()


def _refuse() -> None:
    raise CredentialsError(
        "GITHUB_API_TOKEN is not set, and GitHub's GraphQL API answers nobody without a token.",
        advice=HINT,
    )


class Page(NamedTuple):
    """What a reply says about the owner and one page of the list."""

    kind: str
    names: dict[str, str]
    """`OWNER/NAME` of each repository by its id, in the order of the list."""
    total: int
    more: bool
    cursor: str | None
    """Where the next page begins; None on an empty one."""
    details: list[Detailed]


def _detailed_in(page: Page | None) -> int:
    """How many repositories a first page gives in detail."""
    return len(page.details) if page else 0


class GitHubFetch:
    """One owner's list, beside the details of its repositories; see `Fetch`.

    The first query gives the first repositories in detail and the ids of the first hundred. Further pages of the list
    give ids alone, which is quick; the details are asked for by id as soon as ids are there. The list decides what
    counts: it is whole when its distinct ids are as many as GitHub says at its end, else it is read again.
    """

    def __init__(self, forge: GitHub, owner: str, group: FetchGroup) -> None:
        self._owner = owner
        self._pool = forge.pool
        self._conversation = Conversation(forge.standing, group)
        self._calls = self._conversation.calls
        self._details = Details(self._conversation, forge.pool, self._decide)
        self._lock = threading.Lock()  # around what follows; one page of the list is on its way at a time
        self._kind = ""  # empty until the owner is known to exist
        self._on_found = group.found
        self._complete = False
        self._rests: list[Origin] = []  # of first pages that were too heavy
        self._readings = 0
        self._pages = self._pages_before = 0  # of this reading, and of those before
        self._read_again()

    def _read_again(self) -> None:
        self._readings += 1
        self._listed: dict[str, str] = {}  # `OWNER/NAME` by id
        self._trail = Trail()
        self._pages_before += self._pages
        self._pages = 0
        self._pages_known = 1

    def outcome(self) -> Found | None:
        """See `Fetch.outcome`."""
        if not self._kind:
            return None
        if not self._complete:
            raise RuntimeError("the list was not read to its end")
        while self._rests:
            self._rests.pop().answered(0, whole=True)
        tally = Tally()
        for one in self._details.of(self._listed):
            tally.add_repository(
                is_fork=one.is_fork,
                watchers=one.watchers,
                followers=one.followers,
                langs=zip(one.langs, one.sizes, strict=True),
                topics=one.topics,
            )
        missing = sorted(self._listed[identity] for identity in self._details.absent(self._listed))
        return Found(self._kind, stats_of(tally), tuple(missing))

    def progress(self) -> Progress:
        """See `Fetch.progress`."""
        with self._lock:
            known = self._details.counts()
            pages, pages_known = self._pages_before + self._pages, self._pages_before + self._pages_known
            return self._calls.progress(pages, pages_known, *known, found=bool(self._kind))

    def cost(self) -> Cost:
        """See `Fetch.cost`."""
        return self._calls.spending.cost()

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
        ask, smaller = partial(self._first_page, first), partial(self.ask_first_page, first // 2)
        self._calls.start(self._pool, ask, self._begin, first, smaller, origin, gave=_detailed_in)

    def _first_page(self, first: int) -> Page | None:
        variables = {"login": self._owner, "first": first, "listed": LIST_SIZE}
        reply = self._conversation.ask(OWNER, variables, "Owner")
        page = self._page(reply)
        self._conversation.learn(reply, len(page.details) if page else 0)
        return page

    def _begin(self, page: Page | None) -> None:
        """Take in the first page, and start all the rest at once; None: there is no such owner."""
        if page is None:
            self._pages = self._pages_known
            return
        self._details.take_in(page.details)
        rest = page.total - len(page.details)
        batches = self._details.plan(rest)
        if page.more or batches:
            self._conversation.plan(batches + -(-page.total // LIST_SIZE) - 1, rest)
        self._list(page)
        self._on_found()

    def _ask_list(self, cursor: str | None) -> None:
        """Have the ids after `cursor` asked for."""
        self._calls.start(self._pool, partial(self._list_page, cursor), self._list)

    def _read_list(self, cursor: str | None) -> Page | None:
        variables = {"login": self._owner, "listed": LIST_SIZE, "after": cursor}
        reply = self._conversation.ask(REPOSITORIES, variables, "Repositories")
        page = self._page(reply)
        self._conversation.learn(reply, 0)
        return page

    def _list_page(self, cursor: str | None) -> Page:
        page = self._read_list(cursor)
        if page is None:
            raise UpstreamError("the owner vanished while its repositories were being listed.", advice="Ask again.")
        return page

    def _list(self, page: Page) -> None:
        """Note the ids of a page, have their details asked for, and start the next page."""
        known = len(self._listed)
        with self._lock:
            self._kind = page.kind
            self._listed |= page.names
            self._pages += 1
            self._pages_known = max(self._pages, -(-page.total // LIST_SIZE))
        if not page.more or len(self._listed) > page.total + LIST_SIZE:
            self._finish(page.total)
        elif page.cursor is None and page.names:
            raise MalformedAnswer("pageInfo.endCursor is not a string")
        else:
            self._trail.follow(page.cursor, fresh=len(self._listed) > known)
            self._ask_list(page.cursor)
        self._details.want(page.names, page.more)

    def _finish(self, total: int) -> None:
        """Check the whole list against GitHub's own count; list again when they differ."""
        if len(self._listed) == total:
            with self._lock:
                self._complete = True
            return
        if self._readings >= _READINGS:
            raise never_added_up(len(self._listed), {total}, self._readings)
        with self._lock:
            self._read_again()
        self._ask_list(None)

    def _decide(self) -> None:
        """List once more when a listed repository was not there by its id; called when no details are being asked for.

        It may be deleted or private by now, or its owner be gone, or GitHub have lost it for a moment: the list knows.
        """
        with self._lock:
            again = self._complete and self._details.forget_gone(self._listed.keys())
            if again:
                if self._readings >= _READINGS:
                    raise keeps_changing(self._readings)
                self._complete = False
                self._read_again()
        if again:
            self._ask_list(None)

    def _page(self, reply: Reply) -> Page | None:
        """What a reply says; None when GitHub says that there is no such owner."""
        found = reply.data.get("repositoryOwner", None if reply.not_found else ...)
        if found is None and reply.not_found <= {_OWNER}:
            return None
        if _OWNER in reply.not_found:
            raise MalformedAnswer("repositoryOwner is there, and NOT_FOUND")
        owner = get(reply.data, "repositoryOwner", kind=dict)
        details = get(owner, "detailed", "nodes", kind=list) if "detailed" in owner else []
        # they are asked for by their ids, which the list beside tells
        absent = {(*_OWNER, "detailed", "nodes", place) for place, node in enumerate(details) if node is None}
        if reply.not_found - absent:
            raise TransientError("it lost parts of the list while answering (NOT_FOUND).")
        if absent - reply.not_found:
            raise MalformedAnswer("a repository is null without an error")
        page = get(owner, "repositories", kind=dict)
        nodes = get(page, "nodes", kind=list)
        names = {get(one, "id", kind=str): get(one, "nameWithOwner", kind=str) for one in nodes}
        given = [detailed_of(node, names) for node in details if node is not None]
        more = get(page, "pageInfo", "hasNextPage", kind=bool)
        # they are the first of the same list: one that ends without them, an empty one above all, is not believed
        if not more and not names.keys() >= {one.id for one in given}:
            raise TransientError("its list leaves out repositories of which the same answer gives details.")
        return Page(
            get(owner, "__typename", kind=str),
            names,
            get(page, "totalCount", kind=int),
            more,
            maybe(page, "pageInfo", "endCursor", kind=str),
            given,
        )
