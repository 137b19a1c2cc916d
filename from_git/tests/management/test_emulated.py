"""`manage.py aggregate --emulated`: the bundled emulator, without a token or a network."""

import json
import re
import shlex
import subprocess
from unittest import TestCase

from emulator import World
from from_git.tests.kit.project import ROOT, environment, project_copy, ran
from from_git.tests.management.test_aggregate import MANAGE

# what is configured leads nowhere
ELSEWHERE = {
    "GITHUB_GRAPHQL_URL": "http://127.0.0.1:1/graphql",
    "GITHUB_API_TOKEN": "real",
    "BITBUCKET_API_URL": "http://127.0.0.1:1/2.0",
    "UPSTREAM_PROXY": "http://127.0.0.1:1",
    "CACHE_URL": "redis://127.0.0.1:1/0",
    "MAX_PROFILES": "1",
}


class Emulated(TestCase):
    """As a process of its own."""

    def run_emulated(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run it, whatever is configured."""
        return ran(
            *(*MANAGE, "aggregate", "--emulated", *arguments),
            folder=project_copy(self),
            env=environment(**ELSEWHERE),
        )

    def test_it_answers_whatever_is_configured(self) -> None:
        result = self.run_emulated("https://github.com/hatchet", "https://bitbucket.org/mailchimp")

        self.assertEqual((result.returncode, result.stderr), (0, ""))
        owners = [("github", "hatchet"), ("bitbucket", "mailchimp")]
        self.assertEqual(json.loads(result.stdout)["data"], World().sum(owners))

    def test_it_tells_its_owners_where_none_is_asked_for_or_one_is_missing(self) -> None:
        for urls, status in (
            ((), 2),
            (("https://example.org/a",), 2),
            (("github.com/hatchet", "github.com/no-one"), 0),
        ):
            with self.subTest(urls):
                result = self.run_emulated(*urls)
                self.assertEqual(result.returncode, status, result.stderr)
                words = result.stderr.split()
                for owner in World().owners():
                    self.assertIn(f"{owner.login},", words)
                self.assertIn("org-N", words)
                self.assertLessEqual(max(map(len, result.stderr.splitlines()[2:])), 110)

    def test_the_commands_of_the_documents_work(self) -> None:
        folder, commands = project_copy(self), list[str]()
        for name in ("README.md", "docs/api.md"):
            text = (ROOT / name).read_text(encoding="utf-8")
            commands += re.findall(r"^\.venv/bin/python manage\.py (aggregate .+?)(?: {2,}#.*)?$", text, re.MULTILINE)
        self.assertGreater(len(commands), 2)
        for command in commands:
            with self.subTest(command):
                words = shlex.split(command)
                self.assertIn("--emulated", words)
                result = ran(*MANAGE, *words, folder=folder, env=environment(**ELSEWHERE))
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                for option in ("--xlsx", "--card"):
                    if option in words:
                        self.assertTrue((folder / words[words.index(option) + 1]).is_file())

    def test_the_example_without_urls_is_a_right_question(self) -> None:
        advice = json.loads(self.run_emulated().stdout)["advice"]

        program, *arguments = advice.removeprefix("Ask like this: ").split()
        self.assertEqual((program, *arguments[:2]), ("manage.py", "aggregate", "--emulated"))
        result = self.run_emulated(*arguments[2:])
        self.assertEqual((result.returncode, json.loads(result.stdout)["missing"]), (0, []))
