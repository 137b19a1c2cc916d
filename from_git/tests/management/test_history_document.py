"""docs/history.md: its commands, its example and its table."""

import json
import re
import sys

import requests

from from_git.question.fields import PARAMETERS
from from_git.tests.house.test_architecture import ROOT
from from_git.tests.kit.databases import OnSQLite
from from_git.tests.kit.past import day, found, put
from from_git.tests.kit.project import project_copy, ran
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.management.test_aggregate import AggregateTestCase

TEXT = (ROOT / "docs" / "history.md").read_text(encoding="utf-8")


class Commands(OnSQLite, AggregateTestCase):
    """What stands in the document is run as it stands there."""

    def test_each_line_does_what_is_said(self) -> None:
        [lines] = re.findall(r"```sh\n(.+?)```", TEXT, re.DOTALL)
        folder = project_copy(self)
        env = {**self.environment, "DATABASE_URL": self.database_url}
        said = []
        for line in lines.splitlines():
            python, *arguments = line.split()
            self.assertEqual(python, ".venv/bin/python")
            done = ran(sys.executable, *arguments, folder=folder, env=env, timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            said.append(done.stdout)
        self.assertEqual(
            said[1:],
            [
                "2 profiles are watched now.\n",
                "https://bitbucket.org/mailchimp\nhttps://github.com/mfem\n",
                "2 snapshots kept of 2 profiles.\n",
                "1 profile is not watched any more.\n",
            ],
        )


class Example(OnSQLite, ServiceTestCase):
    """The answer that stands in the document."""

    def test_it_has_the_members_of_an_answer(self) -> None:
        [text] = re.findall(r"```json\n(.+?)\n```", TEXT)
        url = "https://github.com/mfem"
        put(url, day(1), found(1))
        said = requests.get(f"{self.base}/from-git/history?url={url}", timeout=30).json()
        example = json.loads(text)
        self.assertEqual(list(example), list(said))
        self.assertEqual(list(example["points"][0]), list(said["points"][0]))

    def test_the_table_has_every_parameter(self) -> None:
        table = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", TEXT, re.MULTILINE)
        names = set(re.findall(r"`(\w+)`", " ".join(table)))
        self.assertEqual(names | {"url"}, set(PARAMETERS["history"]))
