"""What calls carry, so that a forge knows whose they are."""

from typing import NamedTuple


class Authorization(NamedTuple):
    """The credential of an account, as its calls carry it; its text shows nothing of it."""

    header: str = ""
    """The value of the header; empty for none."""
    user: str = ""
    """Whose it is, where the setting says so."""
    sort: str = ""
    """What kind of credential it is, as the forge's messages need it."""

    def __repr__(self) -> str:
        return f"Authorization(sort={self.sort!r})"


ANONYMOUS = Authorization()
"""That of everybody."""
