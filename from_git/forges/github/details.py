"""GitHub: the details of repositories whose ids are known, in batches over the whole pool."""

import threading
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from from_git.calls.halving import Origin
from from_git.errors import MalformedAnswer
from from_git.forges.github.batches import UNKNOWN_GAIN, average_size, batch_size
from from_git.forges.github.names import Names, names
from from_git.forges.github.nodes import Detailed, detailed_of, with_names
from from_git.forges.github.queries import Queries
from from_git.forges.once import Gone, Once
from from_git.forges.reading import get

T = TypeVar("T")
Named = tuple[str, bytes]
_SLOW = 5.0  # seconds that a query may be expected to take: half of what kills it
_QUICK = 0.5  # seconds; a query that is expected to take no longer may ask for the largest number
_NO_NAMES = Names()


class Details:
    """The details of each repository that is noted in `once`, by its id, with `OWNER/NAME`. Safe from any thread."""

    def __init__(self, queries: Queries) -> None:
        self.once: Once[str, bytes] = Once(self._ask_batch)
        self._queries = queries
        self._calls = queries.calls
        self._pool = queries.access.pool
        self._sizes = queries.access.sizes
        self._lock = threading.Lock()
        self._unnamed: deque[Named] = deque()  # with more languages or topics than were shown
        self._batches = self._in_batches = 0  # that were begun, and the repositories in them

    def most(self, wanted: int) -> int:
        """`wanted`, or fewer: no more than was not too heavy lately, and, but for small batches, no more than GitHub is
        expected to answer in half the time that kills a query."""
        quick = self._queries.access.pace.repositories(_SLOW)
        return self._calls.most(min(wanted, max(self._sizes.small_batch, quick)))

    def plan(self, to_come: Sequence[int]) -> int:
        """Choose the size of the batches that begin now, see `batch_size`.

        Args:
            to_come: how many repositories each further answer of the list brings.

        Returns:
            The number of batches that are still to be asked for, about.
        """
        pool, once, sizes = self._pool, self.once, self._sizes
        known = self._queries.access.pace.gain()
        gain = UNKNOWN_GAIN if known is None else max(1.0, known)
        quick = 0 if known is None else self._queries.access.pace.repositories(_QUICK)
        most = self.most(max(sizes.batch, min(sizes.largest, quick)))
        average = min(most, average_size(sizes.average, gain))
        waiting = once.waiting
        with self._lock:
            spare = self._in_batches / average - self._batches
        threads = min(pool.width, 1 + pool.idle + once.open)
        size = batch_size([waiting, *to_come], threads, gain, average, most, spare)
        parts = -(-waiting // size)
        # the last ones are equal
        once.size = size if to_come or not parts else -(-waiting // parts)
        return parts + -(-sum(to_come) // average)

    def take_first(self, found: Collection[Detailed], paths: Mapping[str, str]) -> None:
        """Take in details that came with the list; `paths`: `OWNER/NAME` by id."""
        self.once.hold({one.id: paths.get(one.id, "") for one in found if not one.named})
        self._take(found, ended=False)

    def _take(self, found: Collection[Detailed], ended: bool = True) -> None:
        """Keep what was found of these, and have the names asked for that were not shown."""
        rest = self._pool.idle > 0
        self.once.settle({one.id: one.repository for one in found if one.named}, ended)
        with self._lock:
            for one in found:
                if not one.named and isinstance(one.repository, bytes):
                    self._unnamed.append((one.id, one.repository))
            rest = rest or self.once.open == 0
            batches = []
            while len(self._unnamed) >= self._sizes.names_batch or (rest and self._unnamed):
                count = min(self._sizes.names_batch, len(self._unnamed))
                batches.append([self._unnamed.popleft() for _ in range(count)])
        for batch in batches:
            self._ask_names(batch)

    def _ask_batch(self, ids: list[str], origin: Origin | None = None) -> None:
        if origin is None:
            with self._lock:
                self._batches, self._in_batches = self._batches + 1, self._in_batches + len(ids)

        def smaller(split: Origin | None) -> None:
            self.once.split()
            for half in _halves(ids):
                self._ask_batch(half, split)

        ask = partial(self._read_batch, ids)
        self._calls.start(self._pool, ask, self._take, len(ids), smaller, origin, subject=self._subject(ids))

    def _subject(self, ids: Sequence[str]) -> str:
        return (self.once.pending.get(ids[0], "")) if len(ids) == 1 else ""

    def _read_batch(self, ids: list[str]) -> list[Detailed]:
        found, query = [], self._queries.access.texts.details
        for identity, node in zip(ids, self._nodes(query, "Details", ids, {}), strict=True):
            if node is not None:
                node["id"] = identity  # the list's own text: one for both
            one = node and detailed_of(node, self.once.pending.get)
            found.append(one or Detailed(identity, Gone.ABSENT))
        return found

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

    def _read_names(self, repositories: Sequence[Named], before: Names) -> "list[tuple[Named, Names | Gone]]":
        """For each its names so far, or why it does not count any more."""
        after = {"languagesAfter": before.languages_after, "topicsAfter": before.topics_after}
        ids = [identity for identity, _ in repositories]
        nodes = self._nodes(self._queries.access.texts.names, "Names", ids, {"first": self._sizes.names, **after})
        read = [Gone.ABSENT if node is None else names(node, before) for node in nodes]
        return list(zip(repositories, read, strict=True))

    def _take_names(self, found: "list[tuple[Named, Names | Gone]]") -> None:
        settled: dict[str, bytes | Gone] = {}
        for (identity, one), read in found:
            if isinstance(read, Gone):
                settled[identity] = read
            elif following := read.following(self._sizes.names):
                self._ask_names([(identity, one)], following)
            else:
                settled[identity] = with_names(one, read)
        self.once.settle(settled, ended=False)

    def _nodes(self, query: str, name: str, ids: list[str], variables: Mapping[str, object]) -> list[Any]:
        """The nodes of a query by id, in its order; None for one that GitHub says is not there (any more)."""
        reply = self._queries.ask(query, {"ids": ids, **variables}, name)
        self._queries.learn(reply, len(ids))
        nodes = get(reply.data, "nodes", kind=list)
        absent = {("nodes", place) for place, node in enumerate(nodes) if node is None}
        present = [one if node is None else get(node, "id", kind=str) for one, node in zip(ids, nodes, strict=False)]
        if present != ids or len(nodes) != len(ids) or absent != reply.not_found:
            raise MalformedAnswer("nodes are not those that were asked for")
        return nodes


def _halves(whole: Sequence[T]) -> list[list[T]]:
    middle = (len(whole) + 1) // 2
    return [list(whole[:middle]), list(whole[middle:])]
