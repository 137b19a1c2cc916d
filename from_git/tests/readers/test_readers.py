"""Readers of settings by table: what each takes, and what each refuses."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any
from unittest import TestCase

from from_git import readers
from from_git.values.option import WrongSetting

READERS: Mapping[str, Callable[[object], Any]] = {
    name: one
    for name, one in vars(readers).items()
    if inspect.isfunction(one) and one.__module__ == readers.__name__ and not name.startswith("_")
}
GOOD: dict[str, list[tuple[object, object]]] = {
    "text": [(" x\n", "x"), ("", ""), ("ü", "ü")],
    "header_text": [(" ghp_x ", "ghp_x"), ("", "")],
    "calls": [(" AUTO", "auto"), ("auto", "auto"), ("60", 60), (0, 0)],
    "whole": [("12", 12), (-3, -3), (" 7 ", 7), (0, 0)],
    "threads": [("1000", 1_000), (1, 1)],
    "seconds": [("2.5", 2.5), (7, 7.0), ("1e3", 1_000.0), (10_000_000, 1e7)],
    "entries": [("", []), (' [{"a": 1}]\n', [{"a": 1}]), (({},), [{}])],
    "share": [("0.5", 0.5), (1, 1.0)],
    "switch": [(True, True), ("Yes", True), ("on", True), ("1", True), ("off", False), ("", False), ("NO ", False)],
    "names": [("", []), ("a.example, .B.example", ["a.example", ".b.example"]), (["*"], ["*"]), ("::1", ["[::1]"])],
    "web_address": [("https://h/p/", "https://h/p"), ("http://127.0.0.1:1", "http://127.0.0.1:1")],
    "public_address": [("", ""), (" https://h/p/ ", "https://h/p")],
    "proxy_address": [("", ""), ("http://p:3128/", "http://p:3128"), ("http://u:%40@p:1", "http://u:%40@p:1")],
    "authorities": [("", "")],
    "cache_address": [("locmem://", "locmem://"), ("rediss://h:1/0", "rediss://h:1/0")],
    "broker_address": [("", ""), ("amqp://u:p%23@h//;amqp://g//", "amqp://u:p%23@h//;amqp://g//")],
    "log_level": [("debug", "DEBUG"), (" Info", "INFO")],
    "log_format": [("JSON", "json"), ("text", "text")],
    "pool_width": [("AUTO", "auto"), ("fixed", "fixed")],
    "rate": [("", ""), ("60 / Minute", "60/minute"), ("10000/day", "10000/day")],
}
BAD: dict[str, list[object]] = {
    "text": [5, None, b"x", "a\x00b", "a\x7f"],
    "header_text": ["ü", "a\nb"],
    "calls": ["-", "1.5", "automatic", True, None],
    "whole": ["1.0", "", "x", 1.0, True, None],
    "threads": [1_001, "many"],
    "seconds": ["nan", "inf", "-inf", True, None, "x", 10_000_001, 10**400],
    "entries": [5, None, {"a": 1}, [5], "[", "[1]", "{}", '[{"a": 1, "a": 2}]', "[" * 9_999],
    "share": [1.1, "x", "nan"],
    "switch": ["maybe", 1, None],
    "names": ["a.example:80", "https://a.example", "a b", 5, [5], "a..b"],
    "web_address": [
        "h/p",
        "ftp://h",
        "https://me@h",
        "https://h?q",
        "https://h#f",
        "https://",
        "https://h:0",
        "https://h i/p",
        "https://h\\i/p",
        "http://[",
    ],
    "public_address": ["h", "https://h?q", 5, "https://ü"],
    "proxy_address": ["https://p", "http://p/path", "http://p?q", "http://:x@", "p:3128", "http://p:0", "http://p#f"],
    "authorities": ["/no/such/file.pem", __file__],
    "cache_address": ["memcached://h", "", "redis:/h", "redis://:secret#word@h/0", "redis://h:99999/0"],
    "broker_address": ["http://h", "redis://:secret#word@h/0", "amqp://u:secret/word@h//", "amqp://h:99999//"],
    "log_level": ["LOUD", ""],
    "log_format": ["xml", ""],
    "pool_width": ["8", ""],
    "rate": ["60", "0/minute", "10001/minute", "5/week", "-1/day", "1/2/day"],
}


class Readers(TestCase):
    """Each of them."""

    def test_every_reader_has_both_tables(self) -> None:
        self.assertEqual((set(GOOD), set(BAD)), (set(READERS), set(READERS)))

    def test_what_people_write_becomes_the_value(self) -> None:
        for name, rows in GOOD.items():
            for written, value in rows:
                with self.subTest(name, written=written):
                    found = READERS[name](written)
                    self.assertEqual((found, type(found)), (value, type(value)))

    def test_a_value_may_be_written_as_it_is_read(self) -> None:
        for name, rows in GOOD.items():
            for _, value in rows:
                with self.subTest(name, value=value):
                    self.assertEqual(READERS[name](value), value)

    def test_anything_else_is_refused_with_what_is_expected(self) -> None:
        for name, rows in BAD.items():
            for written in rows:
                with self.subTest(name, written=written), self.assertRaisesRegex(WrongSetting, r"^expected "):
                    READERS[name](written)
