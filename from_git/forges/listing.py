"""A list of repositories that is read page by page until it adds up."""

from from_git.errors import UpstreamError
from from_git.values.stats import Stats, SumTooLarge, Tally

_BARREN = 3  # pages in a row that bring no new repositories


class Trail:
    """Where the pages of one reading of a list led to, for one thread at a time."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._barren = 0

    def follow(self, place: str | None, fresh: bool) -> None:
        """Note that a page leads to `place` (a cursor or a link, None: nowhere); `fresh`: whether it had repositories.

        A page without any may come, as long as the next one is another.

        Raises:
            UpstreamError: it leads where another page led, or several in a row had nothing.
        """
        self._barren = 0 if fresh else self._barren + 1
        if place is None or self._barren > _BARREN or (self._barren and place in self._seen):
            raise UpstreamError("its list of repositories goes on without bringing new ones.")
        self._seen.add(place)


def stats_of(tally: Tally) -> Stats:
    """What was counted of one profile.

    Raises:
        UpstreamError: a sum is too large to be told exactly.
    """
    try:
        return tally.stats()
    except SumTooLarge as error:
        raise UpstreamError(f"its {error}.", advice="Ask for the other profiles without it.") from None


def never_added_up(listed: int, totals: set[int], readings: int) -> UpstreamError:
    """The error for a list that did not agree with itself in any of `readings` readings."""
    total = " or ".join(map(str, sorted(totals))) or "unknown"
    return UpstreamError(
        f"its list never added up: {listed} repositories against a total of {total}, after {readings} readings."
    )


def keeps_changing(readings: int) -> UpstreamError:
    """The error for a list that had other vanished repositories in each of `readings` readings."""
    return UpstreamError(
        f"its list changes faster than it can be read: in each of {readings} readings a listed repository was gone"
        " when it was asked for."
    )
