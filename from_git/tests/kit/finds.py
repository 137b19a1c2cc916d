"""Profiles that were found, for tests that need no repositories but their sums, and what a cache keeps of them."""

from array import array
from typing import Any

import orjson

from from_git.values.found import Found
from from_git.values.rows import Rows, Sums
from from_git.values.stats import Stats

HEAD = ("format", "kind", "at", "oldest", "identity", "missing", "not_told", "lengths")
"""What stands before the chunks of a kept profile, in its order."""


def found_with(stats: Stats, kind: str = "User", **more: Any) -> Found:
    """A profile with these sums and without any repository, so that the sums may be any; `more`: as for `Found`."""
    return Found(kind, Rows(sums=Sums(stats, array("I"))), **more)


def head_of(kept: bytes) -> dict[str, Any]:
    """What stands before the chunks."""
    return dict(zip(HEAD, orjson.loads(kept.partition(b"\n")[0]), strict=True))


def with_head(kept: bytes, head: dict[str, Any]) -> bytes:
    """The same chunks after another head."""
    return orjson.dumps(list(head.values())) + b"\n" + kept.partition(b"\n")[2]
