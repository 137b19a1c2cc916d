"""What all errors are."""

from typing import ClassVar


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
        known = self._known()
        return {name: value for name in self.members if (value := known.get(name)) is not None}

    def _known(self) -> dict[str, str | int | None]:
        """What is known of any member."""
        return {"retryAfter": self.retry_after}


def kinds(kind: type[FromGitError] = FromGitError) -> list[type[FromGitError]]:
    """The errors that a client can see, in the order of their tree."""
    below = [one for sub in kind.__subclasses__() for one in kinds(sub)]
    return below if kind is FromGitError else [kind, *below]


def meaning(kind: type[FromGitError]) -> str:
    """What an error says to a client, from its class."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())
