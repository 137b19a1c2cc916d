"""Queries as graphql-ruby parses and validates them: and the errors in its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Lexer,
    Node,
    OperationDefinitionNode,
    Source,
    TokenKind,
    VariableDefinitionNode,
    get_variable_values,
    parse,
    print_ast,
    specified_rules,
    validate,
)

Error = dict[str, Any]
Chosen = TypeVar("Chosen")

# the names of tokens in graphql-ruby's messages, where they differ from those of graphql-core
_TOKENS = {
    TokenKind.NAME: "IDENTIFIER",
    TokenKind.DOLLAR: "VAR_SIGN",
    TokenKind.BRACE_L: "LCURLY",
    TokenKind.BRACE_R: "RCURLY",
    TokenKind.PAREN_L: "LPAREN",
    TokenKind.PAREN_R: "RPAREN",
    TokenKind.BRACKET_L: "LBRACKET",
    TokenKind.BRACKET_R: "RBRACKET",
    TokenKind.SPREAD: "ELLIPSIS",
}

# rule → code, graphql-core's message, graphql-ruby's message, further keys of `extensions`; a rule that is not
# here keeps the message of graphql-core
_WORDS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "FieldsOnCorrectTypeRule": (
        "undefinedField",
        r"Cannot query field '(?P<fieldName>\w+)' on type '(?P<typeName>\w+)'",
        "Field '{fieldName}' doesn't exist on type '{typeName}'",
        ("typeName", "fieldName"),
    ),
    "KnownArgumentNamesRule": (
        "argumentNotAccepted",
        r"Unknown argument '(?P<argumentName>\w+)' on field '(?:\w+\.)?(?P<name>\w+)'",
        "Field '{name}' doesn't accept argument '{argumentName}'",
        ("name", "argumentName"),
    ),
    "ProvidedRequiredArgumentsRule": (
        "missingRequiredArguments",
        r"Argument '(?:\w+\.)?(?P<name>\w+)\((?P<arguments>\w+):\)' of type|"
        r"Field '(?P<name2>\w+)' argument '(?P<arguments2>\w+)' of type",
        "Field '{name}' is missing required arguments: {arguments}",
        ("name", "arguments"),
    ),
    "NoUndefinedVariablesRule": (
        "variableNotDefined",
        r"Variable '\$(?P<variableName>\w+)' is not defined",
        "Variable ${variableName} is used by this query but not declared",
        ("variableName",),
    ),
    "NoUnusedVariablesRule": (
        "variableNotUsed",
        r"Variable '\$(?P<variableName>\w+)' is never used",
        "Variable ${variableName} is declared by this query but not used",
        ("variableName",),
    ),
}


class Refused(Exception):
    """A request that is not run.

    Attributes:
        errors: the errors as they are sent.
    """

    def __init__(self, *errors: Error) -> None:
        super().__init__(errors)
        self.errors = list(errors)


def parsed(text: str, schema: GraphQLSchema) -> DocumentNode:
    """The document, which is valid.

    Raises:
        Refused: it is no GraphQL, or the schema does not take it.
    """
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        raise Refused(_syntax(text, error)) from error
    if errors := list(_validation(document, schema)):
        raise Refused(*errors)
    return document


def chosen(operations: Mapping[str, Chosen], name: str | None) -> Chosen:
    """The operation to run, of those by name ("" for one without).

    Raises:
        Refused: the name is unknown, or missing beside several operations.
    """
    if name and name not in operations:
        raise Refused({"message": f'No operation named "{name}"'})
    if not name and len(operations) != 1:
        raise Refused({"message": "An operation name is required"})
    return operations[name or next(iter(operations))]


def variables_of(schema: GraphQLSchema, node: OperationDefinitionNode, given: dict[str, Any]) -> dict[str, Any]:
    """The values of an operation's variables, defaults filled in.

    Raises:
        Refused: a value is missing or of the wrong type.
    """
    values = get_variable_values(schema, node.variable_definitions or (), given)
    if isinstance(values, list):
        raise Refused(*(_variable(error, given) for error in values))
    return values.coerced


def _syntax(text: str, error: GraphQLSyntaxError) -> Error:
    """As recorded: `Parse error on "=" (EQUALS) at [7, 80]`."""
    place = error.locations[0] if error.locations else None
    token, start = None, next(iter(error.positions or ()), 0)
    try:
        lexer = Lexer(Source(text))
        while (token := lexer.advance()).kind != TokenKind.EOF and token.start != start:
            pass
    except GraphQLSyntaxError:
        token = None
    if place is None or token is None:
        return {"locations": [], "message": error.message}
    if token.kind == TokenKind.EOF:
        return {"locations": [], "message": "Unexpected end of document"}
    kind = _TOKENS.get(token.kind, token.kind.name)
    return {
        "locations": [{"line": place.line, "column": place.column}],
        "message": f'Parse error on "{token.value or token.kind.value}" ({kind}) at [{place.line}, {place.column}]',
    }


def _validation(document: DocumentNode, schema: GraphQLSchema) -> Iterator[Error]:
    for rule in specified_rules:
        for error in validate(schema, document, [rule]):
            yield _invalid(document, rule.__name__, error)


def _invalid(document: DocumentNode, rule: str, error: GraphQLError) -> Error:
    value: Error = {}
    if error.nodes and (path := _path(document, error.nodes[0])):
        value["path"] = path
    message = error.message
    if rule in _WORDS:
        code, pattern, words, keys = _WORDS[rule]
        if match := re.search(pattern, message):
            found = {name.rstrip("2"): text for name, text in match.groupdict().items() if text is not None}
            value["extensions"] = {"code": code, **{key: found[key] for key in keys}}
            message = words.format(**found)
    value["locations"] = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    value["message"] = message
    return value


def _variable(error: GraphQLError, given: dict[str, Any]) -> Error:
    definition = error.nodes[0] if error.nodes else None
    if not isinstance(definition, VariableDefinitionNode):
        return {"message": error.message}
    name = definition.variable.name.value
    return {
        "extensions": {"value": given.get(name), "problems": [{"path": [], "explanation": error.message}]},
        "locations": [{"line": place.line, "column": place.column} for place in error.locations or ()],
        "message": f"Variable ${name} of type {print_ast(definition.type)} was provided invalid value",
    }


def _path(document: DocumentNode, wanted: Node) -> list[str]:
    """The way to a node as graphql-ruby gives it: "query NAME" or "fragment NAME", then response keys."""
    for definition in document.definitions:
        start = "fragment"
        if isinstance(definition, OperationDefinitionNode):
            start = definition.operation.value
        name = getattr(definition, "name", None)
        found = _search(definition, wanted, [f"{start} {name.value}" if name else start])
        if found is not None:
            return found
    return []


def _search(node: Node, wanted: Node, path: list[str]) -> list[str] | None:
    """The path to the wanted node at or below this one; None where it is not there."""
    if isinstance(node, FieldNode):
        path = [*path, (node.alias or node.name).value]
    elif isinstance(node, InlineFragmentNode):
        path = [*path, f"... on {node.type_condition.name.value}" if node.type_condition else "..."]
    if node is wanted:
        return path
    for key in node.keys:
        value = getattr(node, key, None)
        for child in value if isinstance(value, list | tuple) else [value]:
            if isinstance(child, Node) and (found := _search(child, wanted, path)) is not None:
                return found
    return None
