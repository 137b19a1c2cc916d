"""What a fetch has brought, as a value that is kept and handed on."""

from dataclasses import dataclass

from from_git.forges import Found


@dataclass(frozen=True)
class Fetched:
    """What a fetch has brought, and when; times in seconds since the epoch."""

    found: Found | None
    """None: there is no such profile."""
    at: float
    """When the fetch ended."""
    oldest: float
    """When the oldest number in it was counted."""
