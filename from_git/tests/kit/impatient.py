"""gunicorn's worker, with a client that must take each piece of an answer, and send each part, within a second."""

from from_git.server import lobby
from from_git.server import worker as server

server.SENDING = lobby.HEAD = lobby.BODY = 1.0


class Worker(server.Worker):
    """As the one of the repository."""
