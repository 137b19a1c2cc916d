"""The rows of the fault matrix that GitLab alone has."""

from collections.abc import Iterator
from dataclasses import replace

from emulator import Fault, preset
from from_git.tests.kit.matrix_rows import (
    EXACT,
    GITLAB,
    LARGE,
    LARGER,
    MISSING,
    NAMED,
    PAGES,
    PATHS,
    TOTAL,
    USERS,
    Row,
    changes,
    final,
    limits_of,
    of_status,
    of_values,
    rows_of,
)

_LIMITS = {
    "gitlab_429": "429 in plain text with Retry-After",
    "gitlab_429_endpoint": "429 of one endpoint, whose message is an object",
}
_GRAPHQL = [
    ("an error beside a group that is null: it took too long", "gitlab_timeout", EXACT, "TooHeavyError", "gave up"),
    ("500 with an error as JSON", "gitlab_500", EXACT, "TransientError", "500"),
    ("too complex", "complex", EXACT, "UpstreamError", "our smallest query"),
    ("a field that an older server does not have", "older", EXACT, "UpstreamError", "does not know isForked"),
    ("a field that every server has is unknown", "unknown", *final("UpstreamError"), "does not know starCount"),
    ("an argument that it does not know", "argument", *final("UpstreamError"), "a part of our query"),
    ("an error without known words", "untyped", EXACT, "TransientError", "answered the query with an error"),
]
_ERRORS = {
    "complex": "Query has complexity of 252, which exceeds max complexity of 200",
    "older": "Field 'isForked' doesn't exist on type 'Project'",
    "unknown": "Field 'starCount' doesn't exist on type 'Project'",
    "argument": "Field 'projects' doesn't accept argument 'includeSubgroups'",
    "untyped": "Something else",
}
_PROJECT = "data.group.projects.nodes.0"
_VALUES = [
    (PAGES, "data.group", "@missing", "group is absent"),
    (PAGES, "data.group.fullPath", "other", "is not that of the group that was asked for"),
    (PAGES, "data.group.visibility", "@missing", "visibility is absent"),
    (PAGES, "data.group.projects.count", "3", "count is not a whole number"),
    (PAGES, "data.group.projects.pageInfo.more", "no", "more is not true or false"),
    (PAGES, f"{_PROJECT}.id", 7, "id is not a string"),
    (PAGES, f"{_PROJECT}.id", "7", "id is no global id"),
    (PAGES, f"{_PROJECT}.visibility", None, "visibility is not a string"),
    (PAGES, f"{_PROJECT}.isForked", None, "isForked is not true or false"),
    (PAGES, f"{_PROJECT}.starCount", 2**60, "starCount is out of range"),
    (PAGES, f"{_PROJECT}.topics", [7], "topics is not a list of texts"),
    (PAGES, f"{_PROJECT}.languages.0.name", "@missing", "name is absent"),
    (PAGES, f"{_PROJECT}.createdAt", "yesterday", "createdAt is not a time"),
    (PAGES, f"{_PROJECT}.fullPath", "other/r001", "is not below the group"),
    (TOTAL, "0.id", "7", "id is not a whole number"),
    (USERS, "0.id", "@missing", "id is absent"),
    (USERS, "0.path_with_namespace", 7, "path_with_namespace is not a string"),
    (USERS, "0.namespace.full_path", "other", "a project of somebody else"),
]


def rows() -> Iterator[Row]:
    """All of them."""
    yield from _refusals()
    yield from limits_of(_LIMITS, GITLAB)
    limit = preset("gitlab_graphql_limit")
    yield from rows_of("Limits", "calls used up: 200 with an error", limit, *final("LimitError"), "used up", (PAGES,))
    told = Fault("headers", headers={"RateLimit-Remaining": "0", "RateLimit-Reset": "@now+20"})
    yield from rows_of("Limits", "a good answer with which the calls end", told, EXACT, EXACT, "", (TOTAL,))
    for what, name, once, always, words in _GRAPHQL:
        struck = Fault("graphql_errors", errors=({"message": _ERRORS[name]},)) if name in _ERRORS else preset(name)
        yield from rows_of("GraphQL", what, struck, once, always, words, (PAGES,))
    yield from of_values(_VALUES)
    yield from _lists()
    yield from _one_repository()
    yield from changes(GITLAB)
    gone = Fault("world", owner="tiny", change={"vanish": True}, after=1)
    what = "the owner vanishes meanwhile"
    yield from rows_of("Changes", what, gone, MISSING, MISSING, "", (PAGES, TOTAL), LARGE)
    yield from rows_of("Changes", what, gone, *final("UpstreamError"), "vanished", (USERS,), LARGE)


def _refusals() -> Iterator[Row]:
    """Those of GitLab itself, once others were answered, and of what stands in front of it."""
    group = "Transport and HTTP"
    html = b"<html><title>Log in</title>"
    nobody = "CredentialsError", "tells nobody without an account"
    gateway = "UpstreamError", "something between us and the forge"
    for what, fault, always, words in (
        ("401", of_status(401, b'{"message":"401 Unauthorized"}'), *nobody),
        ("403", of_status(403, b'{"message":"403 Forbidden"}'), *nobody),
        ("401 of a gateway, in HTML", of_status(401, html), *gateway),
        ("403 of a gateway, in HTML", of_status(403, html), *gateway),
        ("407", of_status(407, html), "UpstreamError", "UPSTREAM_PROXY"),
        ("404 that is not the forge's own", of_status(404, html), "UpstreamError", "_URL"),
    ):
        for place in GITLAB:
            # pages are asked for from both ends at once
            struck = replace(fault, after=2 if place == PAGES else 1)
            yield from rows_of(group, f"{what}, behind a good answer", struck, EXACT, always, words, (place,), LARGE)
    blocked = replace(preset("gitlab_403_blocked"), path="*")
    yield from rows_of(group, "403, the address is blocked", blocked, *final("UpstreamError"), "our address", GITLAB)


def _lists() -> Iterator[Row]:
    """Where the pages of GraphQL lead nowhere, REST has the list."""
    error = "UpstreamError", "never added up"
    endless = "UpstreamError", "goes on without"
    by_rest = EXACT, ""
    for what, kind, size, pages, users in (
        ("a list that ends early", "early_end", LARGE, error, error),
        ("a page that comes twice", "repeat_page", LARGER, by_rest, error),
        ("a page that leads to itself", "self_next", LARGER, by_rest, by_rest),
        ("pages without rows whose cursor moves", "empty_page", LARGE, by_rest, endless),
    ):
        yield from rows_of("Lists", what, Fault(kind), EXACT, *pages, (PAGES,), size)
        yield from rows_of("Lists", what, Fault(kind), EXACT, *users, (USERS,), size)
    away = Fault("foreign_next", url="http://evil.example/")
    yield from rows_of("Lists", "`Link` leads to another host", away, EXACT, EXACT, "", (USERS,), LARGE)
    for total, what in (
        ("251", "one more than there are"),
        ("249", "one fewer than there are"),
        ("0", "0 where there are some"),
    ):
        wrong, what = Fault("headers", headers={"X-Total": total}), f"a total of {what}"
        yield from rows_of("Lists", what, wrong, EXACT, *error, (TOTAL, USERS), LARGE)
    untold = replace(preset("gitlab_no_total"), path="*")
    yield from rows_of("Lists", "no total", untold, EXACT, EXACT, "", (TOTAL, USERS), LARGE)
    many, what = Fault("headers", headers={"X-Total": "many"}), "a total that is no number"
    yield from rows_of("Lists", what, many, EXACT, "MalformedAnswer", "X-Total is not", (TOTAL, USERS), LARGE)
    yield from rows_of("Lists", "a project that is null", preset("gitlab_null_row"), EXACT, *error, (PAGES,))


def _one_repository() -> Iterator[Row]:
    lost, rotten = (Fault(kind, PATHS[PAGES], owner="tiny", repository="r001") for kind in ("lost", "rotten"))
    group = "One repository"
    yield from rows_of(group, "listed and not found", lost, EXACT, NAMED, "", (USERS,))
    yield from rows_of(group, "every query for it fails", rotten, EXACT, "TransientError", "500", (PAGES, USERS))
