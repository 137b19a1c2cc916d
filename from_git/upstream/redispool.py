"""Connections to Redis, distrusted after they lay idle; see `idle`."""

from typing import Any

from redis import ConnectionPool
from redis.exceptions import ConnectionError, TimeoutError

from from_git.upstream import idle

_PATIENCE = 0.25  # seconds for a PING, half of the timeout of a command (see the settings)
_DEAD = (ConnectionError, TimeoutError, OSError)


class IdleAwarePool(ConnectionPool):
    """A pool of redis-py, for the option `pool_class` of Django's cache. Safe from any thread.

    A connection that lay idle for a while gets a PING first, which changes nothing at the server. One without an answer
    is made anew, and so are all that lay idle as long.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"socket_keepalive": True, "socket_keepalive_options": idle.KEEPALIVE, **kwargs})

    def get_connection(self, *args: Any, **options: Any) -> Any:
        """As the base class, with a look at connections that lay idle.

        Raises:
            redis.exceptions.ConnectionError: there is no connection; other errors of redis-py are passed on too.
        """
        connection = super().get_connection(*args, **options)
        seconds = idle.now() - getattr(connection, "idle_since", idle.now())
        try:
            if seconds >= idle.MOST:
                _connect_anew(connection)
            elif seconds >= idle.DOUBTED and not _answers(connection):
                self._disconnect_idle(seconds)
                _connect_anew(connection)
        except BaseException:
            self.release(connection)
            raise
        return connection

    def release(self, connection: Any) -> None:
        """As the base class."""
        connection.idle_since = idle.now()
        super().release(connection)

    def _disconnect_idle(self, seconds: float) -> None:
        """Disconnect the connections that have been idle for at least so many seconds."""
        begun = idle.now() - seconds
        with self._lock:
            for connection in self._available_connections:
                if connection.idle_since <= begun:
                    connection.disconnect()


def _connect_anew(connection: Any) -> None:
    connection.disconnect()
    connection.connect()


def _answers(connection: Any) -> bool:
    try:
        connection.send_command("PING", check_health=False)
        connection.read_response(timeout=_PATIENCE)
    except _DEAD:
        return False
    return True
