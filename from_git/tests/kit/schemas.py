"""GitHub's schemas that queries are tried on: versions of a package of npm, and where they are."""

import os
from pathlib import Path

from emulator.tests.test_schema import real_schema

_NAME = "@octokit/graphql-schema"
# the first one is of 2023-05-16, before Enterprise Server 3.10; the second the last one that lacks `visibility:`
OLDER = {"graphql-schema-14.5.0": "14.5.0", "graphql-schema-14.46.0": "14.46.0"}
"""Folders of older versions in `node_modules`, and the versions."""
PACKAGES = (_NAME, *(f"{folder}@npm:{_NAME}@{version}" for folder, version in OLDER.items()))
"""What npm installs."""


def schemas() -> dict[str, Path] | None:
    """The newest schema and the older ones, by what they are called; None where they are not all there.

    GITHUB_SCHEMA is the newest one, or it lies under the current folder; NPM_PACKAGES names the folder with the
    `node_modules` of the others, or it is the current one.
    """
    newest, folder = real_schema(), Path(os.environ.get("NPM_PACKAGES", "."))
    older = {version: folder / "node_modules" / name / "schema.graphql" for name, version in OLDER.items()}
    if newest is None or not all(path.exists() for path in older.values()):
        return None
    return {"the newest": newest, **older}
