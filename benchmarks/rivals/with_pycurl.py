"""pycurl's multi interface: everything at once, as far as there are handles."""

import json
from collections import deque
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import pycurl

from benchmarks.rivals.job import BATCH, BOTH_ENDS, IDS, NODES, Job, Sums, query, questions, read_job

Then = Callable[[Any], None]


class Handles:
    """Handles to one forge; a call that finds none free waits for its turn."""

    def __init__(self, multi: pycurl.CurlMulti, number: int, job: Job, headers: dict[str, str]) -> None:
        self._multi = multi
        self._free = [pycurl.Curl() for _ in range(number)]
        self._waiting: deque[tuple[str, bytes | None, Then]] = deque()
        self.under_way: dict[pycurl.Curl, tuple[BytesIO, Then]] = {}
        for handle in self._free:
            handle.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in headers.items()])
            handle.setopt(pycurl.ACCEPT_ENCODING, "")
            handle.setopt(pycurl.NOSIGNAL, 1)
            if job.authority:
                handle.setopt(pycurl.CAINFO, job.authority)

    def ask(self, url: str, then: Then, payload: Any = None) -> None:
        """Have `then` called with the JSON of an answer."""
        self._waiting.append((url, None if payload is None else json.dumps(payload).encode(), then))

    def begin(self) -> None:
        """Send what waits, as far as handles are free."""
        while self._waiting and self._free:
            url, payload, then = self._waiting.popleft()
            handle, body = self._free.pop(), BytesIO()
            handle.setopt(pycurl.URL, url)
            handle.setopt(pycurl.WRITEDATA, body)
            if payload is not None:
                handle.setopt(pycurl.POSTFIELDS, payload)
            self.under_way[handle] = body, then
            self._multi.add_handle(handle)

    def end(self, handle: pycurl.Curl) -> None:
        """Take an answer; what is done with it may ask for more."""
        self._multi.remove_handle(handle)
        body, then = self.under_way.pop(handle)
        self._free.append(handle)
        then(json.loads(body.getvalue()))


def main() -> None:
    """Answer."""
    job, multi = read_job(), pycurl.CurlMulti()
    multi.setopt(pycurl.M_MAXCONNECTS, job.github + job.bitbucket)
    github = Handles(multi, job.github, job, {"Content-Type": "application/json", **job.headers})
    bitbucket = Handles(multi, job.bitbucket, job, {})
    for logins, workspaces in questions():
        sums = Sums()
        for login in logins:
            Owner(github, job, sums, login).read()
        for workspace in workspaces:
            bitbucket.ask(job.workspace_url(workspace), partial(_listed, bitbucket, sums))
        _run(multi, github, bitbucket)
        sums.tell()


def _run(multi: pycurl.CurlMulti, *forges: Handles) -> None:
    """Until nothing is left to ask."""
    while True:
        for forge in forges:
            forge.begin()
        if not any(forge.under_way for forge in forges):
            return
        multi.perform()
        _, done, failed = multi.info_read()
        if failed:
            raise OSError(failed)
        for handle in done:
            next(forge for forge in forges if handle in forge.under_way).end(handle)
        if not done:
            multi.select(1.0)


class Owner:
    """An owner's ids from both ends of the list, and the details of each batch as soon as its ids are known."""

    def __init__(self, github: Handles, job: Job, sums: Sums, login: str) -> None:
        self._github, self._job, self._sums, self._login = github, job, sums, login
        self._seen: set[str] = set()

    def read(self) -> None:
        """Begin."""
        self._ask(self._both_ends, BOTH_ENDS)

    def _both_ends(self, data: Any) -> None:
        more = {end: cursor for end, page in data["repositoryOwner"].items() if (cursor := self._take(page))}
        for end, cursor in more.items():
            self._ask(partial(self._next, end), IDS[end], after=cursor)

    def _next(self, end: str, data: Any) -> None:
        if cursor := self._take(data["repositoryOwner"]["repositories"]):
            self._ask(partial(self._next, end), IDS[end], after=cursor)

    def _take(self, page: Any) -> str | None:
        """Ask for the details of the new ids of a page; returns where to go on, None if all ids are known."""
        new = [node["id"] for node in page["nodes"] if node["id"] not in self._seen]
        self._seen.update(new)
        for begin in range(0, len(new), BATCH):
            self._ask(self._details, NODES, ids=new[begin : begin + BATCH])
        return page["pageInfo"]["endCursor"] if len(self._seen) < page["totalCount"] else None

    def _details(self, data: Any) -> None:
        self._sums.add_github(data["nodes"])

    def _ask(self, then: Then, text: str, **variables: Any) -> None:
        self._github.ask(
            self._job.github_url, lambda answer: then(answer["data"]), query(text, login=self._login, **variables)
        )


def _listed(bitbucket: Handles, sums: Sums, page: Any) -> None:
    if "next" in page:
        bitbucket.ask(page["next"], partial(_listed, bitbucket, sums))
    for link in sums.add_bitbucket(page["values"]):
        bitbucket.ask(link, partial(_counted, sums))


def _counted(sums: Sums, answer: Any) -> None:
    sums.watchers += answer["size"]


if __name__ == "__main__":
    main()
