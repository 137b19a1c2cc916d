"""Answers and errors as pictures (SVG) and badges: values in, bytes out; no question, no clock, no fetch.

The size of a picture depends on its width alone, not on its contents, so that the space on a page fits an error too.
The same answer, look and `now` give the same bytes; `now` matters only for the age of last good numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from from_git.aggregator import Answer
from from_git.errors import FromGitError
from from_git.pictures import bars, drawing
from from_git.pictures.badge import Badge, badge, failed_badge
from from_git.pictures.card import card, height
from from_git.pictures.look import WIDTH, Look
from from_git.pictures.repos import repos

__all__ = ["CHARTS", "PICTURES", "WIDTH", "Badge", "Look", "Picture", "badge", "failed_badge"]
_CHART = 360  # pixels
_USUAL = Look()


@dataclass(frozen=True)
class Picture:
    """One kind of picture."""

    shows: str
    """What is in it, as a sentence."""
    height: Callable[[int], int]
    """Its height for a width; both in pixels."""
    make: Callable[[Answer, drawing.Frame, float], bytes]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, where no width is asked for."""
        return WIDTH, self.height(WIDTH)

    def of(self, answer: Answer, now: float, look: Look = _USUAL) -> bytes:
        """The SVG for an answer; `now` in seconds since the epoch."""
        return self.make(answer, self._frame(look), now)

    def of_error(self, error: FromGitError, look: Look = _USUAL) -> bytes:
        """The SVG of the same size for an error."""
        return drawing.failed(self._frame(look), error)

    def _frame(self, look: Look) -> drawing.Frame:
        return drawing.Frame(self.height(look.width), look)


def _chart(shows: str, make: Callable[[Answer, drawing.Frame, float], bytes]) -> Picture:
    return Picture(shows, lambda width: _CHART, make)


CHARTS: Mapping[str, Picture] = {
    "langs": _chart("The languages in most repositories.", bars.langs),
    "repos": _chart("Original repositories against forked ones, for each profile and in all.", repos),
    "topics": _chart("The topics of most repositories.", bars.topics),
}
"""By the name in their address."""
PICTURES: Mapping[str, Picture] = {
    **CHARTS,
    "card": Picture("The numbers at a glance, to embed in a README.", height, card),
}
"""All of them."""
