"""Answers and errors as pictures (SVG) and badges: values in, bytes out; no question, no clock, no fetch.

The size of a picture does not depend on its contents, so that the space on a page fits an error too. The same answer,
theme and `now` give the same bytes; `now` matters only for the age of last good numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from from_git.aggregator import Answer
from from_git.errors import FromGitError
from from_git.pictures import bars, drawing
from from_git.pictures.badge import Badge, badge, failed_badge
from from_git.pictures.card import card
from from_git.pictures.drawing import THEMES, WIDTH, theme_asked
from from_git.pictures.repos import repos

__all__ = ["CHARTS", "PICTURES", "THEMES", "WIDTH", "Badge", "Picture", "badge", "failed_badge", "theme_asked"]


@dataclass(frozen=True)
class Picture:
    """One kind of picture; all are WIDTH pixels wide."""

    shows: str
    """What is in it, as a sentence."""
    height: int
    """Pixels."""
    make: Callable[[Answer, drawing.Frame, float], bytes]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return WIDTH, self.height

    def of(self, answer: Answer, theme: str | None, now: float) -> bytes:
        """The SVG for an answer; `theme` as of `theme_asked`, `now` in seconds since the epoch."""
        return self.make(answer, drawing.Frame(self.height, theme), now)

    def of_error(self, error: FromGitError, theme: str | None) -> bytes:
        """The SVG of the same size for an error."""
        return drawing.failed(drawing.Frame(self.height, theme), error)


CHARTS: Mapping[str, Picture] = {
    "langs": Picture("The languages in most repositories.", 360, bars.langs),
    "repos": Picture("Original repositories against forked ones, for each profile and in all.", 360, repos),
    "topics": Picture("The topics of most repositories.", 360, bars.topics),
}
"""By the name in their address."""
PICTURES: Mapping[str, Picture] = {
    **CHARTS,
    "card": Picture("The numbers at a glance, to embed in a README.", 200, card),
}
"""All of them."""
