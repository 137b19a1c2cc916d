"""Repositories as a chunk of bytes, column by column and compressed, and back."""

import zlib
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import orjson

from from_git.values.repository import LATEST, Repository
from from_git.values.stats import LARGEST

CHUNK = 1_000
"""Repositories of one chunk at most."""
_MOST_BYTES = 2**26  # of a chunk's columns; 1,000 repositories with 150 languages each have less than 8 MB
_MOST_VALUES = 2**20  # of a chunk's columns; 1,000 repositories with 500 languages each have not as many
_LEVEL = 2  # 48 B for each of 2,715 real repositories in 2 µs; 9: 46 B in 11 µs
_FEW = 60  # repositories, which rarely repeat what lies further back than 4 kB
_SMALL = 12, 5  # bits of the window, and of the table in it: made in 0.4 µs, where the usual ones take 8 µs or more
_FLAGS: dict[str, bool | None] = {"0": False, "1": True, "-": None}
_SIGNS = {flag: sign for sign, flag in _FLAGS.items()}
_WHOLE = {int, type(None)}
_BEGINS = b"[", *[b","] * 11  # of the columns


def packed(rows: Sequence[Repository]) -> bytes:
    """The chunk with these repositories, which are from 1 to CHUNK; the same for the same ones."""
    ids, names, forks, archived, stars, watchers, langs, topics, licenses, created, pushed = zip(*rows, strict=True)
    columns = [
        *(ids, names, _signs(forks), _signs(archived), _column(stars), _column(watchers)),
        *(_table([[name for name, _ in one] for one in langs]), _column([size for one in langs for _, size in one])),
        *(_table(topics), _table([[] if one is None else [one] for one in licenses])),
        *(_column(created), _column(pushed)),
    ]
    few = len(rows) <= _FEW
    stream = zlib.compressobj(_LEVEL, zlib.DEFLATED, *(_SMALL if few else ()))
    if few:
        return stream.compress(orjson.dumps(columns)) + stream.flush()
    # of many one column after the other: the bytes that orjson gives for all hold a buffer of ten times their length
    parts = [stream.compress(sign + orjson.dumps(column)) for sign, column in zip(_BEGINS, columns, strict=True)]
    return b"".join([*parts, stream.compress(b"]"), stream.flush()])


def unpacked(chunk: bytes) -> list[Repository]:
    """The repositories of a chunk.

    Raises:
        ValueError: it is none.
    """
    try:
        return _rows(orjson.loads(_inflated(chunk)))
    except (TypeError, KeyError, IndexError, zlib.error) as error:
        raise ValueError(f"it is no chunk of repositories: {error}") from None


def _signs(flags: Iterable[bool | None]) -> str:
    return "".join(map(_SIGNS.__getitem__, flags))


def _column(numbers: Sequence[int | None]) -> Sequence[int | None] | None:
    """The numbers; None where there is none among them."""
    return numbers if any(one is not None for one in numbers) else None


def _table(lists: Sequence[Sequence[str] | None]) -> list[Any]:
    """The distinct texts, how many each list has, and the place of each text of each list among the distinct ones."""
    flat = [text for one in lists for text in one or ()]
    places = {text: place for place, text in enumerate(dict.fromkeys(flat))}
    return [list(places), _column([None if one is None else len(one) for one in lists]), [places[one] for one in flat]]


def _inflated(chunk: bytes) -> bytes:
    stream = zlib.decompressobj()
    data = stream.decompress(chunk, _MOST_BYTES)
    if not stream.eof or stream.unused_data:
        raise ValueError("it is no chunk of repositories: it is cut or too large, or more follows")
    # read as objects, a few kilobytes of nothing but brackets would take gigabytes
    if data.count(b",") > _MOST_VALUES:
        raise ValueError("it is no chunk of repositories: it has too many values")
    return data


def _rows(columns: Any) -> list[Repository]:
    ids, names, forks, archived, stars, watchers, spelled, sizes, tagged, licensed, created, pushed = columns
    count = len(_texts(ids))
    langs, topics, licenses = (_lists(one, count) for one in (spelled, tagged, licensed))
    numbers = iter(_numbers(sizes, sum(map(len, langs))))
    if not 0 < count <= CHUNK or any(len(one) > 1 for one in licenses):
        raise ValueError("it is no chunk of repositories: it has none or too many, or one has two licences")
    return [
        Repository(*fields)
        for fields in zip(
            *(ids, _texts(names), _flags(forks), _flags(archived), _numbers(stars, count), _numbers(watchers, count)),
            [tuple(zip(one, islice(numbers, len(one)), strict=True)) for one in langs],
            *(topics, [one[0] if one else None for one in licenses]),
            *(_numbers(created, count, LATEST), _numbers(pushed, count, LATEST)),
            strict=True,
        )
    ]


def _texts(column: Any) -> list[str]:
    if type(column) is not list or set(map(type, column)) - {str}:
        raise TypeError("not texts")
    return column


def _flags(column: Any) -> list[bool | None]:
    if type(column) is not str:
        raise TypeError("not flags")
    return [_FLAGS[sign] for sign in column]


def _numbers(column: Any, count: int, largest: int = LARGEST) -> list[int | None]:
    if column is None:
        return [None] * count
    if type(column) is not list or len(column) != count or set(map(type, column)) - _WHOLE:
        raise TypeError("not so many whole numbers")
    if any(one is not None and not 0 <= one <= largest for one in column):
        raise ValueError("a number is out of range")
    return column


def _places(column: Any) -> list[int]:
    if type(column) is not list or any(type(one) is not int or one < 0 for one in column):
        raise TypeError("not places")
    return column


def _lists(table: Any, count: int) -> list[Any]:
    """The lists of texts that `_table` was given, as tuples."""
    distinct, lengths, places = table
    texts, lengths = _texts(distinct), _numbers(lengths, count)
    flat = [texts[place] for place in _places(places)]
    words = iter(flat)
    if sum(one for one in lengths if one is not None) != len(flat):
        raise ValueError("not as many texts as the lists have")
    return [None if one is None else tuple(islice(words, one)) for one in lengths]
