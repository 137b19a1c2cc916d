"""Every way in which a question can fail.

    FromGitError                status  error  body beyond `error` and `message`
    ├── RequestError               400  ERR3
    │   ├── BodyTooLarge           413  ERR3
    │   └── LineTooLong            414  ERR3
    └── UpstreamError              502  ERR2   upstream, profile
        ├── CredentialsError       502  ERR2   upstream, profile
        ├── MalformedAnswer        502  ERR2   upstream, profile
        ├── LimitError             503  ERR2   upstream, retryAfter
        └── DeadlineError          504  ERR2   upstream, profile

The message tells the reader what to do next, the attributes tell the program. Messages are safe to show to a
client: they never hold a token, a header that we sent, or the text of a foreign exception.
`Cancelled` is no outcome: it ends a task whose group nobody waits for any more.
"""

import copy
import math
from collections.abc import Iterable
from typing import ClassVar, Self

from from_git.profiles import LABELS, Profile


class FromGitError(Exception):
    """An outcome that a client sees; `status` is the HTTP status, `code` the body's `error`."""

    status: ClassVar[int]
    code: ClassVar[str]

    @property
    def message(self) -> str:
        """What happened and what to do, in one or two sentences."""
        return str(self)

    @property
    def retry_after(self) -> int | None:
        """Whole seconds after which asking again can help, or None when time alone does not help."""
        return None

    def facts(self) -> dict[str, str | int]:
        """The members of the body beyond `error` and `message`, in their order."""
        return {}


class RequestError(FromGitError):
    """The question itself is wrong; asking it again gives the same."""

    status = 400
    code = "ERR3"


class BodyTooLarge(RequestError):
    """The request's body is larger than we take."""

    status = 413


class LineTooLong(RequestError):
    """The request's address is longer than we take."""

    status = 414


class UpstreamError(FromGitError):
    """A forge failed, sent nonsense, or said something that leaves the numbers in doubt.

    `reason` says what it did and what to do. `profile` is None until `about` says for whom it happened.
    """

    status = 502
    code = "ERR2"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.profile: Profile | None = None

    def about(self, profile: Profile, secrets: Iterable[str] = ()) -> Self:
        """A copy that names `profile` (as its asker spelt it) and the profile's forge.

        Args:
            secrets: what must not be shown, should the forge's own words repeat it.
        """
        error = copy.copy(self)
        error.profile = profile
        for secret in secrets:
            error.reason = error.reason.replace(secret, "***")
        error.__cause__ = self.__cause__
        return error

    def __str__(self) -> str:
        if self.profile is None:
            return self.reason
        return f"No answer from {LABELS[self.profile.forge]} for {self.profile.url}: {self.reason}"

    def facts(self) -> dict[str, str | int]:
        """`upstream` (the forge's name) and `profile` (the URL as asked)."""
        return {"upstream": self.profile.forge, "profile": self.profile.url} if self.profile else {}


class CredentialsError(UpstreamError):
    """The forge refused our credentials, or we have none; the reason names the setting to mend."""


class MalformedAnswer(UpstreamError):
    """The forge sent an answer of another shape than its API promises."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.reason = f"it sent an answer of another shape than its API promises ({place}). Try again later."


class LimitError(UpstreamError):
    """The forge's rate limit is used up; `seconds` until it can serve us again."""

    status = 503

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.args = (reason, seconds)
        self.seconds = seconds

    @property
    def retry_after(self) -> int:
        """Whole seconds, rounded up, at least 1."""
        return max(1, math.ceil(self.seconds))

    def __str__(self) -> str:
        return f"{super().__str__()} Ask again in {self.retry_after} s."

    def facts(self) -> dict[str, str | int]:
        """`upstream` and `retryAfter` (seconds)."""
        upstream = {"upstream": self.profile.forge} if self.profile else {}
        return {**upstream, "retryAfter": self.retry_after}


class DeadlineError(UpstreamError):
    """The time for the whole answer passed before the forge had said everything."""

    status = 504


class Cancelled(Exception):
    """Raised inside a task whose group has ended, and to the owner of a group that was cancelled."""
