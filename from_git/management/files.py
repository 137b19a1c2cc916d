"""Files that an answer is written to, each whole or not at all."""

import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.core.management.base import CommandError

from from_git.aggregator import Answer
from from_git.errors import RequestError
from from_git.management.lists import shown

_LONGEST = 255  # bytes, of usual file systems


def targets(given: Mapping[str, str | None], lists: Iterable[str]) -> dict[str, Path]:
    """The files to write, by the names of their options; nothing is written yet.

    Args:
        given: what each of these options has been given, None for nothing.
        lists: files that are read.

    Raises:
        RequestError: a file could not be written, or is one of the others.
    """
    taken = {_real(name) for name in lists if name != "-"}
    found: dict[str, Path] = {}
    for option, name in given.items():
        if name is None:
            continue
        path = _real(name)
        why = "another option has it too" if path in taken else _unwritable(name, path)
        if why:
            raise RequestError(
                f"{option} cannot write {shown(name)}: {why}.", f"Name a file in a folder that exists: {option} FILE."
            )
        taken.add(path)
        found[option] = Path(path)
    return found


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that has its name only once the block has ended without an error; until then a file of that name stays.

    Raises:
        OSError: it cannot be written.
    """
    part = path.parent / f".from-git-{secrets.token_hex(8)}"
    try:
        with part.open("x+b") as file:
            yield file
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write(answer: Answer, option: str, path: Path) -> None:
    """Write what an option asks for.

    Raises:
        CommandError: the file could not be written; there is none then, or the one that there was.
        RequestError: the answer does not fit into such a file.
    """
    try:
        with whole(path) as file:
            WRITERS[option](answer, file)
    except OSError as error:
        raise CommandError(f"{shown(str(path))} was not written: {error.strerror or error}.") from error


def _real(name: str) -> str:
    """The path without links, so that what a link leads to is written and the link stays."""
    try:
        return os.path.realpath(name)
    except (OSError, ValueError):  # a NUL
        return name


def _unwritable(name: str, path: str) -> str | None:
    if name == "-":
        return "it takes the name of a file, and not the standard output"
    if "\0" in name or not name or name.endswith(os.sep):
        return "this is no name of a file"
    if len(os.fsencode(os.path.basename(path))) > _LONGEST:
        return "its name is too long"
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        return "its folder does not exist"
    if os.path.exists(path) and not os.path.isfile(path):
        return "it is no file"
    if not os.access(folder, os.W_OK | os.X_OK):
        return "files cannot be made in its folder"
    return None


def _workbook(answer: Answer, file: IO[bytes]) -> None:
    from from_git import spreadsheet

    spreadsheet.write(answer, file)


def _card(answer: Answer, file: IO[bytes]) -> None:
    import django

    django.setup()  # pictures are templates of an installed app
    from from_git.pictures import PICTURES

    file.write(PICTURES["card"].of(answer, time.time()))


WRITERS: Mapping[str, Callable[[Answer, IO[bytes]], None]] = {"--xlsx": _workbook, "--card": _card}
"""By option: what writes an answer into an open file."""
