"""From the body of a POST to the values of `url` in it, some at a time, whatever its media type."""

import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from from_git.conf import settings
from from_git.errors import BodyTooLarge, RequestError, TooManyUploads
from from_git.question.fields import refuse_unknown
from from_git.question.uploads import Blocks, Body, cells, lines, members, pairs
from from_git.views.counting import content_length

KINDS = {
    "application/json": "JSON",
    "application/x-www-form-urlencoded": "a form",
    "multipart/form-data": "a form with files",
    "text/plain": "one URL a line",
    "text/csv": "CSV",
}
"""The media types of bodies, and what they are."""
_SHORT = 1_048_576  # bytes of a body of which any number are read at the same time
_few = threading.BoundedSemaphore(2)  # a list of a million URLs takes 400 MB until it is stored


@contextmanager
def one_of_few(request: Request) -> Iterator[None]:
    """Let a few long bodies be read at the same time.

    Raises:
        TooManyUploads: they are.
    """
    if content_length(request) <= _SHORT:
        yield
        return
    if not _few.acquire(timeout=settings.TEMPO.patience):
        raise TooManyUploads
    try:
        yield
    finally:
        _few.release()


def blocks(request: Request, until: float) -> Generator[Iterable[object], None, None]:
    """The values of `url` in the body.

    Args:
        until: the time on the monotonic clock after which no more is read.

    Raises:
        UnsupportedMediaType: its media type is not among KINDS.
        RequestError: while they are read: the body does not match its media type, or has other members.
    """
    length = content_length(request)
    kind = str(request.content_type or "").partition(";")[0].strip().lower()
    if not length:
        return
    if kind == "multipart/form-data":
        yield from _parts(request, until)
        return
    if kind not in KINDS:
        raise UnsupportedMediaType(kind)
    yield from _read(kind, Body(request._request.read, length, until), length)


def _read(kind: str, body: Body, length: int) -> Blocks:
    if kind == "application/json":
        return members(body, length)
    if kind == "application/x-www-form-urlencoded":
        return pairs(body)
    return cells(body) if kind == "text/csv" else lines(body)


def _parts(request: Request, until: float) -> Blocks:
    """The parts named `url`, then those named `file`, each of which is text or a file."""
    plain = request._request
    body = BufferedReader(Body(plain.read, content_length(request), until, binary=True))
    try:
        fields, files = MultiPartParser(plain.META, body, [TemporaryFileUploadHandler(plain)], "utf-8").parse()
    except TooManyFilesSent:
        most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        raise BodyTooLarge(f"A form has more than {most} files.", "Send one file with all URLs.") from None
    except RequestDataTooBig:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raise BodyTooLarge(f"The texts of a form have more than {most:,} bytes.", "Send a file.") from None
    except MultiPartParserError as error:
        raise RequestError(f"The multipart body cannot be read: {error}", "Send it as text instead.") from None
    refuse_unknown("upload", dict.fromkeys((*fields, *files)))
    for name in ("url", "file"):
        yield fields.getlist(name)
    for name in ("url", "file"):
        for file in files.getlist(name):
            with file:
                yield from _file(file, until)


def _file(file: "UploadedFile[bytes]", until: float) -> Blocks:
    length = int(file.size or 0)
    is_csv = file.content_type == "text/csv" or str(file.name).lower().endswith(".csv")
    kind = "application/json" if file.content_type == "application/json" else "text/csv" if is_csv else "text/plain"
    return _read(kind, Body(file.read, length, until), length)
