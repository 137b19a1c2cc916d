"""What LibreOffice finds in a workbook."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import skipUnless
from xml.etree.ElementTree import Element, parse

_SOFFICE = shutil.which("soffice")
needs_office = skipUnless(_SOFFICE, "LibreOffice is not installed")
_OFFICE, _TABLE, _TEXT = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text")
)


def opened(workbook: Path) -> dict[str, list[list[Any]]]:
    """The cells of each sheet by its name, row by row: text, number, truth, time, or None for an empty one.

    LibreOffice opens the workbook with a profile of its own beside it, and writes what it has found as flat XML there.

    Raises:
        subprocess.SubprocessError: it failed, or took more than two minutes.
    """
    folder = workbook.parent
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [str(_SOFFICE), profile, "--headless", "--convert-to", "fods", "--outdir", str(folder), str(workbook)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    root = parse(workbook.with_suffix(".fods"))  # noqa: S314 - our own
    return {one.attrib[f"{_TABLE}name"]: list(_rows(one)) for one in root.iter(f"{_TABLE}table")}


def _rows(table: Element) -> Iterator[list[Any]]:
    """The rows down to the first empty one, each as long as the first."""
    width = 0
    for row in table.iter(f"{_TABLE}table-row"):
        cells: list[Any] = []
        for cell in row:
            times = int(cell.attrib.get(f"{_TABLE}number-columns-repeated", "1"))
            cells += [_value(cell)] * min(times, 100)
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            return
        width = width or len(cells)
        for _ in range(int(row.attrib.get(f"{_TABLE}number-rows-repeated", "1"))):
            yield cells + [None] * (width - len(cells))


def _value(cell: Element) -> Any:
    kind = cell.attrib.get(f"{_OFFICE}value-type")
    if kind is None:
        return None
    if kind == "string":
        whole = cell.attrib.get(f"{_OFFICE}string-value")
        return "\n".join(map(_words, cell.iter(f"{_TEXT}p"))) if whole is None else whole
    if kind == "date":
        return datetime.fromisoformat(cell.attrib[f"{_OFFICE}date-value"])
    if kind == "boolean":
        return {"true": True, "false": False}[cell.attrib[f"{_OFFICE}boolean-value"]]
    assert kind == "float", kind
    return int(cell.attrib[f"{_OFFICE}value"])


def _words(paragraph: Element) -> str:
    """Its text; runs of blanks are elements."""
    text = paragraph.text or ""
    for one in paragraph:
        text += " " * int(one.attrib.get(f"{_TEXT}c", "1")) if one.tag == f"{_TEXT}s" else _words(one)
        text += one.tail or ""
    return text
