"""From what a client sends to profiles, and from an outcome to the members of its JSON, in their fixed order."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from from_git import forges
from from_git.aggregator import Answer
from from_git.conf import settings
from from_git.errors import FromGitError, RequestError
from from_git.profiles import Profile, parse_profiles
from from_git.stats import Stats

ROW = (
    *("url", "forge", "owner", "kind", "originalRepos", "forkedRepos", "watchers", "followers"),
    *("langs", "langsNum", "topics", "topicsNum", "fetchedAt"),
)
"""What is known of one profile, in its order."""
EXPANSIONS = ("profiles", "langs", "topics")
"""What `expand` may ask for, in the order in which it comes."""

EXAMPLE = "/health-check?url=https://github.com/ORG&url=https://bitbucket.org/TEAM"


def profiles_asked(values: Iterable[object]) -> list[Profile]:
    """The profiles in the values of the `url` parameters, each once, in the order asked.

    Raises:
        RequestError: no URL at all, too many profiles, URLs that are no profiles, with all of them named, or values
            that are no text (an uploaded file).
    """
    texts = []
    for value in values:
        if not isinstance(value, str):
            raise RequestError("A url is a file. Send it as a text field.")
        texts.append(value)
    profiles, bad = parse_profiles(texts, forges.hosts())
    if bad:
        raise RequestError(" ".join(_complaint(url, why) for url, why in bad))
    if not profiles:
        raise RequestError(f"No url was given. Ask like this: {EXAMPLE}")
    if 0 < settings.MAX_PROFILES < len(profiles):
        raise RequestError(
            f"{len(profiles)} profiles are more than one request may have ({settings.MAX_PROFILES}, MAX_PROFILES)."
        )
    return profiles


def urls_in_body(body: Any) -> list[str]:
    """The URLs in a decoded JSON body, `{"url": "…"}` or `{"url": ["…", …]}`.

    Raises:
        RequestError: the body has another shape.
    """
    value = body.get("url", []) if isinstance(body, dict) else None
    urls = [value] if isinstance(value, str) else value
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise RequestError('The JSON body has another shape than {"url": ["https://github.com/ORG", …]}.')
    return urls


def expand_asked(values: Iterable[str]) -> frozenset[str]:
    """What the values of the `expand` parameters ask for beside the sums, names of EXPANSIONS separated by commas.

    Raises:
        RequestError: an unknown name.
    """
    asked = frozenset(name.strip() for value in values for name in value.split(",")) - {""}
    if unknown := sorted(asked - set(EXPANSIONS)):
        known = f"{', '.join(EXPANSIONS[:-1])} and {EXPANSIONS[-1]}"
        raise RequestError(f"expand knows {known}, not {', '.join(map(_shown, unknown))}.")
    return asked


def answer_body(answer: Answer, expand: Collection[str] = ()) -> dict[str, Any]:
    """The body of a 200, with what `expand` names."""
    body: dict[str, Any] = {
        "error": "OK",
        "data": _data(answer.stats),
        "missing": [profile.url for profile in answer.missing],
    }
    if "profiles" in expand:
        body["profiles"] = profile_rows(answer)
    if "langs" in expand:
        langs = answer.stats.langs.items()
        body["langsDetail"] = [{"name": name, "repos": one.repos, "bytes": one.bytes} for name, one in langs]
    if "topics" in expand:
        body["topicsDetail"] = [{"name": name, "repos": repos} for name, repos in answer.stats.topics.items()]
    return body


def profile_rows(answer: Answer) -> list[dict[str, Any]]:
    """What is known of each profile that exists, in the order asked, with the members of `ROW`."""
    return [
        {
            "url": profile.url,
            "forge": profile.forge,
            "owner": profile.owner,
            "kind": found.kind,
            **_data(found.stats),
            "fetchedAt": _utc(answer.fetched[profile].oldest),
        }
        for profile, found in answer.found.items()
    ]


def error_body(error: FromGitError) -> dict[str, Any]:
    """The body of any failure that we know."""
    return {**plain_error_body(error.code, error.message), **error.facts()}


def plain_error_body(code: str, message: str) -> dict[str, Any]:
    """The body of a failure without further members; its words may repeat a header."""
    return {"error": code, "message": _printable(message)}


def _data(stats: Stats) -> dict[str, int | Sequence[str]]:
    return {
        "originalRepos": stats.original_repos,
        "forkedRepos": stats.forked_repos,
        "watchers": stats.watchers,
        "followers": stats.followers,
        "langs": list(stats.langs),
        "langsNum": len(stats.langs),
        "topics": list(stats.topics),
        "topicsNum": len(stats.topics),
    }


def _utc(seconds: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC, whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _complaint(url: str, why: str) -> str:
    return f"{_shown(url)} is not a GitHub or Bitbucket profile: {why}{'' if why.endswith('?') else '.'}"


def _shown(url: str) -> str:
    """A URL as asked, with what a terminal or an eye could stumble over escaped, cut after 200 characters."""
    cut = url if len(url) <= 200 else url[:200] + "…"
    return f"'{_printable(cut)}'"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
