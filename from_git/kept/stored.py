"""Found profiles as bytes of a database, with their sums, so that adding them up reads no repository."""

import sys
from array import array
from collections.abc import Mapping
from itertools import accumulate, pairwise
from typing import Any

import orjson

from from_git.values.found import Fetched, Found
from from_git.values.rows import Rows, Sums
from from_git.values.stats import Language, Stats

_FORMAT = "stored-1"  # what has another one is not read; to be changed with all that the bytes mean
_HASH = 4  # bytes


def pack(fetched: Fetched) -> bytes:
    """The bytes of a profile that exists; one that is missing has none.

    Raises:
        ValueError: it is missing.
    """
    found = fetched.found
    if found is None:
        raise ValueError("a missing profile has no bytes")
    sums, chunks = found.rows.sums, found.rows.chunks
    about = found.kind, fetched.at, fetched.oldest, found.identity, found.missing, found.oldest, found.not_told
    told = [_FORMAT, *about, _told(sums.stats), len(sums.ids), [len(one) for one in chunks]]
    return b"".join([orjson.dumps(told), b"\n", _swapped(sums.ids).tobytes(), *chunks])


def unpack(data: bytes) -> Fetched:
    """The profile that `pack` made the bytes from; its sums are believed.

    Raises:
        ValueError: they have another format, or are cut.
    """
    data = bytes(data)
    try:
        begin = data.index(b"\n") + 1
        said = orjson.loads(data[:begin])
        if said[0] != _FORMAT:
            raise ValueError("stored in another format")
        _, kind, at, oldest, identity, missing, counted, not_told, told, ids, lengths = said
        ends = [*accumulate(lengths, initial=begin + ids * _HASH)]
        if ends[-1] != len(data):
            raise ValueError("stored bytes are cut, or more follows")
        sums = Sums(_stats(told), _swapped(array("I", data[begin : ends[0]])))
        rows = Rows(tuple(data[one:end] for one, end in pairwise(ends)), sums)
        return Fetched(Found(kind, rows, tuple(missing), identity, counted, tuple(not_told)), at, oldest)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"not stored by from-git: {error}") from None


def _told(stats: Stats) -> list[Any]:
    langs = {name: [one.repos, one.bytes] for name, one in stats.langs.items()}
    return [stats.original_repos, stats.forked_repos, stats.watchers, stats.followers, langs, stats.topics]


def _stats(told: Any) -> Stats:
    original, forked, watchers, followers, langs, topics = told
    named: Mapping[str, Language] = {name: Language(repos, size) for name, (repos, size) in langs.items()}
    return Stats(original, forked, watchers, followers, named, topics)


def _swapped(ids: "array[int]") -> "array[int]":
    """The same with the lowest byte first, or back."""
    if sys.byteorder == "big":
        ids = ids[:]
        ids.byteswap()
    return ids
