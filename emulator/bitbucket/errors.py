"""Bitbucket's refusals."""

from __future__ import annotations

import json


class Refusal(Exception):
    """An error in place of the answer.

    Attributes:
        status: the HTTP status.
        message: the `error.message` of the answer.
        detail: the `error.detail`, if any.
    """

    def __init__(self, status: int, message: str, detail: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = detail

    def body(self) -> bytes:
        """The JSON of the answer, spaced as Bitbucket's."""
        error = {"message": self.message}
        if self.detail:
            error["detail"] = self.detail
        return json.dumps({"type": "error", "error": error}).encode()


def no_workspace(name: str) -> Refusal:
    """404 for a workspace that does not exist."""
    return Refusal(404, f"No workspace with identifier '{name}'.")


def no_repository() -> Refusal:
    """404 for a repository that does not exist or that the caller may not see; recorded in 2022."""
    return Refusal(
        404,
        "The requested repository either does not exist or you do not have access. If you believe this repository "
        "exists and you have access, make sure you're authenticated.",
    )


def no_resource() -> Refusal:
    """404 for a path without a resource."""
    return Refusal(
        404,
        "Resource not found",
        "There is no API hosted at this URL.\n\nFor information about our API's, please refer to the documentation "
        "at: https://developer.atlassian.com/bitbucket/api/2/reference/",
    )


def removed() -> Refusal:
    """410 for the cross-workspace resources that CHANGE-2770 removed on 2026-04-14."""
    return Refusal(
        410,
        "CHANGE-2770 - Functionality has been deprecated",
        "This functionality has been removed. For more information, please refer to "
        "https://developer.atlassian.com/cloud/bitbucket/changelog/#CHANGE-2770",
    )
