"""What a setting is: a row of the table of settings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple


class WrongSetting(ValueError):
    """A value that its setting cannot have; str() says what is expected."""


@dataclass(frozen=True)
class Option:
    """One setting."""

    name: str
    read: Callable[[object], Any]
    """From what was written to the value; raises WrongSetting."""
    default: Any
    help: str
    unit: str = ""
    minimum: float | None = None
    secret: bool = False
    """Whether the value must never be shown."""
    elsewhere: tuple[str, ...] = ()
    """The names that other programs give such a value in the environment."""

    def value(self, written: object) -> Any:
        """The checked value.

        Raises:
            WrongSetting: says what is expected.
        """
        value = self.read(written)
        if self.minimum is not None and isinstance(value, int | float) and value < self.minimum:
            raise WrongSetting(f"expected at least {self.minimum:g}{' ' + self.unit if self.unit else ''}")
        return value


class Rows(NamedTuple):
    """The settings of one kind of forge, by their places in the table."""

    access: tuple[Option, ...] = ()
    """Addresses and credentials."""
    threads: tuple[Option, ...] = ()
    """Sizes of pools."""
    bounds: tuple[Option, ...] = ()
    """What may be spent."""
    kept: tuple[Option, ...] = ()
    """For how long something is kept."""
