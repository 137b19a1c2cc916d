"""Answers that sites of Gitea and Forgejo, and what stands in front of them, were seen to fail with."""

from __future__ import annotations

from emulator.exchange import Answer
from emulator.faults.fault import Fault
from emulator.faults.presets import Preset

_ALL = "/gitea/api/v1/*"
_HTML = "text/html; charset=utf-8"
_TOO_MANY = b"<html>\r\n<head><title>429 Too Many Requests</title></head>\r\n</html>\r\n"
_BAD_GATEWAY = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n"
_WALL = b"<!doctype html><html><head><title>Making sure you&#39;re not a bot!</title></head><body></body></html>"
_WRONG_TOKEN = b'{"message":"user does not exist [uid: 0, name: ]","url":"https://forge.example/git/api/swagger"}\n'

LIMITED = {
    "html": Answer(429, _TOO_MANY, {}, _HTML, refused=True),
    "plain": Answer(429, b"Too Many Requests", {}, "text/plain; charset=utf-8", refused=True),
    "empty": Answer(429, b"", {}, "text/plain; charset=utf-8", refused=True),
    "json": Answer(429, b'{"message":"too many requests"}', {"Retry-After": "30"}, refused=True),
}
"""The forms in which a proxy refuses a call too many, by name; the software itself has no limit."""

PRESETS: dict[str, Preset] = {
    "gitea_429": Preset(
        Fault("status", _ALL, status=429, body=_TOO_MANY, content_type=_HTML),
        "a proxy's limit in front of Gitea: HTML, no retry-after",
    ),
    "gitea_429_plain": Preset(
        Fault(
            "status",
            _ALL,
            status=429,
            headers={"Retry-After": "30"},
            body=b"Too Many Requests",
            content_type="text/plain; charset=utf-8",
        ),
        "the same as a plain text that says how long",
    ),
    "gitea_429_json": Preset(
        Fault("status", _ALL, status=429, headers={"Retry-After": "30"}, body=b'{"message":"too many requests"}'),
        "the same as JSON",
    ),
    "gitea_429_date": Preset(
        Fault("status", _ALL, status=429, headers={"Retry-After": "@date+30"}, body=_TOO_MANY, content_type=_HTML),
        "the same, with a date in retry-after",
    ),
    "gitea_wall": Preset(
        Fault("body", _ALL, body=_WALL, content_type=_HTML),
        "a wall in front of Gitea, such as Anubis: its challenge as HTML with status 200",
    ),
    "gitea_502": Preset(
        Fault("status", _ALL, status=502, body=_BAD_GATEWAY, content_type=_HTML), "a proxy whose Gitea is away"
    ),
    "gitea_null_row": Preset(
        Fault("nulls", "/gitea/api/v1/*/repos", at="0"), "Gitea: the first row of every page of a list is null"
    ),
    "gitea_401": Preset(
        Fault("status", _ALL, status=401, body=_WRONG_TOKEN),
        "Gitea's refusal of a wrong token, which speaks of a user that does not exist",
    ),
    "gitea_languages_403": Preset(
        Fault(
            "status",
            "/gitea/api/v1/repos/*/*/languages",
            status=403,
            body=b'{"message":"user should have specific read permission or be a repo admin or a site admin"}\n',
        ),
        "Gitea: the code of every repository is off",
    ),
}
