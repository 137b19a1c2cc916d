"""Names and values, as a query string, a form or a JSON body has them, within bounds of time and memory; the names
that each route knows, and the error for all others."""

import difflib
import json
import re
from binascii import a2b_qp
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from from_git.errors import Complaint, RequestError
from from_git.forges.registry import example_urls
from from_git.serializers import printable
from from_git.values.filters import FILTERS
from from_git.values.words import listed, so_are

Fields = Mapping[str, Sequence[object]]
"""From each name to its values, both in the order sent; a value is text unless somebody sent something else."""
MOST_OTHERS = 100
"""How many fields may be called otherwise than `url`, or hold nothing; a nameless one counts too."""
_URL = b"url"
_FIELD = re.compile(rb"[^&]+")
_TEXT_PART = rb'\r\nContent-Disposition: form-data; name="([a-z_]+)"\r\n\r\n'
_STRAY = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_LONG = 65_536  # bytes; of longer values and bodies nothing is taken apart in Python
_MOST_PARTS = 1_000  # lists, objects and members of a long body
_QUESTION = ("url", *FILTERS)
_DRAWN = (*_QUESTION, "theme", "width", "title")
_PAST = ("url", "since", "until", "key")
PARAMETERS: Mapping[str, Sequence[str]] = {
    "health-check": (*_QUESTION, "expand", "rows", "bom", "at", "format"),
    "body": (*_QUESTION, "expand"),
    "stream": (*_QUESTION, "expand", "format"),
    "card": (*_DRAWN, "hide", "at", "format"),
    "chart": (*_DRAWN, "at", "format"),
    "badge": (*_QUESTION, "label", "color", "style", "at", "format"),
    "history": (*_PAST, "after", "format"),
    "history-chart": (*_PAST, "theme", "width", "title", "format"),
    "page": _QUESTION,
    "batches": ("format",),
    "upload": ("url", "file"),
    "batch": ("bom", "format"),
    "batch-items": ("state", "after", "format"),
}
"""By the name of a route: what it takes; `body` and `upload` are what a POST has in its body.

`format` is there where only one is sent, and changes nothing.
"""
_PASSED = re.compile(r"utm_.*|fbclid|gclid|_|t|v|cachebust", re.DOTALL)
"""What others append to any address, to follow it or to get around a cache."""
NAMED = 20
"""So many of what is wrong are named, of URLs and of parameters."""
_CUT = 200  # characters of a name, and of a value that a message repeats


def filled(fields: Fields) -> Fields:
    """The fields without those of FILTERS that are empty, as a form sends each that nobody has filled in."""
    return {name: values for name, values in fields.items() if name not in FILTERS or any(values)}


def encoded_fields(raw: bytes) -> dict[str, list[object]]:
    """The fields of a query string or of a form's body (`a=1&b=2`), whose text is UTF-8.

    Raises:
        RequestError: there are too many; the rest is not looked at.
    """
    fields: dict[str, list[object]] = {}
    urls = others = 0
    for found in _FIELD.finditer(raw):
        name, _, value = found[0].partition(b"=")
        if name == _URL and value:
            urls += 1
        else:
            others += 1
            _refuse_many(others)
        text = "url" if name == _URL else _decoded(name)
        fields.setdefault(text, []).append(_decoded(value))
    _refuse_many(raw.count(b"&") + bool(raw) - urls)
    return fields


def json_fields(body: bytes) -> dict[str, list[object]]:
    """The members of a JSON object; a member that is no list is a list of one.

    Raises:
        RequestError: it is no JSON object, a member is there twice, or there are too many.
    """
    _refuse_nested(body)
    try:
        read = json.loads(body.decode(), object_pairs_hook=_Pairs, parse_constant=_refuse_constant)
    except RecursionError:
        raise RequestError("The JSON body is nested too deeply.", shape()) from None
    except UnicodeDecodeError:
        raise RequestError("The JSON body is not UTF-8.", shape()) from None
    except ValueError as error:
        raise RequestError(f"The JSON body cannot be read: {error}.", shape()) from None
    if not isinstance(read, _Pairs):
        raise RequestError("The JSON body is no object.", shape())
    _refuse_many(sum(name != "url" for name, _ in read))
    members = {name: value if type(value) is list else [value] for name, value in read}
    if len(members) < len(read):
        names = [name for name, _ in read]
        twice = next(name for number, name in enumerate(names) if name in names[:number])
        complaint = Complaint(twice, "it is there twice")
        raise RequestError(f"The JSON body has '{twice[:200]}' twice.", shape(), parameters=[complaint])
    return members


def plain_parts(body: bytes, boundary: bytes) -> dict[str, list[object]] | None:
    """The fields of a form in parts, where each part is text as browsers and curl send it; None: look closer.

    Raises:
        RequestError: there are too many.
    """
    mark = b"--" + boundary
    head = re.compile(re.escape(mark) + _TEXT_PART)
    fields: dict[str, list[object]] = {}
    at = others = 0
    while found := head.match(body, at):
        end = body.find(b"\r\n" + mark, found.end())
        if end < 0:
            return None
        name = found[1].decode()
        others += name != "url"
        _refuse_many(others)
        fields.setdefault(name, []).append(body[found.end() : end].decode(errors="replace"))
        at = end + 2
    return fields if body[at:].rstrip(b"\r\n") == mark + b"--" else None


def shown(text: str) -> str:
    """A text as asked, in quotation marks, with control and invisible characters escaped, cut after 200 characters."""
    return f"'{printable(text if len(text) <= _CUT else text[:_CUT] + '…')}'"


def shape() -> str:
    """The advice for a JSON body that is not understood."""
    return f'Send JSON like {{"url": {json.dumps(example_urls())}}}.'


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object as pairs; a dict would drop repeated members."""


def _decoded(value: bytes) -> str:
    """Text of a form: `+` is a blank, `%41` an A; what is no UTF-8 becomes U+FFFD, which no URL has."""
    value = value.replace(b"+", b" ")
    if b"%" in value:
        # the codec of quoted-printable differs in its sign alone, and makes no list of the parts: 10 MiB of escapes
        # took 300 MB otherwise
        if not _STRAY.search(value):
            value = a2b_qp(value.replace(b"=", b"=3D").replace(b"%", b"="))
        elif len(value) <= _LONG:
            value = unquote_to_bytes(value)
    return value.decode(errors="replace")


def _refuse_many(others: int) -> None:
    if others > MOST_OTHERS:
        raise RequestError(
            f"There are more than {MOST_OTHERS} parameters that are not url, or are empty.",
            "Send any number of url, and each other parameter once.",
        )


def _refuse_nested(body: bytes) -> None:
    # empty lists in 10 MiB take 250 MB; a question has one list for each member
    if len(body) > _LONG:
        bones = _STRING.sub(b"", body)
        if any(bones.count(sign) > _MOST_PARTS for sign in (b"[", b"{", b":")):
            raise RequestError("The JSON body has another shape than a question.", shape())


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def refuse_unknown(route: str, names: Iterable[str]) -> None:
    """Refuse names that are not in PARAMETERS: a question that is half understood would get wrong numbers.

    Raises:
        RequestError: names each, and the parameter that was probably meant.
    """
    known = PARAMETERS[route]
    unknown = [name for name in names if name not in known and not _PASSED.fullmatch(name)]
    if not unknown:
        return
    complaints = [_complaint(name, known, route) for name in unknown[:NAMED]]
    said = [f"'{one.subject}' {one.reason}{_meant(one)}" for one in complaints]
    if more := len(unknown) - len(complaints):
        said.append(so_are(more, "name"))
    raise RequestError(
        " ".join(said), f"Known here: {listed(known)}. Correct or remove the rest.", parameters=complaints
    )


def _complaint(name: str, known: Sequence[str], route: str) -> Complaint:
    bare = name.strip().lower()
    escaped = bare.startswith("amp;")
    while bare.startswith("amp;"):
        bare = bare.removeprefix("amp;")
    bare = bare.partition("[")[0].strip(" ?&")
    meant = next(iter(difflib.get_close_matches(bare, list(known), n=1, cutoff=0.7)), None)
    subject = name if len(name) <= _CUT else f"{name[:_CUT]}…"
    reason = "is not known in a body" if route in ("body", "upload") else "is not a parameter here"
    if escaped and meant:
        reason += ": & was sent as &amp;"
    return Complaint(subject, reason, meant)


def _meant(one: Complaint) -> str:
    return f"; did you mean '{one.suggestion}'?" if one.suggestion else "."
