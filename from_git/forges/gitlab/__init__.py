"""GitLab: groups through GraphQL, users through REST v4 and GraphQL. Light to import: the settings' rows are read first
of all."""

from from_git.forges.gitlab.options import OPTIONS
from from_git.forges.gitlab.urls import URLS
from from_git.values.kind import Demo, Examples, Kind, NoCredentials, Tells

KIND = Kind(
    name="gitlab",
    label="GitLab",
    host="gitlab.com",
    urls=URLS,
    options=OPTIONS,
    opening=f"{__name__}.opening",
    without=NoCredentials(True, ""),
    api=lambda host: f"https://{host}",
    examples=Examples("GROUP", "gitlab-org"),
    tells=Tells(
        not_told=frozenset({"watchers"}),
        filters=frozenset({"forks", "archived"}),
        bytes=False,
        leaves_out={"langs": "GitLab names five languages of each repository at most."},
    ),
    demo=Demo(
        owners=("spack",),
        data="gitlab.com/spack is made up",
        more="gitlab.com/group-60 (generated)",
    ),
)
