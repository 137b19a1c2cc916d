"""Original repositories against forked ones, for each profile and all together."""

from collections import Counter
from typing import Any, NamedTuple

from from_git.aggregator import Answer
from from_git.pictures import text, words
from from_git.pictures.bars import column, most_of_names, spread
from from_git.pictures.drawing import LINE, MARGIN, SMALL, Frame, below, drawn, nobody, said
from from_git.values.host import short_label
from from_git.values.profile import Profile
from from_git.values.stats import Stats
from from_git.values.words import counted

_TOP, _BOTTOM = 98, 310
_MOST = 7  # profiles, beside the total
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
    if not answer.counted:
        nothing = answer.subtitle if answer.which else f"{who} has no public repositories."
        return said(frame, "No repositories", nothing, notes)
    pairs = sorted(_pairs(answer, frame), key=lambda one: (-one.original - one.forked, one.name))
    shown, left = pairs[:_MOST], len(pairs[_MOST:])
    rest = f"and {counted(left, 'more profile')}" if left else ""
    total = _pair("Total", stats)._replace(whole=True)
    rows = [total, *shown] if len(pairs) > 1 else shown
    parts = [_said(one) for one in rows]
    sub = below(frame, "Public repositories", answer.which)
    return drawn(
        "repos",
        frame,
        frame.look.title or f"Repositories of {who}",
        words.within(f"Original and forked repositories. {'; '.join([*parts, *filter(None, [rest])])}.", answer),
        notes,
        sub=sub,
        legend=_legend(stats, frame, len(sub)),
        **_rows(rows, rest, frame, len(sub)),
    )


def _legend(stats: Stats, frame: Frame, lines: int) -> dict[str, Any]:
    second, room = frame.width // 2 + MARGIN, frame.width // 2 - 2 * MARGIN - 20 - text.width(" original", SMALL)
    return {
        "y": 72 + LINE * (lines - 1),
        "second": second,
        "original": f"{text.number(stats.original_repos, SMALL, room)} original",
        "forked": f"{text.number(stats.forked_repos, SMALL, room)} forked",
    }


def _pairs(answer: Answer, frame: Frame) -> list[Pair]:
    """A bar for each profile; its host is named where another has the same owner."""
    alike = Counter(profile.key for profile in answer.found)
    most = most_of_names(frame)
    return [_pair(_name(profile, alike[profile.key] > 1, most), one.stats) for profile, one in answer.found.items()]


def _name(profile: Profile, ambiguous: bool, most: int) -> str:
    where = text.cut(short_label(profile.host), SMALL, most / 2)
    suffix = f" ({where})" if ambiguous else ""
    return text.cut(profile.owner, SMALL, most - text.width(suffix, SMALL)) + suffix


def _pair(name: str, stats: Stats) -> Pair:
    return Pair(name, stats.original_repos, stats.forked_repos)


def _said(one: Pair) -> str:
    return f"{one.name}: {one.original:,} original and {one.forked:,} forked"


def _rows(shown: list[Pair], rest: str, frame: Frame, lines: int) -> dict[str, Any]:
    middle, pitch, thick = spread(len(shown) + bool(rest), _TOP + LINE * (lines - 1), _BOTTOM)
    begin = MARGIN + column((one.name for one in shown), frame)
    sums = {one: text.number(one.original + one.forked, SMALL, frame.width / 4, bold=True) for one in shown}
    parts = {one: f"{one.original:,} + {one.forked:,}" for one in shown}
    widest = max(text.width(f"{sums[one]} = {parts[one]}", SMALL, bold=True) for one in shown)
    if widest > frame.width // 3:
        parts = dict.fromkeys(shown, "")
        widest = max(text.width(one, SMALL, bold=True) for one in sums.values())
    room, most = frame.right - begin - widest - 8, max(one.original + one.forked for one in shown)
    rows = []
    for number, one in enumerate(shown):
        y = round(middle + pitch * number)
        # the smallest is seen as well
        first, second = (max(4, round(room * part / most)) if part else 0 for part in (one.original, one.forked))
        gap = _GAP if first and second else 0
        rows.append(
            {
                "name": one.name,
                "said": _said(one),
                "whole": one.whole,
                "y": y - thick // 2,
                "thick": thick,
                "original": {"x": begin, "long": first},
                "forked": {"x": begin + first + gap, "long": max(0, second - gap)},
                "baseline": y + 4,
                "value": sums[one],
                "value_x": begin + first + second + 8,
                "parts": parts[one],
            }
        )
    return {"rows": rows, "rest": rest, "rest_y": round(middle + pitch * len(shown)) + 4}
