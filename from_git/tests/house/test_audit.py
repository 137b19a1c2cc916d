"""CI's look for known vulnerabilities: what its verdict is."""

import importlib.util
import json
from typing import Any
from unittest import TestCase

from from_git.tests.kit.project import ROOT


def verdict(report: str) -> tuple[int, list[str]]:
    """What `.ci/audit.py` makes of a report."""
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec and spec.loader
    audit = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(audit)
    status, lines = audit.verdict(report)
    return status, lines


GOOD: dict[str, Any] = {"name": "a", "version": "1", "vulns": []}
BAD: dict[str, Any] = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
SKIPPED: dict[str, Any] = {"name": "c", "skip_reason": "Dependency not found"}


class Verdict(TestCase):
    """From pip-audit's report to an exit status."""

    def report(self, *packages: dict[str, Any]) -> str:
        """As pip-audit writes it."""
        return json.dumps({"dependencies": packages, "fixes": []})

    def test_no_vulnerability_is_good(self) -> None:
        self.assertEqual(verdict(self.report(GOOD)), (0, ["audited: 1 packages, 0 vulnerabilities"]))

    def test_one_vulnerability_fails_even_where_others_could_not_be_audited(self) -> None:
        status, lines = verdict(self.report(GOOD, BAD, SKIPPED))

        self.assertEqual(status, 1)
        self.assertIn("b 2: PYSEC-1, mended in 3", lines)

    def test_what_was_skipped_is_not_called_audited(self) -> None:
        status, lines = verdict(self.report(SKIPPED, SKIPPED))

        self.assertEqual((status, lines), (0, ["not audited: 2 packages; of the first: Dependency not found"]))

    def test_no_report_is_not_called_audited(self) -> None:
        for report in ("", "ERROR", "[]", "{}"):
            with self.subTest(report):
                self.assertEqual(verdict(report), (0, ["not audited: pip-audit gave no report"]))
