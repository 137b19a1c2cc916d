"""The counts of calls, connections, bytes and points."""

from __future__ import annotations

import http.client
import threading

import requests

from emulator import Latency
from emulator.tests.helpers import PATIENCE, Client, EmulatorCase, settled

WATCHERS = "/repositories/team-30/atlas-api-0/watchers"


class TestMeter(EmulatorCase):
    """Calls, connections, concurrency, bytes, answers."""

    def together(self, count: int, path: str) -> None:
        """So many calls at the same time, each on a connection of its own."""
        self.emulator.latency = Latency(base=0.2)
        self.addCleanup(setattr, self.emulator, "latency", Latency())
        clients = [Client(self.emulator) for _ in range(count)]
        threads = [threading.Thread(target=client.get, args=(path,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for client in clients:
            client.session.close()

    def leave(self) -> None:
        """A call whose client goes away, which is over when this returns: the emulator may begin it afterwards."""
        before = self.emulator.meter.snapshot()["watchers"].seconds
        with self.assertRaises(requests.exceptions.ReadTimeout):
            requests.get(self.emulator["bitbucket"].url + WATCHERS, timeout=0.1)
        self.assertTrue(settled(lambda: self.emulator.meter.snapshot()["watchers"].seconds > before, True))

    def test_calls_are_counted_for_their_upstream_and_watchers_for_both(self) -> None:
        self.client.graphql('{ repositoryOwner(login: "spack") { login } }')
        self.client.get("/repositories/team-30")
        self.client.get(WATCHERS)
        # a repository of that name is no watchers resource
        self.client.get("/repositories/team-30/watchers")

        told = self.emulator.meter.snapshot()

        self.assertEqual((told["github"].calls, told["bitbucket"].calls, told["watchers"].calls), (1, 3, 1))
        self.assertEqual(told["bitbucket"].statuses, {200: 2, 404: 1})

    def test_a_connection_belongs_to_the_upstream_of_its_first_call(self) -> None:
        self.client.get(WATCHERS)
        self.client.graphql('{ repositoryOwner(login: "spack") { login } }')
        other = Client(self.emulator)
        self.addCleanup(other.session.close)
        other.graphql('{ repositoryOwner(login: "spack") { login } }')

        told = self.emulator.meter.snapshot()

        # both went over one connection, because both upstreams are one address
        self.assertEqual(
            (told["bitbucket"].connections, told["watchers"].connections, told["github"].connections), (1, 1, 1)
        )

    def test_a_connection_for_every_call_is_seen(self) -> None:
        for _ in range(3):
            requests.get(self.emulator["bitbucket"].url + WATCHERS, headers={"Connection": "close"}, timeout=PATIENCE)

        self.assertEqual(self.emulator.meter.snapshot()["bitbucket"].connections, 3)

    def test_the_peak_is_the_most_calls_under_way_together(self) -> None:
        self.together(5, WATCHERS)
        self.client.get("/repositories/team-30")

        told = self.emulator.meter.snapshot()

        self.assertEqual((told["bitbucket"].peak, told["watchers"].peak, told["github"].peak), (5, 5, 0))
        self.assertGreaterEqual(told["watchers"].seconds, 1.0)

    def test_a_call_whose_client_went_away_is_over(self) -> None:
        self.emulator.latency = Latency(base=30)
        self.addCleanup(setattr, self.emulator, "latency", Latency())
        for _ in range(3):
            self.leave()

        self.assertEqual(self.emulator.meter.snapshot()["watchers"].peak, 1)

    def test_bytes_are_counted_as_sent(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.emulator.port, timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.request("GET", "/2.0/repositories/team-30", headers={"Accept-Encoding": "gzip"})
        packed = connection.getresponse().read()

        self.assertEqual(self.emulator.meter.snapshot()["bitbucket"].bytes_sent, len(packed))

    def test_points_and_queries_are_counted(self) -> None:
        details = "languages(first: 1) { totalCount } repositoryTopics(first: 1) { totalCount }"
        page = f"repositories(first: 100) {{ nodes {{ {details} }} }}"
        self.client.graphql(f'{{ repositoryOwner(login: "org-100") {{ {page} }} }}')
        self.client.graphql("{ nosuch }")

        told = self.emulator.meter.snapshot()["github"]

        self.assertEqual((told.calls, told.queries, told.points), (2, 1, 2))

    def test_reset_counts_from_zero_and_counts_an_open_connection_again(self) -> None:
        self.client.get(WATCHERS)

        self.emulator.meter.reset()
        before = self.emulator.meter.snapshot()
        self.client.get(WATCHERS)
        after = self.emulator.meter.snapshot()

        self.assertEqual(
            (before["bitbucket"].calls, before["bitbucket"].connections, before["bitbucket"].peak), (0, 0, 0)
        )
        self.assertEqual((after["bitbucket"].calls, after["bitbucket"].connections, after["bitbucket"].peak), (1, 1, 1))
