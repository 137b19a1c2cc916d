"""Reads a workbook as far as `from_git.spreadsheet` writes one, strictly: what it does not know is an error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any
from xml.etree.ElementTree import Element, fromstring
from zipfile import ZipFile

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_EPOCH = datetime(1899, 12, 30)
_ESCAPED = re.compile(r"_x([0-9A-F]{4})_")


@dataclass(frozen=True)
class Page:
    """One sheet."""

    rows: list[list[Any]]
    """Text, number, truth, time or None; each row as long as the first."""
    root: Element
    """All of its XML."""

    def records(self) -> list[dict[str, Any]]:
        """The rows below the head, by its names."""
        head, *rest = self.rows
        return [dict(zip(head, row, strict=True)) for row in rest]

    def one(self, name: str) -> Mapping[str, str]:
        """The attributes of the only element with this name."""
        [found] = self.root.iter(_MAIN + name)
        return found.attrib


def pages(file: IO[bytes]) -> dict[str, Page]:
    """The sheets of a workbook by name, in their order."""
    with ZipFile(file) as archive:
        assert archive.testzip() is None
        parts = {name: archive.read(name) for name in archive.namelist()}
    targets = {one.attrib["Id"]: one.attrib["Target"] for one in _xml(parts["xl/_rels/workbook.xml.rels"])}
    dates = _date_styles(_xml(parts["xl/styles.xml"]))
    sheets = _xml(parts["xl/workbook.xml"]).iter(_MAIN + "sheet")
    return {
        one.attrib["name"]: _page(_xml(parts[f"xl/{targets[one.attrib[_OFFICE + 'id']]}"]), dates) for one in sheets
    }


def _xml(data: bytes) -> Element:
    return fromstring(data)  # noqa: S314 - our own


def _date_styles(styles: Element) -> set[str]:
    """The numbers of the styles whose cells are times."""
    codes = {one.attrib["numFmtId"]: one.attrib["formatCode"] for one in styles.iter(_MAIN + "numFmt")}
    [formats] = styles.iter(_MAIN + "cellXfs")
    return {str(number) for number, one in enumerate(formats) if "yyyy" in codes.get(one.attrib["numFmtId"], "")}


def _page(root: Element, dates: set[str]) -> Page:
    rows: list[list[Any]] = []
    for number, row in enumerate(root.iter(_MAIN + "row"), 1):
        assert row.attrib["r"] == str(number), "a row is left out"
        width = len(rows[0]) if rows else len(row)
        cells: list[Any] = [None] * width
        for cell in row:
            cells[_column(cell.attrib["r"])] = _value(cell, dates)
        rows.append(cells)
    return Page(rows, root)


def _column(place: str) -> int:
    number = 0
    for letter in place.rstrip("0123456789"):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell: Element, dates: set[str]) -> Any:
    assert {one.tag for one in cell} <= {_MAIN + "v", _MAIN + "is"}, "a formula"
    text = "".join(one.text or "" for one in cell.iter() if one.tag in (_MAIN + "v", _MAIN + "t"))
    kind = cell.attrib.get("t", "n")
    if kind == "inlineStr":  # in a table of texts, which the library holds in memory, it would be "s"
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if kind == "b":
        return {"0": False, "1": True}[text]
    assert kind == "n", kind
    if cell.attrib.get("s") in dates:
        return _EPOCH + timedelta(seconds=round(float(text) * 86_400))
    return int(text)
