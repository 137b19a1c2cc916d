"""`python -m benchmarks.service HOST:PORT`: the production server, with settings from the environment alone."""

import os
import runpy
import sys

from coding_challenge import options

if __name__ == "__main__":
    # a developer's token must not get into the way of the emulator's; the worker, forked from here, keeps this
    options.local_settings = lambda folder: {}
    os.environ.pop("GUNICORN_CMD_ARGS", None)
    os.environ.pop("WEB_CONCURRENCY", None)
    sys.argv = ["gunicorn", "--bind", sys.argv[1], "--log-level", "warning", "--graceful-timeout", "1"]
    runpy.run_module("gunicorn", run_name="__main__")
