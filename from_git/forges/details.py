"""GitHub: the details of repositories whose ids are known, in batches over the whole pool."""

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from from_git.errors import MalformedAnswer
from from_git.fanout import Pool, TaskGroup
from from_git.forges.base import get
from from_git.forges.graphql import Conversation
from from_git.forges.nodes import DETAILS, NAMES, NAMES_SIZE, Names, Repository, names, names_changed, repository

T = TypeVar("T")
# GitHub's time grows with the repositories of which a query asks details (5: 0.4 s, 30: 3 s, 100: 8 to 10 s and one in
# four a 502; wiiiimm/gh-manager-cli#104), and a query that takes 10 s dies. What else was tried: docs/performance.md.
_BATCH = 40  # repositories of one batch at most
_SMALL_BATCH = 18  # more batches than one for each so many would be mostly round trip (100 ms against 10 ms each)
_NAMES_BATCH = 20  # repositories with many names that are worth a query while all threads are busy
_SLOW = 5.0  # seconds that a query may be expected to take: half of what kills it


class Details:
    """What is known of each repository; each is asked for once, and one that is gone or private does not count.

    `want`, `take_in` and `counts` are safe from any thread. `on_settled` is called whenever nothing is being asked for
    any more, by the task that saw to it, without a lock held; more may be wanted then.
    """

    def __init__(
        self, conversation: Conversation, pool: Pool, group: TaskGroup, on_settled: Callable[[], object]
    ) -> None:
        self._conversation = conversation
        self._pool = pool
        self._group = group
        self._on_settled = on_settled
        self._size = _BATCH
        self._lock = threading.Lock()  # around everything below
        self._known: dict[str, Repository | None] = {}  # by id; None: gone or private
        self._gone: set[str] = set()  # ids that GitHub did not find
        self._asked_again: set[str] = set()  # those of them that were forgotten once
        self._all_listed = False
        self._pending: set[str] = set()  # ids that wait or are being asked
        self._waiting: deque[str] = deque()
        self._open = 0  # batches under way
        self._unnamed: deque[tuple[str, Repository]] = deque()  # with more languages or topics than were shown

    def counts(self) -> tuple[int, int]:
        """How many repositories are done, and how many are known."""
        with self._lock:
            return len(self._known), len(self._known) + len(self._pending)

    def of(self, ids: Iterable[str]) -> list[Repository]:
        """Those of `ids` that count; to be asked when the group has ended."""
        return [one for identity in ids if (one := self._known[identity]) is not None]

    def forget_gone(self, ids: Collection[str]) -> bool:
        """Whether some of `ids` were not found for the first time; they are forgotten, to be wanted again."""
        with self._lock:
            doubtful = self._gone.intersection(ids) - self._asked_again
            self._asked_again |= doubtful
            for identity in doubtful:
                del self._known[identity]
            return bool(doubtful)

    def most(self, wanted: int) -> int:
        """`wanted`, or fewer (not under 18) when GitHub is so slow that a query for as many would come near its end."""
        return max(_SMALL_BATCH, min(wanted, self._conversation.pace.repositories(_SLOW)))

    def plan(self, rest: int) -> None:
        """Choose the size of batches for so many repositories: whole rounds over the threads that are free now."""
        self._size = self.most(_BATCH)
        if rest <= _SMALL_BATCH:
            return  # one batch; and if the list is longer than it said, not many tiny ones
        threads = 1 + self._pool.idle
        rounds = -(-rest // (threads * self.most(_BATCH)))
        self._size = -(-rest // min(threads * rounds, -(-rest // _SMALL_BATCH)))

    def want(self, ids: Collection[str], more: bool) -> None:
        """Have these asked for, each once; a batch waits until it is full as long as `more` ids are to come."""
        with self._lock:
            fresh = [one for one in dict.fromkeys(ids) if one not in self._known and one not in self._pending]
            self._pending.update(fresh)
            self._waiting.extend(fresh)
            self._all_listed |= not more  # for good: a page may be overtaken by the next one here
            batches = list(_batches(self._waiting, self._size, rest=self._all_listed))
            self._open += len(batches)
        for batch in batches:
            self._group.start(self._pool, self._ask, batch)
        self._settled()

    def take_in(self, nodes: Iterable[tuple[str, Any]]) -> None:
        """Keep what these (id, node with details) say; a node that is None is gone."""
        read = [(identity, None if node is None else repository(get(node, kind=dict))) for identity, node in nodes]
        idle = self._pool.idle > 0
        with self._lock:
            for identity, found in read:
                if found is None or found[1]:
                    self._settle(identity, found and found[0], gone=found is None)
                elif found[0] is not None:
                    self._unnamed.append((identity, found[0]))
                    self._pending.add(identity)
            batches = list(_batches(self._unnamed, _NAMES_BATCH, rest=self._open == 0 or idle))
        for batch in batches:
            self._group.start(self._pool, self._ask_names, batch)

    def _settle(self, identity: str, found: Repository | None, gone: bool) -> None:
        self._known[identity] = found
        self._pending.discard(identity)
        if gone:
            self._gone.add(identity)

    def _ask(self, ids: list[str]) -> None:
        nodes = self._nodes(DETAILS, "Details", ids, {})
        with self._lock:
            self._open -= 1
        self.take_in(zip(ids, nodes, strict=True))
        self._settled()

    def _settled(self) -> None:
        with self._lock:
            settled = not self._pending
        if settled:
            self._on_settled()

    def _ask_names(self, repositories: list[tuple[str, Repository]]) -> None:
        """Fetch the languages and topics of these repositories from their start, a hundred of each."""
        nodes = self._nodes(NAMES, "Names", [identity for identity, _ in repositories], {"first": NAMES_SIZE})
        for (identity, one), node in zip(repositories, nodes, strict=True):
            self._name(identity, one, node, Names())
        self._settled()

    def _ask_more_names(self, identity: str, one: Repository, before: Names) -> None:
        after = {"languagesAfter": before.languages_after, "topicsAfter": before.topics_after}
        [node] = self._nodes(NAMES, "Names", [identity], {"first": NAMES_SIZE, **after})
        self._name(identity, one, node, before)
        self._settled()

    def _name(self, identity: str, one: Repository, node: Any, before: Names) -> None:
        """Keep the repository with all its names, or start to fetch further ones; a node that is None is gone."""
        # private by now: its new names are nobody's business
        found = None if node is None or get(node, "isPrivate", kind=bool) else names(node, before)
        if found is not None and found.more:
            self._group.start(self._pool, self._ask_more_names, identity, one, found)
            return
        if found is not None and not found.are_all:
            raise names_changed()
        with self._lock:
            named = found and one._replace(langs=found.langs, topics=found.topics)
            self._settle(identity, named, gone=node is None)

    def _nodes(self, query: str, name: str, ids: list[str], variables: Mapping[str, object]) -> list[Any]:
        """The nodes of a query by id, in its order; None for one that GitHub says is not there (any more)."""
        reply = self._conversation.ask(query, {"ids": ids, **variables}, name)
        self._conversation.learn(reply, len(ids))
        nodes = get(reply.data, "nodes", kind=list)
        absent = {("nodes", place) for place, node in enumerate(nodes) if node is None}
        present = [one if node is None else get(node, "id", kind=str) for one, node in zip(ids, nodes, strict=False)]
        if present != ids or len(nodes) != len(ids) or absent != reply.not_found:
            raise MalformedAnswer("nodes are not those that were asked for")
        return nodes


def _batches(queue: "deque[T]", size: int, rest: bool) -> Iterator[list[T]]:
    """Take full batches from the queue, and with `rest` a last one that may be smaller."""
    while len(queue) >= size or (rest and queue):
        yield [queue.popleft() for _ in range(min(size, len(queue)))]
