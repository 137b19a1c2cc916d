"""The text of each query that GitHub's GraphQL API is asked.

Sources: docs.github.com/graphql (objects RepositoryOwner, Repository, Query.nodes) and the schema that
@octokit/graphql-schema publishes.
"""

# `privacy: PUBLIC`, since older Enterprise Servers know no `visibility`: the set is the same, because `privacy`
# counts internal repositories as private. CREATED_AT never changes, so a cursor does not shift: whatever comes or goes
# meanwhile, no repository that stays is lost.
_LIST = """
      privacy: PUBLIC, ownerAffiliations: OWNER, orderBy: {field: CREATED_AT, direction: ASC}
    ) {"""
_IDS = f"""{_LIST}
      totalCount
      pageInfo {{ hasNextPage endCursor }}
      nodes {{ id nameWithOwner }}
    }}
  }}
}}
"""
# `stargazerCount`, not `stargazers`: that connection is FORBIDDEN since July 2026. No `parent`: it brings FORBIDDEN
# for forks of SAML-protected repositories (cli/cli#7881). Of 4,919 recorded repositories 19 have more than 20
# languages, none more than 40; GitHub takes no more than 20 topics.
_DETAILS = """
fragment Details on Repository {
  id
  isFork
  isPrivate
  stargazerCount
  watchers { totalCount }
  languages(first: 40) { totalCount edges { size node { name } } }
  repositoryTopics(first: 20) { totalCount nodes { topic { name } } }
}
"""
OWNER = f"""
query Owner($login: String!, $first: Int!, $listed: Int!) {{
  rateLimit {{ cost }}
  repositoryOwner(login: $login) {{
    __typename
    detailed: repositories(
      first: $first{_LIST}
      nodes {{ ...Details }}
    }}
    repositories(
      first: $listed{_IDS}{_DETAILS}"""
REPOSITORIES = f"""
query Repositories($login: String!, $listed: Int!, $after: String) {{
  rateLimit {{ cost }}
  repositoryOwner(login: $login) {{
    __typename
    repositories(
      first: $listed, after: $after{_IDS}"""
DETAILS = f"""
query Details($ids: [ID!]!) {{
  rateLimit {{ cost }}
  nodes(ids: $ids) {{ ...Details }}
}}
{_DETAILS}"""
NAMES = """
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
