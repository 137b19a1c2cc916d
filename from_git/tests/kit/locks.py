"""Which modules the seeded scheduler has to drive: their threads can meet in them."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
"""The folder of from_git."""
APART = {
    "admission": "one lock around a number; its own tests use real threads",
    "background": "waits for an event of real threads",
    "batches": "what threads share there are rows and a queue; its own tests use real threads and databases",
    "clock": "FakeClock stands in its place",
    "httpcache": "kept answers; no task of a fetch comes there",
    "management": "waits for the end of real threads; no task of a fetch comes there",
    "memory": "a cache's own lock, for a few lines",
    "metrics": "a lock around the making of a metric; its own test uses real threads",
    "server": "a log's lock; no task of a fetch waits for it",
    "tasks": "one lock around what a worker of Celery serves; its own tests use real workers",
    "upstream": "sends for real, in which time the scheduler lets nobody else on",
}
"""Rooms that have locks and are not scheduled, with the reason."""
_LOCKS = re.compile(r"\bthreading\.(?:Lock|RLock|Condition|Event)\b")
_CALLS = re.compile(r"calls\.start\(")


def of_threads(root: Path = ROOT) -> dict[str, list[str]]:
    """The modules below `root`, tests left out, by room: those that take locks, events or conditions of `threading`, or
    start calls, whose answers come on any thread."""
    found: dict[str, list[str]] = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        text = path.read_text(encoding="utf-8")
        if "tests" not in parts and (_LOCKS.search(text) or _CALLS.search(text)):
            found.setdefault(parts[0], []).append(".".join((root.name, *parts)).removesuffix(".__init__"))
    return found


def scheduled(*rooms: str) -> list[ModuleType]:
    """The modules of these rooms in which threads can meet."""
    found = of_threads()
    return [import_module(name) for room in rooms for name in found[room]]
