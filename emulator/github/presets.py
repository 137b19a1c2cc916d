"""Answers that GitHub was seen to fail with, as faults made ready. Each can be changed like any other fault."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from emulator.faults.fault import Fault
from emulator.faults.presets import Preset
from emulator.github.refusals import (
    NGINX_502,
    PRIMARY,
    PRIMARY_WORDS,
    SECONDARY_BODY,
    SECONDARY_ERRORS,
    TIMEOUT_WORDS,
    WRONG_WORDS,
)
from emulator.github.server import PATH

_USED_UP = {
    "X-RateLimit-Limit": "5000",
    "X-RateLimit-Remaining": "0",
    "X-RateLimit-Used": "5000",
    "X-RateLimit-Reset": "@now+3600",
    "X-RateLimit-Resource": "graphql",
}
_PRIMARY_BODY = PRIMARY[2]
_WRONG = {"data": None, "errors": [{"message": WRONG_WORDS.format("0000:0000:000000:00000000:00000000")}]}
_SAML = (
    "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization."
)
_SCOPES = (
    "Your token has not been granted the required scopes to execute this query. The 'login' field requires one of the "
    "following scopes: ['read:org'], but your token has only been granted the: [''] scopes."
)


def _answer(status: int, value: Any, retry_after: str = "", **headers: str) -> Fault:
    told = {**headers, **({"Retry-After": retry_after} if retry_after else {})}
    return Fault("status", PATH, status=status, headers=told, body=json.dumps(value).encode())


def _nulls(at: str, message: str = "", type: str = "", most: int | None = None, **extensions: Any) -> Fault:
    return Fault("nulls", PATH, at=at, message=message, type=type, most=most, extensions=extensions)


def _value(at: str, value: str) -> Fault:
    return Fault("wrong_type", PATH, at=at, value=value)


PRESETS: dict[str, Preset] = {
    "primary_200_rate_limit": Preset(_answer(200, PRIMARY[0], **_USED_UP), "primary limit: 200, RATE_LIMIT with code"),
    "primary_200_rate_limited": Preset(_answer(200, PRIMARY[1], **_USED_UP), "primary limit: 200, RATE_LIMITED"),
    "primary_200_message": Preset(_answer(200, _PRIMARY_BODY, **_USED_UP), "primary limit: 200, REST's message alone"),
    "primary_200_untyped": Preset(
        _answer(200, {"errors": [{"message": PRIMARY_WORDS}]}, **_USED_UP), "primary limit: 200, an error without type"
    ),
    "primary_403": Preset(_answer(403, _PRIMARY_BODY, **_USED_UP), "primary limit: 403, remaining 0"),
    "primary_429": Preset(_answer(429, _PRIMARY_BODY, "60"), "primary limit: 429 with retry-after 60"),
    "primary_429_bare": Preset(
        replace(_answer(429, None), body=b"", content_type="text/plain"), "a 429 without body and headers"
    ),
    "secondary_200": Preset(_answer(200, SECONDARY_BODY), "secondary limit: 200, message"),
    "secondary_200_retry_after": Preset(_answer(200, SECONDARY_BODY, "60"), "secondary limit: 200, retry-after 60"),
    "secondary_200_errors": Preset(_answer(200, SECONDARY_ERRORS), "secondary limit: 200, the message as an error"),
    "secondary_403": Preset(_answer(403, SECONDARY_BODY), "secondary limit: 403, message"),
    "secondary_403_retry_after": Preset(_answer(403, SECONDARY_BODY, "60"), "secondary limit: 403, retry-after 60"),
    "timeout_502": Preset(
        replace(_answer(502, None), body=NGINX_502, content_type="text/html"), "GitHub's timeout: nginx's page"
    ),
    "timeout_504": Preset(_answer(504, {"message": TIMEOUT_WORDS}), "GitHub's timeout: 504 with a message"),
    "something_went_wrong": Preset(_answer(200, _WRONG), "GitHub: 200, data null and an untyped error"),
    "something_went_wrong_502": Preset(_answer(502, _WRONG), "GitHub: the same as a 502"),
    "null_owner": Preset(
        _nulls("data.{}"), "GitHub: objects at the top (owners) are null; with `message` and `type` an error each"
    ),
    "null_node": Preset(_nulls("data.**.0", most=1), "GitHub: the first entry of the first list is null"),
    "null_edges": Preset(_nulls("data.**.edges"), "GitHub: every `edges` is null"),
    "null_nodes": Preset(_nulls("data.**.nodes"), "GitHub: every `nodes` is null"),
    "saml": Preset(
        _nulls("data.{}", _SAML, "FORBIDDEN", saml_failure=True), "GitHub: owners are null, FORBIDDEN for want of SAML"
    ),
    "forbidden_owner": Preset(
        _nulls("data.{}", "The organization forbids access via a fine-grained personal access tokens.", "FORBIDDEN"),
        "GitHub: owners are null, FORBIDDEN by the organization's policy",
    ),
    "insufficient_scopes": Preset(
        _nulls("data.{}", _SCOPES, "INSUFFICIENT_SCOPES"), "GitHub: owners are null for want of scopes"
    ),
    "login_attempts": Preset(
        _answer(403, {"message": "Maximum number of login attempts exceeded. Please try again later."}),
        "GitHub: 403 for every token, after several that were wrong",
    ),
    "forbidden_viewer": Preset(
        Fault(
            "graphql_errors",
            PATH,
            contains="viewer",
            data=None,
            errors=({"type": "FORBIDDEN", "path": ["viewer"], "message": "Resource not accessible by integration"},),
        ),
        "GitHub: queries with `viewer`, which may not be null, get FORBIDDEN and no data",
    ),
    "resource_limits": Preset(
        _nulls("data.**.languages", "Resource limits for this query exceeded.", "RESOURCE_LIMITS_EXCEEDED"),
        "GitHub: partial data, every `languages` null with RESOURCE_LIMITS_EXCEEDED",
    ),
    "forbidden_watchers": Preset(
        _nulls("data.**.watchers", "Resource not accessible by personal access token", "FORBIDDEN"),
        "GitHub: every `watchers` null with FORBIDDEN",
    ),
    "null_license": Preset(_nulls("data.**.licenseInfo"), "GitHub: no repository has a licence"),
    "forbidden_license": Preset(
        _nulls("data.**.licenseInfo", "Resource not accessible by personal access token", "FORBIDDEN"),
        "GitHub: every `licenseInfo` null with FORBIDDEN",
    ),
    "unrecognised_license": Preset(
        _value("data.**.licenseInfo.spdxId", "NOASSERTION"), "GitHub: no licence was recognised, NOASSERTION"
    ),
    "null_spdx_id": Preset(_nulls("data.**.licenseInfo.spdxId"), "GitHub: no licence has an SPDX id"),
    "never_pushed": Preset(_nulls("data.**.pushedAt"), "GitHub: no repository was ever pushed to"),
    "malformed_time": Preset(_value("data.**.createdAt", "yesterday"), "GitHub: every `createdAt` is no time"),
    "lost_archived": Preset(_value("data.**.isArchived", "@missing"), "GitHub: every `isArchived` is left out"),
    "older_server": Preset(
        Fault(
            "graphql_errors",
            PATH,
            contains="visibility:",
            headers={"X-GitHub-Enterprise-Version": "enterprise-server@3.0.0"},
            errors=(
                {
                    "path": ["query", "repositoryOwner", "repositories", "visibility"],
                    "extensions": {
                        "code": "argumentNotAccepted",
                        "name": "repositories",
                        "typeName": "Field",
                        "argumentName": "visibility",
                    },
                    "locations": [{"line": 1, "column": 1}],
                    "message": "Field 'repositories' doesn't accept argument 'visibility'",
                },
            ),
        ),
        "an older Enterprise Server: queries with the argument `visibility` are not accepted",
    ),
    "node_limit": Preset(
        Fault(
            "graphql_errors",
            PATH,
            errors=(
                {
                    "type": "MAX_NODE_LIMIT_EXCEEDED",
                    "message": "This query requests up to 505,000 possible nodes which exceeds the maximum limit of "
                    "500,000.",
                },
            ),
        ),
        "GitHub: MAX_NODE_LIMIT_EXCEEDED, no data",
    ),
}
