"""How `manage.py test` runs: several classes at the same time, since tests wait more than they compute."""

import os
from typing import Any

from django.test.runner import DiscoverRunner


class Runner(DiscoverRunner):
    """Django's, which runs one after the other unless it is told otherwise; `--parallel 1` does that."""

    def __init__(self, *, parallel: int = 0, **options: Any) -> None:
        super().__init__(parallel=parallel or 1 + (os.cpu_count() or 1), **options)
