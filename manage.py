#!/usr/bin/env python
"""Django's command line: `runserver`, `demo`, `aggregate`, `batch`, `test`, `check`, `migrate`."""

import sys

from coding_challenge.cli import manage

if __name__ == "__main__":
    manage(sys.argv)
