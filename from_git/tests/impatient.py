"""gunicorn's worker, with a client that must take each piece of an answer within a second."""

from coding_challenge import server

server.SENDING = 1.0


class Worker(server.Worker):
    """As the one of the repository."""
