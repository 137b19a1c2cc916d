"""GitLab's refusals of its REST API."""

from __future__ import annotations

import json
from typing import Any

TOO_MANY_WORDS = "This endpoint has been requested too many times. Try again later."
# the message is an object here, and a text in all other refusals
TOO_MANY = json.dumps({"message": {"error": TOO_MANY_WORDS}}, separators=(",", ":")).encode()


class Refusal(Exception):
    """An error in place of the answer.

    Attributes:
        status: the HTTP status.
        value: the JSON of the answer.
        headers: headers beside those of every answer.
    """

    def __init__(self, status: int, value: Any, **headers: str) -> None:
        super().__init__(value)
        self.status = status
        self.value = value
        self.headers = headers


def not_found(what: str = "") -> Refusal:
    """404 for a "Group", a "User" or a "Project" that does not exist or that the caller may not see."""
    return Refusal(404, {"message": f"404 {what} Not Found" if what else "404 Not Found"})


def no_route() -> Refusal:
    """404 for a path without a resource."""
    return Refusal(404, {"error": "404 Not Found"})


def unauthorized() -> Refusal:
    """401 for a wrong token, and for what needs one."""
    return Refusal(401, {"message": "401 Unauthorized"})


def forbidden(path: str) -> Refusal:
    """403 for users whom anonymous callers may not list."""
    return Refusal(403, {"message": f"403 Forbidden - Not authorized to access {path}"})


def invalid(name: str, words: str = "does not have a valid value") -> Refusal:
    """400 for a parameter."""
    return Refusal(400, {"error": f"{name} {words}"})
