"""The examples of the API's description: what the service says when it is asked over the emulator.

`python -m from_git.tests.kit.outcomes` writes them anew; a test compares them.
"""

import json
import os
import re
from typing import Any, NamedTuple
from unittest.mock import patch

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")
    django.setup()

from emulator import Fault
from from_git.openapi import EXAMPLES
from from_git.openapi.components import example_urls
from from_git.tests.kit.hostile import exchange, request
from from_git.tests.kit.service import ServiceTestCase
from from_git.throttle import ClientThrottle

_GITHUB, _BITBUCKET, _NOBODY = example_urls()
_QUESTION = "/health-check?" + "&".join(f"url={url}" for url in example_urls())
_SMALL = "/health-check?url=https://github.com/user-3"
_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_CLOCK = re.compile(r"at \d\d:\d\d UTC(?: on [\d-]{10})?")
_FORM = {"Content-Type": b"application/x-www-form-urlencoded"}


class Outcome(NamedTuple):
    """One question, what happens meanwhile, and the status that it ends in."""

    status: int
    name: str
    summary: str
    path: str = _QUESTION
    method: str = "GET"
    headers: dict[str, bytes] = {}  # noqa: RUF012 - never changed
    body: bytes = b""
    settings: dict[str, Any] = {}  # noqa: RUF012 - never changed
    fault: Fault | None = None
    asked_before: int = 0
    """How often the same is asked first."""


OUTCOMES = [
    Outcome(200, "sums", "Two profiles added up, and one that does not exist"),
    Outcome(200, "expanded", "With all that `expand` adds", f"{_SMALL}&expand=profiles,langs,topics"),
    Outcome(200, "table", "One row for each profile", headers={"Accept": b"text/csv"}),
    Outcome(400, "no-profile", "Not a profile", "/health-check?url=https://bitucket.org/mailchimp"),
    Outcome(400, "no-parameter", "A parameter that nobody knows", f"{_SMALL}&urls=https://github.com/mfem"),
    Outcome(400, "no-url", "No url at all", "/health-check"),
    Outcome(
        403,
        "foreign",
        "A page of another site begins a batch",
        "/from-git/batches",
        "POST",
        {**_FORM, "Origin": b"https://elsewhere.example"},
        b"url=https://github.com/mfem",
        {"BATCHES": True},
    ),
    Outcome(404, "no-such-format", "A format that there is not", f"{_QUESTION}&format=xml"),
    Outcome(405, "method", "Another method", method="DELETE"),
    Outcome(406, "accept", "Only an image is accepted", headers={"Accept": b"image/png"}),
    Outcome(
        411, "chunks", "A body in chunks", method="POST", headers={"Transfer-Encoding": b"chunked"}, body=b"0\r\n\r\n"
    ),
    Outcome(412, "condition", "The answer is another one", headers={"If-Match": b'"another"'}),
    Outcome(413, "large", "A body of 99 MB", method="POST", headers={**_FORM, "Content-Length": b"99000000"}),
    Outcome(414, "long", "An address of 5 MB", "/health-check?url=" + "x" * 5_000_000),
    Outcome(415, "xml", "A body in XML", "/health-check", "POST", {"Content-Type": b"text/xml"}, b"<url/>"),
    Outcome(429, "too-often", "The second request in an hour", settings={"CLIENT_RATE": "1/hour"}, asked_before=1),
    Outcome(500, "own-fault", "from-git itself fails", settings={"GITHUB_GRAPHQL_URL": None}),
    Outcome(502, "fails", "GitHub is down", fault=Fault("status", "/graphql", status=502)),
    Outcome(502, "token", "No token for GitHub", settings={"GITHUB_API_TOKEN": ""}),
    Outcome(
        503,
        "limit",
        "Bitbucket's hour is used up",
        f"/health-check?url={_BITBUCKET}",
        fault=Fault("status", "/2.0/*", status=429, headers={"Retry-After": "1800"}),
    ),
    Outcome(
        504,
        "deadline",
        "GitHub does not answer",
        f"/health-check?url={_GITHUB}",
        settings={"REQUEST_DEADLINE": 0.5, "UPSTREAM_TIMEOUT": 15.0},
        fault=Fault("hang", "/graphql"),
    ),
]
"""At least one for each status that a client can see."""


class Outcomes(ServiceTestCase):
    """All of them, asked."""

    def said(self) -> list[dict[str, Any]]:
        """What each ends in; moments are always the same."""
        return [self._one(outcome) for outcome in OUTCOMES]

    def _one(self, outcome: Outcome) -> dict[str, Any]:
        self.emulator.faults.clear()
        self.settings_for_test(**{**self.upstream_settings(), "CLIENT_RATE": "", **outcome.settings})
        if outcome.fault:
            self.emulator.faults.add(outcome.fault)
        headers = {"Accept": b"*/*", **outcome.headers}
        length = {} if "Transfer-Encoding" not in headers else {"Content-Length": b"0"}
        question = request(outcome.path.encode(), {**headers, **length}, outcome.body, outcome.method.encode())
        with patch.object(ClientThrottle, "timer", staticmethod(lambda: 1e9)):
            for _ in range(outcome.asked_before):
                exchange(self.base, question)
            status, got, body = exchange(self.base, question)
        self.assertEqual(status, outcome.status, body[:500])
        kind = got["content-type"].partition(";")[0]
        text = _CLOCK.sub("at 21:00 UTC", _MOMENT.sub("2026-01-01T00:00:00Z", body.decode()))
        value = json.loads(text) if kind == "application/json" else text
        return {"name": outcome.name, "summary": outcome.summary, "status": status, "type": kind, "value": value}


def document(said: list[dict[str, Any]]) -> str:
    """The text of the file."""
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def write() -> None:
    """Ask, and write the file."""
    Outcomes.setUpClass()
    case = Outcomes("said")
    try:
        case.setUp()
        EXAMPLES.write_text(document(case.said()), encoding="utf-8")
    finally:
        case.doCleanups()
        Outcomes.doClassCleanups()


if __name__ == "__main__":
    write()
