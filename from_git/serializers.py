"""From what a client sends to profiles, and from an outcome to the members of its JSON, in their fixed order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from from_git import forges
from from_git.aggregator import Answer, Overview
from from_git.conf import settings
from from_git.errors import FromGitError, RequestError
from from_git.profiles import Profile, parse_profiles
from from_git.stats import Stats

ROW = (
    *("url", "forge", "owner", "kind", "originalRepos", "forkedRepos", "watchers", "followers"),
    *("langs", "langsNum", "topics", "topicsNum", "fetchedAt"),
)
"""What is known of one profile, in its order."""
EXAMPLE = "/health-check?url=https://github.com/ORG&url=https://bitbucket.org/TEAM"
EXPANSIONS = ("profiles", "langs", "topics")
"""What `expand` may ask for, in the order in which it comes."""


def question(urls: Iterable[object], expand: Iterable[object]) -> tuple[list[Profile], frozenset[str]]:
    """What the values of the `url` and `expand` parameters ask for: see `profiles_asked` and `expand_asked`.

    Raises:
        RequestError: whatever is wrong with either, in one message.
    """
    complaints = []
    profiles: list[Profile] = []
    expansions: frozenset[str] = frozenset()
    try:
        profiles = profiles_asked(urls)
    except RequestError as error:
        complaints.append(error.message)
    try:
        expansions = expand_asked(expand)
    except RequestError as error:
        complaints.append(error.message)
    if complaints:
        raise RequestError(" ".join(complaints))
    return profiles, expansions


def profiles_asked(values: Iterable[object]) -> list[Profile]:
    """The profiles in the values of the `url` parameters, each once, in the order asked.

    Raises:
        RequestError: no URL at all, too many profiles, URLs that are no profiles, with all of them named, or values
            that are no text (an uploaded file).
    """
    texts = []
    for value in values:
        if not isinstance(value, str):
            raise RequestError("A url is a file.", "Send it as a text field.")
        texts.append(value)
    profiles, bad = parse_profiles(texts, forges.hosts())
    if bad:
        raise RequestError(" ".join(_complaint(url, why) for url, why in bad))
    if not profiles:
        raise RequestError("No url was given.", f"Ask like this: {EXAMPLE}")
    if 0 < settings.MAX_PROFILES < len(profiles):
        raise RequestError(
            f"{len(profiles)} profiles are more than one request may have ({settings.MAX_PROFILES}, MAX_PROFILES).",
            "Ask for fewer profiles at once.",
        )
    return profiles


def expand_asked(values: Iterable[object]) -> frozenset[str]:
    """Those of EXPANSIONS that are named in the values of the `expand` parameters, which may hold several with commas.

    Raises:
        RequestError: others are named too, or a value is no text (an uploaded file).
    """
    wanted: dict[str, None] = {}  # a set that keeps the order
    for value in values:
        if not isinstance(value, str):
            raise RequestError("An expand is a file. Send it as a text field.")
        wanted |= dict.fromkeys(name for part in value.split(",") if (name := part.strip()))
    unknown = [name for name in wanted if name not in EXPANSIONS]
    if unknown:
        known = f"{', '.join(EXPANSIONS[:-1])} and {EXPANSIONS[-1]}"
        raise RequestError(f"expand knows {known}, not {', '.join(map(_shown, unknown))}.")
    return frozenset(wanted)


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


def expand_in_body(body: Any) -> list[str]:
    """The values of `expand` in a decoded JSON body, a string or a list of strings.

    Raises:
        RequestError: they are something else.
    """
    value = body.get("expand", []) if isinstance(body, dict) else []
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise RequestError('The JSON body has another expand than "langs" or ["profiles", "langs", "topics"].')
    return values


def answer_body(answer: Answer, expand: Collection[str] = ()) -> dict[str, Any]:
    """The body of a 200; `expand`: those of EXPANSIONS that it has besides, after all else."""
    body: dict[str, Any] = {
        "error": "OK",
        "data": _data(answer.stats),
        "missing": [*(profile.url for profile in answer.missing), *answer.missing_repositories],
    }
    if "profiles" in expand:
        body["profiles"] = profile_rows(answer)
    if "langs" in expand:
        body["langsDetail"] = [
            {"name": name, "repos": language.repos, "bytes": language.bytes}
            for name, language in answer.stats.langs.items()
        ]
    if "topics" in expand:
        body["topicsDetail"] = [{"name": name, "repos": repos} for name, repos in answer.stats.topics.items()]
    return body


def profile_rows(answer: Answer) -> list[dict[str, Any]]:
    """What each profile that exists adds to the answer, in the order asked."""
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


def progress_body(overview: Overview) -> dict[str, Any]:
    """How far a request is, as a stream says it."""
    return {
        "profiles": {
            "done": overview.done,
            "found": overview.found,
            "known": overview.profiles,
            "kept": overview.kept,
        },
        "pages": {"done": overview.pages, "known": overview.pages_known},
        "watchers": {"done": overview.watchers, "known": overview.watchers_known},
        "retries": overview.retries,
        "waits": list(overview.waits),
        "cost": {forge: {**asdict(cost), "seconds": round(cost.seconds, 3)} for forge, cost in overview.cost.items()},
        "elapsed": round(overview.seconds, 3),
    }


def error_body(error: FromGitError) -> dict[str, Any]:
    """The body of any failure that we know."""
    return {**plain_error_body(error.code, error.message, error.advice), **error.facts()}


def plain_error_body(code: str, message: str, advice: str) -> dict[str, Any]:
    """The body of a failure without further members; its words may repeat a header."""
    return {"error": code, "message": _printable(message), "advice": _printable(advice)}


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
    """Seconds since the epoch in ISO 8601, the begun second left out."""
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%SZ}"


def _complaint(url: str, why: str) -> str:
    return f"{_shown(url)} is not a GitHub or Bitbucket profile: {why}{'' if why.endswith('?') else '.'}"


def _shown(url: str) -> str:
    """A URL as asked, with what a terminal or an eye could stumble over escaped, cut after 200 characters."""
    cut = url if len(url) <= 200 else url[:200] + "…"
    return f"'{_printable(cut)}'"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
