"""Errors of a forge, and of our calls to it."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self, TypeVar

from from_git.errors.base import FromGitError
from from_git.errors.words import quoted, struck
from from_git.values.profile import Profile


class UpstreamError(FromGitError):
    """A forge failed, sent nonsense, or said something that leaves the numbers in doubt.

    `reason` says what the forge did, in whole sentences that begin with a small letter. `said` are the forge's own
    words: foreign text, which is shown behind the reason, cut and cleaned. `advice` says what to do. `profile` is None
    until `about` names one.
    """

    status = 502
    code = "ERR2"
    members: ClassVar[tuple[str, ...]] = ("upstream", "profile", "host")
    attempts: ClassVar[int] = 1
    """How often a call that ends in this error may be sent in all."""
    outcome: ClassVar[str] = "failed"
    """The label `outcome` of the metrics for a call that ends in this error."""
    doubtful: bool = False
    """Whether one more try may help where the same credential was good a moment ago."""

    usual_advice = "Try again later."

    def __init__(self, reason: str, said: object = "", advice: str | None = None) -> None:
        super().__init__(reason, said)
        self.reason = reason
        self._advice = advice
        # cleaned before secrets are looked for: a token with a zero-width space inside is still a token
        self.said = "".join(filter(str.isprintable, said)) if isinstance(said, str) else ""
        self.profile: Profile | None = None
        self.tries = 1
        """How often the call was sent."""

    def bare(self) -> Self:
        """A copy without traceback and cause, which would keep the whole fetch in memory."""
        error = type(self).__new__(type(self))  # copy.copy would call __init__ with other arguments
        error.__dict__.update(self.__dict__)
        return error

    def about(self, profile: Profile) -> Self:
        """A bare copy, with its cause, that names `profile` as this request spelt it, and its host's settings."""
        error, words = self.bare(), profile.host.words
        error.profile = profile
        error.reason, error._advice = words(error.reason), error._advice and words(error._advice)
        error.__cause__ = self.__cause__
        return error

    def without(self, secrets: Iterable[str]) -> Self:
        """A bare copy in which stars stand for each of `secrets`, should the forge's own words repeat one."""
        error = self.bare()
        for secret in secrets:
            error.reason, error.said = struck(error.reason, secret), struck(error.said, secret)
            error._advice = error._advice and struck(error._advice, secret)
        return error

    def __str__(self) -> str:
        reason = f"{self.reason.removesuffix('.')}{quoted(self.said)}."
        if self.tries > 1:
            reason += f" It was asked {self.tries} times."
        if self.profile is None:
            return reason
        return f"No answer from {self.profile.host.label} for {self.profile.url}: {reason}"

    def _known(self) -> dict[str, Any]:
        one = self.profile
        named = {"upstream": one.forge, "profile": one.url, "host": one.host.name} if one else {}
        return {**super()._known(), **named}


class CredentialsError(UpstreamError):
    """The forge refused our credentials, or we have none; the reason names the setting to mend."""

    outcome = "credentials"
    refused: bool = False
    """Whether the forge takes the credential for nothing (401), so that it is no good for other questions either."""


class TransientError(UpstreamError):
    """The forge failed in a way that may pass: a status from 500, a body that is no JSON, an error without a type."""

    attempts = 12
    outcome = "transient"

    def __init__(self, reason: str, said: object = "", advice: str | None = None, *, wait: float | None = None) -> None:
        super().__init__(reason, said, advice)
        self.wait = wait


class WallError(TransientError):
    """Something in front of the forge answered in its place, with a page for people and a status of success."""

    attempts = 3
    outcome = "wall"


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
        super().__init__(f"its answer does not match its API: {place}.")


class LimitError(UpstreamError):
    """The forge's rate limit is used up; asking again after `retryAfter` seconds helps.

    Args:
        wait: seconds until the forge serves us again; None if no time helps.
        advice: what to do, besides asking again where time helps.
        guessed: whether `wait` is our guess, because the forge did not say.
    """

    status = 503
    members = ("upstream", "retryAfter", "host")
    attempts = 12
    outcome = "limit"

    def __init__(self, reason: str, wait: float | None, advice: str = "", *, guessed: bool = False) -> None:
        super().__init__(reason, advice=advice)
        self.wait = wait
        self.guessed = guessed


class BudgetError(LimitError):
    """What may be spent at the forge does not suffice for this answer; `retryAfter` is there if time helps."""

    attempts = 1


class UnfinishedError(UpstreamError):
    """The time for the whole answer passed, and the forge is still being read: asking again finds more, or all."""

    status = 503
    members = ("upstream", "profile", "retryAfter", "host")

    def __init__(self, reason: str, wait: float) -> None:
        super().__init__(reason, advice="")
        self.wait = wait


class DeadlineError(UpstreamError):
    """The time for the whole answer passed before the forge had said everything."""

    usual_advice = "Ask for fewer profiles at once, or allow more time (REQUEST_DEADLINE)."
    status = 504
    outcome = "deadline"


class Cancelled(Exception):
    """Raised inside a task whose group has ended, and to the owner of a group that was cancelled."""

    outcome: ClassVar[str] = "cancelled"
    """See `UpstreamError.outcome`."""


E = TypeVar("E", bound=UpstreamError)
_OF_REPOSITORY = "for its repository"


def of_repository(error: E, name: str) -> E:
    """The same error, whose reason names the repository, where its name (`OWNER/NAME`) is known."""
    if name and not error.reason.startswith(_OF_REPOSITORY):
        error.reason = f"{_OF_REPOSITORY} {name} {error.reason}"
    return error
