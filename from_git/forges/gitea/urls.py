"""The profile URLs of Gitea and Forgejo."""

from collections.abc import Sequence

from from_git.values.kind import BadUrl, ProfileUrls, called

_RESERVED = frozenset(
    (
        "-;.well-known;api;assets;attachments;avatar;avatars;captcha;explore;favicon.ico;issues;login;manifest.json;"
        "metrics;milestones;notifications;org;pulls;repo;repo-avatars;robots.txt;sitemap.xml;ssh_info;"
        "swagger.v1.json;user;v2"
    ).split(";")
)


def _owner_in(path: Sequence[str]) -> str | None:
    match [part.lower() for part in path]:
        case ["org", _, "dashboard"]:
            return path[1]
        case ["org", _, *_]:
            raise BadUrl("it is a page of an organization, not its profile")
        case [_, "-", *_]:
            raise BadUrl("it is a page of an owner, not its profile")
    return None


def _meant(path: Sequence[str]) -> str:
    return path[1] if path[0].lower() == "org" and len(path) > 1 else path[0]


def _recognises(host: str, path: Sequence[str]) -> bool:
    match path:
        case [_, _, "src", "branch" | "commit" | "tag", *_] | [_, "-", "packages" | "projects" | "code", *_]:
            return True
        case ["org", _, "dashboard" | "members" | "teams"]:
            return True
    return host == "gitea.com" or called(host, "gitea", "forgejo")


URLS = ProfileUrls(
    # letters and digits, and between two of them one of `-_.`; the endings are those of files about an owner
    name=r"(?![^/]*\.(?:keys|gpg|rss|atom|png)(?:/|$))[a-z0-9](?:[a-z0-9]|[-_.](?=[a-z0-9])){0,254}",
    rule="letters and digits, and between them single hyphens, underscores or dots; not ending in .keys, .gpg, .rss,"
    " .atom or .png",
    reserved=_RESERVED,
    owner_in=_owner_in,
    meant=_meant,
    recognises=_recognises,
)
