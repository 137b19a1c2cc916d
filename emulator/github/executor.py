"""graphql-core's executor, with one short cut for the fields that need no work."""

from __future__ import annotations

from typing import Any

from graphql import Executor, GraphQLObjectType, GraphQLSchema, is_leaf_type, is_non_null_type


def plain_fields(schema: GraphQLSchema) -> dict[str, frozenset[str]]:
    """Per object type, the fields without arguments and resolver that end in a scalar or an enum."""
    return {
        name: frozenset(
            field_name
            for field_name, field in kind.fields.items()
            if not field.args
            and field.resolve is None
            and is_leaf_type(field.type.of_type if is_non_null_type(field.type) else field.type)
        )
        for name, kind in schema.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
    }


class CopyingExecutor(Executor[Any]):
    """Copies plain fields out of their source, which holds them in the form in which they are sent.

    A page of 100 repositories has about 10,000 fields, nine in ten of them plain; the copy takes a fifth of the time
    that building a resolve info, calling a resolver and coercing its result takes. It also lets a language's
    size pass 2^31, as a recorded one of GitHub does though the schema says Int.
    """

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_details_list: Any, path: Any, position_context: Any
    ) -> Any:
        """The source's value of a plain field; everything else is left to graphql-core."""
        name = field_details_list[0].node.name.value
        if name in self.schema.extensions["plain"].get(parent_type.name, ()):
            return source[name]
        if parent_type.name == "Query" and self.context_value.cost.dry_run and name not in ("rateLimit", "relay"):
            # priced only: https://docs.github.com/graphql says "without evaluating it", nothing about the other fields
            return [] if name == "nodes" else None
        return super().execute_field(parent_type, source, field_details_list, path, position_context)
