"""docs/recipes.md, run as it stands on a machine of its own, against the emulator."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from unittest import TestCase, skipIf, skipUnless

import yaml

from emulator import World
from from_git.tests.kit.machine import Machine, lacking
from from_git.tests.kit.project import ROOT

FORGES = {
    "GITHUB_GRAPHQL_URL": "http://127.0.0.1:9000/graphql",
    "BITBUCKET_API_URL": "http://127.0.0.1:9000/2.0",
    "BITBUCKET_CALLS_PER_HOUR": "0",
}
TOKEN = "emulator-token"
WORKFLOWS = "ghs_12345_eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl"
"""As GitHub makes one for each run of a workflow: of an app's installation, with points of its own."""
EMULATOR = f"""
import signal
from emulator import Emulator
from emulator.github.users import User
with Emulator(port=9000, limits=False, github={{"users": [User("github-actions[bot]", ("{WORKFLOWS}",), 1_000)]}}):
    signal.pause()
"""
HEAD = "date,originalRepos,forkedRepos,watchers,followers,langsNum,topicsNum"
SECTION = re.compile(r"^## (.+)\n", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
UNITS = "/etc/systemd/system/from-git-numbers"
BY_PIP = """#!{python}
import sys
sys.path.insert(0, "/opt/from-git")
from coding_challenge.cli import main
sys.exit(main())
"""


def blocks(section: str) -> list[str]:
    """The blocks of code in a section, in their order."""
    parts = SECTION.split((ROOT / "docs" / "recipes.md").read_text(encoding="utf-8"))
    return [code for _, code in BLOCK.findall(dict(zip(parts[1::2], parts[2::2], strict=True))[section])]


@skipIf(lacking(), lacking())
class Recipes(TestCase):
    """A machine with the emulator, a remote repository, and a clone of it with the two files."""

    def setUp(self) -> None:
        """Set it up as documented."""
        super().setUp()
        self.machine = Machine(self)
        forges = self.machine.start([sys.executable, "-c", EMULATOR], str(ROOT))
        self.machine.answering("http://127.0.0.1:9000/_emulator/meter", forges)
        for name in ("coding_challenge", "emulator", "from_git"):
            shutil.copytree(
                ROOT / name, self.machine.root / "opt/from-git" / name, ignore=shutil.ignore_patterns("tests")
            )
        self.write("/opt/from-git/.venv/bin/from-git", BY_PIP.format(python=sys.executable), 0o755)
        profiles, script, first = blocks("The repository")
        (self.machine.root / "opt/from-git/.venv/bin/python3").symlink_to(sys.executable)
        user, identity = blocks("A user, a folder, a token")
        self.succeed(self.run_in("/", user, "root"))
        self.write("/etc/from-git/numbers.env", f"GITHUB_API_TOKEN={TOKEN}\n" + _lines(FORGES))
        self.succeed(self.run_in("/srv/numbers", identity))
        remote = "git init --quiet --bare --initial-branch main ~/remote && git clone --quiet ~/remote . 2>&1"
        self.succeed(self.run_in("/srv/numbers", remote))
        for name, text in (("profiles.txt", profiles), ("weekly.sh", script)):
            self.write(f"/srv/numbers/{name}", text)
        self.succeed(self.run_in("/srv/numbers", f"{first}git push --quiet"))

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Write a file on the machine, into the one that is there or as root."""
        file = self.machine.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.touch()
            file.chmod(mode)
        file.write_text(text, encoding="utf-8")

    def run_in(
        self, folder: str, commands: str, user: str = "numbers", by: str = "sh -e", **more: str
    ) -> "subprocess.CompletedProcess[str]":
        """These lines in a shell, with the few variables that cron gives."""
        home = {"HOME": f"/home/{user}" if user != "root" else "/root", "LOGNAME": user}
        return self.machine.run([*by.split(), "-c", commands], folder, user, **home, **more)

    def succeed(self, done: "subprocess.CompletedProcess[str]") -> str:
        """What a command that must succeed has said; it never says the token."""
        self.assertEqual(done.returncode, 0, f"{done.args}\n{done.stdout}\n{done.stderr}")
        for token in (TOKEN, WORKFLOWS):
            self.assertNotIn(token, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def git(self, commands: str, folder: str = "/srv/numbers") -> str:
        """What git says in the clone."""
        return self.succeed(self.run_in(folder, f"git {commands}")).strip()

    def assert_counted(self, runs: int, folder: str = "/srv/numbers") -> None:
        """So many lines are there, each with a commit that the remote has too, and no token anywhere in it."""
        data = World().sum([("github", "hatchet"), ("bitbucket", "mailchimp")])
        numbers = [data[key] for key in HEAD.split(",")[1:]]
        head, *lines = self.git("show HEAD:numbers.csv", folder).splitlines()
        self.assertEqual((head, len(lines)), (HEAD, runs))
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        for line in lines:
            date, *found = line.split(",")
            self.assertLessEqual(date, today)
            self.assertRegex(date, r"^\d{4}-\d\d-\d\d$")
            self.assertEqual([int(one) for one in found], numbers)
        self.assertIn("<svg", self.git("show HEAD:card.svg", folder))
        self.assertEqual(self.git("rev-list --count HEAD", folder), str(1 + runs))
        changed = self.git("diff-tree --no-commit-id --name-only -r HEAD", folder).splitlines()
        self.assertIn(changed, (["card.svg", "numbers.csv"], ["numbers.csv"]))  # the card tells the minute
        self.assertEqual(self.git("status --porcelain", folder), "")
        self.assertEqual(self.git("rev-parse HEAD", folder), self.git("--git-dir ~/remote rev-parse main", folder))
        self.assertIn("numbers.csv", self.git("log --all --patch", folder))  # and never the token, as all that is said

    def test_cron(self) -> None:
        [text] = blocks("cron")
        [variable, line] = text.splitlines()
        name, _, value = variable.partition("=")
        minute, hour, *days, command = line.split(None, 5)
        self.assertEqual((minute, hour, days), ("17", "6", ["*", "*", "1"]))
        self.assertNotIn("%", command)  # cron's sign for the end of a line

        for runs in (1, 2):
            # by cron's own shell, and without -e
            self.assertEqual(self.succeed(self.run_in("/home/numbers", command, by="/bin/sh", **{name: value})), "")
            self.assert_counted(runs)

    def test_a_run_that_fails_leaves_no_trace_and_the_next_one_goes_on(self) -> None:
        [text] = blocks("cron")
        command = text.splitlines()[1].split(None, 5)[5]
        path = {"PATH": text.splitlines()[0].partition("=")[2]}
        self.succeed(self.run_in("/", command, by="/bin/sh", **path))
        before = self.git("rev-parse HEAD")
        right = (self.machine.root / "etc/from-git/numbers.env").read_text(encoding="utf-8")
        self.write("/etc/from-git/numbers.env", right.replace(TOKEN, "revoked"))

        failed = self.run_in("/", command, by="/bin/sh", **path)

        self.assertEqual(failed.returncode, 1)
        self.assertIn("ERR2: No answer from GitHub", failed.stderr)
        self.assertNotIn("revoked", failed.stdout + failed.stderr)
        self.assertEqual((self.git("rev-parse HEAD"), self.git("status --porcelain")), (before, ""))
        self.write("/etc/from-git/numbers.env", right)
        self.succeed(self.run_in("/", command, by="/bin/sh", **path))
        self.assert_counted(2)

    def test_a_missing_profile_is_named_and_a_changed_list_is_pulled(self) -> None:
        self.git("clone --quiet ~/remote ~/elsewhere")
        self.write("/home/numbers/elsewhere/profiles.txt", "github.com/hatchet\nbitbucket.org/nobody\n")
        self.git("-C ~/elsewhere commit --quiet --all --message 'Another list' && git -C ~/elsewhere push --quiet")

        said = self.succeed(self.run_in("/", "set -a; . /etc/from-git/numbers.env; sh /srv/numbers/weekly.sh", **PATH))

        self.assertEqual(said, "missing: bitbucket.org/nobody\n")
        self.assertEqual(self.git("rev-list --count HEAD"), "3")

    def test_what_a_run_that_was_cut_off_has_left_is_committed_by_the_next_one(self) -> None:
        self.git("clone --quiet ~/remote ~/elsewhere")
        self.git("-C ~/elsewhere commit --quiet --allow-empty --message Else && git -C ~/elsewhere push --quiet")
        self.succeed(
            self.run_in("/srv/numbers", f"echo {HEAD} >numbers.csv && echo 2026-01-05,1,2,3,4,5,6 >>numbers.csv")
        )
        self.git("add numbers.csv")

        self.succeed(self.run_in("/", "set -a; . /etc/from-git/numbers.env; sh /srv/numbers/weekly.sh", **PATH))

        self.assertEqual(self.git("show HEAD:numbers.csv").count("\n"), 2)
        self.assertEqual(self.git("status --porcelain --branch"), "## main...origin/main")

    def test_without_a_remote_it_only_commits(self) -> None:
        self.git("remote remove origin")

        self.succeed(self.run_in("/", "set -a; . /etc/from-git/numbers.env; sh /srv/numbers/weekly.sh", **PATH))

        self.assertEqual((self.git("rev-list --count HEAD"), self.git("status --porcelain")), ("2", ""))

    @skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_systemd(self) -> None:
        service, timer, _ = blocks("systemd")
        for kind, text in (("service", service), ("timer", timer)):
            self.write(f"{UNITS}.{kind}", text)
        unit = dict(line.split("=", 1) for line in service.splitlines() if "=" in line)
        calendar = dict(line.split("=", 1) for line in timer.splitlines() if "=" in line)["OnCalendar"]

        verified = self.machine.run(
            ["systemd-analyze", "verify", "--man=no", f"{UNITS}.service", f"{UNITS}.timer"], SYSTEMD_LOG_LEVEL="warning"
        )
        said = [line for line in (verified.stdout + verified.stderr).splitlines() if "from-git" in line]
        self.assertEqual((verified.returncode, said), (0, []), verified.stderr)
        next_time = self.succeed(self.machine.run(["systemd-analyze", "calendar", calendar]))
        self.assertIn("Mon *-*-* 06:17:00", next_time)
        given = (self.machine.root / unit["EnvironmentFile"].lstrip("/")).read_text(encoding="utf-8")
        environment = dict(line.split("=", 1) for line in [*given.splitlines(), unit["Environment"]])
        for runs in (1, 2):
            done = self.machine.run(unit["ExecStart"].split(), "/", unit["User"], HOME="/home/numbers", **environment)
            self.assertEqual(self.succeed(done), "")
            self.assert_counted(runs)

    def test_github_action(self) -> None:
        [text] = blocks("GitHub Action")
        workflow = yaml.safe_load(text)
        self.assertEqual(workflow["permissions"], {"contents": "write"})
        self.assertEqual(workflow[True]["schedule"], [{"cron": "17 6 * * 1"}])  # YAML takes `on` for a truth
        steps = workflow["jobs"]["count"]["steps"]
        for step in steps:
            self.assertRegex(step.get("uses", f"run@{'0' * 40}"), r"^[\w/-]+@[0-9a-f]{40}$")
        self.assertEqual([name for step in steps for name in step.get("env", ())], ["GITHUB_API_TOKEN"])

        for runs in (1, 2):
            work = f"/home/numbers/work-{runs}"
            self.git(f"clone --quiet ~/remote {work}", "/home/numbers")
            self.succeed(self.run_in("/", "git config --global --remove-section user || true"))
            self.project(f"{work}/from-git")
            for step in steps:
                if "run" in step:
                    self.run_step(step, work)
            self.succeed(self.run_in(work, "rm -r from-git"))
            self.assert_counted(runs, work)
        self.assertEqual(
            self.git("log -1 --format=%an", work),
            "github-actions[bot]",
        )

    def project(self, place: str) -> None:
        """What the second checkout brings."""
        folder = self.machine.root / place.lstrip("/")
        for name in ("coding_challenge", "emulator", "from_git"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("tests"))
        for name in ("pyproject.toml", "requirements.in", "requirements.txt", "README.md"):
            shutil.copy(ROOT / name, folder)
        self.succeed(self.machine.run(["chown", "-R", "numbers:numbers", place]))

    def run_step(self, step: Mapping[str, Any], work: str) -> None:
        """One step, by the shell and with the environment that GitHub gives; packages come from this machine."""
        self.assertEqual(
            step.get("env", {}), {"GITHUB_API_TOKEN": "${{ secrets.GITHUB_TOKEN }}"} if "weekly" in step["run"] else {}
        )
        environment = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": work,
            "GITHUB_REPOSITORY": "numbers/numbers",
            **dict.fromkeys(step.get("env", {}), WORKFLOWS),
            **FORGES,
        }
        installed = "/home/numbers/installed"
        if "--no-deps" in step["run"]:
            environment |= {"PIP_TARGET": installed, "PIP_NO_BUILD_ISOLATION": "0"}
        environment |= {"PIP_NO_INDEX": "1", "PYTHONPATH": installed, "PATH": f"{installed}/bin:{self.machine.path()}"}
        shell = "bash --noprofile --norc -e -o pipefail"
        self.succeed(self.run_in(work, step["run"], by=shell, **environment))


PATH = {"PATH": "/opt/from-git/.venv/bin:/usr/bin:/bin"}


def _lines(variables: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in variables.items())
