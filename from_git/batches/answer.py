"""The answer of a batch, merged from its rows: exactly that of `/health-check`, in the memory of a few hundred of them.

A pass over the items adds up all that are done, and remembers the hash of each repository's id with its item. Those
items that may share a repository, or are one profile under two names, are then taken back, and merged as the
aggregator does it.
"""

import json
import math
import threading
import time
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from from_git.aggregator.merging import counted_once, distinct, identity, missing_urls
from from_git.batches import items, sql
from from_git.batches.items import Item
from from_git.errors import DeadlineError, UpstreamError
from from_git.models import OPEN, Batch, BatchState, ItemState, Purpose
from from_git.serializers import data_members, printable
from from_git.values.found import Fetched, Found
from from_git.values.profile import Profile
from from_git.values.rows import hashed
from from_git.values.stats import SumTooLarge, Tally

KEPT = 9
"""So many times as long as it took to work it out, the answer of a batch that runs is kept in this process."""
_MOST = 64  # answers that are kept so, of some kilobytes mostly
_PIECE = 65_536  # bytes
_MISSING, _FAILED, _OPEN = str(ItemState.MISSING), str(ItemState.FAILED), frozenset(map(str, OPEN))
_POSITION = 0xFFFFFFFF
_working = threading.Lock()  # one at a time: to merge 100,000 profiles keeps the interpreter busy for seconds
_partial: "dict[str, _Partial]" = {}


class _Partial(NamedTuple):
    packed: bytes
    until: float


def answer_of(batch: Batch, until: float = math.inf) -> Iterator[bytes]:
    """The bytes of a batch's answer so far, JSON in UTF-8: `error`, `data`, `missing`, as in the body of
    `/health-check`, and `failed`.

    Args:
        until: the time on the monotonic clock by which it must be there.

    Raises:
        DeadlineError: the time is over.
        UpstreamError: a sum is too large to be told exactly.
        NoSuchBatch: it was deleted meanwhile.
        DatabaseAway: the database is away.
    """
    running = batch.state == BatchState.RUNNING
    return _unpacked(_known(batch.id, running) or _worked_out(batch.id, until, running))


def answered(batch_id: str) -> None:
    """Work out the answer of a batch that is done, and keep it with the batch; none of one that was made for snapshots.

    Raises:
        NoSuchBatch, UpstreamError, DatabaseAway: see `answer_of`.
    """
    with sql.reached():
        if Batch.objects.filter(id=batch_id, purpose=Purpose.SNAPSHOT).exists():
            return  # nobody was told its address
    if not _known(batch_id, running=False):
        _worked_out(batch_id, math.inf, running=False)


def _known(batch_id: str, running: bool) -> bytes | None:
    """The final answer, or for a batch that runs one that is not yet old."""
    with sql.reached():
        found = Batch.objects.filter(id=batch_id).values_list("answer", flat=True).first()
    kept = _partial.get(batch_id) if running else None
    if found:
        return bytes(found)
    return kept.packed if kept and time.monotonic() < kept.until else None


def _worked_out(batch_id: str, until: float, running: bool) -> bytes:
    if not _working.acquire(timeout=min(threading.TIMEOUT_MAX, max(0.0, until - time.monotonic()))):
        raise _late()
    try:
        if known := _known(batch_id, running):  # another thread has just done it
            return known
        begun = time.monotonic()
        packed, final = _Merging(batch_id, until).answer()
        if final:
            with sql.reached():
                Batch.objects.filter(id=batch_id).update(answer=packed)
        else:
            _keep(batch_id, packed, time.monotonic() - begun)
        return packed
    finally:
        _working.release()


def _keep(batch_id: str, packed: bytes, seconds: float) -> None:
    now = time.monotonic()
    for one in [one for one, known in list(_partial.items()) if known.until <= now]:
        _partial.pop(one, None)
    if len(_partial) < _MOST:
        _partial[batch_id] = _Partial(packed, now + KEPT * seconds)


def _late() -> DeadlineError:
    advice = "Ask for its items, which come a thousand at a time, or again when the batch is done."
    return DeadlineError("There was no time to add up the batch.", advice=advice)


class _Packed:
    """Bytes that are compressed as they come."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(1)
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        if part := self._deflate.compress(data):
            self._parts.append(part)

    def packed(self) -> bytes:
        return b"".join([*self._parts, self._deflate.flush()])


class _List(_Packed):
    """A list of JSON values."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = ""

    def add(self, value: object) -> None:
        self.write(f"{self._sign}{_json(value)}".encode())
        self._sign = ","


class _Merging:
    def __init__(self, batch_id: str, until: float) -> None:
        self._batch_id, self._until = batch_id, until
        self._tally = Tally()
        self._missing, self._failed = _List(), _List()
        # by host and by the first byte of a hash: hashes, each with the position of its item behind it
        self._marks: defaultdict[str, list[array[int]]] = defaultdict(lambda: [array("Q") for _ in range(256)])
        self._lost: dict[int, list[str]] = {}
        self._open = 0

    def answer(self) -> tuple[bytes, bool]:
        """The answer, compressed, and whether it is final."""
        for some in items.of(self._batch_id):
            self._in_time()
            self._add(some)
        try:
            self._merge_shared()
            stats = self._tally.stats()
        except SumTooLarge as error:
            raise UpstreamError(f"The {error}.", advice="Make several batches of it.") from None
        for _, urls in sorted(self._lost.items()):
            for url in urls:
                self._missing.add(url)
        whole = _Packed()
        whole.write(f'{{"error":"OK","data":{_json(data_members(stats))},"missing":['.encode())
        for part in _unpacked(self._missing.packed()):
            whole.write(part)
        whole.write(b'],"failed":[')
        for part in _unpacked(self._failed.packed()):
            whole.write(part)
        whole.write(b"]}")
        return whole.packed(), not self._open

    def _add(self, some: list[Item]) -> None:
        for item in some:
            if item.state == _MISSING:
                self._missing.add(item.url)
            elif item.state == _FAILED:
                self._failed.add({"url": item.url, "error": item.error, "message": printable(item.reason)})
            elif item.state in _OPEN:
                self._open += 1
        for item, profile, _, found in items.found_of(some):
            self._tally.add(found.stats)
            marks, position = self._marks[item.host], item.position
            for one in (hashed(identity(profile, found)), *found.rows.sums.ids):
                marks[one >> 24].append(one << 32 | position)
            if found.missing:
                self._lost[position] = missing_urls(profile, found)

    def _merge_shared(self) -> None:
        """Count what several profiles may have once."""
        found: dict[Profile, Found] = {}
        fetched: dict[Profile, Fetched] = {}
        lost: dict[Profile, int] = {}
        for some in items.at(self._batch_id, sorted(self._shared())):
            self._in_time()
            for item, profile, fetched[profile], one in items.found_of(some):
                found[profile] = one
                self._tally.take_back(one.stats)
                lost[profile] = item.position
        first = distinct(found)
        for profile in found.keys() - first.keys():
            self._lost.pop(lost[profile], None)
        for part in counted_once(first, fetched):
            self._tally.add(part)

    def _shared(self) -> set[int]:
        """The positions of items of a host that have a hash in common with another one."""
        positions: set[int] = set()
        for marks in self._marks.values():
            for some in marks:
                if len(some) > 1:
                    often = {one for one, number in Counter([mark >> 32 for mark in some]).items() if number > 1}
                    positions.update([mark & _POSITION for mark in some if mark >> 32 in often] if often else ())
        self._marks.clear()
        return positions

    def _in_time(self) -> None:
        if time.monotonic() > self._until:
            raise _late()


def _unpacked(packed: bytes) -> Iterator[bytes]:
    inflate = zlib.decompressobj()
    while part := inflate.decompress(packed, _PIECE):
        yield part
        packed = inflate.unconsumed_tail


def _json(value: Any) -> str:
    """As the bodies of answers have it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
