"""The complexity and the depth of a query, by which GitLab refuses one before it runs.

A field is 1 and what is below it, one that asks the repository itself 1 more. Connections of projects are what their
resolver adds more, and 1 % of all that for each row asked for, so twice as much at 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    value_from_ast_untyped,
)

from emulator.gitlab.connections import LARGEST_PAGE
from emulator.ruby import Refused

# without a token, and with one
COMPLEXITY = (200, 250)
DEPTH = (15, 20)

_GITALY = {("Project", "languages"), ("Project", "forksCount")}
_RESOLVER = 1
_OF_NAMESPACE = 10


@dataclass
class _Measure:
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    variables: dict[str, Any]

    def of(self, selections: SelectionSetNode | None, parent: str) -> tuple[int, int]:
        """The complexity and the depth of a selection."""
        complexity = depth = 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                more, below = self._field(selection, parent)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                more, below = self.of(selection.selection_set, condition.name.value if condition else parent)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self.fragments[selection.name.value]
                more, below = self.of(fragment.selection_set, fragment.type_condition.name.value)
            complexity, depth = complexity + more, max(depth, below)
        return complexity, depth

    def _field(self, node: FieldNode, parent: str) -> tuple[int, int]:
        name = node.name.value
        kind: Any = self.schema.type_map[parent]
        field = kind.fields.get(name)  # none for __typename and the schema's own fields
        target = get_named_type(field.type).name if field else "String"
        inner, depth = self.of(node.selection_set, target) if node.selection_set else (0, 0)
        if target != "ProjectConnection":
            return inner + 1 + ((parent, name) in _GITALY), depth + 1
        arguments = {one.name.value: value_from_ast_untyped(one.value, self.variables) for one in node.arguments or ()}
        inner += _RESOLVER + (0 if parent == "Query" else _OF_NAMESPACE)
        inner += (1 if arguments.get("sort") else 0) + (5 if arguments.get("search") else 0)
        asked = (arguments.get("first"), arguments.get("last"), LARGEST_PAGE)
        return int(inner + inner * min(one for one in asked if one is not None) * 0.01), depth + 1


def measure(
    schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode, variables: dict[str, Any]
) -> tuple[int, int]:
    """The complexity and the depth of a valid query."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    return _Measure(schema, fragments, variables).of(node.selection_set, "Query")


def check_limits(
    schema: GraphQLSchema,
    document: DocumentNode,
    node: OperationDefinitionNode,
    variables: dict[str, Any],
    member: bool,
) -> None:
    """Check the limits of a caller.

    Raises:
        Refused: the query is more complex or deeper than they allow.
    """
    complexity, depth = measure(schema, document, node, variables)
    if depth > DEPTH[member]:
        raise Refused({"message": f"Query has depth of {depth}, which exceeds max depth of {DEPTH[member]}"})
    if complexity > COMPLEXITY[member]:
        words = f"Query has complexity of {complexity}, which exceeds max complexity of {COMPLEXITY[member]}"
        raise Refused({"message": words})
