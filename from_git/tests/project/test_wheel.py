"""The wheel: what is in it, and that the service runs from it, in a folder without a clone."""

import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from itertools import takewhile
from pathlib import Path
from typing import ClassVar
from unittest import TestCase
from zipfile import ZipFile

import requests

from emulator import Choice, Emulator, World
from emulator.tests.helpers import settled
from from_git import __version__
from from_git.tests.kit.forges import environment_for
from from_git.tests.kit.project import ROOT, environment, project_copy, ran
from from_git.tests.kit.workers import Gunicorn

PACKAGES = ("coding_challenge", "emulator", "from_git")
URLS = ["https://github.com/hatchet", "https://bitbucket.org/mailchimp"]
OWNERS = [("github", "hatchet"), ("bitbucket", "mailchimp")]
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
MISSPELT = "Wrong settings:\n- MAX_PROFILE in local_settings.py is not a setting; did you mean MAX_PROFILES?\n"


def run(*command: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A command that has ended."""
    return ran(*command, folder=folder, env=environment(**variables), timeout=120)


def build(folder: Path) -> Path:
    """The wheel, built without a network from a copy of the sources, so that nothing is left in the clone."""
    copy = folder / "clone"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "node_modules", "build", "artefacts"))
    options = ("--no-build-isolation", "--check-build-dependencies", "--no-deps", "--no-index", "--wheel-dir")
    done = run(*PIP, "wheel", *options, str(folder), ".", folder=copy)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    [wheel] = folder.glob("*.whl")
    return wheel


class Wheel(TestCase):
    """Built and installed once, run in an empty folder."""

    emulator: ClassVar[Emulator]
    wheel: ClassVar[Path]
    installed: ClassVar[Path]
    command: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        """Build, install beside the packages of this environment, start the forges."""
        super().setUpClass()
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.wheel = build(folder)
        cls.installed = folder / "installed"
        options = ("--no-deps", "--no-index", "--target", str(cls.installed))
        done = run(*PIP, "install", *options, str(cls.wheel), folder=folder)
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        cls.command = str(cls.installed / "bin" / "from-git")
        cls.emulator = cls.enterClassContext(Emulator(limits=False))

    def setUp(self) -> None:
        """Begin in an empty folder."""
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def from_git(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """What `from-git` says in the folder."""
        variables = {"PYTHONPATH": str(self.installed), **environment_for(self.emulator), **variables}
        return run(self.command, *arguments, folder=self.folder, **variables)

    def local(self, text: str) -> None:
        """Write the local_settings.py of the folder."""
        (self.folder / "local_settings.py").write_text(text, encoding="utf-8")

    def test_it_holds_the_three_packages_without_their_tests_and_nothing_else(self) -> None:
        files = [path.relative_to(ROOT) for name in PACKAGES for path in (ROOT / name).rglob("*") if path.is_file()]
        expected = {path.as_posix() for path in files if not {"tests", "__pycache__"} & set(path.parts)}
        with ZipFile(self.wheel) as wheel:
            found = {name for name in wheel.namelist() if ".dist-info/" not in name}
            metadata = wheel.read(f"from_git-{__version__}.dist-info/METADATA").decode()

        self.assertEqual(found, expected)
        needed = re.findall(r"^([\w-]+)", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
        self.assertEqual(re.findall(r"^Requires-Dist: ([\w-]+)", metadata, re.MULTILINE), needed)

    def test_settings_and_database_are_those_of_the_current_folder(self) -> None:
        version, check, nothing = self.from_git("--version"), self.from_git("check"), self.from_git("frobnicate")
        self.assertEqual((version.returncode, version.stdout), (0, f"from-git {__version__}\n"), version.stderr)
        self.assertEqual(check.returncode, 0, check.stderr)
        self.assertEqual(nothing.returncode, 2)
        self.assertIn("'aggregate', 'batch', 'check', 'demo', 'migrate', 'serve', 'snapshot', 'watch'", nothing.stderr)

        program = "from django.conf import settings; print(settings.DATABASES['default']['NAME'])"
        variables = {"PYTHONPATH": str(self.installed), "DJANGO_SETTINGS_MODULE": "coding_challenge.settings"}
        found = run(sys.executable, "-P", "-c", program, folder=self.folder, **variables)
        self.assertEqual(found.stdout, f"{self.folder / 'db.sqlite3'}\n", found.stderr)

        self.local("MAX_PROFILE = 3\n")
        for command in ("check", "serve"):
            with self.subTest(command):
                wrong = self.from_git(command)
                self.assertEqual((wrong.returncode, wrong.stdout, wrong.stderr), (1, "", MISSPELT))

    def test_aggregate_answers_and_names_itself(self) -> None:
        (self.folder / "mine.py").write_text("most = 2\n", encoding="utf-8")
        self.local("from mine import most\nMAX_PROFILES = most\n")

        answer, none = self.from_git("aggregate", *URLS), self.from_git("aggregate")

        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        self.assertEqual(json.loads(answer.stdout)["data"], self.emulator.world.sum(OWNERS))
        self.assertEqual(none.returncode, 2)
        self.assertIn(" from-git aggregate https://", none.stderr)

    def test_aggregate_tries_the_emulator_and_writes_files(self) -> None:
        nowhere = {"GITHUB_GRAPHQL_URL": "http://127.0.0.1:1/graphql", "BITBUCKET_API_URL": "http://127.0.0.1:1/2.0"}
        (self.folder / "list.txt").write_text("\n".join(URLS), encoding="utf-8")
        options = ("--emulated", "--file", "list.txt", "--forks", "no", "--repositories")

        answer = self.from_git("aggregate", *options, "--xlsx", "a.xlsx", "--card", "a.svg", **nowhere)

        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        body, expected = json.loads(answer.stdout), World().sum(OWNERS, Choice(forks="no"))
        self.assertEqual((body["data"], len(body["repositories"])), (expected, expected["originalRepos"]))
        self.assertIn("<svg", (self.folder / "a.svg").read_text())
        self.assertEqual((self.folder / "a.xlsx").read_bytes()[:2], b"PK")

    def test_serve_answers_with_pages_and_static_files_and_reloads(self) -> None:
        class Served(Gunicorn):
            """`from-git serve`."""

            command = (self.command, "serve")

            def place(_, case: object) -> Path:  # noqa: N805
                return self.folder

        server = Served(self, self.emulator, 1, PYTHONPATH=str(self.installed))
        question = f"{server.base}/health-check"
        self.assertEqual(
            requests.get(question, {"url": URLS}, timeout=60).json()["data"], self.emulator.world.sum(OWNERS)
        )
        for page, files in (("/from-git/test", 2), ("/from-git/docs", 5)):
            text = requests.get(server.base + page, timeout=60).text
            linked = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
            self.assertGreaterEqual(len(linked), files, text)
            for path in linked:
                with self.subTest(path):
                    self.assertEqual(requests.get(server.base + path, timeout=60).status_code, 200)
        described = requests.get(f"{server.base}/from-git/openapi.json", timeout=60).json()
        self.assertEqual(described["info"]["version"], __version__)

        self.local("MAX_PROFILES = 1\n")
        server.process.send_signal(signal.SIGHUP)

        self.assertEqual(settled(lambda: requests.get(question, {"url": URLS}, timeout=60).status_code, 400), 400)
        server.process.terminate()
        self.assertEqual(server.process.wait(timeout=60), 0)
        self.assertNotIn("Traceback", server.said)

    def test_the_demo_has_its_data(self) -> None:
        demo = self.enterContext(
            subprocess.Popen(
                [self.command, "demo", "--port", "0"],
                cwd=self.folder,
                env=environment(PYTHONPATH=str(self.installed)),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        self.addCleanup(demo.kill)
        assert demo.stdout is not None
        said = list(takewhile(bool, iter(demo.stdout.readline, "Ctrl-C stops it.\n")))  # it may end before it says that
        [base] = re.findall(r"(http://\S+)/from-git/test", "".join(said))

        answer = requests.get(f"{base}/health-check", {"url": URLS}, timeout=60).json()
        demo.send_signal(signal.SIGINT)

        self.assertEqual(answer["data"], World().sum(OWNERS))
        self.assertEqual(demo.wait(timeout=60), 0)


class Clone(TestCase):
    """The sources themselves."""

    def test_settings_are_those_beside_manage_whatever_the_current_folder(self) -> None:
        clone = project_copy(self)
        (clone / "local_settings.py").write_text("MAX_PROFILE = 3\n", encoding="utf-8")
        elsewhere = Path(self.enterContext(tempfile.TemporaryDirectory()))

        wrong = run(sys.executable, str(clone / "manage.py"), "check", folder=elsewhere)

        self.assertEqual((wrong.returncode, wrong.stdout, wrong.stderr), (1, "", MISSPELT))
