"""The kept profiles of a question, looked up in parts, so that a question of any length ends in time."""

from collections import Counter
from collections.abc import Sequence

from from_git import flights, forges, metrics
from from_git.aggregator.asking import Asking
from from_git.errors import BudgetError, DeadlineError, LimitError
from from_git.flights.awaited import Waiter
from from_git.values.found import Fetched
from from_git.values.host import Host, metric_labels
from from_git.values.profile import Profile

_PART = 1_000  # profiles looked up at a time; a cache holds up others for no longer than that
_FIRST_LOOK = 4_000  # profiles that are not kept, from which on it is looked whether so many can be paid at all


def look_up(profiles: Sequence[Profile], asking: Asking, waiter: Waiter) -> dict[Profile, Fetched]:
    """The profiles among these that may be answered from the cache.

    Raises:
        BudgetError: so many other profiles can never be paid in time; found before all are looked up.
        LimitError: a rate limit that is known lasts longer than the question may.
        DeadlineError: the time is over.
    """
    kept: dict[Profile, Fetched] = {}
    absent: Counter[Host] = Counter()
    again = _FIRST_LOOK
    for begin in range(0, len(profiles), _PART):
        part = profiles[begin : begin + _PART]
        found = flights.kept(part, asking.anew)
        kept |= found
        absent.update(one.host for one in part if one not in found)
        if absent.total() >= again and asking.patience is None:
            again *= 2
            _foresee(profiles, begin + len(part), absent, asking, waiter)
        if asking.waited() >= asking.seconds:
            words = f"{begin + len(part):,} of {len(profiles):,} profiles could be looked at within"
            error = DeadlineError(f"{words} {asking.seconds:g} s ({asking.setting}).")
            raise error.about(next(one for one in profiles if one not in kept))
    for profile in kept:
        metrics.cache("hit", metric_labels(profile.host))
    return kept


def _foresee(profiles: Sequence[Profile], done: int, absent: Counter[Host], asking: Asking, waiter: Waiter) -> None:
    """Raise BudgetError where too many of the first profiles are not kept."""
    for host, number in absent.items():
        forge = forges.forge(host)
        try:
            try:
                forge.foresee(waiter, number, asking.longest_of_all)
                forge.accounts.check_limits(asking.seconds)
            except BudgetError:
                # the figures are those of the whole question, as far as it was not looked up
                rest = sum(one.host == host for one in profiles[done:])
                forge.foresee(waiter, number + rest, asking.longest_of_all)
        except LimitError as error:
            raise error.about(next(one for one in profiles if one.host == host)) from None
