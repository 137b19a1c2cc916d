"""`python -m benchmarks.service HOST:PORT`: the service, with settings from the environment alone."""

import os
import sys

from django.core.management import execute_from_command_line

from coding_challenge import options

if __name__ == "__main__":
    # a developer's token must not get into the way of the emulator's
    options.local_settings = lambda folder: {}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")
    execute_from_command_line(["manage.py", "runserver", "--noreload", sys.argv[1]])
