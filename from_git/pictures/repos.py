"""Original repositories against forked ones, for each profile and all together."""

from collections import Counter
from typing import Any, NamedTuple

from from_git.aggregator import Answer
from from_git.pictures import text, words
from from_git.pictures.bars import NAMES, column, spread
from from_git.pictures.drawing import MARGIN, SMALL, WIDTH, Frame, drawn, nobody, said
from from_git.values.host import is_first
from from_git.values.profile import Profile
from from_git.values.stats import Stats

_TOP, _BOTTOM = 98, 310
_MOST = 7  # profiles, beside the total
_LONGEST = 150  # pixels for the numbers beside a bar; where they need more, only their sum is shown
_LEGEND = 170
_GAP = 2


class Pair(NamedTuple):
    """One bar."""

    name: str
    original: int
    forked: int
    whole: bool = False
    """Whether it is the total."""


def repos(answer: Answer, frame: Frame, now: float) -> bytes:
    """The profiles with most repositories, and the total."""
    if not answer.found:
        return nobody(frame, answer, now)
    who, notes, stats = words.subject(answer), words.notes(answer, now), answer.stats
    if not stats.original_repos + stats.forked_repos:
        return said(frame, "No repositories", f"{who} has no public repositories.", notes)
    pairs = sorted(_pairs(answer), key=lambda one: (-one.original - one.forked, one.name))
    shown, left = pairs[:_MOST], len(pairs[_MOST:])
    rest = f"and {text.counted(left, 'more profile', 'more profiles')}" if left else ""
    total = _pair("Total", stats)._replace(whole=True)
    rows = [total, *shown] if len(pairs) > 1 else shown
    parts = [f"{one.name}: {one.original:,} original and {one.forked:,} forked" for one in rows]
    return drawn(
        "repos",
        frame,
        f"Repositories of {who}",
        f"Public repositories, original and forked. {'; '.join([*parts, *filter(None, [rest])])}.",
        notes,
        sub="Public repositories",
        legend={
            "original": text.cut(f"{stats.original_repos:,} original", SMALL, _LEGEND),
            "forked": text.cut(f"{stats.forked_repos:,} forked", SMALL, _LEGEND),
        },
        **_rows(rows, rest),
    )


def _pairs(answer: Answer) -> list[Pair]:
    """A bar for each profile; its host is named where another has the same owner."""
    alike = Counter(profile.key for profile in answer.found)
    return [_pair(_name(profile, alike[profile.key] > 1), one.stats) for profile, one in answer.found.items()]


def _name(profile: Profile, ambiguous: bool) -> str:
    host = profile.host
    where = text.cut(host.label if is_first(host) else host.name, SMALL, NAMES / 2)
    suffix = f" ({where})" if ambiguous else ""
    return text.cut(profile.owner, SMALL, NAMES - text.width(suffix, SMALL)) + suffix


def _pair(name: str, stats: Stats) -> Pair:
    return Pair(name, stats.original_repos, stats.forked_repos)


def _rows(shown: list[Pair], rest: str) -> dict[str, Any]:
    middle, pitch, thick = spread(len(shown) + bool(rest), _TOP, _BOTTOM)
    begin = MARGIN + column(one.name for one in shown)
    parts = {one: f"{one.original:,} + {one.forked:,}" for one in shown}
    widest = max(text.width(f"{one.original + one.forked:,} = {parts[one]}", SMALL, bold=True) for one in shown)
    if widest > _LONGEST:
        parts = dict.fromkeys(shown, "")
        widest = max(text.width(f"{one.original + one.forked:,}", SMALL, bold=True) for one in shown)
    room, most = WIDTH - MARGIN - begin - widest - 8, max(one.original + one.forked for one in shown)
    rows = []
    for number, one in enumerate(shown):
        y = round(middle + pitch * number)
        # the smallest is seen as well
        first, second = (max(4, round(room * part / most)) if part else 0 for part in (one.original, one.forked))
        gap = _GAP if first and second else 0
        rows.append(
            {
                "name": one.name,
                "whole": one.whole,
                "y": y - thick // 2,
                "thick": thick,
                "original": {"x": begin, "long": first},
                "forked": {"x": begin + first + gap, "long": max(0, second - gap)},
                "baseline": y + 4,
                "value": f"{one.original + one.forked:,}",
                "value_x": begin + first + second + 8,
                "parts": parts[one],
            }
        )
    return {"rows": rows, "rest": rest, "rest_y": round(middle + pitch * len(shown)) + 4}
