"""The fault matrix: what each fault of a forge leads to, when it strikes once and when it stays.

`test_reliability` provokes every row through real HTTP; docs/reliability.md is written from here.
"""

from collections.abc import Iterator
from pathlib import Path

from coding_challenge.documents import with_table
from emulator import Fault, preset
from from_git.tests.kit import matrix_gitea, matrix_gitlab
from from_git.tests.kit.matrix_rows import (
    BITBUCKET,
    EVERYWHERE,
    EXACT,
    GITEA,
    GITHUB,
    LANGUAGES,
    LARGE,
    LARGER,
    LIST,
    MISSING,
    NAMED,
    PAGES,
    ROWS,
    TOTAL,
    USERS,
    WATCHERS,
    Row,
    changes,
    final,
    limits_of,
    of_status,
    of_values,
    rows_of,
)
from from_git.tests.kit.proofs import PROOFS

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "reliability.md"

_BROKEN, _LATE, _JSON = "broke the connection", "did not answer within", "not JSON"
_CHANGE = b'{"type": "error", "error": {"message": "CHANGE-2770 - Functionality has been deprecated"}}'
_NO = b'{"type": "error", "error": {"message": "No"}}'

_TRANSPORT = [
    ("the connection is reset before an answer", Fault("reset"), EXACT, "BrokenError", _BROKEN),
    ("half a body, then the end", Fault("truncate"), EXACT, "BrokenError", _BROKEN),
    ("chunks, the last one missing", Fault("chunked", cut=True), EXACT, "BrokenError", _BROKEN),
    ("no answer, ever", Fault("hang"), EXACT, "TooHeavyError", _LATE),
    ("a body, byte by byte", Fault("drip", seconds=0.2), EXACT, "TooHeavyError", _LATE),
    ("a head, byte by byte", Fault("drip_head", seconds=0.2), EXACT, "TooHeavyError", _LATE),
    ("interim answers (102, 103) before the real one", Fault("interim"), EXACT, EXACT, ""),
    ("a good answer in chunks", Fault("chunked"), EXACT, EXACT, ""),
    ("more than 32 MB", Fault("flood", size=40_000_000), *final("UpstreamError"), "more than 32 MB"),
    ("gzip that unpacks to 100 MB", Fault("bomb"), *final("UpstreamError"), "more than 32 MB"),
    ("500", of_status(500), EXACT, "TransientError", "500 Internal Server Error"),
    ("503", of_status(503), EXACT, "TransientError", "503 Service Unavailable"),
    ("503 with a Retry-After beyond the deadline", of_status(503, Retry_After="900"), *final("TransientError"), "503"),
    ("a status that does not exist", of_status(599), EXACT, "TransientError", "status 599"),
    ("HTML with status 200", Fault("body", body=b"<html>", content_type="text/html"), EXACT, "WallError", "a wall"),
    ("an empty body with status 200", Fault("body"), EXACT, "TransientError", _JSON),
    ("bytes that are not UTF-8", Fault("body", body=b'{"size": "\xff"}'), EXACT, "TransientError", _JSON),
    ("NaN", Fault("body", body=b'{"size": NaN}'), EXACT, "TransientError", _JSON),
    ("100,000 nested arrays", Fault("body", body=b"[" * 100_000), EXACT, "TransientError", _JSON),
    (
        "a redirect to another host",
        of_status(302, Location="http://127.0.0.1:9/"),
        *final("UpstreamError"),
        "redirects",
    ),
    ("400", of_status(422, _NO), *final("UpstreamError"), "422"),
]
_LOGIN = b"<html><title>Log in</title>"
# after good answers, which the watchers' are, one more try
_REFUSALS = [
    ("401", of_status(401, _NO), "CredentialsError", "refused"),
    ("403", of_status(403, _NO), "CredentialsError", "refused access"),
    ("401 of a gateway, in HTML", of_status(401, _LOGIN), "UpstreamError", "something between us and the forge"),
    ("403 of a gateway, in HTML", of_status(403, _LOGIN), "UpstreamError", "something between us and the forge"),
    ("407", of_status(407, _LOGIN), "UpstreamError", "UPSTREAM_PROXY"),
]
_LIMITS = {
    "primary_200_rate_limit": "points used up: 200 with RATE_LIMIT",
    "primary_200_rate_limited": "points used up: 200 with RATE_LIMITED",
    "primary_200_message": "points used up: 200 with a message alone",
    "primary_200_untyped": "points used up: 200, an error without a type",
    "primary_403": "points used up: 403, nothing remains",
    "primary_429": "429 with Retry-After",
    "primary_429_bare": "429 without Retry-After",
    "secondary_200": "secondary limit: 200 with a message",
    "secondary_200_retry_after": "secondary limit: 200 with Retry-After",
    "secondary_200_errors": "secondary limit: 200 with an error",
    "secondary_403": "secondary limit: 403",
    "secondary_403_retry_after": "secondary limit: 403 with Retry-After",
}
_GRAPHQL = [
    ("502, nginx's page", "timeout_502", EXACT, "TooHeavyError", "502 Bad Gateway"),
    ("504", "timeout_504", EXACT, "TooHeavyError", "504 Gateway Timeout"),
    ("“Something went wrong” in a 200", "something_went_wrong", EXACT, "TooHeavyError", "Something went wrong"),
    ("“Something went wrong” in a 502", "something_went_wrong_502", EXACT, "TooHeavyError", "Something went wrong"),
    ("RESOURCE_LIMITS_EXCEEDED beside data", "resource_limits", EXACT, "TooHeavyError", "RESOURCE_LIMITS_EXCEEDED"),
    ("MAX_NODE_LIMIT_EXCEEDED", "node_limit", EXACT, "TooHeavyError", "MAX_NODE_LIMIT_EXCEEDED"),
    ("the owner is null, without an error", "null_owner", MISSING, MISSING, ""),
    ("the owner is null: FORBIDDEN by a policy", "forbidden_owner", *final("CredentialsError"), "forbids access"),
    ("the owner is null: FORBIDDEN by SAML", "saml", *final("CredentialsError"), "SAML"),
    ("INSUFFICIENT_SCOPES", "insufficient_scopes", *final("CredentialsError"), "lacks a scope"),
    ("FORBIDDEN at watchers", "forbidden_watchers", *final("UpstreamError"), "watcher counts"),
    ("FORBIDDEN at licenseInfo", "forbidden_license", *final("CredentialsError"), "forbids access"),
    ("no token is taken for a while after wrong ones", "login_attempts", *final("CredentialsError"), "login attempts"),
    ("a part of the query that an older server does not have", "schema", *final("UpstreamError"), "it looks like"),
    ("a null node, without an error", "null_node", EXACT, "MalformedAnswer", "null without an error"),
    ("`edges` is null", "null_edges", EXACT, "MalformedAnswer", "edges is not a list"),
    ("`nodes` is null", "null_nodes", EXACT, "MalformedAnswer", "nodes is not a list"),
]
_OWNER = "data.repositoryOwner"
_VALUES = [
    (GITHUB, f"{_OWNER}.repositories.totalCount", "@missing", "totalCount is absent"),
    (GITHUB, f"{_OWNER}.repositories.totalCount", -1, "totalCount is out of range"),
    (GITHUB, f"{_OWNER}.repositories.totalCount", True, "totalCount is not a whole number"),
    (GITHUB, f"{_OWNER}.detailed.nodes.0.watchers.totalCount", 1.5, "totalCount is not a whole number"),
    (GITHUB, f"{_OWNER}.detailed.nodes.0.stargazerCount", 2**60, "stargazerCount is out of range"),
    (GITHUB, f"{_OWNER}.detailed.nodes.0.isPrivate", None, "isPrivate is not true or false"),
    (GITHUB, f"{_OWNER}.detailed.nodes.0.languages.edges.0.node.name", 7, "node.name is not a string"),
    (GITHUB, f"{_OWNER}.detailed.nodes.0.languages.edges.0.size", "9", "size is not a whole number"),
    (GITHUB, f"{_OWNER}.detailed.nodes.0.languages.edges.0.size", -1, "size is out of range"),
    (GITHUB, f"{_OWNER}.detailed.nodes.0.isArchived", "@missing", "isArchived is absent"),
    (GITHUB, f"{_OWNER}.detailed.nodes.0.licenseInfo", "MIT", "licenseInfo is not an object"),
    (GITHUB, f"{_OWNER}.detailed.nodes.0.createdAt", "yesterday", "createdAt is not a time"),
    (GITHUB, f"{_OWNER}.detailed.nodes.0.pushedAt", 0, "pushedAt is not a string"),
    (GITHUB, f"{_OWNER}.repositories.pageInfo.hasNextPage", "no", "hasNextPage is not true or false"),
    (LIST, "size", "3", "size is not a whole number"),
    (LIST, "values", {}, "values is not a list"),
    (LIST, "values.0.uuid", "@missing", "uuid is absent"),
    (LIST, "values.0.is_private", "no", "is_private is not true or false"),
    (LIST, "values.0.language", [], "language is not a string"),
    (LIST, "values.0.created_on", "yesterday", "created_on is not a time"),
    (WATCHERS, "size", -1, "size is out of range"),
    (WATCHERS, "size", "many", "size is not a whole number"),
]
_ELSEWHERE = {
    "another host": "http://evil.example/2.0/x",
    "another port": "http://127.0.0.1:9/2.0/x",
    "another scheme": "https://127.0.0.1/2.0/x",
    "outside the API": "{base}/1.0/x",
}


def rows() -> list[Row]:
    """All of them, in the order of the document."""
    found = [*_rows(), *matrix_gitlab.rows(), *matrix_gitea.rows()]
    groups = list(dict.fromkeys(row.group for row in found))
    return sorted(found, key=lambda row: groups.index(row.group))


def _rows() -> Iterator[Row]:
    """Those of all forges, and those of the first two."""
    for what, fault, once, always, words in _TRANSPORT:
        slow = fault.kind in ("drip", "drip_head")  # each of them waits for the time of three calls
        places = (GITHUB, *BITBUCKET, PAGES, ROWS) if slow else EVERYWHERE
        yield from rows_of("Transport and HTTP", what, fault, once, always, words, places)
    yield from _strange_bodies()
    for what, fault, always, words in _REFUSALS:
        yield from rows_of("Transport and HTTP", what, fault, always, always, words, (GITHUB, LIST))
        yield from rows_of("Transport and HTTP", what, fault, EXACT, always, words, (WATCHERS,))
    yield from limits_of(_LIMITS, (GITHUB,))
    yield from rows_of("Limits", "plain 429", preset("bitbucket_429"), *final("LimitError"), "used up", BITBUCKET)
    told = Fault("headers", headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "@now+900"})
    yield from rows_of("Limits", "a good answer with which the points end", told, EXACT, EXACT, "", (GITHUB,))
    for what, name, once, always, words in _GRAPHQL:
        struck = preset("older_server", contains="") if name == "schema" else preset(name)
        yield from rows_of("GraphQL", what, struck, once, always, words, (GITHUB,))
    yield from of_values(_VALUES, above=f"{_OWNER}.")
    lists = (GITHUB, LIST)
    early, again, itself = Fault("early_end"), Fault("repeat_page"), Fault("self_next")
    yield from rows_of("Lists", "a list that ends early", early, EXACT, "UpstreamError", "never added up", lists, LARGE)
    yield from rows_of("Lists", "a page that comes twice", again, EXACT, "UpstreamError", "list", lists, LARGE)
    yield from rows_of(
        "Lists", "a page that leads to itself", itself, EXACT, "UpstreamError", "list", (GITHUB,), LARGER
    )
    for where, url in _ELSEWHERE.items():
        following, href = Fault("foreign_next", url=url), Fault("foreign_href", url=url)
        both = *final("UpstreamError"), "leads elsewhere"
        yield from rows_of("Lists", f"`next` leads to {where}", following, *both, (LIST,))
        yield from rows_of("Lists", f"`links.watchers.href` leads to {where}", href, *both, (LIST,))
    yield from _odd_lists()
    yield from _one_repository()
    yield from changes(lists)
    gone = Fault("world", owner="tiny", change={"vanish": True}, after=1)
    yield from rows_of(
        "Changes", "the owner vanishes meanwhile", gone, *final("UpstreamError"), "vanished", lists, LARGE
    )


def _strange_bodies() -> Iterator[Row]:
    """JSON that is none of the forge's answers, and a page in the place of an answer."""
    group, what, words = "Transport and HTTP", "JSON of another shape", "does not match its API"
    for body, places in ((b"[]", (GITHUB, *BITBUCKET, PAGES, LANGUAGES)), (b"{}", (TOTAL, USERS, ROWS))):
        yield from rows_of(group, what, Fault("body", body=body), EXACT, "MalformedAnswer", words, places)
    places, what = (GITHUB, *BITBUCKET, *GITEA), "404 that is not the forge's own"
    yield from rows_of(group, what, of_status(404, b"<html>"), *final("UpstreamError"), "_URL", places)


def _odd_lists() -> Iterator[Row]:
    """Lists whose pages are odd."""
    bare = Fault("body", body=b'{"values": []}', contains="fields=")
    yield from rows_of(
        "Lists",
        "an empty list without a `size`, and a full one when asked in another way",
        bare,
        EXACT,
        EXACT,
        "",
        (LIST,),
    )
    what, words = "pages without rows whose cursor moves", "goes on without"
    for place, contains in ((GITHUB, "query Repositories"), (LIST, "")):
        empty = Fault("empty_page", contains=contains)
        yield from rows_of("Lists", what, empty, EXACT, "UpstreamError", words, (place,), LARGE)
    broken = Fault("broken_next")
    what, words = "`next` with & in place of ?", "has “&” where “?” belongs"
    yield from rows_of("Lists", what, broken, EXACT, "MalformedAnswer", words, (LIST,), LARGE)


def _one_repository() -> Iterator[Row]:
    """One repository of the list, and the others well."""
    lost = Fault("lost", owner="tiny", repository="r001")
    yield from rows_of("One repository", "listed and not found", lost, EXACT, NAMED, "", (GITHUB, WATCHERS))
    rotten = Fault("rotten", owner="tiny", repository="r001")
    what, words = "every query for it fails", "for its repository tiny/r001 it"
    yield from rows_of("One repository", what, rotten, EXACT, "TooHeavyError", words, (GITHUB,))
    yield from rows_of("One repository", what, rotten, EXACT, "TransientError", words, (WATCHERS,))


def table() -> str:
    """The matrix as Markdown: one line a fault and outcome, the places together."""
    lines = ["| fault | where | once | for ever |", "| --- | --- | --- | --- |"]
    group = ""
    together: dict[tuple[str, str, str, str], list[str]] = {}
    for row in rows():
        together.setdefault((row.group, row.what, row.once, row.always), []).append(row.place)
    for (name, what, once, always), places in together.items():
        if name != group:
            lines.append(f"| **{name}** | | | |")
            group = name
        lines.append(f"| {what} | {', '.join(places)} | {once} | {always or '—'} |")
    return "\n".join(lines) + "\n"


def proofs() -> str:
    """The other promises and their tests, as Markdown."""
    lines = ["| promise | test |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| {what} | `{test}` |" for what, test in PROOFS.items())]) + "\n"


def document(text: str) -> str:
    """docs/reliability.md with its tables made anew."""
    made_by = "made by python -m from_git.tests.kit.matrix"
    return with_table(with_table(text, "matrix", table(), made_by), "proofs", proofs(), made_by)


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
