"""Every way in which a question can fail.

    FromGitError                status  error  body beyond `error` and `message`
    ├── RequestError               400  ERR3
    │   ├── NothingHere            404  ERR3
    │   ├── MethodRefused          405  ERR3
    │   ├── FormatRefused          406  ERR3
    │   ├── LengthRequired         411  ERR3
    │   ├── ConditionFailed        412  ERR3
    │   ├── BodyTooLarge           413  ERR3
    │   ├── LineTooLong            414  ERR3
    │   ├── MediaTypeRefused       415  ERR3
    │   └── AskedTooOften          429  ERR3   retryAfter
    ├── OwnFault                   500  ERRX
    ├── ServerFull                 503  ERR2   retryAfter
    └── UpstreamError              502  ERR2   upstream, profile
        ├── CredentialsError       502  ERR2   upstream, profile
        ├── MalformedAnswer        502  ERR2   upstream, profile
        ├── TransientError         502  ERR2   upstream, profile
        │   ├── BrokenError        502  ERR2   upstream, profile
        │   └── TooHeavyError      502  ERR2   upstream, profile
        ├── LimitError             503  ERR2   upstream, retryAfter
        │   └── BudgetError        503  ERR2   upstream, retryAfter where time helps
        ├── UnfinishedError        503  ERR2   upstream, profile, retryAfter
        └── DeadlineError          504  ERR2   upstream, profile

The message tells the reader what to do next, the attributes tell the program. Messages are safe to show to a
client: they never hold a token, a header that we sent, or the text of a foreign exception.
`Cancelled` is no outcome: it ends a task whose group nobody waits for any more.
"""

import json
import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar, Self
from urllib.parse import quote

from from_git.profiles import LABELS, Profile


class FromGitError(Exception):
    """An outcome that a client sees; `status` is the HTTP status, `code` the body's `error`."""

    status: ClassVar[int]
    code: ClassVar[str]
    members: ClassVar[tuple[str, ...]] = ()
    """What the body has beyond `error` and `message`, in its order."""

    @property
    def message(self) -> str:
        """What happened and what to do, in one or two sentences."""
        return str(self)

    @property
    def retry_after(self) -> int | None:
        """Whole seconds after which asking again can help, or None when time alone does not help."""
        return None

    def facts(self) -> dict[str, str | int]:
        """The values of `members`; one that is not known is left out."""
        return {}


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

    def facts(self) -> dict[str, str | int]:
        """`retryAfter` (seconds)."""
        return {"retryAfter": self._seconds}


class OwnFault(FromGitError):
    """Our own fault; the log has the traceback."""

    status = 500
    code = "ERRX"

    def __init__(self) -> None:
        super().__init__("Something went wrong in from-git itself; its log says what. Asking again may help.")


class ServerFull(FromGitError):
    """This process answers as many requests as it can at the moment; `places` is their number."""

    status = 503
    code = "ERR2"
    members = ("retryAfter",)
    retry_after = 1

    def __init__(self, places: int) -> None:
        super().__init__(
            f"The server answers {places} requests at this moment and takes no more (SERVER_THREADS)."
            f" Ask again in {self.retry_after} s."
        )

    def facts(self) -> dict[str, str | int]:
        """`retryAfter` (seconds)."""
        return {"retryAfter": self.retry_after}


class UpstreamError(FromGitError):
    """A forge failed, sent nonsense, or said something that leaves the numbers in doubt.

    `reason` says what it did and what to do; `{said}` in it stands for `said`, the forge's own words, which are foreign
    text and are shown cut and cleaned. `profile` is None until `about` says for whom it happened.
    """

    status = 502
    code = "ERR2"
    members: ClassVar[tuple[str, ...]] = ("upstream", "profile")
    attempts: ClassVar[int] = 1
    """How often a call that ends in this may be sent in all."""
    outcome: ClassVar[str] = "failed"
    """How the metrics call a call that ends in this."""
    wait: float | None = None
    """Seconds that the forge wants us to wait before the next try; None: it does not say."""

    def __init__(self, reason: str, said: object = "") -> None:
        super().__init__(reason, said)
        self.reason = reason
        # cleaned before anything is looked for in it: a token with a zero-width space inside is still a token
        self.said = "".join(filter(str.isprintable, said)) if isinstance(said, str) else ""
        self.profile: Profile | None = None
        self.tries = 1
        """How often the call was sent."""

    def bare(self) -> Self:
        """A copy without traceback and cause, which hold on to all that was under way."""
        error = type(self).__new__(type(self))  # copy.copy would call __init__, with what was made of its arguments
        error.__dict__.update(self.__dict__)
        return error

    def about(self, profile: Profile, secrets: Iterable[str] = ()) -> Self:
        """A copy that names `profile` (as its asker spelt it) and the profile's forge.

        Args:
            secrets: what must not be shown, should the forge's own words repeat it.
        """
        error = self.without(secrets)
        error.profile = profile
        error.__cause__ = self.__cause__
        return error

    def without(self, secrets: Iterable[str]) -> Self:
        """A bare copy that holds none of `secrets`."""
        error = self.bare()
        for secret in secrets:
            error.reason, error.said = struck(error.reason, secret), struck(error.said, secret)
        return error

    def __str__(self) -> str:
        reason = self.reason.replace("{said}", quoted(self.said))
        if self.tries > 1:
            reason += f" It was asked {self.tries} times."
        if self.profile is None:
            return reason
        return f"No answer from {LABELS[self.profile.forge]} for {self.profile.url}: {reason}"

    def facts(self) -> dict[str, str | int]:
        """`upstream` (the forge's name) and `profile` (the URL as asked)."""
        return {"upstream": self.profile.forge, "profile": self.profile.url} if self.profile else {}


class CredentialsError(UpstreamError):
    """The forge refused our credentials, or we have none; the reason names the setting to mend."""

    outcome = "credentials"


class TransientError(UpstreamError):
    """The forge failed in a way that may pass: a status from 500, a body that is no JSON, an error without a type."""

    attempts = 12
    outcome = "transient"

    def __init__(self, reason: str, said: object = "", wait: float | None = None) -> None:
        super().__init__(reason, said)
        self.wait = wait


class BrokenError(TransientError):
    """The forge could not be reached, or the connection broke before its answer was whole."""

    outcome = "broken"


class TooHeavyError(TransientError):
    """The forge did not manage to answer in time; a smaller question may be answered, where there is one."""

    outcome = "too_heavy"


class MalformedAnswer(UpstreamError):
    """The forge sent an answer of another shape than its API promises."""

    attempts = 3
    outcome = "malformed"

    def __init__(self, place: str) -> None:
        super().__init__(f"it sent an answer of another shape than its API promises ({place}). Try again later.")


class LimitError(UpstreamError):
    """The forge's rate limit is used up; asking again after `retryAfter` seconds helps.

    Args:
        wait: seconds until it can serve us again; None: no time helps.
        guessed: whether `wait` is our guess, because the forge did not say.
    """

    status = 503
    members = ("upstream", "retryAfter")
    attempts = 12
    outcome = "limit"

    def __init__(self, reason: str, wait: float | None, guessed: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.guessed = guessed

    @property
    def retry_after(self) -> int | None:
        """Whole seconds, rounded up, at least 1; None when no time helps."""
        return None if self.wait is None else max(1, math.ceil(self.wait))

    def __str__(self) -> str:
        return f"{super().__str__()} Ask again in {self.retry_after} s." if self.retry_after else super().__str__()

    def facts(self) -> dict[str, str | int]:
        """`upstream` and `retryAfter` (seconds)."""
        facts: dict[str, str | int] = {"upstream": self.profile.forge} if self.profile else {}
        return {**facts, "retryAfter": self.retry_after} if self.retry_after else facts


class BudgetError(LimitError):
    """What may be spent at the forge does not suffice for this answer; `retryAfter` is there if time helps.

    Args:
        figures: what is needed and what there is.
        advice: what to do where no time helps.
    """

    attempts = 1

    def __init__(self, figures: str, wait: float | None, advice: str = "") -> None:
        super().__init__(f"{figures} {advice}".rstrip(), wait)
        self.figures = figures


class UnfinishedError(UpstreamError):
    """The time for the whole answer passed, and the forge is still being read: asking again finds more, or all."""

    status = 503
    members = ("upstream", "profile", "retryAfter")

    def __init__(self, reason: str, wait: float) -> None:
        super().__init__(reason)
        self.wait = wait

    @property
    def retry_after(self) -> int | None:
        """Whole seconds, rounded up, at least 1."""
        return max(1, math.ceil(self.wait or 0.0))

    def __str__(self) -> str:
        return f"{super().__str__()} Ask again in {self.retry_after} s."

    def facts(self) -> dict[str, str | int]:
        """As of every UpstreamError, and `retryAfter` (seconds)."""
        return {**super().facts(), "retryAfter": self.retry_after or 1}


class DeadlineError(UpstreamError):
    """The time for the whole answer passed before the forge had said everything."""

    status = 504
    outcome = "deadline"


class Cancelled(Exception):
    """Raised inside a task whose group has ended, and to the owner of a group that was cancelled."""


def kinds(kind: type[FromGitError] = FromGitError) -> list[type[FromGitError]]:
    """The errors that a client can see, in the order of their tree."""
    below = [one for sub in kind.__subclasses__() for one in kinds(sub)]
    return below if kind is FromGitError else [kind, *below]


def struck(text: str, secret: str) -> str:
    """`text` without the secret, in whatever letter case, as JSON writes it or as an address holds it."""
    return _forms(secret).sub("***", text)


@lru_cache(maxsize=64)
def _forms(secret: str) -> re.Pattern[str]:
    forms = {secret, json.dumps(secret)[1:-1], quote(secret), quote(secret, safe="")}
    # the longer ones first, since one may begin with another
    return re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)), re.IGNORECASE)


def quoted(words: str) -> str:
    """A forge's own words, cut, as the end of a phrase; nothing when there are none."""
    return f": “{words[:200]}”" if words else ""
