"""The forms in which GitHub says that a limit is reached, or that a query took too long. All of them were seen."""

from __future__ import annotations

from typing import Any

GUIDE = "https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api"

SECONDARY_WORDS = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
PRIMARY_WORDS = "API rate limit already exceeded for user ID 1."
TIMEOUT_WORDS = "We couldn't respond to your request in time. Please try resubmitting your request."
WRONG_WORDS = (
    "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub "
    "bug. Please include `{}` when reporting this issue."
)

NGINX_502 = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    b"<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)

Json = dict[str, Any]

SECONDARY_BODY: Json = {"documentation_url": f"{GUIDE}#secondary-rate-limits", "message": SECONDARY_WORDS}
SECONDARY_ERRORS: Json = {"errors": [{"message": SECONDARY_WORDS}]}

# status, body, whether retry-after is told: "200 or 403", "if present" (GitHub's documents); the errors form keeps
# GraphQL's shape
SECONDARY: tuple[tuple[int, Json, bool], ...] = (
    (403, SECONDARY_BODY, True),
    (403, SECONDARY_BODY, False),
    (200, SECONDARY_BODY, False),
    (200, SECONDARY_ERRORS, False),
)

# all status 200, none with `data`: RATE_LIMIT since about January 2026, RATE_LIMITED before
# (octokit/plugin-throttling.js#848, yanyongyu/githubkit#271), and the message of REST
PRIMARY: tuple[Json, ...] = (
    {"errors": [{"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": PRIMARY_WORDS}]},
    {"errors": [{"type": "RATE_LIMITED", "message": PRIMARY_WORDS}]},
    {"documentation_url": GUIDE, "message": PRIMARY_WORDS},
)
