"""What a call meets at a site, whichever interface it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from emulator.gitlab.languages import Languages
from emulator.gitlab.versions import Version
from emulator.gitlab.views import Project, Sight, Views


@dataclass(frozen=True)
class Scene:
    """The site, and the caller.

    Attributes:
        url: the address of the site.
        member: whether the caller has a token that is taken.
        sees: what the caller may see.
        quirk: the mistake that a fault asks for, see `quirks`.
        lost: the full path of a project that is not found, though it is listed; empty = none.
    """

    views: Views
    languages: Languages
    version: Version
    url: str
    member: bool
    sees: Sight
    quirk: str = ""
    lost: str = ""

    def is_found(self, one: Project | None) -> TypeGuard[Project]:
        """Whether a project is found when it is asked for by its id or path."""
        return one is not None and one.is_seen(self.sees) and one.full_path.lower() != self.lost
