"""GitHub: organizations and users, through GraphQL v4. Light to import: the settings' rows are read first of all."""

from from_git.forges.github.addresses import api_of
from from_git.forges.github.options import OPTIONS
from from_git.forges.github.urls import URLS
from from_git.values.filters import FILTERS
from from_git.values.kind import Demo, Examples, Kind, NoCredentials, Tells

HINT = "Set it in local_settings.py or in the environment; a token without any scope is enough."


KIND = Kind(
    name="github",
    label="GitHub",
    host="github.com",
    urls=URLS,
    options=OPTIONS,
    opening=f"{__name__}.opening",
    without=NoCredentials(False, "answers nobody without: set GITHUB_API_TOKEN.", HINT),
    api=api_of,
    counts=("public", "internal"),
    tells=Tells(filters=frozenset(FILTERS)),
    examples=Examples("ORG", "mailchimp", ("mfem",)),
    demo=Demo(
        owners=("spack",),
        data="github.com/spack is as LLNL's public catalogue recorded it in December 2025 (watchers filled in)",
        more="github.com/sandialabs (recorded), github.com/org-1000 (generated)",
        credentials={"GITHUB_API_TOKEN": "token"},
    ),
)
