"""Answers out of snapshots: what a question would have been answered at a moment, and what has changed since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

from django.db.models import OuterRef, Subquery

from from_git.aggregator import Answer, distinct
from from_git.errors import Complaint, NothingHere, RequestError, UpstreamError
from from_git.history import stored
from from_git.history.watching import parts, rows
from from_git.models import Profile as Row, Snapshot
from from_git.values.profile import Profile
from from_git.values.stats import SumTooLarge, merge
from from_git.values.words import enumerated

_NAMED = 20  # profiles that an error names


def watched_rows(profiles: Sequence[Profile]) -> dict[Profile, Row]:
    """The rows of these profiles, all of which are watched.

    Raises:
        NothingHere: some are not; names them.
    """
    known = {one: row for one, row in rows(profiles).items() if row.watched}
    absent = [one.url for one in profiles if one not in known]
    if absent:
        verb = "is" if len(absent) == 1 else "are"
        raise NothingHere(
            f"{enumerated(absent, _NAMED)} {verb} not watched, so that nothing is known of the numbers over time.",
            f"Have numbers kept from now on: manage.py watch add {' '.join(absent[:_NAMED])}",
        )
    return known


def answer_at(profiles: Sequence[Profile], moment: datetime) -> Answer:
    """The answer at a moment, from the last snapshot of each profile at or before it; it has no repositories.

    Raises:
        NothingHere: a profile is not watched, or has no snapshot so old; names it.
        RequestError: one of these profiles is a part of another one.
        UpstreamError: the sum is too large to be told exactly.
    """
    refuse_parts(profiles)
    known = watched_rows(profiles)
    found = _last([row.id for row in known.values()], until=moment)
    absent = [one.url for one, row in known.items() if row.id not in found]
    if absent:
        raise NothingHere(
            f"There is no snapshot of {enumerated(absent, _NAMED)} at or before {moment:%Y-%m-%d %H:%M:%S} UTC.",
            "Ask for a later moment, or leave these profiles out; /from-git/history tells which snapshots there are.",
        )
    return replace(_answer(known, found), moment=moment.timestamp())


class Changes(NamedTuple):
    """The last snapshots of some profiles, and those before them."""

    now: Answer
    before: Answer


def changes(profiles: Sequence[Profile]) -> Changes | None:
    """What the last snapshots of these profiles say, and those before; of a profile with a single one, that one twice.

    None: there are no two of any profile, or one has none.

    Raises:
        NothingHere, RequestError, UpstreamError: see `answer_at`.
    """
    refuse_parts(profiles)
    known = watched_rows(profiles)
    ids = [row.id for row in known.values()]
    now, earlier = _last(ids), _last(ids, skipped=1)
    if not earlier or len(now) < len(ids):
        return None
    return Changes(_answer(known, now), _answer(known, {**now, **earlier}))


def refuse_parts(profiles: Iterable[Profile]) -> None:
    """Refuse a group and its own subgroup together: snapshots do not tell which repositories both have.

    Raises:
        RequestError: names the first two.
    """
    given = {(one.host, one.key): one for one in profiles}
    for (host, key), one in given.items():
        for whole in list(accumulate(key.split("/"), "{}/{}".format))[:-1]:
            if other := given.get((host, whole)):
                reason = f"cannot be told of {one.url} together with {other.url}, which has the same repositories"
                raise RequestError(
                    f"Numbers over time {reason}: they would count twice.",
                    "Ask for one of them at a time.",
                    parameters=[Complaint("url", reason)],
                )


def _answer(known: Mapping[Profile, Row], found: Mapping[int, tuple[Snapshot, str | None]]) -> Answer:
    fetched = {one: stored.fetched(row, *found[row.id]) for one, row in known.items()}
    there = distinct({one: told.found for one, told in fetched.items() if told.found})
    try:
        stats = merge(one.stats for one in there.values())
    except SumTooLarge as error:
        raise UpstreamError(f"The {error}.", advice="Ask for fewer profiles at once.") from None
    return Answer(fetched, there, tuple(one for one, told in fetched.items() if told.found is None), stats)


def _last(
    ids: Iterable[int], until: datetime | None = None, skipped: int = 0
) -> dict[int, tuple[Snapshot, str | None]]:
    """By the number of a profile its last snapshot, and the names that are those of it.

    Args:
        until: the last moment that counts.
        skipped: how many later snapshots are left out.
    """
    found: dict[int, tuple[Snapshot, str | None]] = {}
    for some in parts(ids):
        own = Snapshot.objects.filter(profile=OuterRef("pk")).order_by("-at")
        chosen = (own if until is None else own.filter(at__lte=until)).values("pk")[skipped : skipped + 1]
        numbers = Row.objects.filter(id__in=some).annotate(chosen=Subquery(chosen)).values_list("chosen", flat=True)
        named = Snapshot.objects.filter(profile=OuterRef("profile"), at__lte=OuterRef("at"), names__isnull=False)
        query = Snapshot.objects.filter(id__in=[one for one in numbers if one]).defer("names")
        for one in query.annotate(told=Subquery(named.order_by("-at").values("names")[:1])):
            found[one.profile_id] = one, one.told
    return found
