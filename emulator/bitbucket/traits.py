"""The facts about Bitbucket that the world needs."""

from __future__ import annotations

from pathlib import Path

from emulator.traits import Traits

BITBUCKET = "bitbucket"

# Bitbucket has neither stars nor topics nor archived repositories, looks for no licences, and tells one language of a
# repository, without its bytes
TRAITS = Traits(
    name=BITBUCKET,
    owner_kinds=("Workspace",),
    generated={"team": "Workspace"},
    data=Path(__file__).parent / "data",
    languages=1,
    bytes=False,
    stars=False,
    topics=False,
    archives=False,
    licenses=False,
    pushes=False,  # `updated_on` moves for other reasons too
    slugs=True,
)
