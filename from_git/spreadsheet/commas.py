"""A table as CSV, as RFC 4180 has it."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Generator, Iterable, Mapping, Sequence
from itertools import islice

from from_git.serializers import SEPARATOR

# where a spreadsheet sees a formula; NFKC makes the full-width and small forms the same characters
_FORMULA = frozenset("=+-@\N{MINUS SIGN}")
_ROWS = 500  # in one part


def csv_parts(
    columns: Sequence[str], rows: Iterable[Mapping[str, object]], mark: bool = False
) -> Generator[bytes, None, None]:
    """The bytes of a CSV, one part after the other; what a row does not tell is an empty cell, and no spreadsheet runs
    a text as a formula.

    Args:
        mark: whether it begins with a byte order mark.
    """
    if mark:
        yield codecs.BOM_UTF8
    text, more = io.StringIO(newline=""), iter(rows)
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    while some := list(islice(more, _ROWS)):
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in some)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _cell(value: object) -> object:
    """A value as a cell: numbers stay numbers, and no spreadsheet runs a text as a formula."""
    if isinstance(value, str):
        return _harmless(value)
    if isinstance(value, list | tuple):
        # each by itself: a program that takes the semicolon for the end of a cell sees every one of them
        return SEPARATOR.join(_harmless(str(one)) for one in value)
    return value


def _harmless(text: str) -> str:
    first = next((c for c in text if c.isprintable() and not c.isspace()), "")
    begins_formula = unicodedata.normalize("NFKC", first)[:1] in _FORMULA
    return f"'{text}" if text[:1] in ("\t", "\r", "\n") or begins_formula else text
