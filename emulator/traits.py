"""The facts about a kind of forge that the world needs: its owners, and which facts it tells of a repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Traits:
    """A kind of forge as the world knows it.

    Attributes:
        name: the forge's name in lower case; owners, counts and options are found by it.
        owner_kinds: the kinds of owners that the forge has.
        generated: how names of generated owners begin → the kind of such an owner; `{"grove": "Team"}` for `grove-30`.
        collaborations: (login, repository name) pairs in which every fourth generated owner is a collaborator.
        data: the folder that holds `recorded/` and `made_up/` (see DATA.md); None = no such owners.
        languages: the forge tells the first so many languages of a repository; None = all of them.
        bytes: whether it tells the bytes of each language.
        stars: whether it counts stargazers.
        watchers: whether it counts watchers.
        topics: whether its repositories have topics.
        archives: whether it tells which repositories are archived.
        licenses: whether it tells the SPDX ids of licences.
        pushes: whether it tells when a repository was last pushed to.
        slugs: whether the addresses of repositories have their names in lower case.
        shared: whether the list of an owner has the repositories too in which it collaborates, by default.
        subgroups: the kinds of owners whose generated repositories are in subgroups, some of them.
        marks: what some of the generated repositories are besides, in turn; see `MARKS` in `model`.
    """

    name: str
    owner_kinds: tuple[str, ...]
    generated: Mapping[str, str] = field(default_factory=dict)
    collaborations: tuple[tuple[str, str], ...] = ()
    data: Path | None = None
    languages: int | None = None
    bytes: bool = True
    stars: bool = True
    watchers: bool = True
    topics: bool = True
    archives: bool = True
    licenses: bool = True
    pushes: bool = True
    slugs: bool = False
    shared: bool = False
    subgroups: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
