"""A profile: one owner on one forge."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Profile:
    """An organization, a user or a workspace on one forge; equal when forge and owner are, in any letter case."""

    forge: str
    """A key of LABELS."""
    key: str
    """The owner folded to one case."""
    owner: str = field(compare=False)
    """The owner as asked; a UUID in lower case and in braces."""
    url: str = field(compare=False)
    """The URL as asked, without surrounding blanks."""
