"""What opens an account at a forge."""

from typing import NamedTuple


class Credential(NamedTuple):
    """A token, with a user name where the two travel together; its text never shows the token."""

    token: str
    username: str = ""

    def __repr__(self) -> str:
        return f"Credential(username={self.username!r})"
