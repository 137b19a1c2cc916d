"""GitLab's GraphQL endpoint: from the request's text to the answer."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, ClassVar

from graphql import DocumentNode, OperationDefinitionNode, execute_sync

from emulator.copying import CopyingExecutor
from emulator.gitlab.complexity import check_limits
from emulator.gitlab.resolvers import Visit
from emulator.gitlab.schema import schema
from emulator.gitlab.versions import Version
from emulator.ruby import Refused, chosen, parsed, variables_of

PATH = "/api/graphql"
LONGEST_QUERY = 10_000
MOST_ERRORS = 5

Json = dict[str, Any]


class _ProjectsExecutor(CopyingExecutor):
    resolved: ClassVar[frozenset[str]] = frozenset({"Project"})


@lru_cache(maxsize=512)
def _document(text: str, version: Version) -> DocumentNode:
    return parsed(text, schema(version))


def answer(body: str, visit: Visit) -> Json:
    """The value that is sent for a request's body: `data`, or `errors` where nothing is run."""
    try:
        return _run(*_request(body), visit)
    except Refused as refused:
        return {"errors": refused.errors[:MOST_ERRORS]}


def _request(body: str) -> tuple[str, Json, str | None]:
    try:
        request = json.loads(body)
    except ValueError:
        request = None
    query = request.get("query") if isinstance(request, dict) else None
    if not isinstance(query, str) or not query:
        raise Refused({"message": "Unexpected end of document", "locations": []})
    if len(query) > LONGEST_QUERY:
        raise Refused({"message": "Query too large"})
    variables = request.get("variables") or {}
    if not isinstance(variables, dict):
        raise Refused({"message": "Variables must be a JSON object."})
    return query, variables, request.get("operationName")


def _run(text: str, given: Json, name: str | None, visit: Visit) -> Json:
    document = _document(text, visit.version)
    nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    node = chosen({node.name.value if node.name else "": node for node in nodes}, name)
    variables = variables_of(schema(visit.version), node, given)
    check_limits(schema(visit.version), document, node, variables, visit.member)
    operation = node.name.value if node.name else None
    result = execute_sync(
        schema(visit.version), document, {}, visit, given, operation, executor_class=_ProjectsExecutor
    )
    value: Json = {"data": result.data}
    if result.errors:
        value["errors"] = [
            {
                "message": error.message,
                "locations": [{"line": place.line, "column": place.column} for place in error.locations or ()],
                "path": error.path,
            }
            for error in result.errors
        ]
    return value
