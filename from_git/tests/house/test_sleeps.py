"""Tests and benchmarks wait for events; where only a clock of another process will do, a comment says which."""

import re
from unittest import TestCase

from from_git.tests.kit.project import ROOT

FOLDERS = ("from_git/tests", "emulator/tests", "benchmarks", "conformance")
SLEEP = re.compile(r"\b(?:time|asyncio)\.sleep\(|^\s*(?:await )?sleep\(|\bwait_for_timeout\(")


def unexplained(text: str) -> list[str]:
    """The lines that sleep with no comment on them or on the line above."""
    lines = text.splitlines()
    above = ["", *lines]
    return [
        line.strip()
        for line, before in zip(lines, above, strict=False)
        if SLEEP.search(line) and "  # " not in line and not before.strip().startswith("#")
    ]


class Sleeps(TestCase):
    """Their reasons."""

    def test_each_sleep_has_a_comment_that_says_why(self) -> None:
        for folder in FOLDERS:
            for path in sorted((ROOT / folder).rglob("*.py")):
                with self.subTest(path.relative_to(ROOT)):
                    self.assertEqual(unexplained(path.read_text(encoding="utf-8")), [])

    def test_one_without_is_found_and_simulated_ones_are_none(self) -> None:
        bare = "time." + "sleep(1)"
        texts = (bare, f"{bare}  # Squid's clock", f"# Squid's clock\n{bare}", "self.scheduler.sleep(1)")

        self.assertEqual([unexplained(text) for text in texts], [[bare], [], [], []])
