"""The SDL subset agrees with GitHub's public schema."""

from __future__ import annotations

import os
import unittest
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_specified_scalar_type,
    print_ast,
)

from emulator.github.schema import SDL

INSTALLED = Path("node_modules/@octokit/graphql-schema/schema.graphql")


def real_schema() -> Path | None:
    """A copy of GitHub's schema: named by GITHUB_SCHEMA, or installed by npm under the current directory."""
    named = os.environ.get("GITHUB_SCHEMA")
    path = Path(named) if named else INSTALLED
    return path if named or path.exists() else None


def differences(ours: GraphQLSchema, real: GraphQLSchema) -> list[str]:
    """Everything in which the first schema is not a part of the second, in words."""
    found: list[str] = []
    theirs: dict[str, Any] = dict(real.type_map)
    for name, kind in ours.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        if name not in theirs or not _alike(kind, theirs[name]):
            found.append(f"{name}: not a {type(kind).__name__} there")
            continue
        other = theirs[name]
        if isinstance(kind, GraphQLEnumType):
            found += [f"{name}.{value}: no such value" for value in kind.values if value not in other.values]
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            interfaces = {one.name for one in other.interfaces}
            found += [f"{name}: does not implement {one.name}" for one in kind.interfaces if one.name not in interfaces]
            found += _fields(name, kind.fields, other.fields)
        elif isinstance(kind, GraphQLInputObjectType):
            # an input with a field less could be filled in ways that the real one refuses
            found += [f"{name}.{key}: missing here" for key in other.fields if key not in kind.fields]
            found += _arguments(name, kind.fields, other.fields)
    return found


def _alike(ours: object, theirs: object) -> bool:
    """Whether both are objects, both enums, and so on."""
    return type(ours) is type(theirs)


def _fields(name: str, ours: dict[str, Any], real: dict[str, Any]) -> list[str]:
    found = []
    for key, field in ours.items():
        if key not in real:
            found.append(f"{name}.{key}: no such field")
            continue
        if str(field.type) != str(real[key].type):
            found.append(f"{name}.{key}: {field.type} here, {real[key].type} there")
        found += _arguments(f"{name}.{key}", field.args, real[key].args)
        # a query that leaves out what is required there must fail here too
        found += [f"{name}.{key}({one}:): missing here" for one in real[key].args if one not in field.args]
    return found


def _arguments(name: str, ours: dict[str, Any], real: dict[str, Any]) -> list[str]:
    found = []
    for key, argument in ours.items():
        other = real.get(key)
        if other is None:
            found.append(f"{name}({key}:): no such argument")
        elif _written(argument) != _written(other):
            found.append(f"{name}({key}:): {_written(argument)} here, {_written(other)} there")
    return found


def _written(argument: Any) -> str:
    """Type and default of an argument or input field as in SDL."""
    default = argument.ast_node.default_value
    return f"{argument.type} = {print_ast(default)}" if default else str(argument.type)


class TestAgreement(unittest.TestCase):
    """Compared with a copy of the real schema where there is one."""

    def test_the_subset_agrees_with_the_public_schema(self) -> None:
        path = real_schema()
        if path is None:
            self.skipTest("no copy of GitHub's schema: set GITHUB_SCHEMA, or npm install @octokit/graphql-schema")

        real = build_schema(path.read_text(encoding="utf-8"), assume_valid=True)

        self.assertEqual(differences(build_schema(SDL.read_text(encoding="utf-8")), real), [])


class TestComparison(unittest.TestCase):
    """The comparison finds differences."""

    def assert_difference(self, ours: str, real: str, words: str) -> None:
        """Comparing the two SDL texts finds exactly this."""
        self.assertEqual(differences(build_schema(ours), build_schema(real)), [words])

    def test_another_nullability_is_found(self) -> None:
        self.assert_difference("type Query { a: Int }", "type Query { a: Int! }", "Query.a: Int here, Int! there")

    def test_an_unknown_field_is_found(self) -> None:
        self.assert_difference("type Query { a: Int b: Int }", "type Query { a: Int }", "Query.b: no such field")

    def test_an_unknown_argument_is_found(self) -> None:
        self.assert_difference(
            "type Query { a(x: Int): Int }", "type Query { a: Int }", "Query.a(x:): no such argument"
        )

    def test_a_missing_argument_is_found(self) -> None:
        self.assert_difference("type Query { a: Int }", "type Query { a(x: Int): Int }", "Query.a(x:): missing here")

    def test_another_default_is_found(self) -> None:
        self.assert_difference(
            "type Query { a(x: Int = 1): Int }",
            "type Query { a(x: Int = 2): Int }",
            "Query.a(x:): Int = 1 here, Int = 2 there",
        )

    def test_an_unknown_enum_value_is_found(self) -> None:
        self.assert_difference(
            "enum E { A B } type Query { a: E }", "enum E { A } type Query { a: E }", "E.B: no such value"
        )

    def test_an_interface_that_is_not_implemented_is_found(self) -> None:
        self.assert_difference(
            "interface I { a: Int } type Query implements I { a: Int }",
            "interface I { a: Int } type Query { a: Int }",
            "Query: does not implement I",
        )
