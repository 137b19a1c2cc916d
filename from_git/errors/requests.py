"""Failures that no forge has to do with: the question, this server, ourselves."""

import math

from from_git.errors.base import FromGitError


class RequestError(FromGitError):
    """The question itself is wrong; asking it again gives the same."""

    status = 400
    code = "ERR3"


class NothingHere(RequestError):
    """There is nothing at this address, or no such `format`."""

    status = 404


class MethodRefused(RequestError):
    """The address does not take this method; `Allow` has those that it takes."""

    status = 405


class FormatRefused(RequestError):
    """The client accepts no media type that there is."""

    status = 406


class LengthRequired(RequestError):
    """The request's body comes in chunks, of which WSGI would show us nothing."""

    status = 411


class ConditionFailed(RequestError):
    """The answer is not the one that the request's `If-Match` or `If-Unmodified-Since` names."""

    status = 412


class BodyTooLarge(RequestError):
    """The request's body is larger than we take."""

    status = 413


class LineTooLong(RequestError):
    """The request's address is longer than we take."""

    status = 414


class MediaTypeRefused(RequestError):
    """The request's body has a media type or a charset that is not taken."""

    status = 415


class AskedTooOften(RequestError):
    """This client asks more often than CLIENT_RATE.

    Args:
        limit: how often it may, in words.
        wait: seconds until it may ask again.
    """

    status = 429
    members = ("retryAfter",)

    def __init__(self, limit: str, wait: float) -> None:
        self._seconds = max(1, math.ceil(wait))
        super().__init__(f"This client asks more often than {limit}. Ask again in {self._seconds} s.")

    @property
    def retry_after(self) -> int:
        """Whole seconds, rounded up, at least 1."""
        return self._seconds


class OwnFault(FromGitError):
    """Our own fault; the log has the traceback."""

    status = 500
    code = "ERRX"

    def __init__(self) -> None:
        super().__init__("Something went wrong in from-git itself; its log says what. Asking again may help.")


class ServerFull(FromGitError):
    """This process answers as many requests as it can at the moment (SERVER_THREADS)."""

    status = 503
    code = "ERR2"
    members = ("retryAfter",)
    retry_after = 1

    def __init__(self, places: int) -> None:
        super().__init__(
            f"The server answers {places} requests at this moment and takes no more (SERVER_THREADS)."
            f" Ask again in {self.retry_after} s."
        )
