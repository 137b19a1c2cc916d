"""gunicorn's configuration, which it takes by itself when it is started here; `from-git serve` needs no such file."""

from from_git.server import configuration

globals().update(configuration.values("coding_challenge.wsgi"))
