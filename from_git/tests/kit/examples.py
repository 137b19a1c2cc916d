"""Examples for tests of laws: worlds, sizes and accidents; importing this chooses how hypothesis searches.

The examples are the same each time. FROM_GIT_EXAMPLES=5000 looks at so many others for each law instead.
"""

import os
from collections.abc import Callable
from typing import Any
from unittest import SkipTest

from emulator import PRESETS, Fault, Owner, Repository, preset
from from_git.tests.kit.oracle import TRAITS
from from_git.values.repository import LATEST, Repository as Row
from from_git.values.stats import LARGEST

try:
    from hypothesis import HealthCheck, given, settings, strategies as st
except ImportError as missing:
    raise SkipTest("hypothesis is not installed (requirements-dev.txt)") from missing

# from here and not from hypothesis, so that without it their tests are skipped
__all__ = ["FAULTS", "JSON", "OWNERS", "ROWS", "SIZES", "WEIGHTS", "examples", "given", "repositories", "rows", "st"]

_MANY = int(os.environ.get("FROM_GIT_EXAMPLES", "0"))
settings.register_profile(
    "from-git",
    derandomize=not _MANY,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("from-git")


def examples(number: int) -> Callable[[Any], Any]:
    """So many examples of a law, or FROM_GIT_EXAMPLES."""
    return settings(max_examples=_MANY or number)


# counts of GraphQL are its Int; Bitbucket's may be anything whose sum JSON keeps, over three owners of 45 each
_INT = 2**31 - 1
_LARGEST = {"bitbucket": 2**53 // 135}
_NAMES = st.sampled_from(["C", "c", "Python", "PYTHON", "C++", "Go", "Jupyter Notebook", "ÅNGSTRÖM", "ångström"])
_BYTES = st.integers(0, 3) | st.integers(0, 2**40)
_MANY_LANGUAGES = st.integers(0, 150).map(lambda count: [(f"L{n}", 3**n % 2**40) for n in range(count)])
_TOPICS = st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), max_size=20, unique=True)
_TIMES = st.integers(0, 9).map("2020-01-01T00:00:0{}Z".format)  # many were made in the same second


def repositories(forge: str) -> st.SearchStrategy[list[Repository]]:
    """Any list of them."""
    counts = st.integers(0, 3) | st.integers(0, _LARGEST.get(forge, _INT))
    shape: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {
            "is_fork": st.booleans(),
            "is_private": st.integers(0, 4).map(lambda n: n == 0),
            "is_archived": st.booleans(),
            "stars": st.integers(0, _INT),
            "watchers": counts,
            "languages": st.lists(st.tuples(_NAMES, _BYTES), max_size=4) | _MANY_LANGUAGES,
            "topics": _TOPICS,
            "created_at": _TIMES,
        }
    )
    # the number first: hypothesis likes short lists, which need no second page
    lists = st.integers(0, 45).flatmap(lambda count: st.lists(shape, min_size=count, max_size=count))
    return lists.map(lambda shapes: [Repository(f"r{n}", **one) for n, one in enumerate(shapes)])


def _owner(forge: str, kinds: tuple[str, ...]) -> st.SearchStrategy[Owner]:
    return st.builds(
        Owner, st.just(forge), st.sampled_from(["acme", "Zed-1"]), st.sampled_from(kinds), repositories(forge)
    )


OWNERS = st.lists(
    st.one_of(*(_owner(name, traits.owner_kinds) for name, traits in TRAITS.items())),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one.key,
)


def rows(largest: int) -> st.SearchStrategy[list[Row]]:
    """Any repositories of one profile, with numbers up to `largest`; names are no names of forges, but any text."""
    numbers = st.none() | st.integers(0, 3) | st.integers(0, largest)
    dates = st.none() | st.integers(0, LATEST)
    row = st.builds(
        Row,
        id=st.text(max_size=9),
        name=st.sampled_from(["a", "b", "A"]) | st.text(max_size=9),
        is_fork=st.none() | st.booleans(),
        is_archived=st.none() | st.booleans(),
        stars=numbers,
        watchers=numbers,
        langs=st.lists(st.tuples(_NAMES | st.text(max_size=5), numbers), max_size=4).map(tuple),
        topics=st.none() | st.lists(st.sampled_from("ab") | st.text(max_size=5), max_size=4).map(tuple),
        license=st.none() | st.sampled_from(["MIT", "GPL-3.0"]) | st.text(max_size=5),
        created=dates,
        pushed=dates,
    )
    return st.lists(row, max_size=24, unique_by=lambda one: one.id)


ROWS = rows(LARGEST // 128)
"""Any repositories of one profile, whose sums can be told."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**60) | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)
"""Small values of any type."""
SIZES = st.fixed_dictionaries(
    {
        "GITHUB_PAGE": st.integers(1, 30),
        "LIST": st.integers(1, 40),
        "BATCH": st.integers(1, 40),
        "SMALL_BATCH": st.integers(1, 18),
        "NAMES_BATCH": st.integers(1, 5),
        "NAMES": st.integers(20, 100),
        "BITBUCKET_PAGE": st.integers(1, 40),
        "GITLAB_PAGE": st.integers(1, 40),
        "GITLAB_ALIASES": st.integers(1, 14),
        "THREADS": st.integers(1, 8),
    }
)
_SCHEDULE = {
    "times": st.integers(1, 9) | st.none(),
    "after": st.integers(0, 9),
    "chance": st.sampled_from([1.0, 0.5, 0.1]),
    "seed": st.integers(0, 99),
}
# no `hang`, `slow` or `drip`: nothing here may need time
_WIRE = st.sampled_from(["status", "reset", "truncate", "chunked", "interim", "body", "early_end", "self_next"])
_BROKEN = st.builds(
    Fault, _WIRE | st.just("repeat_page"), status=st.sampled_from([500, 502, 503, 504]), cut=st.booleans(), **_SCHEDULE
)


# no accidents: a null for an owner without an error means at GitHub that there is none, and a 403 of languages at Gitea
# that the code is for members only
_PRESET = st.builds(
    preset, st.sampled_from(sorted(PRESETS.keys() - {"null_owner", "gitea_languages_403"})), **_SCHEDULE
)
_PLACES = ["data.**.id", "data.**.totalCount", "data.**.name", "values.*.uuid", "size", "next", "values.0"]
_PLACES += ["data.**.fullPath", "data.**.count", "*.id", "*.private", "*.namespace.full_path", "0"]
_SPOILT = st.builds(
    Fault,
    st.just("wrong_type"),
    at=st.sampled_from(_PLACES),
    value=st.sampled_from([None, -1, "@nan", "@missing", "@huge", [], {}]),
    most=st.none() | st.just(1),
    **_SCHEDULE,
)
FAULTS = st.lists(_BROKEN | _PRESET | _SPOILT, min_size=1, max_size=3)
WEIGHTS = st.none() | st.integers(1, 30)
