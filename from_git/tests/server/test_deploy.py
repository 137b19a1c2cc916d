"""What docs/deploy.md and deploy/ say, run as it stands on a machine of its own."""

import json
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from typing import Any
from unittest import TestCase, skipIf, skipUnless

from emulator import World
from from_git.tests.kit.machine import Machine, Server, lacking, until
from from_git.tests.kit.project import ROOT, documented

DEPLOY = ROOT / "deploy"
OWNERS = [("github", "spack"), ("bitbucket", "mailchimp")]
ASKED = "/health-check?url=https://github.com/spack&url=https://bitbucket.org/mailchimp"
FORGES = {
    "GITHUB_GRAPHQL_URL": "http://127.0.0.1:9000/graphql",
    "GITHUB_API_TOKEN": "emulator-token",
    "BITBUCKET_API_URL": "http://127.0.0.1:9000/2.0",
    "BITBUCKET_CALLS_PER_HOUR": "0",
    "PROFILE_CACHE_SECONDS": "0",
}
BASE = "http://127.0.0.1:8000"


def unit(name: str = "from-git") -> dict[str, list[str]]:
    """Name to values of the lines of a unit, whatever their section."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / f"{name}.service").read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def steps(section: str, place: int = 1) -> str:
    """A block of commands in a section of docs/deploy.md, by its place from 1."""
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    return text.split(f"\n## {section}\n")[1].split("```sh\n")[place].split("```")[0]


@skipIf(lacking(), lacking())
class Deployed(TestCase):
    """A machine with the forges on it."""

    def setUp(self) -> None:
        """Start them; each call takes a moment."""
        super().setUp()
        self.machine = Machine(self)
        forges = [sys.executable, "-m", "emulator", "--port=9000", "--no-limits", "--base-ms=100"]
        self.machine.answering("http://127.0.0.1:9000/_emulator/meter", self.machine.start(forges, str(ROOT)))

    def succeed(self, done: "subprocess.CompletedProcess[str]") -> str:
        """What a command that must succeed has said."""
        self.assertEqual(done.returncode, 0, f"{done.args}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def project(self, place: str) -> None:
        """Put the project there as a clone would; modules are compiled already, or each process would do it again."""
        unwanted = (".git", ".venv", ".*_cache", "node_modules", "local_settings.py", "*.sqlite3")
        shutil.copytree(
            ROOT, self.machine.root / place.lstrip("/"), symlinks=True, ignore=shutil.ignore_patterns(*unwanted)
        )

    def assert_exact(self, answer: tuple[int, str, str]) -> None:
        """The straight sum."""
        self.assertEqual(answer[0], 200, answer[2])
        self.assertEqual(json.loads(answer[2])["data"], World().sum(OWNERS))

    def assert_ends_well(self, server: Server, *headers: str) -> None:
        """Told to end, it answers what is under way, and its exit status is 0."""
        calls = self.calls()
        asking = self.machine.start([sys.executable, "-c", ASK_ONCE, BASE + ASKED, *headers])
        until(lambda: self.calls() > calls)

        server.main.send_signal(signal.SIGTERM)

        self.assertEqual(asking.process.wait(timeout=60), 0, asking.said)
        self.assertEqual(json.loads(asking.said)["data"], World().sum(OWNERS))
        self.assertEqual(server.process.wait(timeout=60), 0, server.said)
        self.assertNotIn("Traceback", server.said)

    def calls(self) -> int:
        """What the forges were asked until now."""
        meter = json.loads(self.machine.ask("http://127.0.0.1:9000/_emulator/meter")[2])
        return int(meter["github"]["calls"])


ASK_ONCE = """
import sys, urllib.request
headers = dict(zip(sys.argv[2::2], sys.argv[3::2]))
print(urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers=headers)).read().decode())
"""


class Installed(Deployed):
    """systemd's part is played by the test: user, folder, environment, commands."""

    def setUp(self) -> None:
        """Install it as documented; what pip would fetch is there already."""
        super().setUp()
        self.unit = unit()
        self.project("/opt/from-git")
        (self.machine.root / "opt/from-git/.venv").mkdir()
        self.succeed(self.machine.run(["mount", "--bind", sys.prefix, "/opt/from-git/.venv"]))
        self.succeed(self.machine.run(["sh", "-e", "-c", steps("On a machine, with systemd")]))
        [path] = self.unit["EnvironmentFile"]
        lines = (self.machine.root / path.lstrip("/")).read_text(encoding="utf-8").splitlines()
        given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        self.environment = {**given, **FORGES}

    def as_service(self, name: str, main: str = "") -> list[list[str]]:
        """The commands of a line of the unit, as systemd reads them; `main` is the id of the service."""
        return [shlex.split(value.replace("$MAINPID", main)) for value in self.unit[name]]

    def place(self) -> dict[str, Any]:
        """Folder, user and environment of each command."""
        [folder], [user] = self.unit["WorkingDirectory"], self.unit["User"]
        return {"folder": folder, "user": user, **self.environment}

    def assert_systemd_has_nothing_to_say(self, name: str) -> None:
        """It reads the unit without a warning."""
        path = f"/etc/systemd/system/{name}.service"
        done = self.machine.run(["systemd-analyze", "verify", "--man=no", path], SYSTEMD_LOG_LEVEL="warning")

        said = [line for line in (done.stdout + done.stderr).splitlines() if "from-git" in line]
        self.assertEqual((done.returncode, said), (0, []), done.stderr)


class Unit(Installed):
    """The service."""

    def start(self) -> Server:
        """Start the service."""
        for command in self.as_service("ExecStartPre"):
            self.succeed(self.machine.run(command, **self.place()))
        [command] = self.as_service("ExecStart")
        place = "run/notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(str(self.machine.root / place))
            (self.machine.root / place).chmod(0o666)
            systemd.settimeout(60)
            server = self.machine.start(command, NOTIFY_SOCKET=f"/{place}", **self.place())
            self.assertEqual(self.unit["Type"], ["notify"])
            self.assertIn(b"READY=1", systemd.recv(1_000))
        (self.machine.root / place).unlink()
        self.machine.answering(f"{BASE}/from-git/test", server)
        return server

    def test_it_answers_reloads_and_ends_with_what_is_under_way(self) -> None:
        server = self.start()
        self.assertEqual(self.machine.ask(f"{BASE}/from-git/test")[0], 200)
        self.assert_exact(self.machine.ask(BASE + ASKED))
        [user] = self.unit["User"]
        self.assertEqual(str(server.main.uids().real), self.succeed(self.machine.run(["id", "-u", user])).strip())

        settings = self.machine.root / "opt/from-git/local_settings.py"
        settings.write_text(documented(), encoding="utf-8")
        refused = self.machine.run(self.as_service("ExecReload")[0], **self.place())
        self.assertIn("SECRET_KEY is empty", refused.stderr)
        self.assertNotEqual(refused.returncode, 0)  # so systemd does not go on to the signal
        settings.write_text("MAX_PROFILES = 1\n", encoding="utf-8")
        self.reload(server)
        until(lambda: "MAX_PROFILES" in self.machine.ask(BASE + ASKED)[2])

        settings.unlink()
        self.reload(server)
        until(lambda: self.machine.ask(BASE + ASKED)[0] == 200)
        self.assert_ends_well(server)

    def test_with_the_settings_of_the_readme_only_its_host_over_tls_is_answered(self) -> None:
        (self.machine.root / "opt/from-git/local_settings.py").write_text(documented(), encoding="utf-8")
        self.environment["SECRET_KEY"] = "x" * 64
        server = self.start()
        outside = {"Host": "from-git.example.org", "X_Forwarded_Proto": "https"}

        self.assertEqual(self.machine.ask(BASE + ASKED)[0], 400)
        self.assert_exact(self.machine.ask(BASE + ASKED, **outside))
        self.assert_ends_well(server, "Host", "from-git.example.org", "X-Forwarded-Proto", "https")
        for line in server.said.splitlines():
            self.assertIn("timestamp", json.loads(line))

    def test_the_lines_without_a_unit_start_it_too(self) -> None:
        lines = steps("In production").replace("GITHUB_API_TOKEN=…", "GITHUB_API_TOKEN=emulator-token")
        forges = {name: value for name, value in FORGES.items() if name != "GITHUB_API_TOKEN"}

        server = self.machine.start(["sh", "-e", "-c", lines], "/opt/from-git", **forges)

        self.machine.answering(f"{BASE}/from-git/test", server)
        self.assert_exact(self.machine.ask(BASE + ASKED))

    def reload(self, server: Server) -> None:
        """As `systemctl reload`, and until the new worker has begun."""
        before = server.said.count("Booting worker")
        for command in self.as_service("ExecReload", server.number):
            self.succeed(self.machine.run(command, **self.place()))
        until(lambda: server.said.count("Booting worker") > before)

    @skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_systemd_finds_nothing_to_say(self) -> None:
        self.assert_systemd_has_nothing_to_say("from-git")
