"""The cost of a query before it runs: nodes and points by GitHub's formula, and the fields that are heavy.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api: each connection is
filled once per parent; the sum of those fills, divided by 100 and rounded, is the price, at least 1 point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
    Undefined,
    get_named_type,
    value_from_ast_untyped,
)

from emulator.github.errors import Typed

MAX_NODES = 500_000

_TOTALS = {"totalCount", "totalSize", "totalDiskUsage", "__typename"}


@dataclass(frozen=True)
class Connection:
    """A field that returns many objects (a connection, or `nodes(ids)`), with the fields of that sort above it."""

    node: FieldNode
    parents: tuple[FieldNode, ...]
    fills: bool


@dataclass(frozen=True)
class Shape:
    """The facts that the document alone tells about a query.

    Attributes:
        connections: every field that multiplies the fields below it, with the multiplying fields above.
        bounded: ids of connection fields asked for more than totals, so that `first` or `last` is needed.
        detailed: ids of fields that return repositories and ask for objects of them (watchers, languages, topics) → how
            many objects of each are no connections (its licence, its owner).
        rate_limits: the `rateLimit` fields, whose `dryRun` decides whether the query runs at all.
    """

    connections: tuple[Connection, ...] = ()
    bounded: frozenset[int] = frozenset()
    detailed: Mapping[int, int] = field(default_factory=dict)
    rate_limits: tuple[FieldNode, ...] = ()


@dataclass(frozen=True)
class Cost:
    """The price of one query with its variables; a dry run is priced and not evaluated."""

    shape: Shape
    nodes: int
    points: int
    dry_run: bool


@dataclass
class _Walk:
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    connections: list[Connection] = field(default_factory=list)
    bounded: set[int] = field(default_factory=set)
    detailed: dict[int, int] = field(default_factory=dict)
    rate_limits: list[FieldNode] = field(default_factory=list)

    def fields(self, selections: SelectionSetNode | None, parent: str) -> Iterator[tuple[FieldNode, str]]:
        """All fields of a selection with the type each is selected on, fragments unfolded."""
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                yield selection, parent
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                yield from self.fields(selection.selection_set, condition.name.value if condition else parent)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self.fragments[selection.name.value]
                yield from self.fields(fragment.selection_set, fragment.type_condition.name.value)

    def visit(self, selections: SelectionSetNode | None, parent: str, above: tuple[FieldNode, ...]) -> None:
        for node, on in self.fields(selections, parent):
            definition = self._definition(on, node.name.value)
            if definition is None or node.selection_set is None:
                continue
            below, target = above, get_named_type(definition.type).name
            if target.endswith("Connection"):
                if any(name.name.value not in _TOTALS for name, _ in self.fields(node.selection_set, target)):
                    self.bounded.add(id(node))
                below = (*above, node)
                self.connections.append(Connection(node, above, fills=True))
            elif node.name.value == "nodes" and on == "Query":
                below = (*above, node)
                self.connections.append(Connection(node, above, fills=False))
            if target == "RateLimit":
                self.rate_limits.append(node)
            objects = list(self._objects(node, target))
            if objects:
                self.detailed[id(node)] = sum(not name.endswith("Connection") for name in objects)
            self.visit(node.selection_set, target, below)

    def _definition(self, parent: str, name: str) -> Any:
        fields = getattr(self.schema.type_map[parent], "fields", {})
        return fields.get(name)

    def _objects(self, node: FieldNode, target: str) -> Iterator[str]:
        """The types of the objects that are selected of the repositories that the field returns."""
        steps = {"RepositoryConnection": ("nodes", "edges"), "RepositoryEdge": ("node",)}.get(target, ())
        for child, on in self.fields(node.selection_set, target):
            if child.selection_set is None or not (on == "Repository" or child.name.value in steps):
                continue
            below = get_named_type(self._definition(on, child.name.value).type).name
            if on == "Repository":
                yield below
            else:
                yield from self._objects(child, below)


def shape(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Shape:
    """The shape of a valid document's operation."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    walk = _Walk(schema, fragments)
    walk.visit(operation.selection_set, "Query", ())
    return Shape(tuple(walk.connections), frozenset(walk.bounded), walk.detailed, tuple(walk.rate_limits))


def price(shape: Shape, variables: dict[str, Any]) -> Cost:
    """Nodes and points for these variable values.

    Raises:
        Typed: MAX_NODE_LIMIT_EXCEEDED, more than 500,000 nodes could be returned.
    """
    nodes = fills = 0
    for connection in shape.connections:
        parents = 1
        for parent in connection.parents:
            parents *= _count(parent, variables) or 1
        count = _count(connection.node, variables)
        nodes += parents * (count or 0)
        # a connection asked for its total alone is not filled (whether GitHub counts it is not documented)
        fills += parents if connection.fills and count is not None else 0
    if nodes > MAX_NODES:
        raise Typed(
            "MAX_NODE_LIMIT_EXCEEDED",
            f"This query requests up to {nodes:,} possible nodes which exceeds the maximum limit of {MAX_NODES:,}.",
        )
    dry_run = any(_argument(node, ("dryRun",), variables) is True for node in shape.rate_limits)
    return Cost(shape, nodes, max(1, round(fills / 100)), dry_run)


def _count(node: FieldNode, variables: dict[str, Any]) -> int | None:
    """How many a field may return: `first`, `last` or the number of ids; None where it gives no bound."""
    value = _argument(node, ("first", "last", "ids"), variables)
    return len(value) if isinstance(value, list) else value


def _argument(node: FieldNode, names: tuple[str, ...], variables: dict[str, Any]) -> Any:
    """The value of the first argument given among those; None where there is none."""
    for argument in node.arguments or ():
        if argument.name.value in names:
            value = value_from_ast_untyped(argument.value, variables)
            if value is not None and value is not Undefined:
                return value
    return None
