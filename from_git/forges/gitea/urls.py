"""The profile URLs of Gitea and Forgejo."""

from collections.abc import Sequence

from from_git.values.kind import BadUrl, ProfileUrls

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


URLS = ProfileUrls(
    # letters and digits, and between two of them one of `-_.`
    name="[a-z0-9](?:[a-z0-9]|[-_.](?=[a-z0-9])){0,254}",
    rule="letters and digits, and between them single hyphens, underscores or dots",
    reserved=_RESERVED,
    owner_in=_owner_in,
)
