"""An answer as a workbook that Excel and LibreOffice open (Office Open XML, ECMA-376)."""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any, NamedTuple

from from_git.aggregator import Answer
from from_git.errors import Complaint, DeadlineError, OwnFault, RequestError
from from_git.serializers import BATCH_COLUMNS, COLUMNS, REPOSITORY, answer_body, repository_rows, table_rows
from from_git.spreadsheet.cells import TIMES, Cells
from from_git.values.found import untold
from from_git.values.keys import KEYS

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 2**20 - 1
"""Of a sheet, below its head."""
_WIDTHS = {"url": 48, "profile": 36, "value": 60, "label": 24, "langs": 36, "topics": 36, "name": 32, "owner": 20}
_WIDTHS |= {"host": 18, "license": 16, "kind": 18, **dict.fromkeys(TIMES, 25)}  # in characters
_USUAL_WIDTH = 14
_NEVER = 315_532_800.0  # 1980, the first year of a zip archive, where there is no number
# of 20 at once, each with 20,000 rows, none was ready within a minute
_at_once = threading.BoundedSemaphore(2)
_FIRST_TOTALS = 7  # rows: the six numbers, and the filter

Row = Mapping[str, object]


class _Sheet(NamedTuple):
    name: str
    columns: Sequence[str]
    rows: Iterable[Row]
    whole: str
    """The expansion that has the same in JSON."""


def refuse_large(answer: Answer, most: int = MOST_ROWS) -> None:
    """Refuse an answer with a sheet that would be too long.

    Args:
        most: rows of a sheet below its head.

    Raises:
        RequestError: says what there is too much of.
    """
    missing = len(answer.missing) + len(answer.missing_repositories)
    rows = {
        "profiles": len(answer.found) + missing,
        "repositories": answer.counted,
        "languages": len(answer.stats.langs),
        "topics": len(answer.stats.topics),
        "missing profiles and repositories": missing + _FIRST_TOTALS,
    }
    for things, number in rows.items():
        if number > most:
            raise _too_long(things, most)


def _too_long(things: str, most: int) -> RequestError:
    reason = f"holds at most {most:,} rows in a sheet, and there are more {things}"
    return RequestError(
        f"A workbook {reason}.",
        "Take CSV, which has no such limit, or ask for fewer profiles at once.",
        parameters=[Complaint("format", reason, "csv")],
    )


def write(answer: Answer, file: IO[bytes], until: float = math.inf) -> None:
    """Write the answer as a workbook: sheets Totals, Profiles, Repositories, Languages and Topics, always all of them.

    The same answer gives the same bytes. Rows are written as they are read, and wait in files of a temporary folder, so
    that a workbook takes little memory whatever its length; the folder is gone when this returns or raises.

    Args:
        file: gets the workbook from its start; open for bytes, empty, and able to seek.
        until: the time on the monotonic clock after which no more rows are written.

    Raises:
        RequestError: a sheet would be too long; nothing is written then.
        DeadlineError: the time is over.
        OSError: the file or the folder cannot be written.
    """
    refuse_large(answer)
    _write(_sheets(answer), _dated(answer), file, until)


def _write(sheets: Iterable[_Sheet], dated: datetime, file: IO[bytes], until: float) -> None:
    import xlsxwriter  # 12 ms, 3 MB; nobody may ever ask for a workbook

    lent = _Lent(file)
    try:
        with TemporaryDirectory(prefix="from-git-") as folder:
            book = xlsxwriter.Workbook(lent, {"constant_memory": True, "tmpdir": folder})
            book.set_properties({"created": dated})
            cells = Cells(book)
            for sheet in sheets:
                _fill(book.add_worksheet(sheet.name), sheet._replace(rows=_in_time(sheet.rows, until)), cells)
            book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise error.args[0] from None  # what it was, which this hides
    finally:
        lent.back = True


class _Lent:
    """A file until it is given back; from then on it takes all and keeps nothing.

    The library does not close the archive of a workbook that fails; as it is forgotten it writes its end all the same,
    and whatever that raises would be printed.
    """

    back = False

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        return len(data) if self.back else self._file.write(data)

    def seek(self, place: int) -> int:
        return place if self.back else self._file.seek(place)

    def tell(self) -> int:
        return 0 if self.back else self._file.tell()

    def flush(self) -> None:
        if not self.back:
            self._file.flush()


def spooled(answer: Answer, until: float = math.inf) -> IO[bytes]:
    """The workbook in a temporary file, which whoever gets it closes; a few are made at a time, the others wait.

    Raises:
        RequestError, DeadlineError: see `write`.
        OwnFault: there is no place for temporary files; the log says why.
    """
    return _spooled(lambda file: write(answer, file, until), until)


def spooled_batch(
    rows: Iterable[Row], told: Mapping[str, Any], until: float = math.inf, most: int = MOST_ROWS
) -> IO[bytes]:
    """The workbook of a batch, likewise: its state, and a row for each profile.

    Args:
        rows: of `batches.told.table_rows`.
        told: of `batches.told.state_members`.
        most: rows of a sheet below its head.

    Raises:
        RequestError, DeadlineError, OwnFault: see `spooled`.
    """

    def bounded() -> Iterator[Row]:  # what a sheet has no room for would be left out without a word
        for number, row in enumerate(rows):
            if number == most:
                raise _too_long("profiles and missing repositories", most)
            yield row

    flat = {**told, **told["counts"]}
    facts = [{"key": name, "value": value} for name, value in flat.items() if not isinstance(value, dict)]
    sheets = [
        _Sheet("Batch", ("key", "value"), facts, ""),
        _Sheet("Profiles", (*BATCH_COLUMNS, "host"), bounded(), "profiles"),
    ]
    dated = datetime.fromisoformat(told["createdAt"]).replace(tzinfo=None)
    return _spooled(lambda file: _write(sheets, dated, file, until), until)


def _spooled(fill: Callable[[IO[bytes]], None], until: float) -> IO[bytes]:
    if not _at_once.acquire(timeout=min(threading.TIMEOUT_MAX, max(0.0, until - time.monotonic()))):
        raise _late()
    try:
        with ExitStack() as stack:
            file = stack.enter_context(TemporaryFile(prefix="from-git-"))
            fill(file)
            stack.pop_all()
    except OSError as error:
        logger.error("No workbook could be made, for which there must be room in the folder of TMPDIR: %s", error)
        words = "A workbook is made in temporary files, and those cannot be written here."
        raise OwnFault(words, "Take CSV, which needs no files. Its log tells whoever runs from-git why.") from None
    finally:
        _at_once.release()
    return file


def _in_time(rows: Iterable[Row], until: float) -> Iterator[Row]:
    for row in rows:
        if time.monotonic() > until:
            raise _late()
        yield row


def _late() -> DeadlineError:
    advice = "Take CSV, which is sent as it is made, or ask again: what was counted is kept for a while."
    return DeadlineError("There was no time to write all rows of the workbook.", advice=advice)


def _dated(answer: Answer) -> datetime:
    """When the oldest number in it was counted, in UTC: a clock would give the same answer other bytes."""
    oldest = min((answer.fetched[profile].oldest for profile in answer.found), default=_NEVER)
    return datetime.fromtimestamp(int(oldest), UTC).replace(tzinfo=None)


def _sheets(answer: Answer) -> list[_Sheet]:
    body = answer_body(answer, ("langs", "topics"))
    return [
        _Sheet("Totals", ("key", "label", "value"), _totals(answer), ""),
        _Sheet("Profiles", (*COLUMNS, "host"), table_rows(answer), "profiles"),
        _Sheet("Repositories", REPOSITORY, repository_rows(answer), "repositories"),
        _Sheet("Languages", ("name", "repos", "bytes"), body["langsDetail"], "langs"),
        _Sheet("Topics", ("name", "repos"), body["topicsDetail"], "topics"),
    ]


def _totals(answer: Answer) -> Iterator[Row]:
    """The six numbers, then the filter, then what is missing."""
    unknown = untold(answer.found)
    for key, number in answer.stats.numbers().items():
        yield {"key": key, "label": KEYS[key].label, "value": None if key in unknown else number}
    yield {"key": "filter", "label": "Filter", "value": answer.filter.words or "none"}
    for profile in answer.missing:
        yield {"key": "missing", "label": "Missing profile", "value": profile.url}
    for url in answer.missing_repositories:
        yield {"key": "missing", "label": "Missing repository", "value": url}


def _fill(page: Any, sheet: _Sheet, cells: Cells) -> None:
    number = 0
    for column, name in enumerate(sheet.columns):
        page.set_column(column, column, _WIDTHS.get(name, _USUAL_WIDTH))
        page.write_string(0, column, name, cells.head)
    for number, row in enumerate(sheet.rows, 1):
        for column, name in enumerate(sheet.columns):
            value = row.get(name)
            if value not in (None, "", [], ()):
                cells.write(page, number, column, name, value, sheet.whole)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, number, len(sheet.columns) - 1)
    # else Excel marks a name such as 007
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
