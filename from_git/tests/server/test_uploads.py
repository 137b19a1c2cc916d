"""Bodies that are too long for memory: those of batches, behind the real server."""

import socket
from typing import ClassVar

import requests

from emulator import Emulator
from from_git.server.incoming import Incoming
from from_git.tests.kit.databases import OnSQLite
from from_git.tests.kit.hostile import exchange, request
from from_git.tests.kit.workers import Gunicorn

URL = b"https://github.com/user-3\n"
LONG = 12 * 1024 * 1024 // len(URL)
"""So many of them are more than the body of a question may have."""
TEXT = {"Content-Type": b"text/plain"}


class Uploads(OnSQLite):
    """POSTs of more than 10 MiB."""

    server: ClassVar[Gunicorn]
    address: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        """Start one worker."""
        super().setUpClass()
        emulator = cls.enterClassContext(Emulator(limits=False))
        nobody = "redis://127.0.0.1:1/0"  # who would work on them
        changes = {"BATCHES": "on", "DATABASE_URL": cls.database_url, "CELERY_BROKER_URL": nobody}
        cls.server = Gunicorn(cls, emulator, 1, **changes)
        cls.address = f"{cls.server.base}/from-git/batches"

    def test_a_long_body_is_read(self) -> None:
        posted = requests.post(self.address, LONG * URL, headers={"Content-Type": "text/plain"}, timeout=60)

        self.assertEqual((posted.status_code, posted.json().get("total")), (202, 1), posted.text)

    def test_the_connection_goes_on_behind_it(self) -> None:
        long = request(b"/from-git/batches", {**TEXT, "Connection": b"keep-alive"}, LONG * URL, b"POST")
        status, _, rest = exchange(self.server.base, long + request(b"/livez"))

        self.assertEqual(status, 202)
        self.assertIn(b"HTTP/1.1 200 OK", rest)

    def test_a_refused_one_ends_well(self) -> None:
        for headers, status in (({"Origin": b"https://evil.example"}, 403), ({"Content-Encoding": b"gzip"}, 415)):
            with self.subTest(status):
                long = request(b"/from-git/batches", {**TEXT, **headers}, LONG * URL, b"POST")
                self.assertEqual(exchange(self.server.base, long)[0], status)

    def test_what_is_longer_is_not_waited_for(self) -> None:
        for path, length in ((b"/from-git/batches", 64 * 1024 * 1024 + 1), (b"/health-check", 10 * 1024 * 1024 + 1)):
            with self.subTest(path):
                sent = request(path, {**TEXT, "Content-Length": b"%d" % length}, b"", b"POST")
                self.assertEqual(exchange(self.server.base, sent)[0], 413)

    def test_half_of_one_stores_nothing(self) -> None:
        half = request(
            b"/from-git/batches", {**TEXT, "Content-Length": b"%d" % (len(URL) * LONG + 1)}, LONG * URL, b"POST"
        )
        status, _, body = exchange(self.server.base, half)

        self.assertEqual(status, 400, body)
        self.assertIn(b"ended before", body)

    def test_whoever_expects_a_100_gets_it(self) -> None:
        head, _, body = request(
            b"/from-git/batches", {**TEXT, "Expect": b"100-continue"}, LONG * URL, b"POST"
        ).partition(b"\r\n\r\n")
        host, port = self.server.base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as client:
            client.sendall(head + b"\r\n\r\n")
            self.assertEqual(client.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            client.sendall(body)
            self.assertIn(b"HTTP/1.1 202", client.recv(100))

    def test_neither_the_log_nor_the_metrics_have_the_id_of_a_batch(self) -> None:
        self.server.begin()
        one = requests.post(self.address, URL, headers={"Content-Type": "text/plain"}, timeout=60).json()["id"]
        requests.get(f"{self.address}/{one}", timeout=60)
        for more in ("", "/items", "?format=csv", "?format=x", "/typo", f"/../{one}", "/%2e%2e"):
            requests.get(f"{self.address}/{one}{more}", timeout=60)
        for method in (b"DELETE", b"POST", b"PUT", b"G(T"):
            exchange(self.server.base, request(b"/from-git/%62atches/" + one.encode(), {}, b"", method))
        for sent in (
            b"GET /from-git/batches/%b HTTP/9.9\r\n\r\n",
            b"GET /from-git/batches/%b HTTP/1.1\r\nA b: c\r\n\r\n",
        ):
            exchange(self.server.base, sent % one.encode())
        metrics = requests.get(f"{self.server.base}/metrics", timeout=60).text

        self.assertIn("path=/from-git/batches/*** status=405", self.server.said)
        self.assertNotIn(one, self.server.said)
        self.assertNotIn(one, metrics)
        self.assertIn('"batch-items"', metrics)


class Incomings(OnSQLite):
    """`Incoming` of such a body."""

    def test_it_is_in_a_file_where_there_are_batches(self) -> None:
        long = request(b"/from-git/batches", TEXT, LONG * URL, b"POST")
        for on, head in (
            (True, b"POST /from-git/batches"),
            (False, b"POST /from-git/batches"),
            (True, b"POST /from-git/batchesX"),
        ):
            with self.subTest(head, on=on), self.settings(BATCHES=on):
                incoming = Incoming()
                self.addCleanup(incoming.close)
                sent = long.replace(b"POST /from-git/batches", head)
                for at in range(0, len(sent), 1_000_000):
                    self.assertFalse(incoming.whole and incoming.file)
                    incoming.add(sent[at : at + 1_000_000])
                    if incoming.whole:
                        break
                self.assertEqual(incoming.file is not None, on and not head.endswith(b"X"))
                self.assertTrue(incoming.whole)
                if file := incoming.opened():
                    self.assertEqual(bytes(incoming.data) + file.read(), long)
                    self.assertEqual(incoming.filed, LONG * len(URL))
