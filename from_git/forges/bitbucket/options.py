"""The settings of Bitbucket."""

from collections.abc import Iterator, Mapping
from typing import Any

from from_git import readers
from from_git.forges.bitbucket.urls import DATA_CENTER
from from_git.values.credential import Credential
from from_git.values.option import KindOptions, Option, WrongSetting


def _api(value: object) -> str:
    address = readers.web_address(value)
    if not address.endswith("/2.0"):
        raise WrongSetting(f"expected an address that ends in /2.0; others are of {DATA_CENTER}")
    return address


def _contradictions(values: Mapping[str, Any]) -> Iterator[str]:
    if bool(values["BITBUCKET_USERNAME"]) != bool(values["BITBUCKET_API_TOKEN"]):
        yield "BITBUCKET_USERNAME and BITBUCKET_API_TOKEN only work together: set both or neither."
    if values["BITBUCKET_ACCESS_TOKEN"] and values["BITBUCKET_API_TOKEN"]:
        yield "BITBUCKET_ACCESS_TOKEN and BITBUCKET_API_TOKEN exclude each other: set one of them."


def _credentials(values: Mapping[str, Any]) -> Iterator[Credential]:
    if values["BITBUCKET_ACCESS_TOKEN"]:
        yield Credential(values["BITBUCKET_ACCESS_TOKEN"])
    elif values["BITBUCKET_API_TOKEN"]:
        yield Credential(values["BITBUCKET_API_TOKEN"], values["BITBUCKET_USERNAME"])


OPTIONS = KindOptions(
    also=("bitbucket.org", "bitbucket-cloud"),
    refused=dict.fromkeys(
        ("bitbucket-server", "bitbucket-dc", "bitbucket-data-center", "bitbucket-datacenter", "stash"), DATA_CENTER
    ),
    address="BITBUCKET_API_URL",
    accounts="BITBUCKET_USERNAME and BITBUCKET_API_TOKEN",
    credentials=_credentials,
    account_keys={
        "BITBUCKET_USERNAME": "username",
        "BITBUCKET_API_TOKEN": "token",
        "BITBUCKET_ACCESS_TOKEN": "token",
    },
    contradictions=_contradictions,
    access=(
        Option(
            "BITBUCKET_API_URL",
            _api,
            "https://api.bitbucket.org/2.0",
            "Bitbucket's REST API, ending in /2.0",
        ),
        Option("BITBUCKET_USERNAME", readers.text, "", "the account's e-mail address, with BITBUCKET_API_TOKEN"),
        Option(
            "BITBUCKET_API_TOKEN",
            readers.text,
            "",
            "API token (`read:repository:bitbucket`); without credentials: 60 calls an hour",
            secret=True,
        ),
        Option(
            "BITBUCKET_ACCESS_TOKEN",
            readers.header_text,
            "",
            "instead of the two above; reaches one workspace only",
            secret=True,
        ),
    ),
    threads=(
        Option(
            "NUM_THREADS_BITBUCKET",
            readers.threads,
            64,
            "Bitbucket list pages under way at the same time, at most",
            "threads",
            1,
        ),
        Option(
            "NUM_THREADS_BITBUCKET_WATCHERS",
            readers.threads,
            64,
            "Bitbucket watcher counts under way at the same time, at most",
            "threads",
            1,
        ),
    ),
    bounds=(
        Option(
            "BITBUCKET_CALLS_PER_HOUR",
            readers.calls,
            "auto",
            "calls to Bitbucket in any hour, 0 = no bound; auto = 60 without credentials, 1,000 with an API token, the"
            " number that Bitbucket reports with an access token",
            "calls",
            0,
        ),
    ),
    kept=(
        Option(
            "WATCHERS_CACHE_SECONDS",
            readers.seconds,
            0.0,
            "how long the watcher count of a Bitbucket repository is kept when its list is read again, 0 = not at all;"
            " `fetchedAt` then is the time of the oldest count",
            "seconds",
            0,
        ),
    ),
)
