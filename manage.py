#!/usr/bin/env python
"""Django's command line: `runserver`, `demo`, `aggregate`, `test`, `check`, `migrate`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # the message says what to mend; where it was raised helps nobody
    except KeyboardInterrupt:
        sys.exit(130)
