"""Errors in docstrings: who calls a public function reads there what it raises."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from unittest import TestCase

from from_git.tests.house.test_architecture import ROOT, sources

Function = ast.FunctionDef | ast.AsyncFunctionDef


def public_functions(node: ast.AST) -> Iterator[Function]:
    """The functions of a module and the methods of its classes, those with an underscore and nested ones left out."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function | ast.ClassDef) or child.name.startswith("_"):
            continue
        if isinstance(child, ast.ClassDef):
            yield from public_functions(child)
        else:
            yield child


def raised(function: Function) -> Iterator[str]:
    """The names of the classes that a function raises itself, with dots; nested functions left out."""
    nodes = list(ast.iter_child_nodes(function))
    while nodes:
        node = nodes.pop()
        if isinstance(node, Function | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Raise) and node.exc:
            name = ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
            if name.rpartition(".")[2][:1].isupper() and name != "NotImplementedError":  # it is said by its class
                yield name
        nodes += ast.iter_child_nodes(node)


def names_of(error: str, module: ModuleType) -> set[str]:
    """The name of a class as it stands in a module, and those of its bases."""
    first, *rest = error.split(".")
    found = getattr(module, first, None) or getattr(import_module("builtins"), first)
    for name in rest:
        found = getattr(found, name)
    return {one.__name__ for one in found.__mro__} - {"object"}


def silent(path: Path, text: str) -> Iterator[str]:
    """The public functions of a file that raise an error which their docstring does not name, with that error."""
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    for function in public_functions(ast.parse(text)):
        docstring = ast.get_docstring(function) or ""
        for error in sorted(set(raised(function))):
            if not any(name in docstring for name in names_of(error, module)):
                yield f"{function.name}: {error}"


class Raises(TestCase):
    """`Raises:` in docstrings."""

    def test_each_public_function_names_the_errors_that_it_raises(self) -> None:
        for path in sources("from_git"):
            with self.subTest(str(path.relative_to(ROOT))):
                self.assertEqual(list(silent(path, path.read_text(encoding="utf-8"))), [])

    def test_an_error_that_is_not_named_is_found_and_a_base_will_do(self) -> None:
        path = ROOT / "from_git" / "errors" / "__init__.py"
        for docstring, found in (
            ("Give up.", ["give_up: LimitError"]),
            ("Raises LimitError.", []),
            ("Raises UpstreamError.", []),
            ("Raises DeadlineError.", ["give_up: LimitError"]),
        ):
            with self.subTest(docstring):
                text = f'def give_up():\n    """{docstring}"""\n    raise LimitError("used up", 1.0) from None\n'
                self.assertEqual(list(silent(path, text)), found)
