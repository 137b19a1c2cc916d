"""What a setting is: a row of the table of settings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from from_git.values.credential import Credential


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


class KindOptions(NamedTuple):
    """The settings of one kind of forge: their rows, by places in the table, and what is known of them."""

    address: str = ""
    """The setting that holds the address of its API; empty: only entries of FORGES say another one than the usual."""
    access: tuple[Option, ...] = ()
    """Addresses and credentials."""
    threads: tuple[Option, ...] = ()
    """Sizes of pools."""
    bounds: tuple[Option, ...] = ()
    """What may be spent."""
    bounds_elsewhere: Mapping[str, Any] = MappingProxyType({})
    """Those of them that have another default at an entry of FORGES for a host that is not the kind's own, with it."""
    kept: tuple[Option, ...] = ()
    """For how long something is kept."""
    host: str = ""
    """The setting that holds the host of its profile URLs; empty: they have always the same."""
    accounts: str = ""
    """How messages call the settings that hold its credentials; empty: only entries of FORGES hold some."""
    credentials: Callable[[Mapping[str, Any]], Iterable[Credential]] = lambda values: ()
    """The credentials in the values of its settings, in the order in which they stand there."""
    account_keys: Mapping[str, str] = MappingProxyType({})
    """For its settings of credentials, the keys of an account in an entry of FORGES."""
    also: tuple[str, ...] = ()
    """Other names that entries of FORGES may give its kind, in lower case."""
    refused: Mapping[str, str] = MappingProxyType({})
    """The names, in lower case, of what is mistaken for its kind, and what that is, as the end of a sentence."""
    elsewhere: tuple[str, ...] = ()
    """The names that other programs give a token in the environment, where only entries of FORGES hold some."""
    contradictions: Callable[[Mapping[str, Any]], Iterable[str]] = lambda values: ()
    """A sentence for each pair of values that cannot stand together."""

    @property
    def rows(self) -> tuple[Option, ...]:
        """All of them."""
        return (*self.access, *self.threads, *self.bounds, *self.kept)
