"""The facts about GitLab that the world needs."""

from __future__ import annotations

from pathlib import Path

from emulator.generated import FIRST_NAMES
from emulator.traits import Traits

GITLAB = "gitlab"

# shares of five languages at most and no bytes; nobody is told who watches, and nothing tells the last push alone
TRAITS = Traits(
    name=GITLAB,
    owner_kinds=("Group", "User"),
    generated={"group": "Group", "person": "User"},
    # projects of others that are shared with a group: its list has them unless `with_shared=false` is said
    collaborations=tuple(("person-3", name) for name in FIRST_NAMES),
    data=Path(__file__).parent / "data",
    subgroups=("Group",),
    marks=("deleting", "internal", "hidden-parent", "no-code", "empty", "mirror"),
    languages=5,
    bytes=False,
    watchers=False,
    licenses=False,
    pushes=False,
)
