"""Languages whose names have changed, so that one language is not taken for one that is gone and a new one.

The names are in renamed.json, with the package, versions and licence that they are from. A test compares that file with
the package; `python -m from_git.tests.kit.renames` makes it anew.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from from_git.values.stats import Language

_RENAMED: Mapping[str, str] = json.loads(Path(__file__).with_name("renamed.json").read_bytes())["names"]


def present(name: str) -> str:
    """The name that a language has now, in lower case, from one in lower case that it has or had."""
    return _RENAMED.get(name, name)


def joined(languages: Iterable[tuple[str, Language]]) -> dict[str, Language]:
    """Languages under their present names, sorted; those that are one and the same are added up.

    Args:
        languages: names in lower case; one may come several times.
    """
    sums: dict[str, Language] = {}
    for told, one in languages:
        name = present(told)
        sums[name] = _sum(sums[name], one) if name in sums else one
    return dict(sorted(sums.items()))


def _sum(one: Language, other: Language) -> Language:
    known = [size for size in (one.bytes, other.bytes) if size is not None]
    return Language(one.repos + other.repos, sum(known) if known else None)
