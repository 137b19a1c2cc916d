"""The base of all errors that a client sees."""

import math
from typing import Any, ClassVar

from from_git.errors.words import ask_again


class FromGitError(Exception):
    """An error that a client sees; `status` is the HTTP status, `code` the `error` of the body."""

    status: ClassVar[int]
    code: ClassVar[str]
    members: ClassVar[tuple[str, ...]] = ()
    """The members of the body beside `error`, `message` and `advice`, in order."""
    usual_advice: ClassVar[str] = ""
    """The advice where the error is raised without one."""
    wait: float | None = None
    """Seconds until asking again, or the next try of a call, can help; None where nobody said."""
    _advice: str | None = None

    @property
    def message(self) -> str:
        """What happened, in one or two sentences."""
        return str(self)

    @property
    def advice(self) -> str:
        """When to ask again, where time helps, and what else the client can do, in whole sentences."""
        again = ask_again(self.retry_after) if self.retry_after else ""
        return " ".join(filter(None, (again, self.usual_advice if self._advice is None else self._advice)))

    @property
    def retry_after(self) -> int | None:
        """Whole seconds, rounded up, at least 1, after which asking again can help; None if time does not help."""
        return max(1, math.ceil(self.wait)) if self.wait is not None and "retryAfter" in self.members else None

    def facts(self) -> dict[str, Any]:
        """The values of `members`, without those that are unknown."""
        known = self._known()
        return {name: value for name in self.members if (value := known.get(name)) is not None}

    def _known(self) -> dict[str, Any]:
        return {"retryAfter": self.retry_after}


def kinds(kind: type[FromGitError] = FromGitError) -> list[type[FromGitError]]:
    """The classes of errors below `kind`, in the order of their tree."""
    below = [one for sub in kind.__subclasses__() for one in kinds(sub)]
    return below if kind is FromGitError else [kind, *below]


def meaning(kind: type[FromGitError]) -> str:
    """The meaning of an error in one sentence, from its docstring; README and OpenAPI show it."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())
