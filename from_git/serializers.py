"""From answers and errors to the members of their JSON, in a fixed order."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import quote

from from_git.aggregator import Answer, Overview
from from_git.errors import FromGitError
from from_git.values.filters import Filter
from from_git.values.found import Fetched, Found, not_told
from from_git.values.host import counts_internal
from from_git.values.profile import Profile
from from_git.values.stats import Stats

COLUMNS = (
    *("url", "forge", "owner", "kind", "originalRepos", "forkedRepos", "watchers", "followers"),
    *("langs", "langsNum", "topics", "topicsNum", "fetchedAt"),
)
"""What a table has of one profile, in its order."""
BATCH_COLUMNS = (*COLUMNS, "error", "message")
"""What a table of a batch has of one profile, in its order."""
ROW = (*COLUMNS, "host", "notTold")
"""What is known of one profile, in its order."""
REPOSITORY = (
    *("url", "profile", "name", "isFork", "isArchived", "watchers", "stars", "langs", "topics", "license"),
    *("createdAt", "pushedAt"),
)
"""What is known of one repository, in its order."""
SEPARATOR = "; "
"""Between names in one cell of a table."""
EXPANSIONS = ("profiles", "langs", "topics", "repositories")
"""What `expand` may ask for, in the order in which it comes."""


def answer_body(answer: Answer, expand: Collection[str] = ()) -> dict[str, Any]:
    """The body of a 200 without its repositories, of which there may be too many for memory; see `repository_rows`.

    Args:
        expand: the members of EXPANSIONS that follow all others.
    """
    body: dict[str, Any] = {
        "error": "OK",
        "data": data_members(answer.stats),
        "missing": [*(profile.url for profile in answer.missing), *answer.missing_repositories],
    }
    if answer.filter:
        body["filter"] = answer.filter.facts()
    if answer.moment is not None:
        body["at"] = moment(int(answer.moment))
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
    """The numbers of each profile that exists, in the order asked."""
    return [profile_row(profile, found, answer.fetched[profile]) for profile, found in answer.found.items()]


def finished_rows(profiles: Iterable[Profile], overview: Overview, wanted: Filter) -> list[dict[str, Any]]:
    """The same of those of a question's profiles that were done when it failed."""
    done = [(profile, overview.finished[profile]) for profile in profiles if profile in overview.finished]
    return [profile_row(profile, one.found.chosen(wanted), one) for profile, one in done if one.found]


def profile_row(profile: Profile, found: Found, fetched: Fetched) -> dict[str, Any]:
    """The numbers of one profile, and when they were counted, as ROW has them."""
    return {
        "url": profile.url,
        "forge": profile.forge,
        "owner": profile.owner,
        "kind": found.kind,
        **data_members(found.stats),
        "fetchedAt": moment(int(fetched.oldest)),
        "host": profile.host.name,
        "notTold": list(not_told(profile, found)),
        # not where just public ones count: such answers keep their bytes
        **({"counted": list(profile.host.count)} if counts_internal(profile.host) else {}),
    }


def table_rows(answer: Answer) -> Iterator[dict[str, Any]]:
    """The rows of a table: profiles that exist and that are missing, then missing repositories by profile.

    Each has those of COLUMNS and `host` that are told of it.
    """
    rows = dict(zip(answer.found, profile_rows(answer), strict=True))
    missing = frozenset(answer.missing)
    for profile in answer.fetched:
        if profile in missing:
            yield missing_row(profile, profile.url, "missing")
        elif profile in rows:  # another name of a profile has no row of its own
            row = rows[profile]
            yield {name: row[name] for name in (*COLUMNS, "host") if name not in row["notTold"]}
    urls = iter(answer.missing_repositories)
    for profile, found in answer.found.items():
        yield from (missing_row(profile, url, "missing repository") for url in islice(urls, len(found.missing)))


def missing_row(profile: Profile, url: str, kind: str) -> dict[str, Any]:
    """What a table has of a profile or repository without numbers; `kind` says why."""
    return {"url": url, "forge": profile.forge, "owner": profile.owner, "kind": kind, "host": profile.host.name}


def repository_rows(answer: Answer) -> Iterator[dict[str, Any]]:
    """The members of each repository that counts, as REPOSITORY has them, in the order of `Answer.repositories`.

    Languages and topics are sorted; None is what a forge does not tell, or a repository does not have.
    """
    for profile, row in answer.repositories():
        yield {
            "url": f"{profile.host.site}/{quote(f'{profile.owner}/{row.name}')}",
            "profile": profile.url,
            "name": row.name,
            "isFork": row.is_fork,
            "isArchived": row.is_archived,
            "watchers": row.watchers,
            "stars": row.stars,
            "langs": sorted(row.languages),
            "topics": None if row.topics is None else sorted(set(row.topics)),
            "license": row.license,
            "createdAt": None if row.created is None else moment(row.created),
            "pushedAt": None if row.pushed is None else moment(row.pushed),
        }


def progress_body(overview: Overview) -> dict[str, Any]:
    """The progress of a request, as the data of a stream's event."""
    return {
        "profiles": {"done": overview.done, "found": overview.found, "known": overview.profiles, "kept": overview.kept},
        "pages": {"done": overview.pages, "known": overview.pages_known},
        "watchers": {"done": overview.watchers, "known": overview.watchers_known},
        "retries": overview.retries,
        "waits": list(overview.waits),
        "cost": {forge: {**asdict(cost), "seconds": round(cost.seconds, 3)} for forge, cost in overview.cost.items()},
        "elapsed": round(overview.seconds, 3),
    }


def error_body(error: FromGitError) -> dict[str, Any]:
    """The body of an error."""
    return {**plain_error_body(error.code, error.message, error.advice), **error.facts()}


def plain_error_body(code: str, message: str, advice: str) -> dict[str, Any]:
    """The body of an error without further members; its words may repeat a header."""
    return {"error": code, "message": printable(message), "advice": printable(advice)}


def error_text(body: Mapping[str, Any], indent: int | None = None) -> str:
    """The JSON of an error's body."""
    text = json.dumps(body, ensure_ascii=False, indent=indent, separators=(",", ": " if indent else ":"))
    return "\n".join(map(printable, text.split("\n")))


def data_members(stats: Stats) -> dict[str, int | Sequence[str]]:
    """The members of an answer's `data`."""
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


@lru_cache(maxsize=1024)  # profiles of one answer were mostly fetched in the same seconds
def moment(seconds: int) -> str:
    """Whole seconds since the epoch as RFC 3339 has them, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def printable(text: str) -> str:
    """The text with control and invisible characters escaped as in JSON."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
