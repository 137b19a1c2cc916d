"""The kinds of forges that there are: one line each. Light to import, since settings are read before Django is set up.

A kind's folder is complete by itself; nothing else names a kind, and no kind asks the registry.
"""

import copyreg
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from from_git.values.kind import Kind
from from_git.values.words import listed

_FOLDERS = (
    "github",
    "bitbucket",
    "gitlab",
    "gitea",
)
KINDS: dict[str, Kind] = {name: import_module(f"from_git.forges.{name}").KIND for name in _FOLDERS}
"""By name, in the order of their settings and of lists of them."""


def _kind_named(name: str) -> Kind:
    return KINDS[name]


copyreg.pickle(Kind, lambda kind: (_kind_named, (kind.name,)))  # a copy is the one object that there is


@contextmanager
def registered(kind: Kind) -> Iterator[Kind]:
    """Have this kind too, as the last one, until the end of the block: for a kind that is tried out.

    Its settings have values only if whoever enters sets them.
    """
    before = dict(KINDS)
    KINDS[kind.name] = kind
    try:
        yield kind
    finally:
        KINDS.clear()
        KINDS.update(before)


def labels(last: str = "and") -> str:
    """The names of all kinds in words: `A, B and C`."""
    return listed([kind.label for kind in KINDS.values()], last)


def example_urls() -> list[str]:
    """A profile URL of each kind, with a word like `ORG` for the owner."""
    return [kind.url(kind.examples.word) for kind in KINDS.values()]
