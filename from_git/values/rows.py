"""The repositories of a profile as one value, compressed, since there may be thousands."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from operator import attrgetter, gt
from typing import NamedTuple
from zlib import crc32

from from_git.values.columns import CHUNK, packed, unpacked
from from_git.values.filters import ALL, Filter
from from_git.values.repository import Repository
from from_git.values.stats import Stats, SumTooLarge, Tally

_ORDER = attrgetter("name", "id")


class Sums(NamedTuple):
    """What can be told of rows without reading them."""

    stats: Stats
    ids: "array[int]"
    """See `hashed`; of each row, in their order."""

    @property
    def weight(self) -> int:
        """About how much memory they take, in names of 200 bytes."""
        return 5 + len(self.stats.langs) + len(self.stats.topics) + len(self.ids) // 50


_NONE = Sums(Stats(), array("I"))


@dataclass(frozen=True, eq=False)
class Rows:
    """Repositories, each once, sorted by name and then by id; they are read from the chunks as they are asked for."""

    chunks: tuple[bytes, ...] = ()
    """See `packed`; each but the last has CHUNK repositories."""
    sums: Sums = field(default=_NONE, repr=False)
    wanted: Filter = ALL
    """Lets through those repositories of the chunks that these rows are; the others are skipped."""

    @classmethod
    def of(cls, repositories: Iterable[Repository], in_order: bool = False) -> "Rows":
        """These repositories, each given once.

        Args:
            in_order: whether they come by name and then by id; then few of them are in memory at the same time.

        Raises:
            SumTooLarge: see `Tally.stats`.
        """
        rows = iter(repositories if in_order else sorted(repositories, key=_ORDER))
        chunks: list[bytes] = []

        def read() -> Iterator[list[Repository]]:
            while some := list(islice(rows, CHUNK)):
                chunks.append(packed(some))
                yield some

        sums = _sums(read())
        return cls(tuple(chunks), sums)

    @classmethod
    def read(cls, chunks: Iterable[bytes]) -> "Rows":
        """The rows with these chunks, of which nothing is believed.

        Raises:
            ValueError: there are no such rows.
        """
        given = tuple(chunks)
        try:
            return cls(given, _sums(_believed(map(unpacked, given))))
        except SumTooLarge as error:
            raise ValueError(str(error)) from None

    def chosen(self, wanted: Filter, sums: Sums | None = None) -> "Rows":
        """Those among all of these rows that a filter lets through.

        Args:
            sums: theirs, where they are known; None: they are worked out, for which all rows are read.
        """
        known = sums or _sums([row for row in unpacked(one) if wanted.chooses(row)] for one in self.chunks)
        return replace(self, sums=known, wanted=wanted)

    @property
    def stats(self) -> Stats:
        """The sum over them."""
        return self.sums.stats

    def __len__(self) -> int:
        return len(self.sums.ids)

    def __iter__(self) -> Iterator[Repository]:
        rows = chain.from_iterable(map(unpacked, self.chunks))
        return filter(self.wanted.chooses, rows) if self.wanted else rows

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rows):
            return NotImplemented
        # another version of zlib may make other chunks of the same repositories
        return (self.chunks, self.wanted) == (other.chunks, other.wanted) or list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # its sums have none


def hashed(identity: str) -> int:
    """The hash of an id, the same in every process: 32 bits, in which one of 10,000 ids meets another one once in a
    hundred times."""
    return crc32(identity.encode())


def _sums(chunks: Iterable[list[Repository]]) -> Sums:
    tally, ids = Tally(), array("I")
    for rows in chunks:
        tally.add_repositories(rows)
        ids.extend([hashed(one.id) for one in rows])
    return Sums(tally.stats(), ids)


def _believed(chunks: Iterable[list[Repository]]) -> Iterator[list[Repository]]:
    """The same, if they can be those of `Rows`; raises ValueError."""
    before, seen, full = ("", ""), set[str](), True
    for rows in chunks:
        keys = [before, *map(_ORDER, rows)]
        ids = {one.id for one in rows}
        if not full or len(ids) < len(rows) or any(map(gt, keys, keys[1:])) or not seen.isdisjoint(ids):
            raise ValueError("the repositories are not in order, not each once, or not in full chunks")
        before, full = keys[-1], len(rows) == CHUNK
        seen |= ids
        yield rows
