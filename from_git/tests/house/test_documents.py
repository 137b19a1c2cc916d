"""The documents: decisions are whole, examples are answers, links lead somewhere, the picture has every room."""

import ast
import re
from unittest import TestCase

import certifi
import requests

from from_git.options.loading import load
from from_git.tests.house.test_architecture import FLOORS, ROOT
from from_git.tests.kit.service import ServiceTestCase

DECISIONS = ROOT / "docs" / "decisions"
PARTS = ("\n\nDate: ", "\n\n**Context:** ", "\n\n**Decision:** ", "\n\n**Dropped:** ")
FORGES = re.compile(r"^```python\nFORGES = (\[.*?^\])\n```$", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^curl 'http://127\.0\.0\.1:8000(/[^']*)'\n```\n\n```json\n(.*)\n```$", re.MULTILINE)


class Decisions(TestCase):
    """docs/decisions/."""

    def test_the_index_lists_every_file_by_number_and_title(self) -> None:
        listed = re.findall(r"^- \[(\d{4})\]\((.+?)\) (.+)$", (DECISIONS / "README.md").read_text(), re.MULTILINE)
        files = sorted(one.name for one in DECISIONS.iterdir() if one.name != "README.md")

        self.assertEqual([name for _, name, _ in listed], files)
        for place, (number, name, title) in enumerate(listed, 1):
            with self.subTest(name):
                self.assertEqual((int(number), name[:4]), (place, number))
                self.assertEqual((DECISIONS / name).read_text().splitlines()[0], f"# {place}. {title}")

    def test_each_is_short_and_has_date_context_decision_and_what_was_dropped(self) -> None:
        dates = []
        for path in sorted(DECISIONS.glob("0*.md")):
            text = path.read_text()
            with self.subTest(path.name):
                places = [text.index(part) for part in PARTS]
                self.assertEqual(places, sorted(places))
                self.assertLessEqual(text.count("\n"), 15)
                dates += re.findall(r"^Date: (\d{4}-\d\d-\d\d)$", text, re.MULTILINE)

        self.assertEqual(dates, sorted(dates))
        self.assertEqual(len(dates), len(list(DECISIONS.glob("0*.md"))))


class Examples(ServiceTestCase):
    """Questions that stand in a document with their answer."""

    def test_each_answer_is_what_the_demo_says_byte_for_byte(self) -> None:
        for name in ("README.md", "docs/api.md"):
            examples = EXAMPLE.findall((ROOT / name).read_text(encoding="utf-8"))
            self.assertTrue(examples, name)
            for path, answer in examples:
                with self.subTest(name, path=path):
                    self.assertEqual(requests.get(self.base + path, timeout=30).text, answer)


class Forges(TestCase):
    """Lists of hosts that stand in a document."""

    def test_each_is_accepted_with_tokens_and_a_file_of_ones_own(self) -> None:
        for name in ("README.md", "docs/settings.md"):
            lists = FORGES.findall((ROOT / name).read_text(encoding="utf-8"))
            self.assertTrue(lists, name)
            for text in lists:
                with self.subTest(name):
                    own = text.replace("…", "own").replace("/etc/ssl/example.pem", certifi.where())
                    values, wrong = load({"FORGES": ast.literal_eval(own)}, {})
                    self.assertEqual((len(values["FORGES"]), wrong), (text.count('"host"'), []))


class Links(TestCase):
    """Relative links of Markdown files."""

    def test_each_leads_to_a_file_and_a_heading(self) -> None:
        for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "emulator" / "DATA.md"):
            for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", path.read_text(encoding="utf-8")):
                with self.subTest(path.name, link=link):
                    name, _, anchor = link.partition("#")
                    target = path.parent / name if name else path
                    self.assertTrue(target.exists())
                    if anchor:
                        heads = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
                        anchors = [re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads]
                        self.assertIn(anchor, anchors)


class Rooms(TestCase):
    """docs/architecture.md."""

    def test_the_picture_shows_every_floor_and_the_table_has_every_room(self) -> None:
        text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
        picture = text.split("```\n")[1].splitlines()
        table = re.findall(r"^\| (`.+?`) \| .+? \| .+? \|$", text, re.MULTILINE)

        self.assertEqual([set(line.split("│")[1].split()) for line in picture], FLOORS)
        self.assertEqual(set(re.findall(r"`(\w+)`", "".join(table))), set().union(*FLOORS))
