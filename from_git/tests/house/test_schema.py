"""Our queries against GitHub's schemas: the emulator's subset always, the real one where a copy is."""

from pathlib import Path
from unittest import TestCase

from graphql import build_schema, parse, validate

from emulator.tests.test_schema import real_schema
from from_git.forges.github.texts import PUBLIC, WITH_INTERNAL

ROOT = Path(__file__).resolve().parents[3]
QUERIES = {
    **{f"{name} of public ones": text for name, text in PUBLIC._asdict().items()},
    **{f"{name} with internal ones": text for name, text in WITH_INTERNAL._asdict().items()},
}


class Queries(TestCase):
    """Each query text."""

    def assert_valid(self, schema: Path) -> None:
        """Validate every query."""
        # assume_valid: GitHub's own file breaks rules (a field twice) that have nothing to do with our queries
        built = build_schema(schema.read_text(encoding="utf-8"), assume_valid=True)
        for name, query in QUERIES.items():
            with self.subTest(name):
                self.assertEqual(validate(built, parse(query)), [])

    def test_they_are_valid_against_the_emulators_schema(self) -> None:
        self.assert_valid(ROOT / "emulator" / "github" / "schema.graphql")

    def test_they_are_valid_against_githubs_own_schema(self) -> None:
        schema = real_schema()
        if schema is None:
            self.skipTest("GitHub's schema is not here: set GITHUB_SCHEMA or `npm install @octokit/graphql-schema`")

        self.assert_valid(schema)

    def test_they_ask_for_nothing_that_github_refuses(self) -> None:
        for name, query in QUERIES.items():
            with self.subTest(name):
                self.assertNotIn("stargazers", query)
                self.assertNotIn("parent", query)
