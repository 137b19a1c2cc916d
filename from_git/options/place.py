"""The folder of an installation, in which `local_settings.py` and the SQLite file lie."""

import os


def _found() -> str:
    # not resolved: where the package is a symbolic link, its neighbours are those of the link
    beside = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return beside if os.path.exists(os.path.join(beside, "manage.py")) else os.getcwd()


FOLDER = _found()
"""The clone that this package lies in; installed from a wheel, the folder in which the process began.

Found once, since gunicorn's `--chdir` would part the master's folder from its workers'.
"""
