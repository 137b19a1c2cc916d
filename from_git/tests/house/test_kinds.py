"""A kind of forge is one folder: no other source file names one."""

import re
import subprocess
import sys
from pathlib import Path
from unittest import TestCase

from from_git.forges.registry import KINDS

ROOT = Path(__file__).resolve().parents[3]
FORGES = ROOT / "from_git" / "forges"
SOURCES = ("*.py", "*.html", "*.svg", "*.js", "*.css")
NAMES = re.compile("|".join(word for kind in KINDS.values() for word in (kind.name, kind.label)), re.IGNORECASE)


def named_in(path: Path, text: str) -> list[str]:
    """The lines of a source file that name a kind of forge and may not: the number and the text of each."""
    allowed = re.escape(path.relative_to(FORGES).parts[0]) if path.is_relative_to(FORGES) else ""
    is_registry = path == FORGES / "registry.py"
    return [
        f"{number}: {line.strip()}"
        for number, line in enumerate(text.splitlines(), 1)
        if any(not re.fullmatch(allowed, name, re.IGNORECASE) for name in NAMES.findall(line))
        and not (is_registry and re.fullmatch(r' {4}"\w+",', line))
    ]


class Names(TestCase):
    """Of kinds of forges, comments and docstrings included; tests and documents may name them."""

    def test_no_source_file_outside_a_kinds_folder_names_it(self) -> None:
        paths = [ROOT / "manage.py"]
        for folder in ("from_git", "coding_challenge"):
            paths += [path for pattern in SOURCES for path in (ROOT / folder).rglob(pattern)]
        for path in paths:
            if "tests" not in path.relative_to(ROOT).parts:
                with self.subTest(str(path.relative_to(ROOT))):
                    self.assertEqual(named_in(path, path.read_text(encoding="utf-8")), [])

    def test_a_name_is_found_in_any_letter_case_and_in_another_kinds_folder(self) -> None:
        for place, line, count in (
            ("from_git/probes.py", "# GitHub's hour", 1),
            ("from_git/probes.py", "BITBUCKET_API_URL", 1),
            ("from_git/probes.py", "a forge's hour", 0),
            ("from_git/forges/github/api.py", "GITHUB_HOST = 'github.com'", 0),
            ("from_git/forges/github/api.py", "unlike Bitbucket", 1),
            ("from_git/forges/registry.py", '    "github",', 0),
            ("from_git/forges/registry.py", "# github comes first", 1),
        ):
            with self.subTest(place, line=line):
                self.assertEqual(len(named_in(ROOT / place, line)), count)


class Settings(TestCase):
    """They are read before Django is set up, and in gunicorn's master, which asks no forge."""

    def test_the_table_imports_no_adapter(self) -> None:
        heavy = ("from_git.calls", "from_git.upstream", "from_git.metrics", "prometheus_client", "requests")
        code = f"import sys; import from_git.options.loading; print([one for one in {heavy} if one in sys.modules])"

        found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

        self.assertEqual(found.stdout.strip(), "[]")
