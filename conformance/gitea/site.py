"""A server: its calls, the doing of steps, and the wait for languages."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import requests

from conformance.gitea.plan import Plan, first_name
from conformance.gitea.steps import ADMIN, PASSWORD, Step, first_path

PATIENCE = 60  # seconds, of a call
COUNTED = 120  # seconds, until the languages of all repositories are counted

Answer = requests.Response


class Refused(Exception):
    """The server refused a call that must not fail."""


class Site:
    """A server with an administrator's token."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self._session = requests.Session()
        self._session.headers["Accept"] = "application/json"

    def call(
        self,
        method: str,
        path: str,
        token: str = "",
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """An answer of the API, redirects not followed; without a token as a stranger."""
        sent = {**({"Authorization": f"token {token}"} if token else {}), **(headers or {})}
        url = f"{self.url}/api/v1{path}"
        more: dict[str, Any] = {"json": body} if body is not None else {}
        return self._session.request(
            method, url, headers=sent, auth=auth, allow_redirects=False, timeout=PATIENCE, **more
        )

    def check(self) -> None:
        """Look whether the token is an administrator's.

        Raises:
            Refused: it is not.
        """
        answer = self.call("GET", "/user", self.token)
        if answer.status_code != 200 or not answer.json().get("is_admin"):
            raise Refused(f"The token must be an administrator's: GET /user answers {answer.status_code}.")

    def do(self, steps: Iterable[Step]) -> list[str]:
        """Do the steps, and tell what the server could not do of what is optional.

        Raises:
            Refused: another step was refused.
        """
        missing = []
        for step in steps:
            answer = self._done(step)
            refused = answer.status_code >= 400
            if step.optional:
                key, value = step.shows or ("", None)
                if refused or (key and answer.json().get(key) != value):
                    missing.append(step.optional)
            elif refused and not step.twice:
                said = answer.text[:300]
                raise Refused(f"{step.method} {step.path} answers {answer.status_code}: {said}")
        return missing

    def _done(self, step: Step) -> Answer:
        headers = {"Sudo": step.account} if step.account != ADMIN else {}
        body = {
            key: value.format(site=self.url) if isinstance(value, str) and "{site}" in value else value
            for key, value in step.body.items()
        }
        return self.call(step.method, step.path, self.token, body, headers)

    def token_of(self, login: str, scopes: Iterable[str]) -> str:
        """A new token of an account that was made here.

        Raises:
            Refused: the server gives none.
        """
        wanted = list(scopes)
        body = {"name": "-".join(wanted).replace(":", "-"), "scopes": wanted}
        answer = self.call("POST", f"/users/{login}/tokens", body=body, auth=(login, PASSWORD))
        if answer.status_code != 201:
            raise Refused(f"No token for {login}: {answer.status_code}, {answer.text[:200]}")
        return str(answer.json()["sha1"])

    def count(self, plan: Plan) -> list[str]:
        """Wait until the server has counted all languages; return `PATH: ANSWER` of repositories where it has not."""
        end = time.monotonic() + COUNTED
        left = [(first_path(owner, one, way), dict(one.languages)) for owner, one, way in plan.made()]
        while left and time.monotonic() < end:
            left = [pair for pair in left if not self._is_counted(*pair)]
            if left:
                time.sleep(0.5)  # a queue of the server counts them, and tells nobody
        return [f"{path}: {self.call('GET', f'{path}/languages', self.token).text.strip()}" for path, _ in left]

    def _is_counted(self, path: str, languages: Mapping[str, int]) -> bool:
        answer = self.call("GET", f"{path}/languages", self.token)
        return answer.status_code == 200 and answer.json() == languages


def is_there(site: Site, plan: Plan) -> list[str]:
    """The names of the plan that the server has already."""
    names = [first_name(owner) for owner in plan.owners] + [owner.login for owner in plan.owners]
    names += [*plan.people, plan.stranger]
    return [name for name in dict.fromkeys(names) if site.call("GET", f"/users/{name}", site.token).status_code != 404]
