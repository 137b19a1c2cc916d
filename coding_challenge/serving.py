"""The production server of `from-git serve`: gunicorn, which needs no configuration file."""

from argparse import ArgumentParser, Namespace
from typing import Any

from gunicorn.app.wsgiapp import WSGIApplication

from from_git.server import configuration


class Service(WSGIApplication):
    """gunicorn with from-git's configuration; a `gunicorn.conf.py` in the current folder is read after it."""

    def init(self, parser: ArgumentParser, opts: Namespace, args: list[str]) -> dict[str, Any]:
        """The configuration below file, environment and command line; called at the start and at each reload.

        Args:
            args: the command line without its options, so the command's name alone.

        Raises:
            SystemExit: a setting of from-git or an argument is wrong; its text says which.
        """
        self.app_uri = None
        if args != ["serve"]:
            parser.error(f"unrecognized arguments: {' '.join(args[1:])}")
        return configuration.values("coding_challenge.wsgi")
