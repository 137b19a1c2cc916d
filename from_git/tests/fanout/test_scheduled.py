"""Which modules the seeded scheduler drives."""

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import TestCase

from from_git.forges import listing, once
from from_git.forges.github import details
from from_git.tests.flights.test_flights_interleavings import MODULES as FLIGHTS
from from_git.tests.kit.locks import APART, of_threads
from from_git.tests.kit.simulation import MODULES


class Scheduled(TestCase):
    """None has to be remembered by hand."""

    def test_a_new_module_with_a_lock_or_calls_is_found_wherever_it_lies(self) -> None:
        with TemporaryDirectory() as folder:
            root = Path(folder) / "house"
            for name, text in {
                "calls/new.py": "import threading\n\nlock = threading.Lock()\n",
                "forges/__init__.py": "changed = threading.Event()\n",
                "forges/gitlab/fetch.py": "self._lock: Any = threading.RLock()\n",
                "forges/gitea/languages.py": "self._calls.start(self._pool, ask, then)\n",
                "forges/plain.py": "import threading\n\nname = threading.current_thread().name\n",
                "tests/test_calls.py": "lock = threading.Lock()\n",
                "line.py": "self._free = threading.Condition(self._lock)\n",
            }.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")

            found = of_threads(root)

        self.assertEqual(
            found,
            {
                "calls": ["house.calls.new"],
                "forges": ["house.forges", "house.forges.gitea.languages", "house.forges.gitlab.fetch"],
                "line": ["house.line"],
            },
        )

    def test_each_module_with_a_lock_or_calls_is_scheduled_or_its_room_says_why_not(self) -> None:
        driven = {module.__name__ for module in (*MODULES, *FLIGHTS)}
        found = of_threads()

        driven.add("from_git.flights")  # its lock is for the one time that a process makes its flights
        self.assertEqual({room for room in found if not driven.issuperset(found[room])}, APART.keys())
        self.assertLessEqual({listing, once, details}, set(MODULES))
