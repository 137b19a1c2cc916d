"""The repositories of a profile as one value, compressed, since there may be thousands."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import attrgetter
from typing import NamedTuple

from from_git.values.columns import CHUNK, packed, unpacked
from from_git.values.repository import Repository
from from_git.values.stats import Stats, SumTooLarge, Tally

_ORDER = attrgetter("name", "id")


class Sums(NamedTuple):
    """What can be told of rows without reading them."""

    stats: Stats
    ids: "array[int]"
    """A hash of each id, in the order of the rows; it means something in this process only."""


_NONE = Sums(Stats(), array("q"))


@dataclass(frozen=True, eq=False)
class Rows:
    """Repositories, each once, sorted by name and then by id; they are read from the chunks as they are asked for."""

    chunks: tuple[bytes, ...] = ()
    """See `packed`; each but the last has CHUNK repositories."""
    sums: Sums = field(default=_NONE, repr=False)

    @classmethod
    def of(cls, repositories: Iterable[Repository], in_order: bool = False) -> "Rows":
        """These repositories, whatever order they are given in.

        Args:
            in_order: they come sorted by name and then by id, so that no more than a chunk of them need be there at a
                time.

        Raises:
            SumTooLarge: see `Tally.stats`.
        """
        ordered = iter(repositories if in_order else sorted(repositories, key=_ORDER))
        chunks: list[bytes] = []

        def taken() -> Iterator[Repository]:
            while chunk := list(islice(ordered, CHUNK)):
                chunks.append(packed(chunk))
                yield from chunk

        sums = summed(taken())
        return cls(tuple(chunks), sums)

    @classmethod
    def read(cls, chunks: Iterable[bytes]) -> "Rows":
        """The rows with these chunks, of which nothing is believed.

        Raises:
            ValueError: there are no such rows.
        """
        given = tuple(chunks)
        try:
            return cls(given, summed(_each_once(map(unpacked, given))))
        except SumTooLarge as error:
            raise ValueError(str(error)) from None

    @property
    def stats(self) -> Stats:
        """The sum over them."""
        return self.sums.stats

    def __len__(self) -> int:
        return len(self.sums.ids)

    def __iter__(self) -> Iterator[Repository]:
        return chain.from_iterable(map(unpacked, self.chunks))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rows):
            return NotImplemented
        # another version of zlib may make other chunks of the same repositories
        return self.sums == other.sums and (self.chunks == other.chunks or list(self) == list(other))

    __hash__ = None  # type: ignore[assignment]  # its sums have none


def summed(repositories: Iterable[Repository]) -> Sums:
    """The sums over these.

    Raises:
        SumTooLarge: see `Tally.stats`.
    """
    tally, ids = Tally(), array("q")
    for one in repositories:
        tally.add_repository(one)
        ids.append(hash(one.id))
    return Sums(tally.stats(), ids)


def _each_once(chunks: Iterable[list[Repository]]) -> Iterator[Repository]:
    before, ids, full = ("", ""), set[str](), True
    for chunk in chunks:
        if not full:
            raise ValueError("a chunk before the last one is not full")
        full = len(chunk) == CHUNK
        for one in chunk:
            if (one.name, one.id) < before or one.id in ids:
                raise ValueError("the repositories are not in order, or one comes twice")
            ids.add(one.id)
            before = one.name, one.id
            yield one
