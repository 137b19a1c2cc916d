"""The house: who may import whom, and how large a room may be."""

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from unittest import TestCase

FUNCTIONS = ast.FunctionDef, ast.AsyncFunctionDef
ROOT = Path(__file__).resolve().parents[3]
FLOORS = [
    {"urls", "management", "apps", "server", "tasks", "admin"},
    {"views", "middleware", "probes"},
    {"httpcache"},
    {"renderers", "baseview", "openapi", "pictures", "terminal"},
    {"responses", "question", "safejson", "spreadsheet", "tables"},
    {"batches"},
    {"history"},
    {"serializers", "throttle", "admission"},
    {"aggregator"},
    {"flights"},
    {"options"},
    {"forges", "kept"},
    {"models", "migrations"},
    {"calls"},
    {"fanout", "memory"},
    {"clock", "conf", "upstream", "askers"},
    {"errors"},
    {"profiles", "metrics", "background", "readers", "logfacts"},
    {"values"},
]
"""Rooms of from_git from top to bottom; those of one floor do not import each other."""


PATCHED = {
    "from_git/tests/kit/flying.py": "the monotonic clock of all that a flight is made of, which real threads share",
    "from_git/tests/kit/outcomes.py": "the clock of REST framework's throttle, so that examples never change",
    "from_git/tests/kit/scheduler.py": "locks and threads of the modules that run under the seeded scheduler",
    "from_git/tests/kit/simulation.py": "the call of an upstream, which takes simulated time and is a real one inside",
    "from_git/tests/kit/system.py": "the process's environment, the system's resolver of names, and its clock",
    "from_git/tests/views/test_lifecycle.py": "a fault of our own in a task, which nothing a forge sends brings about",
    "from_git/tests/views/test_stream_ends.py": "the same at each station of an answer",
}
"""Files of tests that replace something in a module or class, and what they have no other way to reach; everything else
is handed in as an argument."""


def sources(folder: str) -> list[Path]:
    """The Python files of a folder, its tests left out."""
    return [path for path in sorted((ROOT / folder).rglob("*.py")) if "tests" not in path.parts]


def room(path: Path) -> str:
    """The room that a file of from_git belongs to."""
    return path.relative_to(ROOT / "from_git").parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Every module that the file imports, with dots."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            module = ".".join((*package, *((node.module,) if node.module else ())))
            yield from (f"{module}.{alias.name}" for alias in node.names)


class Sizes(NamedTuple):
    """How large something may be at most."""

    module: int
    """Lines."""
    function: int
    """Lines after the one with `def`."""
    members: float
    """Public methods and attributes of a class, those that its methods set included."""


REST = Sizes(300, 50, math.inf)


def members(node: ast.ClassDef) -> set[str]:
    """The public methods and attributes of a class."""
    names = {child.name for child in node.body if isinstance(child, FUNCTIONS)}
    for child in ast.walk(node):
        if isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Store) and ast.unparse(child.value) == "self":
            names.add(child.attr)
    for child in node.body:
        targets = child.targets if isinstance(child, ast.Assign) else [getattr(child, "target", None)]
        names |= {one.id for one in targets if isinstance(one, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def too_large(text: str, most: Sizes) -> Iterator[str]:
    """What in a source file is larger than it may be."""
    if text.count("\n") > most.module:
        yield f"{text.count(chr(10))} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, FUNCTIONS) and (lines := (node.end_lineno or 0) - node.lineno) > most.function:
            yield f"{node.name}: {lines} lines"
        # the columns of a table are as many as there are facts
        table = isinstance(node, ast.ClassDef) and "models.Model" in map(ast.unparse, node.bases)
        if isinstance(node, ast.ClassDef) and not table and (number := len(members(node))) > most.members:
            yield f"{node.name}: {number} public members"


def floor(name: str) -> int:
    """The floor of a room, 0 at the top."""
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


class House(TestCase):
    """What no review should have to look for."""

    def test_every_room_has_its_floor_and_its_test_module(self) -> None:
        rooms = {room(path) for path in sources("from_git")} - {"__init__"}
        self.assertEqual(rooms, set().union(*FLOORS))
        for name in sorted(rooms):
            with self.subTest(name):
                self.assertTrue((ROOT / "from_git" / "tests" / name / f"test_{name}.py").is_file())

    def test_no_test_module_has_more_than_300_lines(self) -> None:
        for folder in ("from_git/tests", "emulator/tests", "conformance/tests"):
            for path in sorted((ROOT / folder).rglob("*.py")):
                with self.subTest(str(path.relative_to(ROOT))):
                    self.assertLessEqual(path.read_text(encoding="utf-8").count("\n"), 300)

    def test_tests_hand_in_what_they_replace_but_for_a_few(self) -> None:
        replaces = re.compile(r"\b(?:[p]atch(?:\.\w+)?|\w*[M]ock)\(")
        found = {
            str(path.relative_to(ROOT)): len(replaces.findall(path.read_text(encoding="utf-8")))
            for folder in ("from_git/tests", "emulator/tests", "benchmarks", "conformance")
            for path in (ROOT / folder).rglob("*.py")
        }
        self.assertEqual({path for path, number in found.items() if number}, set(PATCHED))
        self.assertLessEqual(sum(found.values()), 20)

    def test_a_room_imports_only_from_below(self) -> None:
        for path in sources("from_git"):
            for name in imports(path):
                parts = name.split(".")
                with self.subTest(file=str(path.relative_to(ROOT)), imports=name):
                    self.assertNotEqual(parts[0], "coding_challenge", "the project stands above its apps")
                if parts[0] != "from_git" or parts[1] in (room(path), "__version__"):
                    continue
                with self.subTest(file=str(path.relative_to(ROOT)), imports=name):
                    self.assertGreater(floor(parts[1]), floor(room(path)))

    def test_values_know_neither_django_nor_http(self) -> None:
        values = {"values", "profiles", "metrics", "background", "options", "errors", "clock", "fanout"}
        for path in sources("from_git"):
            if room(path) not in values:
                continue
            found = {module.split(".")[0] for module in imports(path)}
            with self.subTest(str(path.relative_to(ROOT))):
                self.assertEqual(found & {"django", "rest_framework", "requests", "urllib3"}, set())

    def test_only_upstream_knows_requests_and_only_views_know_http_requests(self) -> None:
        for path in sources("from_git"):
            found = list(imports(path))
            with self.subTest(str(path.relative_to(ROOT))):
                if room(path) != "upstream":
                    self.assertFalse([name for name in found if name.split(".")[0] in ("requests", "urllib3")])
                if room(path) in ("aggregator", "flights", "kept", "forges", "calls", "memory", "fanout", "upstream"):
                    self.assertFalse([name for name in found if name.startswith(("django.http", "rest_framework"))])

    def test_the_emulator_imports_nothing_of_the_service(self) -> None:
        for path in (ROOT / "emulator").rglob("*.py"):
            with self.subTest(str(path.relative_to(ROOT))):
                self.assertFalse([name for name in imports(path) if name.split(".")[0] in ("from_git", "django")])

    def test_no_module_function_or_class_is_too_large(self) -> None:
        rest = dict.fromkeys(("coding_challenge", "emulator", "benchmarks", "conformance"), REST)
        sizes = {"from_git": Sizes(250, 40, 15), **rest}
        for folder, most in sizes.items():
            for path in sources(folder):
                text = path.read_text(encoding="utf-8")
                with self.subTest(str(path.relative_to(ROOT))):
                    self.assertEqual(list(too_large(text, most)), [])

    def test_what_is_too_large_is_found(self) -> None:
        most = Sizes(8, 2, 3)
        lines = ["class A:", "    one = 1", "    _two = 2", "    three: int", "    def __init__(self): self.four = 4"]
        for text, found in (
            ("a = 1\n" * 8, []),
            ("a = 1\n" * 9, ["9 lines"]),
            ("def f():\n    pass\n    pass\n", []),
            ("def f():\n    pass\n    pass\n    pass\n", ["f: 3 lines"]),
            ("\n".join(lines), []),
            ("\n".join([*lines, "    def five(self): self._six = 6"]), ["A: 4 public members"]),
        ):
            with self.subTest(text):
                self.assertEqual(list(too_large(text, most)), found)
