"""The settings of GitHub."""

from collections.abc import Iterator, Mapping
from typing import Any

from from_git import readers
from from_git.forges.github.addresses import api_of, graphql_address, site_of
from from_git.values.credential import Credential
from from_git.values.option import KindOptions, Option, WrongSetting


def _host(value: object) -> str:
    value = readers.text(value).lower().removeprefix("www.")
    if not value or any(character in value for character in "/@?#\\ "):
        raise WrongSetting("expected a host name like github.com")
    api_of(value)
    return value


def _credentials(values: Mapping[str, Any]) -> Iterator[Credential]:
    if values["GITHUB_API_TOKEN"]:
        yield Credential(values["GITHUB_API_TOKEN"])


def _contradictions(values: Mapping[str, Any]) -> Iterator[str]:
    host, site = values["GITHUB_HOST"], site_of(values["GITHUB_GRAPHQL_URL"])
    if site and site != host:
        # else profiles of one host are answered with what owners of the same names have at the other
        yield f"GITHUB_HOST is {host}, and GITHUB_GRAPHQL_URL is that of {site}: expected {api_of(host)}."


OPTIONS = KindOptions(
    also=("ghes", "ghe", "ghec", "ghe.com", "github-enterprise", "github-enterprise-server"),
    address="GITHUB_GRAPHQL_URL",
    host="GITHUB_HOST",
    accounts="GITHUB_API_TOKEN",
    credentials=_credentials,
    contradictions=_contradictions,
    account_keys={"GITHUB_API_TOKEN": "token"},
    access=(
        Option(
            "GITHUB_API_TOKEN",
            readers.header_text,
            "",
            "needed for GitHub profiles; a token without any scope is enough",
            secret=True,
            elsewhere=("GH_TOKEN", "GITHUB_PAT", "GITHUB_ACCESS_TOKEN"),
        ),
        Option(
            "GITHUB_GRAPHQL_URL",
            graphql_address,
            "https://api.github.com/graphql",
            "GitHub's GraphQL API; Enterprise Server: `https://HOST/api/graphql`",
        ),
        Option("GITHUB_HOST", _host, "github.com", "the host that GitHub profile URLs carry"),
    ),
    threads=(
        Option(
            "NUM_THREADS_GITHUB",
            readers.threads,
            32,
            "GitHub queries under way at the same time, at most",
            "threads",
            1,
        ),
    ),
    bounds=(
        Option(
            "GITHUB_SECONDS_PER_MINUTE",
            readers.seconds,
            55.0,
            "GitHub's time to spend in any minute, 0 = no bound (Enterprise Server)",
            "seconds",
            0,
        ),
    ),
    bounds_elsewhere={"GITHUB_SECONDS_PER_MINUTE": 0.0},  # Enterprise Server has no limits by default (GitHub's docs)
)
