"""GitHub's executor of queries, which leaves out what is priced only."""

from __future__ import annotations

from typing import Any, ClassVar

from graphql import GraphQLObjectType

from emulator.copying import CopyingExecutor

# evaluated in a dry run too: they need no look at any list, and two of them may not be null
_UNPRICED = ("rateLimit", "relay", "viewer")


class PricedExecutor(CopyingExecutor):
    """Answers with null what a dry run asks for."""

    resolved: ClassVar[frozenset[str]] = frozenset({"Repository"})

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_details_list: Any, path: Any, position_context: Any
    ) -> Any:
        """The value of a field; see `CopyingExecutor`."""
        name = field_details_list[0].node.name.value
        if parent_type.name == "Query" and self.context_value.cost.dry_run and name not in _UNPRICED:
            # priced only: https://docs.github.com/graphql says "without evaluating it", nothing about the other fields
            return [] if name == "nodes" else None
        return super().execute_field(parent_type, source, field_details_list, path, position_context)
