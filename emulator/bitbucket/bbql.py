"""The query language of the `q` parameter, as far as lists of repositories need it.

https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering: comparisons `= != ~ !~ > >= < <=` of a field with
a string, number, date, `true`, `false` or `null`, joined by AND and OR (AND binds closer), with parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Test = Callable[[dict[str, Any]], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<punctuation>[()])
      | (?P<operator>!=|!~|>=|<=|=|~|>|<)
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<date>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z_][A-Za-z0-9_.]*)
    )""",
    re.VERBOSE,
)

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda found, given: bool(found > given),
    ">=": lambda found, given: bool(found >= given),
    "<": lambda found, given: bool(found < given),
    "<=": lambda found, given: bool(found <= given),
}

_WORDS = {"true": True, "false": False, "null": None}


class BadQuery(ValueError):
    """The text is not a query, or names a field that the objects do not have."""


@lru_cache(maxsize=256)
def parse(text: str, fields: frozenset[str]) -> Test:
    """The test that the query makes of an object.

    Args:
        text: the query.
        fields: the dotted names of the fields that may be compared.

    Raises:
        BadQuery: see there.
    """
    return _Parser(text, fields).parse()


class _Parser:
    def __init__(self, text: str, fields: frozenset[str]) -> None:
        self.fields = fields
        self.tokens = self._split(text)
        self.place = 0

    def _split(self, text: str) -> list[tuple[str, str]]:
        tokens, place = [], 0
        while text[place:].strip():
            match = _TOKEN.match(text, place)
            if not match:
                raise BadQuery(f"unexpected {text[place:].strip()[:1]!r} at position {place}")
            tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            place = match.end()
        return tokens

    def parse(self) -> Test:
        test = self.either()
        if self.place < len(self.tokens):
            raise BadQuery(f"unexpected {self.tokens[self.place][1]!r}")
        return test

    def take(self, *kinds: str) -> tuple[str, str]:
        if self.place == len(self.tokens):
            raise BadQuery("unexpected end")
        kind, text = self.tokens[self.place]
        if kind not in kinds:
            raise BadQuery(f"unexpected {text!r}")
        self.place += 1
        return kind, text

    def word(self, text: str) -> bool:
        """Take a keyword or a parenthesis if it is the next token."""
        if self.place < len(self.tokens) and self.tokens[self.place][1].upper() == text:
            self.place += 1
            return True
        return False

    def either(self) -> Test:
        tests = [self.both()]
        while self.word("OR"):
            tests.append(self.both())
        return lambda value: any(test(value) for test in tests)

    def both(self) -> Test:
        tests = [self.single()]
        while self.word("AND"):
            tests.append(self.single())
        return lambda value: all(test(value) for test in tests)

    def single(self) -> Test:
        if self.word("("):
            test = self.either()
            if not self.word(")"):
                raise BadQuery("a parenthesis is not closed")
            return test
        field = self.take("word")[1]
        if field not in self.fields:
            raise BadQuery(f"no field {field!r}")
        operator = self.take("operator")[1]
        kind, text = self.take("string", "number", "date", "word")
        return _comparison(field, operator, _literal(kind, text))


def _literal(kind: str, text: str) -> Any:
    if kind == "string":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if kind == "number":
        return float(text) if "." in text else int(text)
    if kind == "date":
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    raise BadQuery(f"{text!r} is no value; text needs double quotes")


def look_up(value: Any, path: str) -> Any:
    """The value at a dotted path; None where a step is missing."""
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _comparison(field: str, operator: str, given: Any) -> Test:
    if operator in ("=", "!="):
        return lambda value: (look_up(value, field) == given) == (operator == "=")
    if operator in ("~", "!~"):
        if not isinstance(given, str):
            raise BadQuery(f"{operator} needs text")
        wanted = given.lower()
        return lambda value: (wanted in str(look_up(value, field) or "").lower()) == (operator == "~")
    if isinstance(given, bool) or given is None:
        raise BadQuery(f"{operator} needs text, a number or a date")
    compare = _ORDER[operator]

    def ordered(value: dict[str, Any]) -> bool:
        found = look_up(value, field)
        return isinstance(found, str) == isinstance(given, str) and found is not None and compare(found, given)

    return ordered
