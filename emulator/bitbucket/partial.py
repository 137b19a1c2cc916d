"""Partial responses: the `fields` parameter.

https://developer.atlassian.com/cloud/bitbucket/rest/intro/#partial-response: `a,values.b` keeps only these, `+a` adds
to the default fields, `-a` leaves out. A `+` must be sent as %2B, because a plain one means a space.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

Tree = dict[str, Any]


@lru_cache(maxsize=256)
def parse(text: str) -> tuple[Tree | None, Tree]:
    """The trees of the fields to keep (None: all) and of those to leave out, each {key: subtree}; {} is a whole key."""
    keep: Tree = {}
    drop: Tree = {}
    only = False
    for part in text.split(","):
        name = part.strip()
        if name.startswith("-"):
            _plant(drop, name[1:])
        elif name and not name.startswith("+"):
            only = True
            _plant(keep, name)
    if only:
        for part in text.split(","):
            if part.strip().startswith("+"):
                _plant(keep, part.strip()[1:])
    return (keep if only else None), drop


def _plant(tree: Tree, path: str) -> None:
    for key in path.split("."):
        tree = tree.setdefault(key, {})


def select(value: Any, fields: str) -> Any:
    """The value with the fields that the parameter's text asks for; names that do not exist are ignored."""
    keep, drop = parse(fields)
    if keep is not None:
        value = _keep(value, keep)
    return _drop(value, drop) if drop else value


def _keep(value: Any, tree: Tree) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [_keep(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    every = tree.get("*")
    chosen = {}
    for key, item in value.items():
        below = tree.get(key, every)
        if below is not None:
            chosen[key] = _keep(item, below)
    return chosen


def _drop(value: Any, tree: Tree) -> Any:
    if isinstance(value, list):
        return [_drop(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _drop(item, tree[key]) if tree.get(key) else item
        for key, item in value.items()
        if key not in tree or tree[key]
    }
