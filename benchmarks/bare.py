"""`python -m benchmarks.bare`: calls in a bare loop over one session of `requests`, in as many threads as wanted.

Reads a job as JSON and writes what it took: `wall` and `cpu` in seconds, and `total`, the sum of the counts.
"""

import json
import re
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter


@dataclass(frozen=True)
class Job:
    """What to ask, and how."""

    calls: Sequence[tuple[str, dict[str, Any] | None]]
    """Addresses to GET, or to POST to: what, as JSON; the JSON of those answers is read."""
    headers: dict[str, str]
    threads: int
    count: str
    """A pattern with one group, the number that is summed over all bodies."""


def main() -> None:
    """Do the job."""
    job = Job(**json.load(sys.stdin))
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=job.threads))
    session.headers.update(job.headers)
    begun, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(job.threads) as pool:
        parts = list(pool.map(lambda start: _loop(session, job.calls[start :: job.threads]), range(job.threads)))
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    counts = [int(count) for bodies in parts for body in bodies for count in re.findall(job.count.encode(), body)]
    json.dump({"wall": wall, "cpu": cpu, "total": sum(counts)}, sys.stdout)


def _loop(session: requests.Session, calls: Sequence[tuple[str, dict[str, Any] | None]]) -> list[bytes]:
    bodies = []
    for url, payload in calls:
        if payload is None:
            bodies.append(session.get(url, timeout=60).content)
        else:
            bodies.append(session.post(url, json=payload, timeout=60).content)
            json.loads(bodies[-1])
    return bodies


if __name__ == "__main__":
    main()
