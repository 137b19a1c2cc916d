"""A thousand requests of which each third meets a fault: each is exact or a clear error, and then nothing is left."""

import random
import threading
from collections import Counter
from queue import Empty, SimpleQueue
from typing import Any

import requests

from emulator import Fault, preset
from emulator.tests.helpers import settled
from from_git import forges
from from_git.forges.registry import KINDS
from from_git.tests.kit.leftovers import connections, descriptors, objects, threads, tracked
from from_git.tests.kit.service import ServiceTestCase

REQUESTS, CLIENTS = 1_000, 8
OWNERS = [
    *(("github", f"user-{number}") for number in range(12)),
    *(("bitbucket", f"team-{number}") for number in range(4)),
    *(("gitlab", f"{name}-{number}") for number in range(3) for name in ("group", "person")),
    *(("gitea", f"org-{number}") for number in range(4)),
    *((forge, "nobody") for forge in KINDS),
    *(("github", "mailchimp"), ("bitbucket", "mailchimp")),
]
BRIEF = {"Retry-After": "1"}
FAULTS = [
    Fault("reset"),
    Fault("truncate"),
    Fault("hang", times=3),
    Fault("status", status=500, body=b"<html>oops</html>"),
    Fault("status", status=502),
    Fault("status", status=503, headers={"Retry-After": "0"}),
    Fault("status", status=403, times=10),
    *(Fault("status", path=path, status=404, body=b"<html>a proxy's</html>", times=5) for path in ("/2.0/*", "/git*")),
    Fault("status", status=302, headers={"Location": "http://evil.example/"}, times=10),
    Fault("status", path="/2.0/*", status=429, headers=BRIEF, times=1),
    Fault("body", body=b'{"data": {"repositoryOwner": nul'),
    Fault("body", body=b"\xff\xfe"),
    Fault("body", body=b"[]", times=10),
    Fault("slow", seconds=0.02),
    Fault("drip", times=15),
    Fault("drip_head", times=15),
    Fault("chunked", cut=True),
    Fault("interim"),
    Fault("early_end"),
    Fault("bomb", size=40_000_000, times=2),
    preset("something_went_wrong"),
    preset("timeout_502"),
    preset("null_node", times=10),
    preset("saml", times=5),
    preset("secondary_200_retry_after", headers=BRIEF, times=1),
    preset("gitlab_wall", times=5),
    preset("gitlab_timeout"),
    preset("gitea_wall", times=5),
    preset("gitea_429", headers=BRIEF, times=1),
    Fault("graphql_errors", path="/graphql", errors=({"type": "RATE_LIMIT"},), headers=BRIEF, times=1),
]


class AThousandRequests(ServiceTestCase):
    """Many clients at once, on one process."""

    def setUp(self) -> None:
        """Short times, and no budget that so many questions would use up."""
        super().setUp()
        self.settings_for_test(UPSTREAM_TIMEOUT=0.5, REQUEST_DEADLINE=15.0, GITHUB_SECONDS_PER_MINUTE=0.0)
        self.outcomes: Counter[str] = Counter()
        self.wrong: list[Any] = []

    def upstream_settings(self) -> dict[str, Any]:
        """As everywhere; languages are asked for each time."""
        return {**super().upstream_settings(), "LANGUAGES_CACHE_SECONDS": 0.0}

    def add_faults(self) -> None:
        """Each strikes a call now and then, so that together they meet about every third request."""
        for seed, fault in enumerate(FAULTS):
            self.emulator.faults.add(Fault.from_json({**fault.as_json(), "chance": 0.014, "seed": seed}))

    def check(self, owners: list[tuple[str, str]]) -> None:
        """Ask, and note what is neither exact nor a clear error."""
        urls = [KINDS[forge].url(login) for forge, login in owners]
        response = requests.get(f"{self.base}/health-check", params={"url": urls}, timeout=60)
        body = response.json()
        self.outcomes[f"{response.status_code} {body['error']}"] += 1
        if response.status_code == 200:
            missing = [url for url in urls if url.endswith("/nobody")]
            if body["data"] != self.world.sum(owners) or body["missing"] != missing:
                self.wrong.append((urls, body))
        elif (
            (response.status_code, body["error"]) not in ((502, "ERR2"), (503, "ERR2"), (504, "ERR2"))
            or body["upstream"] not in KINDS
            or not body["message"].isprintable()
            or "data" in body
        ):
            self.wrong.append((urls, response.status_code, body))

    def run_clients(self, number: int, seed: int) -> None:
        """Ask `number` questions, of one to three owners each."""
        chosen = random.Random(seed)  # noqa: S311 - the same questions each time
        questions: SimpleQueue[list[tuple[str, str]]] = SimpleQueue()
        for _ in range(number):
            questions.put(chosen.sample(OWNERS, chosen.choice((1, 1, 1, 2))))

        def client() -> None:
            while True:
                try:
                    self.check(questions.get_nowait())
                except Empty:
                    return
                except Exception as error:  # noqa: BLE001 - the test's own thread says it
                    self.wrong.append(error)

        clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
        for one in clients:
            one.start()
        for one in clients:
            one.join()

    def test_each_is_exact_or_a_clear_error_and_nothing_is_left(self) -> None:
        self.run_clients(30, seed=1)  # what is made once for the process is no leftover
        forges.close()
        settled(lambda: connections(self.emulator), 0)
        settled(lambda: [one for one in threads() if one.startswith(tuple(KINDS))], [])  # those of pools end last
        before = threads(), descriptors()
        self.outcomes.clear()
        made_once = tracked()
        self.emulator.meter.reset()

        self.add_faults()
        self.run_clients(REQUESTS, seed=2)

        self.assertEqual(self.wrong, [])
        self.assertEqual(sum(self.outcomes.values()), REQUESTS)
        self.assertGreater(self.outcomes["200 OK"], REQUESTS // 2, self.outcomes)
        self.assertGreater(self.outcomes["502 ERR2"], 5, self.outcomes)
        struck = sum(active.struck for active in self.emulator.faults._active)
        self.assertGreater(struck, REQUESTS // 3)
        self.assertEqual(settled(objects, {}), {})
        self.assertGreater(connections(self.emulator), 0)
        forges.close()
        self.assertLess(tracked() - made_once, 10 * REQUESTS)
        self.assertEqual(settled(lambda: connections(self.emulator), 0), 0)
        self.assertEqual(settled(threads, before[0]), before[0])
        # other tests may have left some, which are closed by now
        self.assertTrue(settled(lambda: descriptors() <= before[1], True))
