"""What all parts of a report write in the same way."""

NOTHING = "-"
"""In the place of what no forge tells; not every terminal has a longer dash."""


def harmless(name: str) -> str:
    """A forge's words are foreign: none of them may move the cursor."""
    return "".join(filter(str.isprintable, name))
