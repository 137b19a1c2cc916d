"""`python -m emulator`."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import unittest
from contextlib import redirect_stderr
from io import StringIO

import requests

from emulator import FAULTS, PRESETS, Emulator
from emulator.__main__ import main
from emulator.kinds import KINDS
from emulator.tests.helpers import PATIENCE


def start(*arguments: str) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "emulator", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class TestCommand(unittest.TestCase):
    """One process, two signals."""

    def run_until(self, sign: signal.Signals, *arguments: str) -> tuple[str, requests.Response]:
        """The text that it prints, and its answer to a query before the signal."""
        with start(*arguments) as process:
            assert process.stdout is not None
            told = "".join(process.stdout.readline() for _ in range(len(KINDS) + 1))
            url = re.findall(r"http://127\.0\.0\.1:\d+/graphql", told)[0]
            answer = requests.post(
                url,
                json={
                    "query": '{ repositoryOwner(login: "org-5") { repositories(first: 5) { nodes { owner { id } } } } }'
                },
                headers={"Authorization": "bearer secret"},
                timeout=PATIENCE,
            )
            process.send_signal(sign)
            self.assertEqual(process.wait(PATIENCE), 0)
            return told, answer

    def test_it_tells_addresses_token_and_what_it_is_and_ends_with_0(self) -> None:
        told, answer = self.run_until(signal.SIGTERM, "--port", "0", "--github-token", "secret", "--github-users", "2")

        self.assertRegex(told, r"http://127\.0\.0\.1:\d+/2\.0")
        self.assertIn("(tokens: secret, secret-2)", told)
        self.assertIn("recorded and made-up data", told)
        self.assertEqual(answer.status_code, 200)

    def test_ctrl_c_ends_it_with_0_and_latency_options_reach_the_server(self) -> None:
        options = "--github-token secret --base-ms 50 --jitter-ms 1 --per-repository-ms 30 --max-weight 4".split()

        _, answer = self.run_until(signal.SIGINT, *options)

        self.assertEqual(answer.status_code, 502)
        self.assertGreaterEqual(answer.elapsed.total_seconds(), 0.2)

    def test_without_limits_strangers_have_more_than_bitbuckets_60_calls(self) -> None:
        for options, last in (((), 429), (("--no-limits", "--timeout", "0"), 200)):
            with start(*options) as process:
                assert process.stdout is not None
                told = "".join(process.stdout.readline() for _ in range(len(KINDS) + 1))
                url = re.findall(r"http://127\.0\.0\.1:\d+/2\.0", told)[0]
                with requests.Session() as session:
                    statuses = [
                        session.get(f"{url}/repositories/team-1", timeout=PATIENCE).status_code for _ in range(61)
                    ]
                process.terminate()
                process.wait(PATIENCE)

            self.assertEqual(statuses[-1], last)

    def test_a_taken_port_is_said_and_ends_with_1(self) -> None:
        with Emulator() as running, start("--port", str(running.port)) as process:
            told = process.communicate(timeout=PATIENCE)[1]

        self.assertEqual(process.returncode, 1)
        self.assertIn(f"port {running.port}:", told)

    def test_the_faults_are_listed_with_their_meaning(self) -> None:
        with start("--list-faults") as process:
            told = process.communicate(timeout=PATIENCE)[0]

        self.assertEqual(process.returncode, 0)
        words = [(name, kind.help) for name, kind in FAULTS.items()]
        for name, help in words + [(name, one.help) for name, one in PRESETS.items()]:
            self.assertRegex(told, rf"(?m)^{name} +{re.escape(help)}$")

    def test_a_wrong_option_is_refused(self) -> None:
        with redirect_stderr(StringIO()) as told, self.assertRaises(SystemExit) as raised:
            main(["--nosuch"])

        self.assertEqual(raised.exception.code, 2)
        self.assertIn("--nosuch", told.getvalue())
