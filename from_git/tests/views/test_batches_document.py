"""The commands of docs/batches.md that ask the service."""

import re
import shlex
import subprocess
import tempfile
from pathlib import Path

from from_git.models import Batch
from from_git.tests.kit.project import ROOT
from from_git.tests.views.test_batches import BatchesTestCase

CURLS = re.compile(r"^curl .*$", re.MULTILINE)
URLS = "https://github.com/mfem", "https://bitbucket.org/team-5"


class Commands(BatchesTestCase):
    """Run one after the other, as they stand there."""

    def test_each_does_what_the_document_says(self) -> None:
        self.settings_for_test(BATCHES=True, BATCHES_PER_CLIENT=10)
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "profiles.txt").write_text("\n".join(URLS), encoding="utf-8")
        (folder / "profiles.csv").write_text("\n".join(["url", *URLS]), encoding="utf-8")
        commands = CURLS.findall((ROOT / "docs" / "batches.md").read_text(encoding="utf-8"))
        self.assertEqual(len(commands), 8)
        for command in commands:
            with self.subTest(command):
                first = Batch.objects.order_by("created").values_list("id", flat=True).first() or ""
                here = command.replace("http://127.0.0.1:8000", self.base).replace("/ID", f"/{first}")
                said = subprocess.run(
                    [*shlex.split(here), "--fail-with-body", "--silent", "--show-error"],
                    cwd=folder,
                    capture_output=True,
                    text=True,
                    timeout=60,
                    check=False,
                )
                self.assertEqual((said.returncode, said.stderr), (0, ""), said.stdout)
        self.assertEqual([one.total for one in Batch.objects.all()], [2, 2, 2, 2])
        self.assertEqual(Batch.objects.filter(state="cancelled").count(), 1)
        self.assertTrue((folder / "profiles-counted.csv").read_text(encoding="utf-8").startswith("url,"))
