"""Answers to requests that no application has seen, in the form of all other errors."""

from http import HTTPStatus
from typing import Any, NamedTuple

from gunicorn import util
from gunicorn.http import errors
from gunicorn.http.message import Request

from from_git.logfacts import bound_facts
from from_git.server.lobby import BYTES_PER_SECOND, PATIENCE, TooMany, TooSlow


class Refusal(NamedTuple):
    """Status, code and words of the answer to an error."""

    status: int
    code: str
    message: str
    advice: str
    retry_after: int | None = None
    """Seconds, where time helps."""


_MEND = "Mend the request, or use another client."
_REFUSALS: tuple[tuple[type[Exception], Refusal], ...] = tuple(
    (kind, Refusal(status, "ERR3", message, advice))
    for kind, status, message, advice in (
        (errors.LimitRequestLine, 414, "The address is too long.", "Send the URLs in the body of a POST."),
        (errors.LimitRequestHeaders, 431, "The headers are too many or too long.", "Send fewer or shorter headers."),
        (
            errors.UnsupportedTransferCoding,
            501,
            "Transfer codings are not supported.",
            "Send the body with a Content-Length.",
        ),
        (errors.ExpectationFailed, 417, "The only expectation that is met is 100-continue.", "Leave out Expect."),
        (errors.InvalidHTTPVersion, 400, "The protocol spoken here is HTTP/1.1.", "Use HTTP/1.1."),
        (errors.InvalidRequestMethod, 400, "The method is malformed.", _MEND),
        (errors.InvalidRequestLine, 400, "The request line is malformed.", "Percent-encode odd characters."),
    )
)
_MALFORMED = Refusal(400, "ERR3", "The headers are malformed.", _MEND)
_LENGTH = Refusal(
    400,
    "ERR3",
    "The Content-Length is not one number, or there is a Transfer-Encoding beside it.",
    "Send one Content-Length and no Transfer-Encoding.",
)
_LATE = Refusal(
    408,
    "ERR3",
    f"The request came too slowly: a head has {PATIENCE:g} s, a body {PATIENCE:g} s and one more for each"
    f" {BYTES_PER_SECOND:,} bytes.",
    "Send it again, faster.",
)
_CROWDED = Refusal(
    503,
    "ERR2",
    "The server has too many connections open, and gave up those whose requests were not whole.",
    "Send the request again, in one piece.",
    1,
)


def refusal(error: Exception) -> Refusal:
    """The answer to an error that ended a request outside the application."""
    if isinstance(error, TooSlow | TooMany):
        return _LATE if isinstance(error, TooSlow) else _CROWDED
    # headers of the application's answer
    ours = isinstance(error, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName)
    if isinstance(error, errors.ParseException) and not ours:
        if isinstance(error, errors.InvalidHeader) and error.hdr == "CONTENT-LENGTH":
            return _LENGTH
        return next((one for kind, one in _REFUSALS if isinstance(error, kind)), _MALFORMED)
    # not above: gunicorn's master loads this module, and nothing that knows Django's settings
    from from_git.errors import OwnFault

    fault = OwnFault()
    return Refusal(fault.status, fault.code, fault.message, fault.advice)


def answer(request: Any, error: Exception, log: Any) -> bytes:
    """The whole answer to a request that `error` ended; writes its line.

    Nothing of the request comes back: it may hold bytes that a terminal obeys.

    Args:
        request: as far as it could be parsed, or None.
        log: gunicorn's, for the traceback of a fault of our own.
    """
    from from_git.middleware import REQUEST_ID, refused, request_id

    found = refusal(error)
    seen = request or getattr(error, "req", None)
    known = seen if isinstance(seen, Request) else None
    own_id = request_id(dict(known.headers).get(REQUEST_ID.upper()) if known else None)
    if found.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        with bound_facts(request_id=own_id, outcome=found.code):
            log.error("A request could not be answered", exc_info=error)
    method, path = (known and known.method) or "", (known and known.path) or ""
    words = found.message, found.advice
    headers, body = refused(found.status, found.code, words, own_id, method, path, found.retry_after)
    headers["Date"] = util.http_date()
    phrase = HTTPStatus(found.status).phrase
    lines = [f"HTTP/1.1 {found.status} {phrase}", *map(": ".join, headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body
