"""The facts about GitHub that the world needs."""

from __future__ import annotations

from pathlib import Path

from emulator.generated import FIRST_NAMES
from emulator.traits import Traits

GITHUB = "github"

TRAITS = Traits(
    name=GITHUB,
    owner_kinds=("Organization", "User"),
    generated={"org": "Organization", "user": "User"},
    # GitHub lists repositories of others, where an account is a collaborator, unless OWNER alone is asked for
    collaborations=tuple(("user-3", name) for name in FIRST_NAMES),
    data=Path(__file__).parent / "data",
)
