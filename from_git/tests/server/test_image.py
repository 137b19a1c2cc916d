"""The image and the compose file of deploy/, without Docker."""

import fnmatch
import json
import re
import shlex
import shutil
from typing import Any
from unittest import TestCase, skipUnless

import yaml

from from_git.options import table
from from_git.tests.kit.machine import Server, until
from from_git.tests.kit.project import ROOT
from from_git.tests.server.test_deploy import ASKED, BASE, DEPLOY, FORGES, Deployed, unit


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

        lists = {"requirements.txt", "requirements-celery.txt"}
        self.assertEqual(found, {*lists, "manage.py", "gunicorn.conf.py", "coding_challenge", "from_git"})
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


class ComposeOfBatches(TestCase):
    """The same of the file for batches, which stands beside the other one."""

    whole: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.batches.yaml").read_text(encoding="utf-8"))

    def test_every_variable_is_a_setting_and_every_service_and_volume_is_there(self) -> None:
        services = self.whole["services"]
        self.assertLessEqual(set(services["from-git"]["environment"]), {option.name for option in table()})
        for name, one in services.items():
            self.assertLessEqual(set(one.get("depends_on", ())), set(services), name)
            for volume in one.get("volumes", ()):
                self.assertIn(volume.split(":")[0], self.whole["volumes"])

    def test_workers_and_beat_are_started_as_by_the_units(self) -> None:
        for name in ("worker", "beat", "migrate"):
            [line] = unit(f"from-git-{name}")["ExecStart"]
            program, *rest = shlex.split(line)
            self.assertEqual(self.whole["services"][name]["command"], [program.rpartition("/")[2], *rest])
            self.assertEqual(self.whole["services"][name]["extends"], {"file": "compose.yaml", "service": "from-git"})
