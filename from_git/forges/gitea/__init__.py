"""Gitea and Forgejo, through REST v1. Light to import: the settings' rows are read first of all."""

from from_git.forges.gitea.options import OPTIONS
from from_git.forges.gitea.urls import URLS
from from_git.values.kind import Demo, Examples, Kind, NoCredentials, Tells

KIND = Kind(
    name="gitea",
    label="Gitea",
    host="codeberg.org",
    hosted="Codeberg",
    urls=URLS,
    options=OPTIONS,
    opening=f"{__name__}.opening",
    without=NoCredentials(True, ""),
    api=lambda host: f"https://{host}",
    examples=Examples("ORG", "forgejo"),
    tells=Tells(filters=frozenset({"forks", "archived"})),
    demo=Demo(
        owners=("spack",),
        data="codeberg.org/spack is made up",
        more="codeberg.org/org-60 (generated)",
    ),
)
