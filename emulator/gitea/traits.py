"""The facts about Gitea and Forgejo that the world needs."""

from __future__ import annotations

from pathlib import Path

from emulator.traits import Traits

GITEA = "gitea"

# licences are told by newer versions of Gitea alone; `updated_at` moves for other reasons than pushes too
TRAITS = Traits(
    name=GITEA,
    owner_kinds=("Organization", "User"),
    generated={"org": "Organization", "person": "User"},
    data=Path(__file__).parent / "data",
    marks=("hidden-parent", "mirror"),
    licenses=False,
    pushes=False,
)
