"""What each test and each class took, as the runner notes it, and what is kept of that: the seconds of each class.

After a run with `FROM_GIT_TEST_TIMES=FILE`, `python -m from_git.tests.kit.durations FILE` keeps them, in
`durations.json`.
"""

import json
import os
import sys
import time
from pathlib import Path

KEPT = Path(__file__).with_suffix(".json")
_LEAST = 1.0  # seconds; a class that takes less needs no line


class Stopwatch:
    """One test or class that runs in this process."""

    def __init__(self) -> None:
        self._start = time.time()
        self._computed = os.times()

    def write(self, file: str, name: str) -> None:
        """Add a line of JSON for it, now that it has ended.

        Start and end are seconds since 1970; `own` are seconds that this process has computed, `children` those of the
        processes that it has started and that have ended meanwhile.
        """
        before, now = self._computed, os.times()
        line = {
            "name": name,
            "process": os.getpid(),
            "start": round(self._start, 3),
            "end": round(time.time(), 3),
            "own": round(sum(now[:2]) - sum(before[:2]), 2),
            "children": round(sum(now[2:4]) - sum(before[2:4]), 2),
        }
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line) + "\n")


def kept() -> dict[str, float]:
    """Seconds by the name of the class, of classes that take long."""
    return dict(json.loads(KEPT.read_text(encoding="utf-8")))


def keep(lines: str) -> str:
    """The text of the file that is kept, for the lines of a run; the parts of a class add up."""
    sums: dict[str, float] = {}
    for line in map(json.loads, lines.splitlines()):
        if line["name"].rpartition(".")[2][0].isupper():
            sums[line["name"]] = sums.get(line["name"], 0.0) + line["end"] - line["start"]
    long = {name: round(seconds, 1) for name, seconds in sorted(sums.items()) if seconds >= _LEAST}
    return json.dumps(long, indent=1) + "\n"


if __name__ == "__main__":
    KEPT.write_text(keep(Path(sys.argv[1]).read_text(encoding="utf-8")), encoding="utf-8")
