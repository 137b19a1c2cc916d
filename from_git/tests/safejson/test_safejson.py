"""JSON whose errors hold nothing that a terminal would obey."""

import json
from unittest import TestCase

from from_git.safejson import SafeJSON

HOSTILE = "\x1b[2J\x7f\u202e\u200b\ud800\u2028"


class Bytes(TestCase):
    """What is sent."""

    def test_an_error_says_the_same_in_harmless_bytes(self) -> None:
        body = {"error": "ERR3", "message": f"{HOSTILE} is wrong", "urls": [{"url": HOSTILE}]}
        sent = SafeJSON().render(body)

        self.assertEqual(json.loads(sent), body)
        self.assertTrue(sent.decode().isprintable())
        self.assertIn(b"\\u001b[2J\\u007f\\u202e\\u200b\\ud800\\u2028", sent)

    def test_with_an_indent_its_lines_are_the_only_ones(self) -> None:
        body = {"error": "ERR3", "message": HOSTILE}
        sent = SafeJSON().render(body, "application/json; indent=2").decode()

        self.assertEqual(json.loads(sent), body)
        self.assertEqual(len(sent.splitlines()), 4)

    def test_an_answer_and_what_is_no_body_are_as_rest_framework_has_them(self) -> None:
        for data, sent in [
            ({"error": "OK", "missing": ["ü"]}, '{"error":"OK","missing":["ü"]}'.encode()),
            ([1, 2], b"[1,2]"),
            ({}, b"{}"),
            (None, b""),
        ]:
            with self.subTest(data):
                self.assertEqual(SafeJSON().render(data), sent)
