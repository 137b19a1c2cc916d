"""What does a batch cost as it begins, how soon does a small one come beside it, and when is one that ends silent?"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import psycopg
import requests

from benchmarks.batches.site import Site, site
from benchmarks.batches.speed import users
from benchmarks.processes import PATIENCE, ROOT
from benchmarks.results import Outcome, Target
from benchmarks.usage import Watch
from emulator.latency import Latency
from from_git.options import without_ours

_COLUMNS = "batch_id, position, host, url, rank"
_SILENT = 8.0  # seconds for which calls are looked for after a batch has ended
_LOOK = 0.1
_BEGUN = 50  # items of a large batch that are done when others come
_REAL = Latency(0.1, per_repository=0.01)
_FEW = "8"
"""Profiles in the air of a process: with that latency neither the forge nor a core is what all wait for."""


def run(quick: bool, moments: random.Random) -> Outcome:
    """A large POST, small batches beside a large one, its end, and requests beside it.

    Raises:
        AssertionError: a request failed, or a refused one left rows behind.
    """
    targets, facts = list[Target](), dict[str, float | str]()
    with site(workers=0) as found:
        _posted(found, 20_000 if quick else 100_000, targets, facts)
    size, times = (3_000, 3) if quick else (10_000, 9)
    with site(latency=_REAL, PROFILES_IN_FLIGHT=_FEW) as found:
        _beside(found, size, times, targets)
    for name, broker in {"workers": "redis", "in the service": ""}.items():
        with site(broker, _REAL, PROFILES_IN_FLIGHT=_FEW) as found:
            _neighbours(found, name, size, 10 if quick else 100, targets)
    return Outcome("post", tuple(targets), facts)


def _posted(found: Site, size: int, targets: list[Target], facts: dict[str, float | str]) -> None:
    urls = users(1, size)
    found.begin(urls[:1_000])
    with Watch(found.server) as watch:
        before = found.server.memory_info().rss
        begun = time.monotonic()
        found.begin(urls)
        seconds = time.monotonic() - begun
    copied, parsed = _copied(found, urls), _parsed(urls)
    rows = "SELECT count(*) FROM from_git_batchitem"
    stored = found.rows(rows)
    body = "\n".join([*urls, "https://github.com/not/a/profile"]).encode()
    headers = {"Content-Type": "text/plain"}
    refused = requests.post(f"{found.service}/from-git/batches", body, headers=headers, timeout=PATIENCE)
    if refused.status_code != 400 or found.rows(rows) != stored:
        raise AssertionError(f"{refused.status_code}, {stored} rows became {found.rows(rows)}")
    targets += [
        Target(f"POST of {size} URLs to COPY and parsing", seconds / (copied + parsed), 3),
        Target("MB by which the service grew", (watch.memory - before) / 1_000_000, 200),
    ]
    facts |= {"POST, s": round(seconds, 2), "bare COPY, s": round(copied, 2), "parsing, s": round(parsed, 2)}


def _copied(found: Site, urls: Sequence[str]) -> float:
    """Seconds for a bare COPY into a table with the same columns and indexes."""
    with psycopg.connect(found.settings["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE benchmark_copy (LIKE from_git_batchitem INCLUDING ALL)")
        connection.commit()
        begun = time.monotonic()
        with connection.cursor().copy(f"COPY benchmark_copy ({_COLUMNS}) FROM STDIN") as copy:
            for position, url in enumerate(urls):
                copy.write_row(("0" * 32, position, "github.com", url, position))
        connection.commit()
        return time.monotonic() - begun


def _parsed(urls: Sequence[str]) -> float:
    """Seconds in which the profiles alone are read."""
    command = [sys.executable, "-m", "benchmarks.batches.parsing"]
    env = without_ours(os.environ)
    text = "\n".join(urls).encode()
    done = subprocess.run(command, input=text, cwd=ROOT, env=env, capture_output=True, check=True)  # noqa: S603 - our own
    return float(json.loads(done.stdout)["seconds"])


def _beside(found: Site, size: int, times: int, targets: list[Target]) -> None:
    small = [f"https://github.com/user-3-{one}" for one in (1, 2, 3)]
    found.begin(users(1, 64)).end()
    alone = _median(lambda: found.begin(small).over(), times)
    batch = found.begin(users(1, size))
    batch.reach(_BEGUN)
    beside = _median(lambda: found.begin(small).over(), times)
    if not batch.open():
        raise AssertionError("the large batch has ended too early")
    begun = time.monotonic()
    batch.cancel()
    last, calls = begun, found.calls()
    while time.monotonic() < begun + _SILENT:
        time.sleep(_LOOK)  # the forge tells nobody of its calls
        if (now := found.calls()) != calls:
            last, calls = time.monotonic(), now
    targets += [
        Target(f"a batch of 3 beside one of {size} to alone", beside / alone, 2),
        Target("s from DELETE to the last call", last - begun, 5),
    ]


def _neighbours(found: Site, name: str, size: int, times: int, targets: list[Target]) -> None:
    one = ["https://github.com/user-3-77"]
    found.begin(users(1, 64)).end()
    found.answer(one)
    idle = _median(lambda: found.answer(one), times)
    batch = found.begin(users(1, size))
    batch.reach(_BEGUN)
    beside = _median(lambda: found.answer(one), times)
    if not batch.open():
        raise AssertionError("the large batch has ended too early")
    batch.cancel()
    targets.append(Target(f"a request beside a batch to idle, {name}", beside / idle, 2))


def _median(work: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        begun = time.monotonic()
        work()
        taken.append(time.monotonic() - begun)
    return statistics.median(taken)
