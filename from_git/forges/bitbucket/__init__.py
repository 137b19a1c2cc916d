"""Bitbucket Cloud: workspaces, through REST 2.0. Light to import: the settings' rows are read first of all."""

from from_git.forges.bitbucket.options import OPTIONS
from from_git.forges.bitbucket.urls import URLS
from from_git.values.kind import Demo, Examples, Kind, NoCredentials, Tells

KIND = Kind(
    name="bitbucket",
    label="Bitbucket",
    host="bitbucket.org",
    urls=URLS,
    options=OPTIONS,
    opening=f"{__name__}.opening",
    without=NoCredentials(True, "allows 60 calls an hour without: set BITBUCKET_USERNAME and BITBUCKET_API_TOKEN."),
    api=lambda host: "https://api.bitbucket.org/2.0" if host == "bitbucket.org" else "",
    examples=Examples("TEAM", "mailchimp", ("mailchimp", "nobody")),
    tells=Tells(
        not_told=frozenset({"followers", "topics", "topicsNum"}),
        bytes=False,
        leaves_out={"langs": "Bitbucket names one language for each repository, and some have none."},
    ),
    demo=Demo(
        owners=("spack", "nobody"),
        data="bitbucket.org/spack is made up",
        more="bitbucket.org/mailchimp (made up), bitbucket.org/sourcegraph-testing (recorded, private repositories"
        " only), bitbucket.org/team-300 (generated)",
        # the emulator has Bitbucket's hour: 60 calls for strangers, 1,000 with these
        credentials={"BITBUCKET_USERNAME": "username", "BITBUCKET_API_TOKEN": "api_token"},
    ),
)
