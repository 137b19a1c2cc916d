"""The cells of a workbook: the type of each, and what does not fit into one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from from_git.serializers import SEPARATOR

MOST_CHARACTERS = 32_767
"""Of a cell; one outside of Unicode's first plane counts twice."""
TIMES = frozenset({"fetchedAt", "createdAt", "pushedAt"})
"""The columns whose texts are times."""


class Cells:
    """Writes values as cells of their type: texts are texts whatever they look like, and times are dates in UTC.

    Attributes:
        head: the format of a column's name.
    """

    def __init__(self, book: Any) -> None:
        self.head = book.add_format({"bold": True})
        self._count = book.add_format({"num_format": "#,##0"})
        self._total = book.add_format({"num_format": "#,##0", "align": "left"})  # below and above texts
        # without it LibreOffice shows a truth as 1 or 0
        self._truth = book.add_format({"num_format": '"TRUE";"TRUE";"FALSE"'})
        # as text, so that one that looks like a formula stays what it is when somebody edits its cell
        self._text = book.add_format({"num_format": "@"})
        self._plain = book.add_format()
        self._time = book.add_format({"num_format": 'yyyy-mm-dd hh:mm:ss "UTC"'})

    def write(self, page: Any, row: int, column: int, name: str, value: object, whole: str) -> None:
        """Write one value, which is not None."""
        if isinstance(value, bool):
            page.write_boolean(row, column, value, self._truth)
        elif isinstance(value, int):
            page.write_number(row, column, value, self._total if name == "value" else self._count)
        elif isinstance(value, str) and name in TIMES:
            page.write_datetime(row, column, datetime.fromisoformat(value.removesuffix("Z")), self._time)
        elif isinstance(value, str):
            self._write_text(page, row, column, cut(value))
        elif isinstance(value, list | tuple):
            self._write_text(page, row, column, joined([str(one) for one in value], whole))

    def _write_text(self, page: Any, row: int, column: int, text: str) -> None:
        if text.startswith("<r>") and text.endswith("</r>"):
            # the library takes such a text for XML of its own and writes it as it is
            page.write_rich_string(row, column, text[0], self._plain, text[1:], self._text)
        else:
            page.write_string(row, column, text, self._text)


def joined(names: Sequence[str], whole: str, most: int = MOST_CHARACTERS) -> str:
    """These names as the text of a cell; where they are too long, whole ones, how many follow, and where they are.

    Args:
        whole: the expansion of the JSON that has all of them.
        most: characters of a cell.
    """
    text = SEPARATOR.join(names)
    if _length(text) <= most:
        return text

    def said(number: int) -> str:
        return f"and {number:,} more: all are in the JSON with expand={whole}"

    left = most - _length(said(len(names)))
    shown: list[str] = []
    for name in names:
        left -= _length(name) + len(SEPARATOR)
        if left < 0:
            break
        shown.append(name)
    return SEPARATOR.join([*shown, said(len(names) - len(shown))])


def cut(text: str, most: int = MOST_CHARACTERS) -> str:
    """The text of a cell; one that is too long ends with the number of characters that are left out."""
    if _length(text) <= most:
        return text
    said = f"… ({len(text):,} characters)"
    kept = text.encode("utf-16-le")[: 2 * (most - _length(said))].decode("utf-16-le", "ignore")
    return kept + said


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
