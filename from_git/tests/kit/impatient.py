"""gunicorn's worker, with a client that must take each piece of an answer, and send each part, within a second."""

from from_git.server import worker


class Worker(worker.Worker):
    """As the one of the repository."""

    sending = patience = 1.0
