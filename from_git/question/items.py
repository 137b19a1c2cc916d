"""The parameters of what is asked of a batch."""

import re

from from_git.models import ItemState
from from_git.question.choices import each, only, refusal, table_asked, told
from from_git.question.fields import Fields

_POSITION = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


def batch_table_asked(given: Fields, format: str) -> bool:
    """Whether the CSV of a batch begins with a byte order mark; see `table_asked`."""
    return table_asked({name: values for name, values in given.items() if name == "bom"}, format).mark


def items_asked(given: Fields) -> tuple[str | None, int]:
    """The state of the items that are wanted, None for all, and the position behind which they are wanted.

    Raises:
        RequestError: names each parameter that is wrong.
    """
    found, wrong = each({"state": only(*ItemState.values), "after": _position}, given)
    if wrong:
        raise refusal(wrong, "Give state one of these, after a position that an answer has told, or leave them out.")
    return found.get("state"), found.get("after", -1)


def _position(value: object) -> int:
    if not isinstance(value, str) or not _POSITION.fullmatch(value):
        raise ValueError(f"takes the position of an item, not {told(value)}")
    return int(value)
