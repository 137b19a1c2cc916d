"""Faults of the transport, one test a kind."""

from __future__ import annotations

import http.client
import json
import socket
import time
import zlib
from typing import Any

import requests

from emulator import Fault
from emulator.tests.helpers import PATIENCE, EmulatorCase

LIST = "/repositories/team-30"
SIZE = f"{LIST}?fields=size"


class TestWire(EmulatorCase):
    """One test a row of the table that is about bytes."""

    def strike(self, kind: str, **options: Any) -> None:
        """Switch a fault on."""
        self.emulator.faults.add(Fault(kind, **options))

    def raw(self, path: str, most: int = 1_000_000) -> bytes:
        """All bytes of an answer up to the end of the connection, or the first `most`."""
        with socket.create_connection(("127.0.0.1", self.emulator.port), PATIENCE) as connection:
            connection.sendall(f"GET /2.0{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            got = b""
            while len(got) < most and (piece := connection.recv(65536)):
                got += piece
        return got

    def test_kind_reset(self) -> None:
        self.strike("reset")
        connection = http.client.HTTPConnection("127.0.0.1", self.emulator.port, timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.request("GET", f"/2.0{LIST}")

        # a FIN would be RemoteDisconnected here, whose cause is no ECONNRESET
        with self.assertRaises(ConnectionResetError) as raised:
            connection.getresponse()

        self.assertNotIsInstance(raised.exception, http.client.RemoteDisconnected)

    def test_kind_hang(self) -> None:
        self.strike("hang")

        with self.assertRaises(requests.exceptions.ReadTimeout):
            requests.get(self.emulator["bitbucket"].url + LIST, timeout=0.2)

    def test_kind_truncate(self) -> None:
        self.strike("truncate")

        with self.assertRaises(requests.exceptions.ChunkedEncodingError):
            self.client.get(LIST)

    def test_kind_drip(self) -> None:
        self.strike("drip", seconds=0.01)
        url = f"{self.emulator['bitbucket'].url}{LIST}?fields=size"

        with requests.get(url, stream=True, timeout=PATIENCE) as answer:
            began = time.perf_counter()
            body = b"".join(answer.iter_content(1))

        self.assertEqual(body, b'{"size": 30}')
        self.assertGreaterEqual(time.perf_counter() - began, 0.01 * (len(body) - 2))

    def test_kind_drip_head(self) -> None:
        self.strike("drip_head", seconds=0.001, times=1)
        with socket.create_connection(("127.0.0.1", self.emulator.port), PATIENCE) as connection:
            connection.sendall(f"GET /2.0{SIZE} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            first = connection.recv(65536)
            rest = b""
            while piece := connection.recv(65536):
                rest += piece
        true = self.raw(SIZE)

        self.assertTrue(b"HTTP/1.1 200 OK\r\n".startswith(first))
        head, _, body = (first + rest).partition(b"\r\n\r\n")
        self.assertEqual((body, body), (b'{"size": 30}', true.partition(b"\r\n\r\n")[2]))
        self.assertIn(b"Content-Length: 12", head)

    def test_kind_interim(self) -> None:
        self.strike("interim")

        got = self.raw(SIZE)

        parts = got.split(b"\r\n\r\n")
        self.assertEqual([part[:12] for part in parts[:3]], [b"HTTP/1.1 102", b"HTTP/1.1 103", b"HTTP/1.1 200"])
        self.assertEqual(parts[3], b'{"size": 30}')

    def test_kind_chunked(self) -> None:
        self.strike("chunked", times=1)
        self.strike("chunked", cut=True)

        whole, cut = self.raw(SIZE), self.raw(SIZE)

        self.assertIn(b"Transfer-Encoding: chunked", whole)
        self.assertTrue(whole.endswith(b'\r\n3\r\n{"s\r\n3\r\nize\r\n3\r\n": \r\n3\r\n30}\r\n0\r\n\r\n'), whole)
        self.assertTrue(cut.endswith(b'\r\n3\r\n{"s\r\n3\r\nize\r\n3\r\n": \r\n'), cut)

    def test_kind_flood(self) -> None:
        self.strike("flood", size=3_000_001, content_type="application/json")

        head, _, body = self.raw(SIZE, 10_000_000).partition(b"\r\n\r\n")

        self.assertNotIn(b"content-length", head.lower())
        self.assertNotIn(b"chunked", head.lower())
        self.assertIn(b"Connection: close", head)
        self.assertEqual((len(body), set(body)), (3_000_001, {ord(" ")}))

    def test_a_flood_is_not_held_in_memory_and_ends_with_its_client(self) -> None:
        self.strike("flood", size=10**15)

        self.assertGreaterEqual(len(self.raw(SIZE, 1_000_000)), 1_000_000)

        self.assertEqual(self.client.control("GET", "meter").status_code, 200)

    def test_kind_bomb(self) -> None:
        self.strike("bomb", size=50_000_000)

        head, _, packed = self.raw(SIZE).partition(b"\r\n\r\n")

        self.assertIn(b"Content-Encoding: gzip", head)
        self.assertLess(len(packed), 100_000)
        unpacked = zlib.decompress(packed, wbits=31)
        self.assertEqual((len(unpacked), json.loads(unpacked)), (50_000_000, {}))
