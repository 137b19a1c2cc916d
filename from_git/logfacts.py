"""Facts for the lines of the log: those of a request, which all its lines have, and those of one line.

Nobody who has a fact needs to know who writes the line; `server.logs` puts them behind its message.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from logging import LogRecord

_bound: ContextVar[Mapping[str, object]] = ContextVar("from_git.logfacts")
_NONE: Mapping[str, object] = {}


def bind_facts(**facts: object) -> None:
    """Give these facts to all lines of this context (a request's, see `contextvars`) from now on."""
    _bound.set({**_bound.get(_NONE), **facts})


@contextmanager
def bound_facts(**facts: object) -> Iterator[None]:
    """Give these facts to the lines of a block; at its end those from before hold again."""
    token = _bound.set({**_bound.get(_NONE), **facts})
    try:
        yield
    finally:
        _bound.reset(token)


def known_facts() -> Mapping[str, object]:
    """The facts of this context; not to be changed."""
    return _bound.get(_NONE)


def of_line(**facts: object) -> dict[str, object]:
    """The argument `extra` of a logger's method, for a line with facts of its own beside those of its context."""
    return {"facts": {**known_facts(), **facts}}


def facts_of(record: LogRecord) -> Mapping[str, object]:
    """The facts of a line; not to be changed. To be asked in the context in which it is logged."""
    own: Mapping[str, object] | None = getattr(record, "facts", None)
    return known_facts() if own is None else own
