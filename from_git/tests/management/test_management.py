"""`manage.py demo`, as a process of its own."""

import re
import shlex
import signal
import subprocess
from typing import IO
from unittest import TestCase

import requests

from emulator import Emulator, World
from emulator.tests.helpers import settled
from from_git.forges.registry import KINDS
from from_git.tests.kit.project import documented, environment, project_copy
from from_git.tests.management.test_aggregate import LINES, MANAGE


class Demo(TestCase):
    """Both forges and the service, without token or network."""

    def start(self, *arguments: str, local: str = "", **settings: str) -> "subprocess.Popen[str]":
        """A demo, with this local_settings.py, that is killed at the end of the test if it still runs."""
        folder = project_copy(self)
        (folder / "local_settings.py").write_text(local, encoding="utf-8")
        process = subprocess.Popen(
            [*MANAGE, "demo", *arguments],
            cwd=folder,
            env=environment(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        assert process.stdout is not None
        self.addCleanup(process.stdout.close)
        return process

    def read_until(self, stream: IO[str], words: str) -> str:
        """What the demo says up to the line with `words`."""
        said = ""
        for _ in range(LINES):
            said += stream.readline()
            if words in said:
                return said
        raise AssertionError(said)

    def test_its_curl_line_and_page_work_and_both_signals_stop_it(self) -> None:
        for stop in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(stop.name):
                process = self.start("--port", "0")
                assert process.stdout is not None
                said = self.read_until(process.stdout, "Ctrl-C")
                self.assertIn("recorded and made-up data", said)

                _, url = shlex.split(next(line for line in said.splitlines() if "curl " in line))
                body = requests.get(url, timeout=30).json()
                world = World()
                self.assertEqual(body["data"], world.sum([(forge, "spack") for forge in KINDS]))
                self.assertEqual(body["missing"], ["https://bitbucket.org/nobody"])
                page = re.findall(r"http://\S+/from-git/test", said)[0]
                self.assertIn("<form", requests.get(page, timeout=30).text)

                process.send_signal(stop)
                self.assertEqual(process.wait(timeout=20), 0)

    def test_it_has_batches_and_leaves_the_configured_database_alone(self) -> None:
        process = self.start("--port", "0", BATCHES="off", DATABASE_URL="postgres://user@127.0.0.1:1/none")
        assert process.stdout is not None
        [base] = re.findall(r"(http://\S+)/from-git/test", self.read_until(process.stdout, "Ctrl-C"))
        urls = ["https://github.com/spack", "https://bitbucket.org/nobody"]
        batch = requests.post(f"{base}/from-git/batches", {"url": urls}, timeout=30).json()["url"]

        self.assertTrue(settled(lambda: requests.get(batch, timeout=30).json()["complete"], True, 60.0))
        self.assertEqual(requests.get(batch, timeout=30).json()["data"], World().sum([("github", "spack")]))

    def test_settings_for_production_do_not_get_into_its_way(self) -> None:
        process = self.start(
            "--port", "0", local=documented(), SECRET_KEY="x", GITHUB_API_TOKEN="real", MAX_PROFILES="1"
        )
        assert process.stdout is not None
        said = self.read_until(process.stdout, "Ctrl-C")

        _, url = shlex.split(next(line for line in said.splitlines() if "curl " in line))

        self.assertEqual(requests.get(url, timeout=30).status_code, 200)

    def test_a_taken_port_is_a_clear_error(self) -> None:
        with Emulator() as emulator:
            process = self.start("--port", str(emulator.port))
            output, _ = process.communicate(timeout=30)

        self.assertNotEqual(process.returncode, 0)
        self.assertIn(f"Port {emulator.port} is taken", output)
