"""gunicorn's worker, with a client that must take each piece of an answer, and send each part, within a second."""

from coding_challenge import lobby, server

server.SENDING = lobby.HEAD = lobby.BODY = 1.0


class Worker(server.Worker):
    """As the one of the repository."""
