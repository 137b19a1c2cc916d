"""What a forge adapter is."""

from typing import Protocol

from from_git.askers import Asker
from from_git.calls.accounts import Accounts
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.pace import Pace
from from_git.values.found import Found
from from_git.values.progress import Cost, Progress


class Fetch(Protocol):
    """One owner's fetch under way."""

    def outcome(self) -> Found | None:
        """What was found, None when the forge says that there is no such owner.

        To be asked after the group has ended without an error; an outcome is exact.
        """
        ...

    def progress(self) -> Progress:
        """How far it is; from any thread, at any time."""
        ...

    def cost(self) -> Cost:
        """What it has cost so far; from any thread, at any time."""
        ...


class Forge(Protocol):
    """One forge; safe from any thread, serves any number of fetches at once."""

    has_credentials: bool
    """Whether calls carry any; see `Kind.without`."""

    @property
    def accounts(self) -> Accounts:
        """What may be spent there."""
        ...

    @property
    def width(self) -> int:
        """Calls that may be under way at the same time at this moment: the widths of all its pools."""
        ...

    @property
    def pace(self) -> Pace | None:
        """What its queries take, learned from its answers; None where all cost the same."""
        ...

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """Look whether so many profiles can be paid within `seconds` at all, and learn of limits that others have met.

        To be called once for each request, before its fetches: it may ask a shared cache.

        Args:
            asker: the request, which is the `asker` of the task groups of its fetches.

        Raises:
            BudgetError: they cannot.
        """
        ...

    def fetch(self, owner: str, group: FetchGroup) -> Fetch:
        """Start to fetch `owner`, as tasks of `group` on the forge's pools; returns at once.

        The tasks end the group with an UpstreamError when the forge fails or the numbers are in doubt: a partial
        answer, a list that never adds up. They wait for nothing but the upstream.
        """
        ...

    def close(self) -> None:
        """Let go of threads and idle connections."""
        ...
