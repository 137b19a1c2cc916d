"""Answers that are not the forge's own: of a proxy, a firewall, a log-in page of the network."""

import re
from http import HTTPStatus

import orjson

from from_git.errors import TransientError, UpstreamError
from from_git.forges.reading import described
from from_git.upstream import Response

_PROXYS_OWN = (HTTPStatus.PROXY_AUTHENTICATION_REQUIRED, HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED)
REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, *_PROXYS_OWN)
"""Statuses with which a gateway refuses us in the forge's place."""
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,200})</title>", re.IGNORECASE)
_SEARCHED = 8_192  # bytes in which a page's title is looked for


def is_foreign(answer: Response) -> bool:
    """Whether the answer cannot be the forge's: it has a body that is no JSON, or a status of proxies only."""
    if answer.status in _PROXYS_OWN:
        return True
    if not answer.body.strip():
        return False  # nobody's
    if "json" in answer.headers.get("content-type", "") and not answer.body.lstrip().startswith(b"<"):
        return False
    try:
        orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return True
    return False


def foreign(answer: Response, setting: str) -> UpstreamError:
    """The error for an answer that is not the forge's own; `setting`: where the forge's address comes from."""
    reason = (
        "something between us and the forge answered in its place, with status"
        f" {described(answer.status)} and a page that is not JSON."
    )
    title = _TITLE.search(answer.body[:_SEARCHED])
    said = " ".join(title[1].decode("utf-8", "replace").split()) if title else ""
    advice = (
        "Look at what lies between: a proxy (UPSTREAM_PROXY), a firewall, a log-in page of the network; and at"
        f" {setting}."
    )
    passes = answer.status in (HTTPStatus.OK, HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED)
    error = (TransientError if passes else UpstreamError)(reason, said, advice)
    error.doubtful = True
    return error
