"""asyncio and aiohttp: everything at once, as far as there are connections."""

import asyncio
import ssl
from typing import Any

import aiohttp

from benchmarks.rivals.job import BATCH, BOTH_ENDS, IDS, NODES, Job, Sums, query, questions, read_job


async def main() -> None:
    """Answer; nothing else runs while the next question is awaited."""
    job = read_job()
    tls = ssl.create_default_context(cafile=job.authority)
    async with (
        aiohttp.ClientSession(connector=_connector(job.github, tls), headers=job.headers) as github,
        aiohttp.ClientSession(connector=_connector(job.bitbucket, tls)) as bitbucket,
    ):
        for logins, workspaces in questions():
            sums = Sums()
            async with asyncio.TaskGroup() as group:
                for login in logins:
                    group.create_task(Owner(github, job, group, sums, login).read())
                for workspace in workspaces:
                    group.create_task(_workspace(bitbucket, job, group, sums, workspace))
            sums.tell()


def _connector(connections: int, tls: ssl.SSLContext) -> aiohttp.TCPConnector:
    return aiohttp.TCPConnector(limit=connections, ssl=tls, keepalive_timeout=600)


class Owner:
    """An owner's ids from both ends of the list, and the details of each batch as soon as its ids are known."""

    def __init__(
        self, session: aiohttp.ClientSession, job: Job, group: asyncio.TaskGroup, sums: Sums, login: str
    ) -> None:
        self._session, self._job, self._group, self._sums, self._login = session, job, group, sums, login
        self._seen: set[str] = set()

    async def read(self) -> None:
        """Count all repositories."""
        ends = await self._ask(BOTH_ENDS)
        more = {end: cursor for end, page in ends["repositoryOwner"].items() if (cursor := self._take(page))}
        for end, cursor in more.items():
            self._group.create_task(self._walk(end, cursor))

    async def _walk(self, end: str, after: str | None) -> None:
        while after:
            data = await self._ask(IDS[end], after=after)
            after = self._take(data["repositoryOwner"]["repositories"])

    def _take(self, page: Any) -> str | None:
        """Ask for the details of the new ids of a page; returns where to go on, None if all ids are known."""
        new = [node["id"] for node in page["nodes"] if node["id"] not in self._seen]
        self._seen.update(new)
        for begin in range(0, len(new), BATCH):
            self._group.create_task(self._details(new[begin : begin + BATCH]))
        return page["pageInfo"]["endCursor"] if len(self._seen) < page["totalCount"] else None

    async def _details(self, ids: list[str]) -> None:
        self._sums.add_github((await self._ask(NODES, ids=ids))["nodes"])

    async def _ask(self, text: str, **variables: Any) -> Any:
        body = query(text, login=self._login, **variables)
        async with self._session.post(self._job.github_url, json=body) as response:
            return (await response.json())["data"]


async def _workspace(
    session: aiohttp.ClientSession, job: Job, group: asyncio.TaskGroup, sums: Sums, workspace: str
) -> None:
    url = job.workspace_url(workspace)
    while url:
        async with session.get(url) as response:
            page = await response.json()
        for link in sums.add_bitbucket(page["values"]):
            group.create_task(_watchers(session, sums, link))
        url = page.get("next")


async def _watchers(session: aiohttp.ClientSession, sums: Sums, link: str) -> None:
    async with session.get(link) as response:
        sums.watchers += (await response.json())["size"]


if __name__ == "__main__":
    asyncio.run(main())
