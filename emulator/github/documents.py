"""From a query's text to a checked operation."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

from emulator.github.cost import Shape, shape
from emulator.github.schema import schema
from emulator.ruby import Error, Refused, chosen, parsed, variables_of


@dataclass(frozen=True)
class Operation:
    """An operation of a valid document."""

    document: DocumentNode
    node: OperationDefinitionNode
    shape: Shape
    schema: GraphQLSchema

    @property
    def name(self) -> str | None:
        """Its name, None where it has none."""
        return self.node.name.value if self.node.name else None

    def variables(self, given: dict[str, Any]) -> dict[str, Any]:
        """The values of its variables, defaults filled in.

        Raises:
            Refused: a value is missing or of the wrong type.
        """
        return variables_of(self.schema, self.node, given)


@dataclass(frozen=True)
class Checked:
    """A query's text after parsing and validation: its operations by name ("" for one without), or errors."""

    operations: dict[str, Operation] = field(default_factory=dict)
    errors: tuple[Error, ...] = ()

    def operation(self, name: str | None) -> Operation:
        """The operation to run.

        Raises:
            Refused: the document has errors, the name is unknown, or missing beside several operations.
        """
        if self.errors:
            raise Refused(*self.errors)
        return chosen(self.operations, name)


@lru_cache(maxsize=512)
def check(text: str, version: str = "") -> Checked:
    """Parse and validate by a version's schema; the same text is checked once."""
    known = schema(version)
    try:
        document = parsed(text, known)
    except Refused as refused:
        return Checked(errors=tuple(refused.errors))
    nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    operations = [Operation(document, node, shape(known, document, node), known) for node in nodes]
    return Checked({operation.name or "": operation for operation in operations})
