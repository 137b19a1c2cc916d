"""python-graphql-client over our connections; to be imported when GitHub is first asked (see `graphql`)."""

from collections.abc import Mapping

from python_graphql_client import GraphqlClient

from from_git.upstream import Caller, Response, Upstream


class PooledClient(GraphqlClient):  # type: ignore[misc]
    """python-graphql-client, sending over a pooled connection instead of a new one for each query."""

    def __init__(self, upstream: Upstream) -> None:
        super().__init__(endpoint=upstream.base_url)
        self._upstream = upstream

    def execute(self, query: str, variables: Mapping[str, object], operation_name: str, *, caller: Caller) -> Response:
        """Send one query.

        Raises:
            UpstreamError, DeadlineError, Cancelled: from the call.
        """
        payload = self._GraphqlClient__request_body(query=query, variables=variables, operation_name=operation_name)
        return self._upstream.call(caller, "POST", self.endpoint, payload=payload)
