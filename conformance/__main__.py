"""`python -m conformance --kind gitea --url http://127.0.0.1:3000 --token …`: fill a server, ask, compare, tell.

The exit status is 0 where all agree, 1 where something does not, and 2 where the server could not be filled.
"""

from __future__ import annotations

import argparse
import sys

from conformance.gitea.run import checked, filled
from conformance.gitea.site import Refused, Site
from conformance.table import table


def main() -> int:
    """Fill and compare the server, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    parser.add_argument("--kind", choices=("gitea",), required=True, help="Gitea and Forgejo")
    parser.add_argument("--url", required=True, help="the site, which is filled: never one that others use")
    parser.add_argument("--token", required=True, help="a token of an administrator, for everything")
    parser.add_argument("--prefix", default="conformance", help="how the names of all owners begin")
    options = parser.parse_args()
    site = Site(options.url, options.token)
    try:
        done = filled(site, options.prefix)
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    checks = list(checked(site, done))
    sys.stdout.write(table(checks, done.notes))
    return 1 if any(check.differences for check in checks) else 0


if __name__ == "__main__":
    sys.exit(main())
