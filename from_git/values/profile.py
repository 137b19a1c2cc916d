"""A profile: one owner on one forge."""

from dataclasses import dataclass, field

from from_git.values.host import Host, is_first
from from_git.values.kind import Kind


@dataclass(frozen=True, slots=True)
class Profile:
    """An organization, a user or a workspace on one host; equal when host and owner are, in any letter case."""

    host: Host
    key: str
    """The owner folded to one case."""
    owner: str = field(compare=False)
    """The owner as asked; a UUID in lower case and in braces."""
    url: str = field(compare=False)
    """The URL as asked, without surrounding blanks."""

    @property
    def kind(self) -> Kind:
        """Of the forge."""
        return self.host.kind

    @property
    def forge(self) -> str:
        """The name of the forge's kind."""
        return self.host.kind.name

    @property
    def logged(self) -> str:
        """What the log calls it: `KIND/OWNER` at the first host of a kind, `HOST/OWNER` at any other."""
        host = self.host
        return f"{host.kind.name if is_first(host) else host.name}/{self.owner}"
