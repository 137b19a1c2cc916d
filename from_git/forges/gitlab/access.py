"""GitLab: what all its fetches share: the way there, and what is known of the server."""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from from_git.calls.accounts import Accounts
from from_git.calls.sending import Calls
from from_git.errors import TooHeavyError, UpstreamError
from from_git.fanout import Pool
from from_git.forges.gitlab.answers import Answers, Complex, Unknown, used_up
from from_git.forges.gitlab.queries import MOST, Schema, Size
from from_git.memory import Memory
from from_git.upstream import Response, Upstream
from from_git.values.host import Host
from from_git.values.tempo import Tempo

T = TypeVar("T")
GROUP_LISTS, USER_LISTS = 600, 300
"""Calls of these lists that GitLab allows in a minute (docs.gitlab.com, "Rate limits on GitLab.com"; the default
elsewhere too)."""
_MOST_OWNERS = 4096
_LIGHTER = 0.5  # how much of a query that was too heavy is asked for by the next one
_WORD = re.compile(r"\w+")
_MOST_IDS = 50_000  # ids that are remembered of one owner


class Wordless:
    """The projects of owners that have no language, in a memory that may forget them or hold nonsense.

    A project without languages is asked about again, since the first question about one may be answered before GitLab
    has looked; for those that are known here the first answer is believed.
    """

    def __init__(self, memory: Memory, key: str, seconds: float) -> None:
        self._memory, self._prefix, self._seconds = memory, f"from-git:wordless:{key}", seconds

    def of(self, owner: str) -> frozenset[str]:
        """The ids of the projects of an owner that have no language."""
        found = self._memory.get(f"{self._prefix}:{owner}") if self._seconds > 0 else None
        return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()

    def keep(self, owner: str, ids: Collection[str]) -> None:
        """Keep the ids of these projects, in place of all others of the owner."""
        if self._seconds > 0 and len(ids) <= _MOST_IDS:
            self._memory.set(f"{self._prefix}:{owner}", sorted(ids), timeout=self._seconds)


class Small:
    """Names of groups that fit on one page, and of users; bounded, the latest stay. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def note(self, name: str, total: int) -> None:
        """Take in how many projects a group has; 0 for a user."""
        with self._lock:
            self._names.pop(name.lower(), None)
            if total <= MOST:
                self._names[name.lower()] = None
            if len(self._names) > _MOST_OWNERS:
                self._names.popitem(last=False)


class GitLabAccess:
    """The way to one GitLab; shared by all fetches. Safe from any thread.

    Attributes:
        schema: what the server takes.
        wordless: projects without languages.
        small: groups that one page shows, and users; they are not asked for from both ends.
        tempo: how long waits are.
    """

    def __init__(
        self,
        host: Host,
        upstream: Upstream,
        pool: Pool,
        accounts: Accounts,
        wordless: Wordless,
        limit: float | None,
        tempo: Tempo,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.upstream, self.pool, self.accounts = upstream, pool, accounts
        self.answers, self.schema, self.wordless, self.tempo = Answers(host), Schema(), wordless, tempo
        self.small = Small()
        self.now = now
        self._limit = limit

    def amount(self, allowed: int) -> float:
        """As how many calls one counts, of a list of which GitLab allows so many in a minute."""
        return max(1.0, self._limit / allowed) if self._limit else 1.0

    def get(self, calls: Calls, path: str, query: Mapping[str, object]) -> Response:
        """The answer of REST v4, of any status.

        Raises:
            UpstreamError, DeadlineError, Cancelled: see `Upstream.call`.
        """
        return self._noted(
            calls, self.upstream.call(calls, "GET", f"{self.upstream.base_url}/api/v4/{path}?{urlencode(query)}")
        )

    def ask(
        self, calls: Calls, text: Callable[[], tuple[str, Mapping[str, object]]], size: Size, asked: Callable[[], int]
    ) -> dict[str, Any]:
        """The data of a query of GraphQL; asked for otherwise where the server does not know a field, or for less.

        Args:
            text: makes the query and its variables by what is known of the server.
            size: the member of `Schema` that says how much the query asks for.
            asked: how much that is.

        Raises:
            UpstreamError, DeadlineError, Cancelled: see `Answers.graphql` and `Upstream.call`.
        """
        while True:
            query, variables = text()
            try:
                found = self._query(calls, query, variables)
            except TooHeavyError:
                self.schema.shrink(size, asked(), _LIGHTER)
                raise
            if isinstance(found, dict):
                return found
            if isinstance(found, Unknown):
                # one that was not asked for would be refused for ever
                was_asked = {one.rpartition(".")[2] for one in found.fields} <= set(_WORD.findall(query))
                if not (was_asked and self.schema.refuse(found.fields)):
                    raise UpstreamError(
                        f"it does not know {', '.join(sorted(found.fields))} of its projects.",
                        advice="GitLab 16 and newer do: update it, or update from-git.",
                    )
            elif not self.schema.shrink(size, asked(), found.part):
                raise UpstreamError("it takes our smallest query for too complex.", found.said, "Update from-git.")
            calls.resent()

    def ask_in_parts(
        self, calls: Calls, wanted: Iterable[T], size: Size, text: Callable[[list[T]], tuple[str, Mapping[str, object]]]
    ) -> Iterator[tuple[list[T], dict[str, Any]]]:
        """Some of what is wanted and the data of a query about it, until all was asked for, as `ask` asks.

        Args:
            text: makes the query about some, and its variables.
        """
        rest, some = list(wanted), list[T]()

        def about_some() -> tuple[str, Mapping[str, object]]:
            some[:] = rest[: self.schema.size(size)]
            return text(some)

        while rest:
            data = self.ask(calls, about_some, size, lambda: len(some))
            yield some, data
            del rest[: len(some)]
            if rest:
                calls.resent()

    def _query(self, calls: Calls, query: str, variables: Mapping[str, object]) -> dict[str, Any] | Unknown | Complex:
        payload = {"query": query, "variables": variables}
        answer = self.upstream.call(calls, "POST", f"{self.upstream.base_url}/api/graphql", payload)
        return self.answers.graphql(self._noted(calls, answer), self.now())

    def _noted(self, calls: Calls, answer: Response) -> Response:
        """The answer, after which its account rests where nothing is left of a limit."""
        seconds = used_up(answer.headers, self.now())
        if seconds is not None:  # the next call would be refused
            calls.account.limit.block(seconds, "its calls of this minute are used up.")
        return answer


def group_path(name: str) -> str:
    """The path of a group's projects, by its full path or its id."""
    return f"groups/{quote(name, safe='')}/projects"
