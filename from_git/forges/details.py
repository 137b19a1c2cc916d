"""GitHub: the details of repositories whose ids are known, in batches over the whole pool."""

import threading
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from from_git.errors import MalformedAnswer, UpstreamError
from from_git.fanout import Pool, TaskGroup
from from_git.forges.base import get
from from_git.forges.graphql import Conversation, Reply
from from_git.forges.nodes import DETAILS, NAMES, NAMES_SIZE, Names, Repository, names, repository

T = TypeVar("T")
# GitHub's time grows with the repositories of which a query asks details (5: 0.4 s, 30: 3 s, 100: 8 to 10 s and one in
# four a 502; wiiiimm/gh-manager-cli#104), and a query that takes 10 s dies. What else was tried: docs/performance.md.
_BATCH = 40  # repositories of one batch at most, which keeps it at one point
_SMALL_BATCH = 18  # a smaller one would be mostly round trip
_SLOW = 5.0  # seconds that a query may be expected to take: half of what kills it
_NAMES_BATCH = 20  # repositories with many names that are worth a query before the end


class Details:
    """What is known of each repository; each is asked for once, and one that is gone or private does not count.

    Safe from any thread. A task of the group that asks is called an asker; it takes its batch when it begins, so that a
    batch is as large as what waits and who could help allow, and starts its successor when it ends.
    """

    def __init__(self, conversation: Conversation, pool: Pool, group: TaskGroup) -> None:
        self._conversation = conversation
        self._pool = pool
        self._group = group
        self._lock = threading.Lock()  # around everything below
        self._known: dict[str, Repository | None] = {}  # by id; None: gone or private
        self._pending: set[str] = set()  # ids that wait or are being asked
        self._waiting: deque[str] = deque()
        self._unlisted = 0  # ids that are still to come
        self._unnamed: deque[tuple[str, Repository]] = deque()  # with more languages or topics than were shown
        self._askers = 0  # started and not ended
        self._idle_askers = 0  # those that have not taken their batch yet

    def counts(self) -> tuple[int, int]:
        """How many repositories are done, and how many are known."""
        with self._lock:
            return len(self._known), len(self._known) + len(self._pending)

    def of(self, ids: Iterable[str]) -> list[Repository]:
        """Those of `ids` that count; to be asked when the group has ended."""
        return [one for identity in ids if (one := self._known[identity]) is not None]

    def size(self, wanted: int) -> int:
        """`wanted`, or fewer when GitHub is so slow that a query for as many would come near its end."""
        return max(min(_SMALL_BATCH, wanted), min(wanted, self._conversation.pace.repositories(_SLOW)))

    def want(self, ids: Collection[str], unlisted: int) -> None:
        """Have these asked for, each once; `unlisted` more are expected later."""
        with self._lock:
            fresh = [one for one in dict.fromkeys(ids) if one not in self._known and one not in self._pending]
            self._pending.update(fresh)
            self._waiting.extend(fresh)
            self._unlisted = unlisted
        self._staff()

    def take_in(self, nodes: Iterable[tuple[str, Any]]) -> None:
        """Keep what these (id, node with details) say; a node that is None is gone."""
        read = [(one, *(repository(get(node, kind=dict)) if node is not None else (None, True))) for one, node in nodes]
        with self._lock:
            for identity, found, whole in read:
                if found is not None and not whole:
                    self._unnamed.append((identity, found))
                    self._pending.add(identity)
                else:
                    self._settle(identity, found)

    def _settle(self, identity: str, found: Repository | None) -> None:
        self._known[identity] = found
        self._pending.discard(identity)

    def _staff(self) -> None:
        """Start as many askers as there is work for and threads that could do it."""
        with self._lock:
            work = -(-len(self._waiting) // _SMALL_BATCH) + bool(self._unnamed)
            new = max(0, min(work - self._idle_askers, self._pool.size - self._askers))
            self._askers += new
            self._idle_askers += new
        for _ in range(new):
            self._group.start(self._pool, self._ask)

    def _ask(self) -> None:
        with self._lock:
            self._idle_askers -= 1
            ids, unnamed = self._batch()
        if ids:
            reply = self._conversation.ask(DETAILS, {"ids": ids}, "Details")
            self._conversation.learn(reply, len(ids))
            self.take_in(zip(ids, _nodes(reply, len(ids)), strict=True))
        elif unnamed:
            self._ask_names(unnamed)
        with self._lock:
            self._askers -= 1
        self._staff()

    def _batch(self) -> tuple[list[str], list[tuple[str, Repository]]]:
        """What an asker does now, ids or repositories without all names; the lock is held.

        Batches get smaller towards the end, so that all threads end at the same time.
        """
        if not self._waiting or len(self._unnamed) >= _NAMES_BATCH:
            return [], _first(self._unnamed, _NAMES_BATCH)
        threads = max(1, self._askers + self._pool.idle)
        share = 2 * (len(self._waiting) + self._unlisted) // threads
        batches = -(-len(self._waiting) // self.size(min(_BATCH, max(_SMALL_BATCH, share))))
        return _first(self._waiting, -(-len(self._waiting) // batches)), []

    def _ask_names(self, repositories: list[tuple[str, Repository]]) -> None:
        """Fetch the languages and topics of these repositories from their start, a hundred of each."""
        for (identity, one), node in zip(repositories, self._names_of([i for i, _ in repositories], {}), strict=True):
            self._name(identity, one, node, Names())

    def _ask_more_names(self, identity: str, one: Repository, before: Names) -> None:
        after = {"languagesAfter": before.languages_after, "topicsAfter": before.topics_after}
        self._name(identity, one, self._names_of([identity], after)[0], before)

    def _names_of(self, ids: list[str], after: Mapping[str, object]) -> list[Any]:
        reply = self._conversation.ask(NAMES, {"ids": ids, "first": NAMES_SIZE, **after}, "Names")
        self._conversation.learn(reply, len(ids))
        return _nodes(reply, len(ids))

    def _name(self, identity: str, one: Repository, node: Any, before: Names) -> None:
        """Keep the repository with all its names, or start to fetch further ones; a node that is None is gone."""
        found = None if node is None else names(get(node, kind=dict), before)
        if found is not None and found.more:
            self._group.start(self._pool, self._ask_more_names, identity, one, found)
            return
        if found is not None and not found.are_all:
            raise UpstreamError("the languages or topics of a repository changed while they were read. Ask again.")
        with self._lock:
            self._settle(identity, found and one._replace(langs=found.langs, topics=found.topics))


def _first(queue: "deque[T]", number: int) -> list[T]:
    return [queue.popleft() for _ in range(min(number, len(queue)))]


def _nodes(reply: Reply, number: int) -> list[Any]:
    """The nodes of a query by id, in its order; None for one that GitHub says is not there (any more)."""
    nodes = get(reply.data, "nodes", kind=list)
    absent = {("nodes", place) for place, node in enumerate(nodes) if node is None}
    if len(nodes) != number or absent != reply.not_found:
        raise MalformedAnswer("nodes are not those that were asked for")
    return nodes
