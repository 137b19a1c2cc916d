"""The colours of pictures: text has a contrast of at least 4.5 to its ground, bars of at least 3."""

from collections.abc import Iterable
from dataclasses import dataclass

from from_git.errors import RequestError
from from_git.pictures.text import clean

_SHOWN = 40  # characters of a theme that there is not


@dataclass(frozen=True)
class Palette:
    """One theme; each colour as `#rrggbb`."""

    ground: str
    line: str
    """Around the picture, and behind bars; carries no meaning."""
    ink: str
    soft: str
    """Text that matters less."""
    warn: str
    series: tuple[str, ...]
    """Of bars, in their order; the last is for the rest."""


LIGHT = Palette(
    ground="#ffffff",
    line="#dddad4",
    ink="#1d2329",
    soft="#56616b",
    warn="#9c3d0c",
    series=("#0b7a63", "#2b6cb0", "#7a4fbf", "#96670a", "#b23a77", "#6b7680"),
)
DARK = Palette(
    ground="#171c20",
    line="#363f47",
    ink="#e8eaec",
    soft="#a3adb6",
    warn="#f2a972",
    series=("#4cc2a5", "#6fb1f0", "#b79bf0", "#e0b04c", "#f08db8", "#8c98a4"),
)
THEMES = {"light": LIGHT, "dark": DARK}
"""By the name that `theme` has."""


def theme_asked(values: Iterable[str]) -> str | None:
    """The theme that the values of the `theme` parameters name; None: both, as the reader's system likes it.

    Raises:
        RequestError: there is no such theme, or two are named.
    """
    wanted = list(dict.fromkeys(values))
    unknown = [clean(one)[:_SHOWN] if one.strip() else one for one in wanted if one not in THEMES]
    if unknown or len(wanted) > 1:
        named = ", ".join(f"'{one}'" for one in unknown) or "both at once"
        raise RequestError(f"theme knows {' and '.join(THEMES)}, not {named}. Without it a picture has both.")
    return wanted[0] if wanted else None


def palettes(theme: str | None) -> tuple[Palette, Palette | None]:
    """The colours of a picture, and those that it has besides where the reader likes it dark."""
    return (LIGHT, DARK) if theme is None else (THEMES[theme], None)
