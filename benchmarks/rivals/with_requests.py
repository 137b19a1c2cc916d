"""requests and 16 threads: an owner's pages one after the other, owners and watchers beside each other."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from benchmarks.rivals.job import PAGES, Job, Sums, query, questions, read_job

THREADS = 16


def main() -> None:
    """Answer."""
    job, session = read_job(), requests.Session()
    session.trust_env = False  # a bundle of authorities in the environment would be used instead
    session.verify = job.authority or True
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=THREADS))
    with ThreadPoolExecutor(THREADS) as pool:
        for github, bitbucket in questions():
            sums = Sums()
            owners = pool.map(partial(_owner, session, job), github)
            workspaces = list(pool.map(partial(_workspace, session, job), bitbucket))
            links = [link for values in workspaces for link in sums.add_bitbucket(values)]
            sums.watchers += sum(pool.map(partial(_watchers, session), links))
            for nodes in owners:
                sums.add_github(nodes)
            sums.tell()


def _owner(session: requests.Session, job: Job, login: str) -> list[Any]:
    nodes, cursor = [], None
    while True:
        body = query(PAGES, login=login, after=cursor)
        answer = session.post(job.github_url, json=body, headers=job.headers, timeout=60).json()
        page = answer["data"]["repositoryOwner"]["repositories"]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        cursor = page["pageInfo"]["endCursor"]


def _workspace(session: requests.Session, job: Job, workspace: str) -> list[Any]:
    values, url = [], job.workspace_url(workspace)
    while url:
        page = session.get(url, timeout=60).json()
        values += page["values"]
        url = page.get("next")
    return values


def _watchers(session: requests.Session, link: str) -> int:
    return int(session.get(link, timeout=60).json()["size"])


if __name__ == "__main__":
    main()
