"""`python -m benchmarks.batches [--quick] [--seed N] [--json FILE] [NAME …]`: all scenarios, or those named.

The exit status is 0 however long anything took, and not 0 where a row was lost or written twice, a number is wrong or a
request failed.
"""

import argparse
import random
import signal
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks import results
from benchmarks.batches import kills, lone, poison, post, speed, waits
from benchmarks.results import Outcome

SCENARIOS: Mapping[str, Callable[[bool, random.Random], Outcome]] = {
    "kills-redis": partial(kills.run, "redis"),
    "kills-rabbitmq": partial(kills.run, "rabbitmq"),
    "poison": poison.run,
    "speed": speed.run,
    "waits": waits.run,
    "post": post.run,
    "sqlite": lone.run,
}


def main() -> None:
    """Run scenarios, print a table, and with --json write the results, also those before a failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batches", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SCENARIOS)}; all where none is named")
    parser.add_argument("--quick", action="store_true", help="small batches, few kills: shows that it runs")
    parser.add_argument("--seed", type=int, help="of the moments at which something is killed; else a new one")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in SCENARIOS]
    if unknown:
        parser.error(f"no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    if options.json:
        options.json.touch()  # what cannot be written fails now
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so all processes end with this one
    seed = random.randrange(10**6) if options.seed is None else options.seed  # noqa: S311 - no secret
    sys.stderr.write(f"--seed {seed}\n")
    _run(options.names or list(SCENARIOS), options.quick, seed, options.json)


def _run(names: list[str], quick: bool, seed: int, path: Path | None) -> None:
    done: list[Outcome] = []
    try:
        for name in names:
            begun = time.monotonic()
            sys.stderr.write(f"{name} …\n")
            done.append(SCENARIOS[name](quick, random.Random(seed)))  # noqa: S311 - no secret
            sys.stderr.write(f"{name}: {time.monotonic() - begun:.0f} s\n")
    finally:
        if done:
            results.show_outcomes(done, with_targets=not quick)
        if path:
            path.write_text(results.as_json(done) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
