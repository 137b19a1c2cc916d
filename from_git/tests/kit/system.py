"""What belongs to the system and not to the service: the process's environment, its resolver of names, its clock."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from from_git.upstream import idle


@contextmanager
def environment_with(**variables: str) -> Iterator[None]:
    """More variables in this process's environment, which libraries read by themselves."""
    with patch.dict(os.environ, variables):
        yield


@contextmanager
def resolver(resolve: Callable[..., Any]) -> Iterator[None]:
    """Another `socket.getaddrinfo`: names that lead to several addresses, or a server of names that hangs."""
    with patch.object(socket, "getaddrinfo", resolve):
        yield


@contextmanager
def idle_for(seconds: float) -> Iterator[None]:
    """So much later on the clock by which connections lie idle, as after a sleep of the machine."""
    later = idle.now() + seconds
    with patch.object(idle, "now", lambda: later):
        yield
