"""The rows of the fault matrix that Gitea and Forgejo alone have."""

from collections.abc import Iterator
from dataclasses import replace

from emulator import Fault
from from_git.tests.kit.matrix_rows import (
    EXACT,
    GITEA,
    LANGUAGES,
    MIDDLE,
    NAMED,
    ROWS,
    Row,
    changes,
    final,
    limits_of,
    of_status,
    of_values,
    rows_of,
)

_LIMITS = {
    "gitea_429": "429 in HTML, without Retry-After",
    "gitea_429_plain": "429 in plain text with Retry-After",
    "gitea_429_json": "429 as JSON",
}
_VALUES = [
    (ROWS, "0", None, "a row of page 1 of the list of tiny is null"),
    (ROWS, "0.id", "7", "id is not a whole number"),
    (ROWS, "0.name", "@missing", "name is absent"),
    (ROWS, "0.owner", None, "owner is not an object"),
    (ROWS, "0.owner.visibility", 7, "visibility is not a string"),
    (ROWS, "0.private", "no", "private is not true or false"),
    (ROWS, "0.fork", None, "fork is not true or false"),
    (ROWS, "0.archived", "@missing", "archived is absent"),
    (ROWS, "0.stars_count", -1, "stars_count is out of range"),
    (ROWS, "0.watchers_count", "3", "watchers_count is not a whole number"),
    (ROWS, "0.topics", [7], "topics is not a list of texts"),
    (ROWS, "0.created_at", "yesterday", "created_at is not a time"),
    (LANGUAGES, "C", -1, "C is out of range"),
    (LANGUAGES, "C", "many", "C is not a whole number"),
]


def rows() -> Iterator[Row]:
    """All of them."""
    yield from _refusals()
    yield from limits_of(_LIMITS, GITEA)
    yield from of_values(_VALUES)
    yield from _lists()
    lost = Fault("lost", owner="tiny", repository="r001")
    yield from rows_of("One repository", "listed and not found", lost, EXACT, NAMED, "", (LANGUAGES,))
    rotten = Fault("rotten", owner="tiny", repository="r001")
    what, words = "every query for it fails", "for its repository tiny/r001 it"
    yield from rows_of("One repository", what, rotten, EXACT, "TransientError", words, (LANGUAGES,))
    yield from changes((ROWS,), MIDDLE)
    gone = Fault("world", owner="tiny", change={"vanish": True}, after=1)
    what = "the owner vanishes meanwhile"
    yield from rows_of("Changes", what, gone, *final("UpstreamError"), "vanished", (ROWS,), MIDDLE)


def _refusals() -> Iterator[Row]:
    """Those of the site itself, once others were answered, and of what stands in front of it."""
    group, html = "Transport and HTTP", b"<html><title>Log in</title>"
    gone, gateway = "the owner vanished", "something between us and the forge"
    for what, fault, once, words, at in (
        ("401", of_status(401, b'{"message":"user does not exist [uid: 0, name: ]"}'), "UpstreamError", gone, GITEA),
        ("403", of_status(403, b'{"message":"Only signed in user"}'), "UpstreamError", gone, (ROWS,)),
        ("401 of a gateway, in HTML", of_status(401, html), EXACT, gateway, GITEA),
        ("403 of a gateway, in HTML", of_status(403, html), EXACT, gateway, GITEA),
        ("407", of_status(407, html), EXACT, "UPSTREAM_PROXY", GITEA),
    ):
        what = f"{what}, behind a good answer"
        yield from rows_of(group, what, replace(fault, after=1), once, "UpstreamError", words, at, MIDDLE)


def _lists() -> Iterator[Row]:
    """Where the rows are fewer than the total, the search by owner has the list."""
    error = "UpstreamError", "never added up"
    for what, fault, always in (
        ("a list that ends early", Fault("early_end"), error),
        ("a page that comes twice", Fault("repeat_page"), error),
        ("pages without rows under the true total", Fault("empty_page"), (EXACT, "")),
        ("a page that leads to itself", Fault("self_next"), (EXACT, "")),
        ("a total of one more than there are", _total("121"), error),
        ("a total of one fewer than there are", _total("119"), error),
        ("a total of 0 where there are some", _total("0"), error),
        ("a total that is no number", _total("many"), (EXACT, "")),
    ):
        yield from rows_of("Lists", what, fault, EXACT, *always, (ROWS,), MIDDLE)


def _total(told: str) -> Fault:
    return Fault("headers", headers={"X-Total-Count": told})
