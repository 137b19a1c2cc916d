"""What all errors are."""

from typing import Any, ClassVar


class FromGitError(Exception):
    """An outcome that a client sees; `status` is the HTTP status, `code` the body's `error`."""

    status: ClassVar[int]
    code: ClassVar[str]
    members: ClassVar[tuple[str, ...]] = ()
    """What the body has beyond `error`, `message` and `advice`, in its order."""
    usual_advice: ClassVar[str] = ""
    """The advice of an error that is raised without its own."""
    _advice: str | None = None

    @property
    def message(self) -> str:
        """What happened, in one or two sentences."""
        return str(self)

    @property
    def advice(self) -> str:
        """What to do about it, in whole sentences."""
        return self.usual_advice if self._advice is None else self._advice

    @property
    def retry_after(self) -> int | None:
        """Whole seconds after which asking again can help, or None when time alone does not help."""
        return None

    def facts(self) -> dict[str, Any]:
        """The values of `members`; one that is not known is left out."""
        known = self._known()
        return {name: value for name in self.members if (value := known.get(name)) is not None}

    def _known(self) -> dict[str, Any]:
        """What is known of any member."""
        return {"retryAfter": self.retry_after}


def kinds(kind: type[FromGitError] = FromGitError) -> list[type[FromGitError]]:
    """The errors that a client can see, in the order of their tree."""
    below = [one for sub in kind.__subclasses__() for one in kinds(sub)]
    return below if kind is FromGitError else [kind, *below]


def meaning(kind: type[FromGitError]) -> str:
    """What an error says to a client, from its class."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())
