"""The house: no circle of imports, and no forge is named outside its own folder."""

from __future__ import annotations

import ast
import re
import sys
import tempfile
import unittest
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from emulator.kinds import KINDS

ROOT = Path(__file__).parent.parent
LONGEST = 250
LONGEST_FUNCTION = 40


def modules(root: Path) -> dict[str, Path]:
    """The modules of a package by their dotted names; its tests are left out."""
    files = [path for path in sorted(root.rglob("*.py")) if "tests" not in path.relative_to(root).parts]
    parts = {path: path.relative_to(root.parent).with_suffix("").parts for path in files}
    return {".".join(names[:-1] if names[-1] == "__init__" else names): path for path, names in parts.items()}


def imported(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The known modules that a file imports: at its top, inside functions and for type checking alike."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in known else node.module for name in names)


def graph(root: Path) -> dict[str, set[str]]:
    """For each module of a package, the modules of the package that it imports."""
    known = modules(root)
    return {name: set(imported(path, known)) & known.keys() for name, path in known.items()}


def rooms(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    """The same for rooms: a module of the package, or a folder with all that is in it."""
    found: dict[str, set[str]] = {}
    for name, others in edges.items():
        room = ".".join(name.split(".")[:2])
        found.setdefault(room, set()).update(".".join(other.split(".")[:2]) for other in others)
    return {room: others - {room} for room, others in found.items()}


def circle(edges: dict[str, set[str]]) -> list[str]:
    """A circle of imports, its first module again at the end; empty where there is none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []


class TestImports(unittest.TestCase):
    """Data flow one way."""

    def edges(self) -> dict[str, set[str]]:
        """The graph of the emulator; the registry loads its kinds by name, which no import statement shows."""
        edges = graph(ROOT)
        edges["emulator.kinds"] |= {type(kind).__module__ for kind in KINDS}
        return edges

    def test_no_modules_import_each_other_in_a_circle(self) -> None:
        self.assertEqual(circle(self.edges()), [])

    def test_no_rooms_import_each_other_in_a_circle(self) -> None:
        self.assertEqual(circle(rooms(self.edges())), [])

    def test_a_circle_is_found_wherever_its_imports_stand(self) -> None:
        for first in (
            "import oak.b",
            "from oak import b",
            "from oak.b import name",
            "def later():\n    from oak import b",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from oak.b import name",
        ):
            with self.subTest(first), tempfile.TemporaryDirectory() as folder:
                root = Path(folder) / "oak"
                root.mkdir()
                for name, text in (("__init__", ""), ("a", first), ("b", "from oak.c import x"), ("c", "import oak.a")):
                    (root / f"{name}.py").write_text(text, encoding="utf-8")

                self.assertEqual(set(circle(graph(root))), {"oak.a", "oak.b", "oak.c"})
                (root / "c.py").write_text("", encoding="utf-8")
                self.assertEqual(circle(graph(root)), [])

    def test_every_module_is_looked_at(self) -> None:
        for name in ("emulator", "emulator.__main__", "emulator.faults.table", *(kind.__module__ for kind in KINDS)):
            self.assertIn(name, self.edges())


class TestNames(unittest.TestCase):
    """A kind of forge is one folder and one line of the registry."""

    def lines(self) -> Iterator[tuple[str, str]]:
        """File and text of every line that names a forge, outside the folders of the forges and the tests."""
        names = re.compile("|".join(kind.traits.name for kind in KINDS), re.IGNORECASE)
        for path in sorted(ROOT.rglob("*")):
            room = path.relative_to(ROOT).parts[0]
            if path.suffix in (".pyc", ".md") or not path.is_file() or room == "tests":
                continue
            if room not in {kind.traits.name for kind in KINDS}:
                text = path.read_text(encoding="utf-8")
                yield from ((path.name, line) for line in (room, *text.splitlines()) if names.search(line))

    def test_only_the_registry_names_a_forge_and_each_on_one_line(self) -> None:
        found = list(self.lines())

        self.assertEqual([file for file, _ in found], ["kinds.py"] * len(KINDS), found)
        for kind in KINDS:
            self.assertEqual(len([line for _, line in found if f'"{kind.traits.name}"' in line]), 1)

    def test_each_kind_lives_in_the_folder_of_its_name(self) -> None:
        for kind in KINDS:
            self.assertEqual(type(kind).__module__, f"emulator.{kind.traits.name}.kind")
            self.assertTrue(sys.modules[type(kind).__module__])


class TestSizes(unittest.TestCase):
    """How long a module and a function may be."""

    def test_modules_and_functions_are_short(self) -> None:
        for name, path in modules(ROOT).items():
            text = path.read_text(encoding="utf-8")
            self.assertLessEqual(len(text.splitlines()), LONGEST, name)
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    self.assertLessEqual((node.end_lineno or 0) - node.lineno + 1, LONGEST_FUNCTION, node.name)
