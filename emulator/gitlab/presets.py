"""Answers that GitLab, and what stands in front of it, were seen to fail with, as faults made ready."""

from __future__ import annotations

from emulator.faults.fault import Fault
from emulator.faults.presets import Preset
from emulator.gitlab.errors import TOO_MANY, TOO_MANY_WORDS

_ALL = "/gitlab/api/*"
_GRAPHQL = "/gitlab/api/graphql"
_LIST = "/gitlab/api/v4/*/projects"
_HTML = "text/html; charset=utf-8"
_SIGN_IN = b"<!DOCTYPE html><html><head><title>Sign in \xc2\xb7 GitLab</title></head><body></body></html>"
_CHALLENGE = b'<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body></body></html>'
_AWAY = b"<!DOCTYPE html><html><head><title>GitLab is not responding (502)</title></head><body></body></html>"
_INTERNAL = b'{"errors":[{"message":"Internal server error"}]}'

PRESETS: dict[str, Preset] = {
    "gitlab_429": Preset(
        Fault(
            "status",
            _ALL,
            status=429,
            headers={
                "Retry-After": "30",
                "RateLimit-Limit": "500",
                "RateLimit-Name": "throttle_unauthenticated_api",
                "RateLimit-Observed": "501",
                "RateLimit-Remaining": "0",
                "RateLimit-Reset": "@now+30",
            },
            body=b"Retry later\n",
            content_type="text/plain",
        ),
        "GitLab's limit of a user or an address: a plain text that says how long",
    ),
    "gitlab_429_endpoint": Preset(
        Fault("status", _ALL, status=429, body=TOO_MANY, content_type="application/json"),
        "GitLab's limit of one endpoint: JSON whose message is an object, no retry-after",
    ),
    "gitlab_graphql_limit": Preset(
        Fault("graphql_errors", _GRAPHQL, errors=({"message": TOO_MANY_WORDS},)),
        "the same in GraphQL: status 200",
    ),
    "gitlab_403_blocked": Preset(
        Fault("status", _ALL, status=403, body=b"Forbidden\n", content_type="text/plain"),
        "GitLab has blocked the address",
    ),
    "gitlab_401": Preset(
        Fault("status", "/gitlab/api/v4/*", status=401, body=b'{"message":"401 Unauthorized"}'),
        "GitLab's REST refuses the token",
    ),
    "gitlab_graphql_401": Preset(
        Fault("status", _GRAPHQL, status=401, body=b'{"errors":[{"message":"Invalid token"}]}'),
        "GitLab's GraphQL refuses the token",
    ),
    "gitlab_wall": Preset(
        Fault("body", _ALL, body=_SIGN_IN, content_type=_HTML),
        "a wall in front of GitLab: its sign-in page with status 200",
    ),
    "gitlab_challenge": Preset(
        Fault("status", _ALL, status=403, headers={"Server": "cloudflare"}, body=_CHALLENGE, content_type=_HTML),
        "a wall in front of GitLab: a challenge with status 403",
    ),
    "gitlab_502": Preset(
        Fault("status", _ALL, status=502, body=_AWAY, content_type=_HTML), "GitLab's front, whose GitLab is away"
    ),
    "gitlab_500": Preset(
        Fault("status", _GRAPHQL, status=500, body=_INTERNAL, content_type="application/json"),
        "GitLab's GraphQL fails",
    ),
    "gitlab_timeout": Preset(
        Fault("nulls", _GRAPHQL, at="data.group", message="Timeout on Group.projects"),
        "GitLab's GraphQL took too long: the group is null, with an error beside it",
    ),
    "gitlab_null_row": Preset(
        Fault("nulls", _GRAPHQL, at="data.group.projects.nodes.0"), "GitLab: the first project of every page is null"
    ),
    "gitlab_no_total": Preset(
        Fault("no_total", _LIST), "GitLab's lists tell no total, as those of more than 10,000 rows"
    ),
    "gitlab_malformed_time": Preset(
        Fault("wrong_type", _GRAPHQL, at="data.group.projects.nodes.*.createdAt", value="yesterday"),
        "GitLab: every `createdAt` in pages is no time",
    ),
}
