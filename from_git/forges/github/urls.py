"""The profile URLs of GitHub."""

from collections.abc import Sequence

from from_git.values.kind import BadUrl, ProfileUrls, called


def _owner_in(path: Sequence[str]) -> str | None:
    match [part.lower() for part in path]:
        case ["orgs", _] | ["orgs", _, "repositories"]:
            return path[1]
        case ["orgs", _, *_]:
            raise BadUrl("it is a page of an organization, not its profile")
    return None


def _recognises(host: str, path: Sequence[str]) -> bool:
    match path:
        case ["orgs", _, "repositories" | "people" | "teams" | "projects" | "packages"]:
            return True
    return host.endswith(".ghe.com") or called(host, "github", "ghe")


URLS = ProfileUrls(
    name="[a-z0-9_-]{1,39}",
    rule="1 to 39 letters, digits, hyphens or underscores",
    reserved=frozenset(
        (
            "about advisories apps blog codespaces collections contact copilot customer-stories dashboard enterprise "
            "enterprises events explore features issues join login logout marketplace mcp models new notifications "
            "orgs organizations pricing pulls resources search security settings signup site solutions sponsors stars "
            "team topics trending users"
        ).split(" ")
    ),
    owner_in=_owner_in,
    recognises=_recognises,
)
