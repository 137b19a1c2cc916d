"""Which profiles are watched."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

from django.db import transaction
from django.db.models.functions import Now

from from_git import forges
from from_git.models import Profile as Row
from from_git.profiles import parse_profiles
from from_git.values.profile import Profile

_T = TypeVar("_T")
PART = 500
"""Rows that one statement names at most: SQLite takes 32,766 parameters at the least."""


class Change(NamedTuple):
    """What became of profiles that were to be watched, or not any more."""

    changed: list[Profile]
    unchanged: list[Profile]
    """Those that were watched already, or were not."""


def watch(profiles: Sequence[Profile]) -> Change:
    """Watch these profiles, in one transaction; snapshots of those that were watched before are there again."""
    with transaction.atomic():
        known = rows(profiles)
        new = [one for one in profiles if one not in known]
        Row.objects.bulk_create(
            [Row(host=one.host.name, key=one.key, url=one.url) for one in new],
            batch_size=PART,
            ignore_conflicts=True,  # somebody else may watch them at the same time
        )
        again = [one for one, row in known.items() if not row.watched]
        _set({known[one].id for one in again}, watched=True)
    changed = {*new, *again}
    return Change([one for one in profiles if one in changed], [one for one in profiles if one not in changed])


def unwatch(profiles: Sequence[Profile]) -> Change:
    """Watch these profiles no more, in one transaction; their snapshots stay."""
    with transaction.atomic():
        known = {one: row for one, row in rows(profiles).items() if row.watched}
        _set({row.id for row in known.values()}, watched=False)
    return Change([one for one in profiles if one in known], [one for one in profiles if one not in known])


def watched() -> Iterator[str]:
    """The URLs of all that is watched, as first given, those of one host together."""
    return (
        Row.objects.filter(watched=True)
        .order_by("host", "key", "id")
        .values_list("url", flat=True)
        .iterator(chunk_size=PART)
    )


def profiles() -> tuple[list[Profile], list[str]]:
    """What is watched: profiles, and the URLs of those whose hosts the settings do not have any more."""
    urls = list(watched())
    found, bad, _ = parse_profiles(urls, forges.hosts(), len(urls))
    return found, [url for url, _ in bad]


def unwatch_gone(urls: Sequence[str]) -> list[str]:
    """Watch those of these URLs no more, as `watched` tells them, whose hosts the settings have no more."""
    _, gone = profiles()
    found = [url for url in dict.fromkeys(urls) if url in set(gone)]
    _set(Row.objects.filter(url__in=found).values_list("id", flat=True), watched=False)
    return found


def rows(profiles: Iterable[Profile], locked: bool = False) -> dict[Profile, Row]:
    """The rows of those of these profiles that are or were watched, in the order given.

    Args:
        locked: whether nobody else may lock them before this transaction ends; they have the database's time as `now`.
    """
    found: dict[tuple[str, str], Row] = {}
    given = list(profiles)
    hosts: Mapping[str, list[str]] = defaultdict(list)
    for one in given:
        hosts[one.host.name].append(one.key)
    # in one order everywhere, so that nobody waits in a circle
    for host, keys in sorted(hosts.items()):
        for some in parts(keys):
            query = Row.objects.filter(host=host, key__in=some).order_by("id")
            found |= {
                (row.host, row.key): row for row in (query.select_for_update().annotate(now=Now()) if locked else query)
            }
    pairs = ((one, found.get((one.host.name, one.key))) for one in given)
    return {one: row for one, row in pairs if row is not None}


def parts(many: Iterable[_T]) -> Iterator[list[_T]]:
    """The same in lists of PART at most."""
    rest = iter(many)
    while some := list(islice(rest, PART)):
        yield some


def _set(ids: Iterable[int], *, watched: bool) -> None:
    for some in parts(ids):
        Row.objects.filter(id__in=some).update(watched=watched)
