"""Outcomes as values of a cache that other versions or other programs may have written to.

A profile that exists is bytes: a line of JSON, then the chunks of its repositories. All else is JSON values.
"""

from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import Any

import orjson

from from_git.errors import UpstreamError, kinds
from from_git.memory import Remembered
from from_git.values.found import Fetched, Found
from from_git.values.keys import KEYS
from from_git.values.rows import Rows, Sums

_FORMAT = "rows-1"  # what has another one is not read; to be changed with all that the bytes mean
_ERROR_TYPES: dict[str, tuple[type, ...]] = {
    "reason": (str,),
    "said": (str,),
    "_advice": (str, type(None)),
    "tries": (int,),
    "wait": (int, float, type(None)),
    "guessed": (bool,),
}


def encoded(outcome: Fetched | UpstreamError) -> dict[str, Any] | bytes:
    """The outcome as JSON values or bytes; an error loses its profile."""
    if isinstance(outcome, UpstreamError):
        facts = {name: value for name, value in vars(outcome).items() if name in _ERROR_TYPES}
        return {"error": type(outcome).__name__, **facts}
    found = outcome.found
    if found is None:
        return {"kind": None, "at": outcome.at, "oldest": outcome.oldest}
    about = found.kind, outcome.at, outcome.oldest, found.identity, found.missing, found.not_told
    chunks = found.rows.chunks
    return b"".join([orjson.dumps([_FORMAT, *about, [len(one) for one in chunks]]), b"\n", *chunks])


def decoded(value: object, sums: Remembered[Sums] | None = None) -> Fetched | UpstreamError | None:
    """The outcome that `encoded` made the value from; None for any other value.

    Args:
        sums: what `remember` and this have put there is not worked out again; None: it is.
    """
    try:
        if isinstance(value, bytes):
            return _found(value, sums)
        return _error(value) if isinstance(value, dict) and "error" in value else _missing(value)
    except (KeyError, TypeError, ValueError):
        return None


def remember(rows: Rows, sums: Remembered[Sums]) -> None:
    """Let the sums of these rows be known where they are read again."""
    sums.put(_mark(rows.chunks), rows.sums, rows.sums.weight)


def _mark(chunks: Iterable[bytes]) -> tuple[int, ...]:
    """What tells these chunks from all others in this process, and is much smaller."""
    return tuple(map(hash, chunks))


def _missing(value: Any) -> Fetched:
    if value["kind"] is not None:
        raise ValueError("a profile in an older format")
    return Fetched(None, _time(value["at"]), _time(value["oldest"]))


def _found(value: bytes, sums: Remembered[Sums] | None) -> Fetched:
    begin = value.index(b"\n") + 1
    said, kind, at, oldest, identity, missing, not_told, lengths = orjson.loads(value[:begin])
    if said != _FORMAT:
        raise ValueError("another format")
    ends = [*accumulate(lengths, initial=begin)]
    if ends[-1] != len(value):
        raise ValueError("it is cut, or more follows")
    lost = [_name(one) for one in missing]
    if missing != sorted(set(lost)) or not_told != [key for key in KEYS if key in not_told]:
        raise ValueError("the names are not in order")
    chunks = tuple(value[begin:end] for begin, end in pairwise(ends))
    known = sums.get(_mark(chunks)) if sums else None
    rows = Rows(chunks, known) if known else Rows.read(chunks)
    if sums and not known:
        remember(rows, sums)
    name = None if identity is None else _name(identity)
    found = Found(_name(kind), rows, tuple(lost), name, not_told=tuple(not_told))
    return Fetched(found, _time(at), _time(oldest))


def _error(value: dict[str, Any]) -> UpstreamError:
    kind = {one.__name__: one for one in kinds(UpstreamError)}[value["error"]]
    facts = {name: value[name] for name in _ERROR_TYPES if name in value}
    if not issubclass(kind, UpstreamError):
        raise TypeError("an error of another sort")
    if any(type(fact) not in _ERROR_TYPES[name] for name, fact in facts.items()):
        raise TypeError("a member has another type")
    if not 0 <= (facts.get("wait") or 0) < 2**40:
        raise ValueError("not a wait")
    error = kind.__new__(kind)
    vars(error).update({"said": "", "_advice": None, "tries": 1, "reason": facts["reason"], "profile": None, **facts})
    return error


def _name(value: object) -> str:
    if type(value) is not str:
        raise TypeError("not a name")
    return value


def _time(value: object) -> float:
    if not isinstance(value, int | float) or not 0 < value < 2**40:
        raise TypeError("not a time")
    return float(value)
