"""Errors that no forge causes: a wrong question, a full server, our own faults."""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from from_git.errors.base import FromGitError


class Complaint(NamedTuple):
    """One wrong URL or parameter of a question."""

    subject: str
    """The URL or the parameter's name, as asked."""
    reason: str
    """A phrase that says what is wrong."""
    suggestion: str | None = None
    """The URL or name that was probably meant."""


class RequestError(FromGitError):
    """The question itself is wrong; asking it again gives the same.

    Args:
        message: what is wrong, in whole sentences.
        advice: what the client can do; None for the usual advice of the class.
        urls: the wrong URLs that are named.
        urls_more: how many more URLs are wrong.
        parameters: the wrong parameters or members of the body.
    """

    status = 400
    code = "ERR3"
    members: ClassVar[tuple[str, ...]] = ("urls", "urlsMore", "parameters")
    usual_advice = "The API is described at /from-git/docs."

    def __init__(
        self,
        message: str,
        advice: str | None = None,
        *,
        urls: Sequence[Complaint] = (),
        urls_more: int = 0,
        parameters: Sequence[Complaint] = (),
    ) -> None:
        super().__init__(message)
        self._advice = advice
        self.urls = tuple(urls)
        self.urls_more = urls_more
        self.parameters = tuple(parameters)

    def _known(self) -> dict[str, Any]:
        known = super()._known()
        if self.urls:
            known |= {"urls": [_shape("url", one) for one in self.urls], "urlsMore": self.urls_more}
        if self.parameters:
            known["parameters"] = [_shape("name", one) for one in self.parameters]
        return known


def _shape(name: str, one: Complaint) -> dict[str, str | None]:
    return {name: one.subject, "reason": one.reason, "suggestion": one.suggestion}


class NothingHere(RequestError):
    """There is nothing at this address, or no such `format`."""

    status = 404
    members = ()


class MethodRefused(RequestError):
    """The address does not allow this method; `Allow` lists those that it allows."""

    status = 405
    members = ()


class FormatRefused(RequestError):
    """None of the media types in `Accept` is available."""

    status = 406
    members = ()


class LengthRequired(RequestError):
    """Chunked bodies are not supported; send a Content-Length."""

    status = 411
    members = ()
    usual_advice = "Send the body with a Content-Length."


class ConditionFailed(RequestError):
    """The answer is not the one that the request's `If-Match` or `If-Unmodified-Since` names."""

    status = 412
    members = ()
    usual_advice = "Ask again without the condition."


class BodyTooLarge(RequestError):
    """The request's body is larger than the server allows."""

    status = 413
    members = ()
    usual_advice = "Ask for fewer profiles at once."


class LineTooLong(RequestError):
    """The request's address is longer than the server allows."""

    status = 414
    members = ()
    usual_advice = "Send the URLs in the body of a POST."


class MediaTypeRefused(RequestError):
    """The request's body has a media type, a content encoding or a charset that is not supported."""

    status = 415
    members = ()


class RangeRefused(RequestError):
    """The file has none of the bytes that `Range` asks for; `Content-Range` says how many it has."""

    status = 416
    members = ()
    usual_advice = "Ask without Range."


class AskedTooOften(RequestError):
    """This client asks more often than CLIENT_RATE.

    Args:
        limit: how often a client may ask, in words.
        wait: seconds until this client may ask again.
    """

    status = 429
    members = ("retryAfter",)

    def __init__(self, limit: str, wait: float) -> None:
        super().__init__(f"This client asks more often than {limit}.", "")
        self.wait = wait


class OwnFault(FromGitError):
    """Our own fault; the log has the traceback."""

    status = 500
    code = "ERRX"
    usual_advice = "Ask again; if that does not help, show the log to whoever runs from-git."

    def __init__(
        self, message: str = "Something went wrong in from-git itself; its log says what.", advice: str | None = None
    ) -> None:
        super().__init__(message)
        self._advice = advice


class ServerFull(FromGitError):
    """This process answers as many requests as it can at the moment (SERVER_THREADS)."""

    status = 503
    code = "ERR2"
    members = ("retryAfter",)
    wait = 1.0

    def __init__(self, places: int, of_client: bool = False) -> None:
        whose = " of this client" if of_client else ""
        more = "no more of it, so that others are answered too" if of_client else "no more"
        super().__init__(
            f"The server answers {places} requests{whose} at this moment and takes {more} (SERVER_THREADS)."
        )
