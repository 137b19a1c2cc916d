"""Which snapshots are kept: one when a number or a name has changed, or when the day of the last one is over."""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Now

from from_git.conf import settings
from from_git.history.stored import COLUMNS, Names, snapshot
from from_git.history.watching import PART, parts, rows
from from_git.models import Profile as Row, Snapshot
from from_git.values.found import Fetched
from from_git.values.profile import Profile

_COMPARED = (*COLUMNS.values(), "kind", "not_told")
_DELETED = 1_000  # snapshots in one transaction


def keep(fetched: Mapping[Profile, Fetched]) -> int:
    """Keep snapshots of those of these profiles that are watched, within the transaction under way; how many were kept.

    A snapshot is kept when one of its numbers, its kind, or the names of its languages and topics are others than in
    the last one, or when the day (UTC) of that is over. Languages count by their present names. What a language or
    topic counts is stored with the names, and only where it is another than before.
    """
    begun = time.time()
    watched = {one: row for one, row in rows(fetched, locked=True).items() if row.watched}
    last, named = _last({row.id for row in watched.values()})
    new: list[Snapshot] = []
    for profile, row in watched.items():
        outcome = fetched[profile]
        one = snapshot(row, _at(row.now, begun - outcome.at), outcome.found)  # type: ignore[attr-defined]
        before = Names.read(named.get(row.id))
        if _is_news(one, last.get(row.id), before):
            if row.id in named and Names.read(one.names).present == before.present:
                one.names = None
            new.append(one)
        if outcome.found and (outcome.found.identity or "") != row.identity:
            Row.objects.filter(id=row.id).update(identity=outcome.found.identity or "")
    Snapshot.objects.bulk_create(new, batch_size=PART)
    return len(new)


def forget_old(days: int) -> int:
    """Delete snapshots that are older than so many days, in parts; how many there were.

    The languages and topics that later snapshots rely on go over to the first of these.
    """
    now: datetime | None = Row.objects.values_list(Now(), flat=True).first()
    if now is None:
        return 0
    begin, deleted, last = now - timedelta(days=days), 0, 0
    old = Exists(Snapshot.objects.filter(profile=OuterRef("pk"), at__lt=begin))
    while ids := list(Row.objects.filter(old, id__gt=last).order_by("id").values_list("id", flat=True)[:PART]):
        last = ids[-1]
        for profile in ids:
            while some := _forget_some(profile, begin):
                deleted += some
    return deleted


def _forget_some(profile: int, begin: datetime) -> int:
    """Delete the oldest snapshots of a profile from before a moment, _DELETED at most; how many."""
    with transaction.atomic():
        Row.objects.select_for_update().get(id=profile)
        own = Snapshot.objects.filter(profile=profile)
        old = list(own.filter(at__lt=begin).order_by("at").values_list("id", "at")[:_DELETED])
        if not old:
            return 0
        upto = own.filter(at__lte=old[-1][1])
        first = own.filter(at__gt=old[-1][1]).order_by("at").first()
        if first and first.names is None:
            names = upto.filter(names__isnull=False).order_by("-at").values_list("names", flat=True).first()
            own.filter(id=first.id).update(names=names)
        upto.delete()
        return len(old)


def _last(ids: Iterable[int]) -> tuple[dict[int, Snapshot], dict[int, str]]:
    """By the number of a profile: its last snapshot, and the names of the last one that has some."""
    last: dict[int, Snapshot] = {}
    named: dict[int, str] = {}
    for some in parts(ids):
        own = Snapshot.objects.filter(profile=OuterRef("pk")).order_by("-at")
        newest = Subquery(own.values("pk")[:1])
        names = Subquery(own.filter(names__isnull=False).values("names")[:1])
        found = (
            Row.objects.filter(id__in=some).annotate(newest=newest, names=names).values_list("id", "newest", "names")
        )
        told = list(found)
        ones = Snapshot.objects.defer("names").in_bulk([newest for _, newest, _ in told if newest])
        last |= {profile: ones[newest] for profile, newest, _ in told if newest}
        named |= {profile: text for profile, _, text in told if text is not None}
    return last, named


def _at(now: datetime, age: float) -> datetime:
    """When something was fetched, by the database's clock, to the second.

    This machine's clock says only how long ago that was, which is as long as fetches are kept at most: a clock that is
    wrong must not put a snapshot in front of all that come later.
    """
    return (now - timedelta(seconds=min(max(0.0, age), settings.PROFILE_CACHE_SECONDS))).replace(microsecond=0)


def _is_news(one: Snapshot, last: Snapshot | None, before: Names) -> bool:
    if last is None:
        return True
    if one.at <= last.at:  # a result that comes late, or the same one again
        return False
    if one.at.date() > last.at.date() or any(getattr(one, name) != getattr(last, name) for name in _COMPARED):
        return True
    names, known = Names.read(one.names).present, before.present
    return bool(one.kind) and (names.langs.keys(), names.topics.keys()) != (known.langs.keys(), known.topics.keys())
