"""`python -m benchmarks [--quick] [NAME …]`: each case through the service and its baseline, in one run.

The exit status is 0 however long anything took, and not 0 for a wrong number, an error or no answer.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import results
from benchmarks.processes import SERVICE
from benchmarks.suite import FULL, QUICK, Case


def main() -> None:
    """Measure, print tables, and with --json write the results, also those before a failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a case; all of them where none is named")
    parser.add_argument("--quick", action="store_true", help="small cases, one round: shows that it runs, not how fast")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts; large cases have one")
    parser.add_argument("--service", type=Path, metavar="FOLDER", help="a checkout whose service is measured instead")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there")
    options = parser.parse_args()
    cases, rounds = (QUICK, 1) if options.quick else (FULL, max(1, options.rounds))
    known = [case.name for case in cases]
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"no case {', '.join(unknown)}; there are {', '.join(known)}")
    if options.service:
        os.environ[SERVICE] = str(options.service.resolve(strict=True))
    if options.json:
        options.json.touch()  # what cannot be written fails now
    # `timeout` and CI end a process so; the two processes on the stage must end with it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = [case for case in cases if case.name in options.names or not options.names]
    # targets mean nothing where the upstreams take hardly any time
    _run(chosen, rounds, options.json, with_targets=not options.quick)


def _run(cases: Sequence[Case], rounds: int, path: Path | None, with_targets: bool) -> None:
    done: list[results.Result] = []
    try:
        for case in cases:
            sys.stderr.write(f"{case.name} …\n")
            done.append(case.run(rounds))
    finally:
        if done:
            results.show(done, with_targets)
        if path:
            path.write_text(results.as_json(done) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
