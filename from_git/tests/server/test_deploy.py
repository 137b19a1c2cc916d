"""What docs/deploy.md and deploy/ say, run as it stands on a machine of its own."""

import fnmatch
import json
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from typing import Any
from unittest import TestCase, skipIf, skipUnless

import yaml

from emulator import World
from from_git.options import table
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


def unit() -> dict[str, list[str]]:
    """Name to values of the lines of the unit, whatever their section."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "from-git.service").read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def dockerfile() -> list[tuple[str, str]]:
    """Instruction and rest of each line."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in lines]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path of the project from the image; the last line that fits decides."""
    verdict = False
    parts = path.split("/")
    above = ["/".join(parts[: number + 1]) for number in range(len(parts))]
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!")
            names = parts if pattern.startswith("**/") else above
            if any(fnmatch.fnmatchcase(name, pattern.removeprefix("**/")) for name in names):
                verdict = not line.startswith("!")
    return verdict


def steps(section: str) -> str:
    """The first block of commands in a section of docs/deploy.md."""
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    return text.split(f"\n## {section}\n")[1].split("```sh\n")[1].split("```")[0]


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


class Unit(Deployed):
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
        path = "/etc/systemd/system/from-git.service"
        done = self.machine.run(["systemd-analyze", "verify", "--man=no", path], SYSTEMD_LOG_LEVEL="warning")

        said = [line for line in (done.stdout + done.stderr).splitlines() if "from-git" in line]
        self.assertEqual((done.returncode, said), (0, []), done.stderr)


class Image(Deployed):
    """Docker's part is played by the test: what is copied and run, where, and by whom."""

    def setUp(self) -> None:
        """Build it; the machine with its Python is what FROM names."""
        super().setUp()
        self.environment: dict[str, str] = {}
        self.folder, self.user, self.commands = "/", "root", dict[str, list[str]]()
        for name, rest in dockerfile():
            if name == "ENV":
                self.environment.update(dict(word.split("=", 1) for word in shlex.split(rest)))
            elif name == "WORKDIR":
                self.folder = rest
                (self.machine.root / rest.lstrip("/")).mkdir(parents=True)
            elif name == "USER":
                self.user = rest
            elif name == "COPY":
                self.copy(*shlex.split(rest))
            elif name == "RUN":
                self.succeed(self.machine.run(["sh", "-c", rest], self.folder, self.user, **self.environment))
            elif name in ("CMD", "HEALTHCHECK"):
                self.commands[name] = json.loads(rest[rest.index("[") :])
            else:
                self.assertIn(name, ("FROM", "EXPOSE"))

    def copy(self, *words: str) -> None:
        """As Docker does from the project's folder: a folder's contents, without what .dockerignore names."""
        *sources, target = words
        place = self.machine.root / self.folder.lstrip("/") / target
        for source in sources:
            self.assertFalse(ignored(source), source)
            for path in [ROOT / source, *(ROOT / source).rglob("*")]:
                if path.is_file() and not ignored(str(path.relative_to(ROOT))):
                    to = place / (path.relative_to(ROOT / source) if (ROOT / source).is_dir() else path.name)
                    to.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, to)

    def start(self, **environment: str) -> Server:
        """Start a container."""
        environment = {**self.environment, **FORGES, **environment}
        server = self.machine.start(self.commands["CMD"], self.folder, self.user, **environment)
        self.machine.answering(f"{BASE}/from-git/test", server)
        return server

    def healthy(self) -> bool:
        """What HEALTHCHECK says."""
        return not self.machine.run(self.commands["HEALTHCHECK"], self.folder, self.user).returncode

    def test_it_answers_is_healthy_and_ends_with_what_is_under_way(self) -> None:
        self.assertFalse(self.healthy())
        server = self.start()

        self.assertTrue(self.healthy())
        self.assertEqual(self.machine.ask(f"{BASE}/from-git/test")[0], 200)
        self.assert_exact(self.machine.ask(BASE + ASKED))
        self.assertNotEqual(server.main.uids().real, 0)
        self.assert_ends_well(server)
        self.assertFalse(self.healthy())

    def test_it_holds_no_secrets_tests_or_leftovers(self) -> None:
        found = {path.name for path in (self.machine.root / self.folder.lstrip("/")).iterdir()}

        self.assertEqual(found, {"requirements.txt", "manage.py", "gunicorn.conf.py", "coding_challenge", "from_git"})
        self.assertFalse((self.machine.root / self.folder.lstrip("/") / "from_git" / "tests").exists())
        self.assertTrue(ignored("local_settings.py"))

    @skipUnless(shutil.which("squid") and shutil.which("redis-server"), "squid or redis-server is not installed")
    def test_the_services_of_the_compose_file_find_each_other(self) -> None:
        services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
        with (self.machine.root / "etc/hosts").open("a", encoding="utf-8") as hosts:
            hosts.write(f"\n127.0.0.1 {' '.join(services)}\n")
        self.machine.start(services["redis"]["command"], "/tmp")  # noqa: S108 - a copy of it
        until(lambda: not self.machine.run(services["redis"]["healthcheck"]["test"][1:]).returncode)
        given = services["from-git"]["environment"]
        [mount] = services["squid"]["volumes"]
        shutil.copy(DEPLOY / mount.split(":")[0], self.machine.root / mount.split(":")[1].lstrip("/"))

        server = self.start(**{name: filled(value, SECRET_KEY="x" * 64) for name, value in given.items()} | FORGES)
        squid = self.machine.start(["squid", "-N", "-f", mount.split(":")[1]])
        [port] = services["squid"]["ports"]
        front = f"http://127.0.0.1:{port.rpartition(':')[2]}"
        self.machine.answering(front, squid)

        status, head, _ = self.machine.ask(f"{front}/from-git/test", X_Request_ID="through-squid")
        self.assertEqual((status, "X-Request-ID: through-squid" in head), (200, True), head)
        self.assert_exact(self.machine.ask(front + ASKED))
        self.assertEqual(server.said.count("Booting worker"), int(filled(given["WEB_CONCURRENCY"])))
        keys = self.machine.run(["redis-cli", "-h", "redis", "dbsize"]).stdout
        self.assertGreater(int(keys), 0)


def filled(value: str, **given: str) -> str:
    """A value of the compose file with its variables put in."""
    return re.sub(r"\$\{(\w+):[-?]([^}]*)\}", lambda found: given.get(found[1], found[2]), value)


class Compose(TestCase):
    """What can be said of the compose file without Docker."""

    services: dict[str, dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))[
        "services"
    ]

    def test_every_variable_is_a_setting_or_gunicorns(self) -> None:
        known = {option.name for option in table()} | {"WEB_CONCURRENCY"}
        self.assertLessEqual(set(self.services["from-git"]["environment"]), known)
        example = (DEPLOY / "environment.example").read_text(encoding="utf-8")
        self.assertLessEqual(set(re.findall(r"(?m)^([A-Z_]+)=", example)), known)

    def test_ports_and_files_are_those_of_the_other_files(self) -> None:
        instructions = dict(dockerfile())
        service = self.services["from-git"]
        self.assertEqual(service["expose"], [instructions["EXPOSE"]])
        self.assertIn(f':{instructions["EXPOSE"]}"]', instructions["CMD"])
        build = service["build"]
        self.assertEqual((DEPLOY / build["context"]).resolve(), ROOT)
        self.assertTrue((ROOT / build["dockerfile"]).is_file())
        squid = (DEPLOY / "compose.squid.conf").read_text(encoding="utf-8")
        self.assertRegex(squid, rf"(?m)^cache_peer from-git parent {instructions['EXPOSE']} ")
        self.assertRegex(squid, rf"(?m)^http_port {self.services['squid']['ports'][0].rpartition(':')[2]} ")

    def test_what_stops_it_waits_longer_than_answers_take(self) -> None:
        deadline = next(option.default for option in table() if option.name == "REQUEST_DEADLINE")
        self.assertGreater(int(self.services["from-git"]["stop_grace_period"].removesuffix("s")), deadline + 5)
        self.assertGreater(int(unit()["TimeoutStopSec"][0]), deadline + 5)
