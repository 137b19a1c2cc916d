"""`python -m benchmarks.batches.parsing < FILE`: the seconds that it takes to read profiles from a file's lines."""

import json
import os
import sys
import time

import django

from from_git.options import loading


def main() -> None:
    """Read them once."""
    loading.local_settings = lambda folder: {}  # a developer's own settings are not measured
    os.environ["DJANGO_SETTINGS_MODULE"] = "coding_challenge.settings"
    django.setup()
    from from_git import forges
    from from_git.profiles import parse_profiles

    text, hosts = sys.stdin.read(), forges.hosts()
    begun = time.perf_counter()
    parsed = parse_profiles([text], hosts)
    json.dump({"profiles": len(parsed.profiles), "seconds": time.perf_counter() - begun}, sys.stdout)


if __name__ == "__main__":
    main()
