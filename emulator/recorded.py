"""Owners read from the JSON files of each kind of forge (see DATA.md).

`null` in a file means "not recorded"; the rules of `FILL` below give such a value, and the owner's `filled` names it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emulator.model import Owner, Repository, invented_license, invented_push, invented_time, is_empty

Row = dict[str, Any]

# key of a repository in a file → the value that stands in for "not recorded"; DATA.md says the same in words
FILL: dict[str, Callable[[Row], Any]] = {
    "isFork": lambda row: False,
    "isPrivate": lambda row: False,
    "isArchived": lambda row: False,
    "stars": lambda row: 0,
    # repositories have far fewer watchers than stars, and an account that creates a repository watches it
    "watchers": lambda row: 1 + (row["stars"] or 0) // 10,
    "languages": lambda row: {},
    "topics": lambda row: [],
    "createdAt": lambda row: invented_time(row["name"]),
    "license": lambda row: invented_license(row["name"]),
    "pushedAt": lambda row: _pushed(row),
}
# of these keys a file that has them may say null, which is then recorded: no licence, never pushed
_NULLABLE = {"license", "pushedAt"}


class Shelf:
    """The owner files of one sort ("recorded" or "made_up"), each read when its owner is first asked for.

    Args:
        folders: name of a forge → the folder of its data.

    Not locked: the `Owners` that have it ask from one thread at a time.
    """

    def __init__(self, folders: Mapping[str, Path], sort: str) -> None:
        self._files = {
            (forge, path.stem): path for forge, folder in folders.items() for path in (folder / sort).glob("*.json")
        }

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Forge and lower-case login of every owner on the shelf, sorted."""
        return sorted(self._files)

    def read(self, key: tuple[str, str]) -> Owner | None:
        """The owner with that key, or None where the shelf has no such file."""
        path = self._files.get(key)
        return None if path is None else _owner(json.loads(path.read_text(encoding="utf-8")))


def _owner(data: Row) -> Owner:
    filled: set[str] = set()
    repositories = tuple(_repository(row, filled) for row in data["repositories"])
    return Owner(
        data["forge"],
        data["owner"],
        data["kind"],
        repositories,
        spam=data.get("spam", False),
        filled=tuple(sorted(filled)),
        source=data["source"],
    )


def _repository(row: Row, filled: set[str]) -> Repository:
    missing = {key for key in FILL if row.get(key) is None and not (key in _NULLABLE and key in row)}
    value = {key: rule(row) if key in missing else row[key] for key, rule in FILL.items()}
    filled.update(missing)
    return Repository(
        row["name"],
        is_fork=value["isFork"],
        is_private=value["isPrivate"],
        is_archived=value["isArchived"],
        stars=value["stars"],
        watchers=value["watchers"],
        languages=_sized(value["languages"], filled),
        topics=value["topics"],
        created_at=value["createdAt"],
        license=value["license"],
        pushed_at=value["pushedAt"],
        folder=row.get("folder", ""),
    )


def _pushed(row: Row) -> str | None:
    if not row.get("languages") and not row.get("isFork") and is_empty(row["name"]):
        return None
    return invented_push(row["name"], row.get("createdAt") or invented_time(row["name"]))


def _sized(languages: dict[str, int | None] | list[tuple[str, int | None]], filled: set[str]) -> list[tuple[str, int]]:
    """The languages with a size each: half of the one before (1,000 for the first) where none was recorded.

    The forge lists them by size, so the filled ones stay in order. A list of pairs is the form for a name that comes
    twice.
    """
    pairs: list[tuple[str, int]] = []
    size = 2_000
    for name, recorded in languages.items() if isinstance(languages, dict) else languages:
        if recorded is None:
            filled.add("languages.bytes")
        size = max(1, size // 2) if recorded is None else recorded
        pairs.append((name, size))
    return pairs
