"""The table of what was compared."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.comparing import Check

_MOST = 5
"""Differences that are told of one check."""


def table(checks: Sequence[Check], notes: Sequence[str]) -> str:
    """A line for each group with the checks that agree, those that do not below it, then the notes and the sum."""
    groups = list(dict.fromkeys(check.group for check in checks))
    width = max([len(group) for group in groups], default=0)
    lines = []
    for group in groups:
        ours = [check for check in checks if check.group == group]
        wrong = [check for check in ours if check.differences]
        lines.append(
            f"{group:<{width}}  {len(ours) - len(wrong):>4} of {len(ours):>4}  {'' if wrong else 'agree'}".rstrip()
        )
        lines += [line for check in wrong for line in _told(check)]
    lines += [f"not done: {note}" for note in notes]
    wrong = [check for check in checks if check.differences]
    lines.append(f"{len(checks) - len(wrong)} of {len(checks)} checks agree")
    return "\n".join(lines) + "\n"


def _told(check: Check) -> list[str]:
    more = len(check.differences) - _MOST
    told = [f"    {check.name}", *(f"      {one}" for one in check.differences[:_MOST])]
    return [*told, f"      and {more} more"] if more > 0 else told
