"""`python -m benchmarks.service HOST:PORT [APPLICATION]`: the production server, set by the environment alone.

By default the APPLICATION is from-git.
"""

import os
import runpy
import sys

from from_git.options import loading

if __name__ == "__main__":
    # a developer's token must not get into the way of the emulator's; the worker, forked from here, keeps this
    loading.local_settings = lambda folder: {}
    os.environ.pop("GUNICORN_CMD_ARGS", None)
    os.environ.pop("WEB_CONCURRENCY", None)
    application = sys.argv[2:]
    # the views that are only compared with know no class of ours
    sys.argv = ["gunicorn", "--bind", sys.argv[1], "--log-level", "warning", "--graceful-timeout", "1", *application]
    runpy.run_module("gunicorn", run_name="__main__")
