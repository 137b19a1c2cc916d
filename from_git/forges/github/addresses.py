"""Where the GraphQL API of each GitHub is, and what people write in its place."""

import re
from urllib.parse import urlsplit

from from_git import readers
from from_git.values.option import WrongSetting

_CLOUD = "github.com"
_RESIDENCE = re.compile(r"(?:[a-z0-9-]+\.)+ghe\.com")


def api_of(host: str) -> str:
    """The address of the GraphQL API of the host that profile URLs carry.

    Raises:
        WrongSetting: no profile URL carries that host.
    """
    if host == "ghe.com" or re.search(r"\bghe\.com[:/]", host):
        raise WrongSetting("expected a host like octocorp.ghe.com, without a port or a path")
    if host.startswith("api.") and (host == f"api.{_CLOUD}" or _RESIDENCE.fullmatch(host)):
        raise WrongSetting(f"expected {host.removeprefix('api.')}, the host that profile URLs carry")
    if host == _CLOUD or _RESIDENCE.fullmatch(host):
        return f"https://api.{host}/graphql"
    return f"https://{host}/api/graphql"


def site_of(address: str) -> str:
    """The one of GitHub's own hosts that has an API at this address, or might; empty for an Enterprise Server."""
    site = (urlsplit(address).hostname or "").removeprefix("api.")
    return site if site == _CLOUD or _RESIDENCE.fullmatch(site) else ""


def graphql_address(value: object) -> str:
    """The address of a GraphQL API.

    GitHub's own hosts are not asked below `/api/graphql` or `/api/v3` (gitify-app/gitify#2560,
    integrations/terraform-provider-github#2546), and an Enterprise Server not below its REST API.

    Raises:
        WrongSetting: it is none, or that of another API, and says where that of its host is.
    """
    address = readers.web_address(value)
    parts, site = urlsplit(address), site_of(address)
    if site and address.lower() != api_of(site):
        raise WrongSetting(f"expected {api_of(site)}, where the GraphQL API of {site} is")
    if not site and re.search(r"/api(/v3(/.*)?)?$", parts.path):
        raise WrongSetting(f"expected {parts.scheme}://{parts.netloc}/api/graphql, since its REST API is not asked")
    return address
