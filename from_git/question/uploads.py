"""URLs in a body of any length, which is read piece by piece, so that its profiles are all that stays in memory."""

import csv
import io
import json
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from from_git import forges
from from_git.conf import settings
from from_git.errors import DeadlineError, RequestError, TooManyUrls
from from_git.profiles import parse_profiles
from from_git.question import no_url, wrong_urls
from from_git.question.fields import NAMED, encoded_fields, json_fields, refuse_unknown, shape
from from_git.values.kind import BadUrl
from from_git.values.profile import Profile

PIECE = 262_144
"""Bytes that are read at a time."""
_AT_ONCE = 1_000  # lines that are looked at together
_LONG = 65_536  # characters of a line or field; no URL has so many
_WHOLE = 1_048_576  # bytes of JSON that may be of any shape; longer ones are one list
_ITEM = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_HEAD = re.compile(r'\s*\{\s*"url"\s*:\s*\[')
_ITEMS = re.compile(rf"(?:\s*{_ITEM}\s*,)*+", re.DOTALL)
_LAST = re.compile(rf"\s*({_ITEM})\s*\]\s*\}}\s*", re.DOTALL)
_BREAKS = re.compile(rb".*(&|\n|%0[Aa])", re.DOTALL)
_PLAIN = "Send text in UTF-8, one URL a line, or a CSV with a column url."

Blocks = Iterator[Iterable[object]]
"""Values of `url`, some at a time."""


class Body(io.RawIOBase):
    """The bytes of a body, of text unless it is binary.

    Args:
        read: gives at most so many bytes, none at the end.
        length: how many bytes there are.
        until: the time on the monotonic clock after which no more is read.
        binary: whether it may hold anything, as files do before they are taken apart.
    """

    def __init__(
        self, read: Callable[[int], bytes], length: int, until: float = math.inf, binary: bool = False
    ) -> None:
        self._read, self._left, self._until, self._binary = read, length, until, binary

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Read on.

        Raises:
            RequestError: the body ends too early, or is no text.
            DeadlineError: the time is over.
        """
        if time.monotonic() > self._until:
            raise DeadlineError("There was no time to read the whole list.", advice="Make several batches of it.")
        data = self._read(min(len(buffer), self._left))
        if not data and self._left:  # half a URL may name another owner
            raise RequestError("The body ended before its Content-Length.", "Send all of the body.")
        if b"\0" in data and not self._binary:
            raise RequestError("The body has a NUL, so it is not text in UTF-8.", _PLAIN)
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


def profiles_in(blocks: Blocks) -> list[Profile]:
    """The profiles, each once, in the order asked; see `profiles_asked`.

    Raises:
        RequestError: no URL at all, URLs that are no profiles, or a body that cannot be read.
        TooManyUrls: there are more than BATCH_MAX_URLS; the rest is not read.
    """
    profiles: dict[Profile, None] = {}
    bad: dict[str, BadUrl] = {}
    more = 0
    hosts = forges.hosts()
    try:
        for block in blocks:
            parsed = parse_profiles(_texts(block), hosts, NAMED - len(bad))
            profiles |= dict.fromkeys(parsed.profiles)
            more += parsed.more
            for text, why in parsed.bad:
                bad.setdefault(text, why)
            if len(profiles) > settings.BATCH_MAX_URLS:
                raise TooManyUrls(settings.BATCH_MAX_URLS, len(profiles))
    except UnicodeDecodeError:
        raise RequestError("The body is not UTF-8.", _PLAIN) from None
    if bad:
        raise wrong_urls(list(bad.items()), more)
    if not profiles:
        raise no_url('{"url": ["https://…"]}')
    return list(profiles)


def lines(body: Body) -> Blocks:
    """A text, cut between two of its lines; blank ones cost nothing so.

    Raises:
        RequestError: while it is read: a line is too long for a URL.
    """
    text, rest = _text(body), ""
    while piece := text.read(PIECE):
        cut = 1 + max(piece.rfind("\n"), piece.rfind("\r"))
        if len(rest) + (cut or len(piece)) > PIECE + _LONG:
            raise RequestError(f"A line has more than {_LONG:,} characters.", _PLAIN)
        if cut:
            yield [rest + piece[:cut]]
            rest = piece[cut:]
        else:
            rest += piece
    yield [rest]


def cells(body: Body) -> Blocks:
    """The cells of a CSV's column `url`; without such a head those of its first column, from the first row on.

    Its separator is a semicolon or a tab if the first line has one and no comma.

    Raises:
        RequestError: while it is read: a quotation mark has no end, or stands where none may.
    """
    text = _lines(_text(body))
    first = next(text, "")
    separator = "," if "," in first else next((one for one in ";\t" if one in first), ",")
    rows = csv.reader(chain([first], text), delimiter=separator, strict=True)
    return _blocks(_column(rows))


def members(body: Body, length: int) -> Blocks:
    """The URLs of JSON as `/health-check` takes it; of a long one, which has nothing but `url`, a list.

    Raises:
        RequestError: it has another shape, or other members.
    """
    if length <= _WHOLE:
        found = json_fields(body.readall() or b"")
        refuse_unknown("upload", found)
        yield found.get("url", [])
        return
    text, rest = _text(body), ""
    head = _HEAD.match(text.read(PIECE))
    if head is None:
        raise RequestError('A JSON body of this length has another shape than {"url": […]}.', shape())
    rest = head.string[head.end() :]
    while True:
        items = _ITEMS.match(rest)
        end = items.end() if items else 0
        yield _loaded(rest[: max(0, end - 1)])
        rest = rest[end:]
        more = text.read(PIECE) if len(rest) <= _LONG else ""
        if not more:
            break
        rest += more
    last = _LAST.fullmatch(rest)
    if last is None:
        raise RequestError("The JSON body is not one list of texts.", shape())
    yield _loaded(last[1])


def pairs(body: Body) -> Blocks:
    """The values of `url` in a form's body (`url=…&url=…`), each of which may have many lines.

    Raises:
        RequestError: it has other names, or a value that is too long for a URL.
    """
    rest = b""
    while piece := body.read(PIECE):
        rest += piece
        found = _BREAKS.match(rest)
        if found is None:
            _refuse_long(rest)
            continue
        whole, rest = rest[: found.start(1)], rest[found.end() :]
        _refuse_long(rest)
        yield _urls(whole)
        if found[1] != b"&":  # what follows belongs to the same field
            rest = whole.rpartition(b"&")[2].partition(b"=")[0] + b"=" + rest
    yield _urls(rest)


def _urls(form: bytes) -> Iterable[object]:
    fields = encoded_fields(form)
    refuse_unknown("upload", fields)
    return fields.get("url", ())


def _refuse_long(rest: bytes) -> None:
    if len(rest) > PIECE + _LONG:
        raise RequestError(f"A value of url has a line of more than {_LONG:,} bytes.", _PLAIN)


def _texts(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if not isinstance(value, str):
            raise RequestError("A value of url is no text.", shape())
        yield value


def _loaded(items: str) -> list[object]:
    try:
        found: list[object] = json.loads(f"[{items}]")
    except ValueError as error:
        raise RequestError(f"The JSON body cannot be read: {error}.", shape()) from None
    return found


def _text(body: Body) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedReader(body, PIECE), "utf-8-sig", newline="")


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(_LONG):
        number += 1
        if len(line) == _LONG:
            raise RequestError(f"Line {number:,} has more than {_LONG:,} characters.", _PLAIN)
        yield line


def _column(rows: Iterator[list[str]]) -> Iterator[str]:
    column = number = 0
    try:
        for number, row in enumerate(rows, 1):
            if number == 1 and "url" in (names := [cell.strip().lower() for cell in row]):
                column = names.index("url")
            elif len(row) > column:
                yield row[column]
    except csv.Error as error:
        raise RequestError(f"The CSV cannot be read after row {number:,}: {error}.", _PLAIN) from None


def _blocks(texts: Iterator[str]) -> Blocks:
    while block := list(islice(texts, _AT_ONCE)):
        yield block
