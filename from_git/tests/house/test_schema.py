"""Our queries against GitHub's schemas: the emulator's subset of each version always, the real ones where they are."""

from unittest import TestCase

from graphql import build_schema, parse, validate

from emulator.github.schema import VERSIONS, sdl
from from_git.forges.github.texts import PUBLIC, WITH_INTERNAL
from from_git.tests.kit.schemas import PACKAGES, schemas

QUERIES = {
    **{f"{name} of public ones": text for name, text in PUBLIC._asdict().items()},
    **{f"{name} with internal ones": text for name, text in WITH_INTERNAL._asdict().items()},
}


def complaints(schema: str, *queries: str) -> list[str]:
    """What a server with that schema would say of queries."""
    # assume_valid: GitHub's own file breaks rules (a field twice) that have nothing to do with our queries
    built = build_schema(schema, assume_valid=True)
    return [error.message for query in queries for error in validate(built, parse(query))]


class Queries(TestCase):
    """Each query text."""

    def test_they_are_valid_against_the_emulators_schemas(self) -> None:
        for version in VERSIONS:
            with self.subTest(version):
                self.assertEqual(complaints(sdl(version), *QUERIES.values()), [])

    def test_an_argument_that_an_older_server_lacks_would_be_seen(self) -> None:
        newer = PUBLIC.owner.replace("privacy: PUBLIC", "visibility: PUBLIC")
        self.assertNotEqual(newer, PUBLIC.owner)
        self.assertEqual(complaints(sdl(), newer), [])
        for version in VERSIONS[1:]:
            self.assertIn("Unknown argument 'visibility'", complaints(sdl(version), newer)[0])

    def test_they_are_valid_against_githubs_own_schemas(self) -> None:
        found = schemas()
        if found is None:
            self.skipTest(f"GitHub's schemas are not here: npm install --no-save {' '.join(PACKAGES)}")

        for name, path in found.items():
            with self.subTest(name):
                self.assertEqual(complaints(path.read_text(encoding="utf-8"), *QUERIES.values()), [])

    def test_they_ask_for_nothing_that_github_refuses(self) -> None:
        for name, query in QUERIES.items():
            with self.subTest(name):
                self.assertNotIn("stargazers", query)
                self.assertNotIn("parent", query)

    def test_only_where_internal_ones_count_more_than_public_ones_are_listed(self) -> None:
        for text in (PUBLIC.owner, PUBLIC.repositories):
            self.assertEqual(text.count("repositories("), text.count("privacy: PUBLIC"))
        for text in WITH_INTERNAL:
            self.assertNotIn("privacy", text)
            self.assertIn("visibility", text)
