"""GitHub: the texts of the queries.

Sources: docs.github.com/graphql (objects RepositoryOwner, Repository, Query.nodes), the schema that
@octokit/graphql-schema publishes, and those of Enterprise Server that github/docs publishes: of the arguments of
`RepositoryOwner.repositories` 3.10 lacks `hasIssuesEnabled`, `isArchived` and `visibility`, 3.11 and 3.12 the last one.
"""

from typing import NamedTuple

# `privacy: PUBLIC`, since older Enterprise Servers know no `visibility`: the set is the same, because `privacy`
# counts internal repositories as private. CREATED_AT never changes, so a cursor does not shift: whatever comes or goes
# meanwhile, no repository that stays is lost. `newest` are pages from the other end; see `Ends`
_LIST = """
      privacy: PUBLIC, ownerAffiliations: OWNER, orderBy: {field: CREATED_AT, direction: ASC}
    )"""
_NEWEST = _LIST.replace("ASC", "DESC")
_IDS = """
      pageInfo { hasNextPage endCursor }
      nodes { id nameWithOwner }
    }"""
# `stargazerCount`, not `stargazers`: that connection is FORBIDDEN since July 2026. No `parent`: it brings FORBIDDEN
# for forks of SAML-protected repositories (cli/cli#7881). Of 4,919 recorded repositories 19 have more than 20
# languages, none more than 40; GitHub takes no more than 20 topics.
_DETAILS = """
fragment Details on Repository {
  id
  isFork
  isArchived
  isPrivate
  stargazerCount
  createdAt
  pushedAt
  licenseInfo { spdxId }
  watchers { totalCount }
  languages(first: 40) { totalCount edges { size node { name } } }
  repositoryTopics(first: 20) { totalCount nodes { topic { name } } }
}
"""
_OWNER = f"""
query Owner($login: String!, $first: Int!, $listed: Int!) {{
  rateLimit {{ cost }}
  repositoryOwner(login: $login) {{
    __typename
    detailed: repositories(
      first: $first{_LIST} {{
      nodes {{ ...Details }}
    }}
    repositories(
      first: $listed{_LIST} {{
      totalCount{_IDS}
    newest: repositories(
      first: $listed{_NEWEST} {{{_IDS}
  }}
}}
{_DETAILS}"""
_REPOSITORIES = f"""
query Repositories($login: String!, $listed: Int!, $after: String, $before: String, $both: Boolean!) {{
  rateLimit {{ cost }}
  repositoryOwner(login: $login) {{
    __typename
    repositories(
      first: $listed, after: $after{_LIST} {{
      totalCount{_IDS}
    newest: repositories(
      first: $listed, after: $before{_NEWEST} @include(if: $both) {{{_IDS}
    latest: repositories(
      first: 1{_NEWEST} {{
      nodes {{ id }}
    }}
  }}
}}
"""
_DETAILS_OF = f"""
query Details($ids: [ID!]!) {{
  rateLimit {{ cost }}
  nodes(ids: $ids) {{ ...Details }}
}}
{_DETAILS}"""
_NAMES = """
query Names($ids: [ID!]!, $first: Int!, $languagesAfter: String, $topicsAfter: String) {
  rateLimit { cost }
  nodes(ids: $ids) {
    ... on Repository {
      id
      isPrivate
      languages(first: $first, after: $languagesAfter) {
        totalCount
        pageInfo { hasNextPage endCursor }
        edges { size node { name } }
      }
      repositoryTopics(first: $first, after: $topicsAfter) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { topic { name } }
      }
    }
  }
}
"""


class Texts(NamedTuple):
    """The texts of the four queries."""

    owner: str
    """`Owner`: details of the first repositories, and the ids of both ends of the list."""
    repositories: str
    """`Repositories`: more of the list."""
    details: str
    """`Details`: of repositories, by their ids."""
    names: str
    """`Names`: all languages and topics of repositories, by their ids."""


PUBLIC = Texts(_OWNER, _REPOSITORIES, _DETAILS_OF, _NAMES)
"""Where public repositories count."""


def _with_internal(text: str) -> str:
    """The same query where internal repositories count as well."""
    shown = text.replace("privacy: PUBLIC, ", "").replace("isPrivate", "visibility")
    return shown.replace("nodes { id nameWithOwner }", "nodes { id nameWithOwner visibility }")


WITH_INTERNAL = Texts(*map(_with_internal, PUBLIC))
"""Where internal repositories count too: the list has all that the account sees, and each row says its visibility.

One list, because with one of the public and one of the internal repositories whatever turns from internal to public
after the first was read and before the second is in neither, though it counts all the time; and older servers, which do
not take `visibility: INTERNAL`, could not be asked. In one list nobody's visibility moves anything: the walk, its total
and its end (see `Ends`) are those of all rows. Private rows are passed over as they are read, so that none of their
numbers are asked for; where the details of another one say that it has become private, the list is read again. So what
counts all the time is counted, what is private all the time is not, and what changes meanwhile counts only if whatever
was read of it said so.
"""


def texts(internal: bool) -> Texts:
    """Those of a host; `internal`: whether internal repositories count there."""
    return WITH_INTERNAL if internal else PUBLIC
