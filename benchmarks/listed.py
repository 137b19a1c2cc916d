"""What it takes to write an answer with each of its repositories, in every format that has them.

`python -m benchmarks.listed [--rows 100000]` prints a line of JSON for each format: seconds of this thread's processor
time, bytes, and by how many megabytes the process has grown meanwhile at most. The rows are made up, of one profile, in
a process that has them already as they are kept.
"""

import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FORMATS = ("json", "csv", "xlsx", "html")
"""Those that have repositories."""
_ROWS = 100_000


def measured(format: str, rows: int) -> dict[str, Any]:
    """The figures for one format, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.listed", "--rows", str(rows), "--format", format]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)  # noqa: S603 - our own
    return dict(json.loads(ran.stdout))


def _repositories(count: int) -> Iterator[Any]:
    from from_git.values.repository import Repository

    for number in range(count):
        langs = tuple((f"Language {(number + step) % 90}", 1_000 * step + number) for step in range(number % 6))
        topics = tuple(f"topic-{(number * 7 + step) % 900}" for step in range(number % 4))
        name = f"a-repository-of-this-owner-{number:07}"
        times = 1_300_000_000 + number * 1_000, 1_600_000_000 + number * 977
        yield Repository(f"R_{number}", name, number % 3 == 0, False, number, number % 40, langs, topics, "MIT", *times)


def _measure(format: str, rows: int) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")
    import django

    django.setup()
    from from_git.aggregator import Answer
    from from_git.forges import hosts
    from from_git.question.choices import Table
    from from_git.renderers import RENDERERS, Details
    from from_git.values.found import Fetched, Found
    from from_git.values.profile import Profile
    from from_git.values.rows import Rows

    profile = Profile(hosts()["github.com"], "many", "many", "https://github.com/many")
    found = Found("Organization", Rows.of(_repositories(rows), in_order=True))
    answer = Answer({profile: Fetched(found, 1.7e9, 1.7e9)}, {profile: found}, (), found.stats)
    [renderer] = [one for one in RENDERERS if one.format == format]
    details = Details(("repositories",), Table(repositories=format == "csv"))
    written = 0
    next(_parts(renderer().response(answer, details)))  # what is loaded for the first row grows no more
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
    before, begun = _memory("VmRSS"), time.thread_time()
    for part in _parts(renderer().response(answer, details)):
        written += len(part)
    seconds = time.thread_time() - begun
    return {
        "format": format,
        "rows": rows,
        "seconds": round(seconds, 2),
        "bytes": written,
        "grown": _memory("VmHWM") - before,
    }


def _parts(response: Any) -> Iterator[bytes]:
    return iter(response.streaming_content)


def _memory(name: str) -> float:
    """In megabytes, as the kernel has it."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return round(int(lines[name].split()[0]) / 1024, 1)


def main() -> None:
    """Measure one format here, or all of them, each in a process of its own."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=_ROWS)
    parser.add_argument("--format")
    asked = parser.parse_args()
    if asked.format:
        sys.stdout.write(f"{json.dumps(_measure(asked.format, asked.rows))}\n")
        return
    for format in FORMATS:
        sys.stdout.write(f"{json.dumps(measured(format, asked.rows))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
