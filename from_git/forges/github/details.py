"""GitHub: the details of repositories whose ids are known, in batches over the whole pool."""

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from from_git.calls.halving import Origin
from from_git.errors import MalformedAnswer
from from_git.fanout import Pool
from from_git.forges.github.conversation import Conversation
from from_git.forges.github.nodes import DETAILS, NAMES, NAMES_SIZE, Detailed, Names, Repository, detailed_of, names
from from_git.forges.reading import get

T = TypeVar("T")
Named = tuple[str, Repository]
# GitHub's time grows with the repositories of which a query asks details (5: 0.4 s, 30: 3 s, 100: 8 to 10 s and one in
# four a 502; wiiiimm/gh-manager-cli#104), and a query that takes 10 s dies. What else was tried: docs/performance.md.
_BATCH = 40  # repositories of one batch at most
_SMALL_BATCH = 18  # more batches than one for each so many would be mostly round trip (100 ms against 10 ms each)
_NAMES_BATCH = 20  # repositories with many names that are worth a query while all threads are busy
_NO_NAMES = Names()
_SLOW = 5.0  # seconds that a query may be expected to take: half of what kills it


class _Lost(Enum):
    """Why a repository whose details were there does not count."""

    PRIVATE = 1
    ABSENT = 2


class Details:
    """What is known of each repository; each is asked for once, and one that is gone or private does not count.

    `want`, `take_in` and `counts` are safe from any thread. `on_settled` is called whenever nothing is being asked for
    any more, by the task that saw to it, without a lock held; more may be wanted then.
    """

    def __init__(self, conversation: Conversation, pool: Pool, on_settled: Callable[[], object]) -> None:
        self._conversation = conversation
        self._calls = conversation.calls
        self._pool = pool
        self._on_settled = on_settled
        self._size = _BATCH
        self._lock = threading.Lock()  # around everything below
        self._names: dict[str, str] = {}  # `OWNER/NAME` by id
        self._known: dict[str, Repository | None] = {}  # by id; None: gone or private
        self._gone: set[str] = set()  # ids that were listed and then not found, or private
        self._absent: set[str] = set()  # those of them that were not found
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

    def absent(self, ids: Iterable[str]) -> list[str]:
        """Those of `ids` that GitHub does not find; to be asked when the group has ended."""
        return [identity for identity in ids if identity in self._absent]

    def forget_gone(self, ids: Collection[str]) -> bool:
        """Whether some of `ids` were not found for the first time; they are forgotten, to be wanted again."""
        with self._lock:
            doubtful = self._gone.intersection(ids) - self._asked_again
            self._asked_again |= doubtful
            self._absent -= doubtful
            for identity in doubtful:
                del self._known[identity]
            return bool(doubtful)

    def most(self, wanted: int) -> int:
        """`wanted`, or fewer: not under 18 when GitHub is slow, so that a query would come near its end; and never more
        than what was not too heavy lately."""
        return self._calls.most(min(wanted, max(_SMALL_BATCH, self._conversation.pace.repositories(_SLOW))))

    def plan(self, rest: int) -> int:
        """Choose the size of batches for so many repositories: whole rounds over the threads that are free now.

        Returns the number of batches.
        """
        most = self._size = self.most(_BATCH)
        if rest > _SMALL_BATCH:  # else one batch; and if the list is longer than it said, not many tiny ones
            threads = 1 + self._pool.idle
            rounds = -(-rest // (threads * most))
            self._size = min(most, -(-rest // min(threads * rounds, -(-rest // _SMALL_BATCH))))
        return max(0, -(-rest // self._size))

    def want(self, names: Mapping[str, str], more: bool) -> None:
        """Have these asked for, each once; a batch waits until it is full as long as `more` ids are to come.

        Args:
            names: `OWNER/NAME` by id.
        """
        with self._lock:
            self._names |= names
            fresh = [one for one in names if one not in self._known and one not in self._pending]
            self._pending.update(fresh)
            self._waiting.extend(fresh)
            self._all_listed |= not more  # for good: a page may be overtaken by the next one here
            batches = list(_batches(self._waiting, self._size, rest=self._all_listed))
            self._open += len(batches)
        for batch in batches:
            self._ask_batch(batch)
        self._settled()

    def take_in(self, found: Iterable[Detailed]) -> None:
        """Keep what was found of these."""
        idle = self._pool.idle > 0
        with self._lock:
            for one in found:
                if one.repository is None or one.named:
                    self._settle(one.id, one.repository, one.absent)
                else:
                    self._unnamed.append((one.id, one.repository))
                    self._pending.add(one.id)
            batches = list(_batches(self._unnamed, _NAMES_BATCH, rest=self._open == 0 or idle))
        for batch in batches:
            self._ask_names(batch)

    def _settle(self, identity: str, found: Repository | None, absent: bool) -> None:
        self._known[identity] = found
        self._pending.discard(identity)
        if found is None:
            self._gone.add(identity)
        if absent:
            self._absent.add(identity)

    def _ask_batch(self, ids: list[str], origin: Origin | None = None) -> None:
        def smaller(split: Origin | None) -> None:
            with self._lock:
                self._open += 1
            for half in _halves(ids):
                self._ask_batch(half, split)

        ask, subject = partial(self._batch, ids), self._subject(ids)
        self._calls.start(self._pool, ask, self._take_batch, len(ids), smaller, origin, subject=subject)

    def _subject(self, ids: Sequence[str]) -> str:
        return self._names.get(ids[0], "") if len(ids) == 1 else ""

    def _batch(self, ids: list[str]) -> list[Detailed]:
        nodes = self._nodes(DETAILS, "Details", ids, {})
        return [
            Detailed(identity, None, True, absent=True) if node is None else detailed_of(node, self._names)
            for identity, node in zip(ids, nodes, strict=True)
        ]

    def _take_batch(self, found: list[Detailed]) -> None:
        with self._lock:
            self._open -= 1
        self.take_in(found)
        self._settled()

    def _settled(self) -> None:
        with self._lock:
            settled = not self._pending
        if settled:
            self._on_settled()

    def _ask_names(
        self, repositories: Sequence[Named], before: Names = _NO_NAMES, origin: Origin | None = None
    ) -> None:
        """Have languages and topics of these asked for, from their start or, for one alone, after those `before`."""

        def smaller(split: Origin | None) -> None:
            for half in _halves(repositories):
                self._ask_names(half, before, split)

        ask = partial(self._read_names, repositories, before)
        subject = self._subject([identity for identity, _ in repositories])
        self._calls.start(self._pool, ask, self._take_names, len(repositories), smaller, origin, subject=subject)

    def _read_names(
        self, repositories: Sequence[Named], before: Names
    ) -> "list[tuple[str, Repository, Names | _Lost]]":
        """For each its names so far, or why it does not count any more."""
        after = {"languagesAfter": before.languages_after, "topicsAfter": before.topics_after}
        ids = [identity for identity, _ in repositories]
        nodes = self._nodes(NAMES, "Names", ids, {"first": NAMES_SIZE, **after})
        read: list[Names | _Lost] = []
        for node in nodes:
            if node is None:
                read.append(_Lost.ABSENT)
            # private by now: its new names are nobody's business
            else:
                read.append(_Lost.PRIVATE if get(node, "isPrivate", kind=bool) else names(node, before))
        return [(identity, one, its) for (identity, one), its in zip(repositories, read, strict=True)]

    def _take_names(self, found: "list[tuple[str, Repository, Names | _Lost]]") -> None:
        for identity, one, read in found:
            if isinstance(read, _Lost):
                with self._lock:
                    self._settle(identity, None, read is _Lost.ABSENT)
            elif following := read.following():
                self._ask_names([(identity, one)], following)
            else:
                whole = one._replace(langs=read.langs, sizes=read.sizes, topics=read.topics)
                with self._lock:
                    self._settle(identity, whole, absent=False)
        self._settled()

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


def _halves(whole: Sequence[T]) -> list[list[T]]:
    middle = (len(whole) + 1) // 2
    return [list(whole[:middle]), list(whole[middle:])]
