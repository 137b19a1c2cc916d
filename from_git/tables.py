"""An answer, or an error, as a page of tables, for browsers that run no script."""

from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any
from urllib.parse import quote, urlencode

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from from_git import history
from from_git.aggregator import Answer
from from_git.serializers import answer_body, profile_rows, repository_rows
from from_git.values.filters import FILTERS
from from_git.values.found import untold
from from_git.values.host import short_label
from from_git.values.keys import KEYS, NOTHING
from from_git.values.profile import Profile
from from_git.values.words import titled

_NUMBERS = [name for name, key in KEYS.items() if not key.names]
_MOST = 20  # languages and topics
_ROWS = 200  # repositories in one part
_LONGEST = 50_000  # characters of a question in a link; the page has some of them
_HERE = "<!-- repositories -->"  # of the template: brackets in foreign text are escaped
_PROFILE = (
    '<tr><th scope="row"><a href="{}">{}</a></th><td>{}</td>'
    + len(_NUMBERS) * '<td class="number">{}</td>'
    + "<td>{}</td></tr>\n"
)
_REPOSITORY = (
    '<tr><th scope="row"><a href="{}">{}</a></th><td>{}</td>'
    + 2 * '<td class="number">{}</td>'
    + 4 * "<td>{}</td>"
    + 2 * '<td class="names">{}</td>'
    + "</tr>\n"
)
_TITLES = {"ERR3": "Something is wrong with the question", "ERR2": "There is no answer now"}
_FAULT = "from-git has failed"


def answer_parts(answer: Answer, lists: bool) -> Generator[bytes, None, None]:
    """The page for an answer, one part after the other, in UTF-8.

    Args:
        lists: whether there is a table of the repositories, which are read as it is written.
    """
    before, _, after = _page(answer, lists).partition(_HERE)
    yield before.encode()
    rows = repository_rows(answer) if lists else iter(())
    owners = _told_apart(answer.found)
    while some := "".join(_repository(row, owners) for row in islice(rows, _ROWS)):
        yield some.encode()
    yield after.encode()


def error_page(body: Mapping[str, Any], status: int, given: Mapping[str, Sequence[object]]) -> str:
    """The page for an error.

    Args:
        body: the members of its JSON.
        given: the parameters of the address, which the way back to the form keeps.
    """
    complaints = [
        (one.get("url", one.get("name")), one["reason"], one["suggestion"] or NOTHING)
        for one in (*body.get("urls", ()), *body.get("parameters", ()))
    ]
    context = {
        **body,
        "status": status,
        "title": _TITLES.get(body["error"], _FAULT),
        "asked": _query((name, value) for name in ("url", *FILTERS) for value in given.get(name, ())),
        "complaints": complaints,
    }
    return render_to_string("from_git/tables/error.html", context)


def _query(pairs: Iterable[tuple[str, object]]) -> str:
    """The question as a link has it; empty where it is too long for one."""
    asked = urlencode(list(pairs), safe=":/")
    return asked if len(asked) <= _LONGEST else ""


def _page(answer: Answer, lists: bool) -> str:
    """The page, with _HERE where the rows of repositories belong."""
    body = answer_body(answer, ("langs", "topics"))
    asked = [("url", profile.url) for profile in answer.fetched], answer.filter.facts().items()
    past = [("at", body["at"])] if "at" in body else []
    context = {
        "title": titled(profile.owner for profile in answer.found) or "Nobody there",
        "subtitle": answer.subtitle,
        "asked": _query(chain(*asked, past)),
        "form": _query(chain(*asked)),
        "moment": past and past[0][1],
        "history": _query(asked[0]) if history.may_be() else "",
        "missing": [profile.url for profile in answer.missing],
        "lost": answer.missing_repositories,
        "numbers": [(KEYS[name].label, _number(value)) for name, value in _numbers(body["data"], untold(answer.found))],
        "profiles": mark_safe("".join(_profiles(answer))),  # noqa: S308 - each row is escaped
        "total": len(answer.found) > 1,
        "langs": _most(body["langsDetail"]),
        "topics": _most(body["topicsDetail"]),
        "lists": lists,
    }
    return render_to_string("from_git/tables/answer.html", context)


def _profiles(answer: Answer) -> Iterator[SafeString]:
    """A row for each profile."""
    for profile, row in zip(answer.found, profile_rows(answer), strict=True):
        numbers = [_number(value) for _, value in _numbers(row, row["notTold"])]
        address = f"{profile.host.site}/{quote(profile.owner)}"
        yield format_html(_PROFILE, address, profile.owner, profile.host.label, *numbers, _moment(row["fetchedAt"]))


def _told_apart(profiles: Collection[Profile]) -> dict[str, str]:
    """By URL its owner, with the forge where another profile has the same name."""
    names = Counter(one.key for one in profiles)
    return {one.url: f"{one.owner} ({short_label(one.host)})" if names[one.key] > 1 else one.owner for one in profiles}


def _repository(row: Mapping[str, Any], owners: Mapping[str, str]) -> SafeString:
    numbers, times = (_number(row[name]) for name in ("stars", "watchers")), (row["pushedAt"], row["createdAt"])
    marks = ", ".join(word for word, is_it in (("fork", row["isFork"]), ("archived", row["isArchived"])) if is_it)
    topics = NOTHING if row["topics"] is None else ", ".join(row["topics"])
    texts = *map(_moment, times), row["license"] or NOTHING, marks, ", ".join(row["langs"]), topics
    return format_html(_REPOSITORY, row["url"], row["name"], owners[row["profile"]], *numbers, *texts)


def _numbers(data: Mapping[str, Any], unknown: Collection[str]) -> list[tuple[str, int | None]]:
    return [(name, None if name in unknown else data[name]) for name in _NUMBERS]


def _most(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The names in most repositories, and how many more there are."""
    ranked = sorted(entries, key=lambda one: (-one["repos"], one["name"]))
    rows = [(one["name"], _number(one["repos"]), _number(one.get("bytes"))) for one in ranked[:_MOST]]
    return {"rows": rows, "more": f"{len(ranked) - _MOST:,}" if len(ranked) > _MOST else ""}


def _number(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def _moment(text: str | None) -> str:
    """A time as REPOSITORY has it, to the minute."""
    return NOTHING if text is None else f"{text[:10]} {text[11:16]}"
