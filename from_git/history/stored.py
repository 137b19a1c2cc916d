"""From what a fetch has found to the columns of a snapshot, and back."""

import json
from array import array
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from from_git.history.languages import joined
from from_git.models import Profile as Row, Snapshot
from from_git.values.found import Fetched, Found
from from_git.values.keys import KEYS
from from_git.values.rows import Rows, Sums
from from_git.values.stats import Language, Stats

COLUMNS: Mapping[str, str] = {
    "originalRepos": "original_repos",
    "forkedRepos": "forked_repos",
    "watchers": "watchers",
    "followers": "followers",
    "langsNum": "langs_num",
    "topicsNum": "topics_num",
}
"""By the key of an answer, for each that is a number: the column of a snapshot; in the order of an answer."""


class Names(NamedTuple):
    """The languages and topics of a snapshot, under the names that the forge told."""

    langs: Mapping[str, Language]
    topics: Mapping[str, int]

    @classmethod
    def read(cls, text: str | None) -> "Names":
        """Those of a snapshot's column; none where there is nothing."""
        found: Mapping[str, Any] = json.loads(text) if text else {}
        langs = {name: Language(*one) for name, one in found.get("langs", {}).items()}
        return cls(langs, found.get("topics", {}))

    @property
    def text(self) -> str:
        """The column."""
        # ASCII alone: PostgreSQL takes no lone surrogate and no NUL, and a topic may have one
        langs = {name: [one.repos, one.bytes] for name, one in self.langs.items()}
        return json.dumps({"langs": langs, "topics": dict(self.topics)}, separators=(",", ":"))

    @property
    def present(self) -> "Names":
        """The same with languages under their present names."""
        return Names(joined(self.langs.items()), self.topics)


def snapshot(row: Row, at: datetime, found: Found | None) -> Snapshot:
    """The snapshot of a profile, not saved, with its names; `found` is None where there is no such profile."""
    if found is None:
        # what is left to the database's defaults could not be compared before it is saved
        return Snapshot(profile=row, at=at, kind="", not_told="", **dict.fromkeys(COLUMNS.values(), 0))
    stats, names = found.stats, Names(found.stats.langs, found.stats.topics)
    told = {**stats.numbers(), "langsNum": len(names.present.langs)}
    columns = {column: told[key] for key, column in COLUMNS.items()}
    not_told = " ".join(found.not_told)
    return Snapshot(profile=row, at=at, kind=found.kind, not_told=not_told, names=names.text, **columns)


def fetched(row: Row, one: Snapshot, names: str | None) -> Fetched:
    """A snapshot as if it had just been fetched, without its repositories.

    Args:
        names: its own, or those of the last snapshot before that has some.
    """
    at = one.at.timestamp()
    if not one.kind:
        return Fetched(None, at, at)
    langs, topics = Names.read(names).present
    stats = Stats(
        one.original_repos, one.forked_repos, one.watchers, one.followers, langs, dict(sorted(topics.items()))
    )
    not_told = tuple(key for key in KEYS if key in one.not_told.split())
    rows = Rows(sums=Sums(stats, array("I")))
    return Fetched(Found(one.kind, rows, identity=row.identity or None, not_told=not_told), at, at)
