"""`python -m benchmarks.service HOST:PORT [APPLICATION]`: the production server, set by the environment alone.

By default the APPLICATION is from-git.
"""

import os
import runpy
import sys

from coding_challenge import options

SERVER_THREADS = 80

if __name__ == "__main__":
    # a developer's token must not get into the way of the emulator's; the worker, forked from here, keeps this
    options.local_settings = lambda folder: {}
    os.environ.pop("GUNICORN_CMD_ARGS", None)
    sys.argv = [
        *("gunicorn", (sys.argv[2:] or ["coding_challenge.wsgi"])[0], "--bind", sys.argv[1]),
        *("--workers", "1", "--threads", str(SERVER_THREADS), "--no-control-socket"),
        *("--log-level", "warning", "--graceful-timeout", "1"),
    ]
    runpy.run_module("gunicorn", run_name="__main__")
